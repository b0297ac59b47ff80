"""The cost of ten thousand roles compared with a hundred: start, command line, catalogue, heartbeat, tray and window.

By itself: cd tests && python -m bench.scale
"""

import os
import re
import statistics
import sys
import time
from pathlib import Path

from bench.contest import Contender, compiled, hold
from harness.aws import V2
from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.rolecall import REPOSITORY, Rolecall, binary
from harness.tray_host import TrayHost
from harness.wait import until
from harness.webdriver import Window

SIZES = (100, 10_000)
ACCOUNTS = 200
PEERS = REPOSITORY / "tests/.venv/peers/bin"
ROUNDS = 10
RUNS = 200
REPEATS = 7
# Long enough for a heartbeat with a live session, one a minute.
WATCHED_SECONDS = 62
# From the event of a key to what it changed on the screen.
KEYSTROKE = """
const [text, done] = arguments;
const field = document.querySelector('[role=combobox]');
field.focus();
const took = [];
const press = (at) => {
  if (at > text.length) return done(took);
  const start = performance.now();
  field.value = text.slice(0, at);
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { took.push(performance.now() - start); setTimeout(() => press(at + 1), 30); };
    channel.port2.postMessage(0);
  });
};
press(1);
"""
FIRST_ROW = "return document.querySelector('[role=row]') ? performance.timeOrigin + performance.now() : null"


def print_table():
    """Measures both and prints them side by side."""
    print_side_by_side("roles", [measure(size) for size in SIZES])


def print_side_by_side(title, tables):
    """Prints the figures of both sizes side by side."""
    few, many = (f"{size:,}" for size in SIZES)
    print(f"\n| {title} | {few} | {many} | × |\n|---|---|---|---|")
    for name, unit in tables[0]:
        one, other = (table[name, unit] for table in tables)
        ratio = f"{other / one:.1f}" if one else "-"
        print(f"| {name} | {shown(one, unit)} | {shown(other, unit)} | {ratio} |")


def shown(value, unit):
    """Returns a figure with its unit."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()


def measure(size):
    """Returns the figures for so many roles, by name and unit."""
    print(f"… {size:,} roles", file=sys.stderr, flush=True)
    with Desktop() as desktop:
        Keychain(desktop).start()
        Notifications(desktop).start()
        desktop.tray = TrayHost(desktop).start()
        desktop.start("openbox", "openbox")
        account = Ministack(desktop).start()
        rolecall = Rolecall(desktop)
        rolecall.write_settings(endpoint=account.endpoint)
        write_roles(rolecall, account, size)
        rolecall.start()
        rolecall.add_key("user", account)
        rolecall.ok("assume", "guest")
        figures = {}
        figures.update(command_line(desktop, rolecall))
        figures.update(running(rolecall, desktop.tray))
        rolecall.stop()
        figures.update(starts(desktop, rolecall))
        figures.update(windows(desktop, rolecall))
        return figures


def write_roles(rolecall, account, size):
    """Writes half of the roles to roles.toml and half as profiles, over accounts that are groups."""
    arn = account.roles["guest"]
    toml = [f'[roles.guest]\narn = "{arn}"\nsource = "user"\n']
    config = ["[profile user]\nregion = us-east-1\n"]
    for number in range(1, size):
        name, group, role_arn = role(number)
        if number % 2:
            toml.append(f'[roles."{name}"]\narn = "{role_arn}"\nsource = "user"\ngroup = "{group}"\n')
        else:
            config.append(f"[profile {name}]\nrole_arn = {role_arn}\nsource_profile = user\nregion = eu-west-1\n")
    rolecall.write_roles_text("\n".join(toml))
    folder = rolecall.desktop.home / ".aws"
    folder.mkdir(exist_ok=True)
    (folder / "config").write_text("\n".join(config))
    marks = [f'"{account_id(number)}" = "{team(number)}"\n' for number in range(min(size, ACCOUNTS))]
    (rolecall.config_dir / "marks.toml").write_text("[accounts]\n" + "".join(marks))


JOBS = ["admin", "read-only", "deploy", "billing", "audit", "support", "break-glass", "data-engineer"]


def role(number):
    """Returns name, group and ARN of one made-up role."""
    place, job = number % ACCOUNTS, JOBS[number // ACCOUNTS % len(JOBS)]
    name = f"{team(place)}-{job}-{number}"
    return name, team(place), f"arn:aws:iam::{account_id(place)}:role/teams/{team(place)}/{job}-{number}"


def team(number):
    """Returns the name of an account."""
    return f"{['shop', 'pay', 'data', 'ops', 'core'][number % 5]}-{['dev', 'test', 'stage', 'prod'][number // 5 % 4]}-{number}"


def account_id(number):
    """Returns the id of one of the accounts."""
    return f"{100_000_000_000 + number * 7_919_017}"


def command_line(desktop, rolecall):
    """Times the commands that people and tools run."""
    program, spawn = binary("rolecall"), compiled("spawn", desktop.root)
    contenders = [
        Contender("`rolecall credentials`", [program, "credentials", "guest"], RUNS),
        Contender("`rolecall status --format`", [program, "status", "--format", "{role} {left}"], RUNS),
        Contender("`rolecall status`", [program, "status"], RUNS),
        Contender("`rolecall list`", [program, "list"], RUNS),
        Contender("`rolecall list --json`", [program, "list", "--json"], ROUNDS),
        *completion(desktop, program),
    ]
    if V2.exists():
        contenders.append(Contender("`aws configure list-profiles`", [V2, "configure", "list-profiles"], ROUNDS))
    if PEERS.exists():
        contenders.append(Contender("`awsumepy --list-profiles`", [PEERS / "awsumepy", "--list-profiles"], ROUNDS))
    env = {**desktop.env, "AWS_EC2_METADATA_DISABLED": "true"}
    hold(contenders, spawn, env, ROUNDS)
    return {(one.name, "ms"): one.median_ms() for one in contenders}


def completion(desktop, program):
    """Returns what a shell runs for the roles that begin like a word; older programs have only the whole list."""
    search = [program, "list", "--names", "--search", "opsprod"]
    if desktop.run(*search).returncode == 0:
        return [Contender("a completion of roles", search, RUNS)]
    return [Contender("a completion of roles", [program, "list", "--names"], RUNS)]


def running(rolecall, tray):
    """Times what a running app does with its roles."""
    item = tray.wait_for_item()
    figures = {}
    assumes, menus, sizes = [], [], []
    for _ in range(REPEATS):
        rolecall.ok("end", "guest")
        time.sleep(0.3)
        item.signals.clear()
        start = time.monotonic()
        rolecall.ask({"assume": {"role": "guest", "code": None}})
        assumes.append(milliseconds(start))
        until(lambda: item.menu().child(re.compile(r"^guest · (1h|59m)")), "the session in the menu")
        time.sleep(0.3)
        start = time.monotonic()
        menu = item.menu()
        menus.append(milliseconds(start))
        sizes.append(len(menu.flat()))
    figures["an assume, on loopback", "ms"] = statistics.median(assumes)
    figures["the tray's menu, read by a host", "ms"] = statistics.median(menus)
    figures["entries of that menu", ""] = sizes[-1]
    figures["a change of `roles.toml` until it is seen", "ms"] = statistics.median(edits(rolecall))
    figures["a change of `~/.aws/config` until it is seen", "ms"] = statistics.median(profile_edits(rolecall))
    figures["CPU time a minute, one session, no window", "ms"] = cpu_per_minute(rolecall)
    figures["memory (RSS) after all this, no window", "MiB"] = rss_mib(rolecall.process.pid)
    return figures


def edits(rolecall):
    """Yields the time until an edit of the roles file is reported; an invalid role is a problem, which is quick to query."""
    path = rolecall.config_dir / "roles.toml"
    text = path.read_text()
    yield from changes(rolecall, path, text, text + "\n[roles.wrong]\narn = 5\n")


def profile_edits(rolecall):
    """Yields the same for AWS's file, in which an unclosed section is a problem."""
    path = rolecall.desktop.home / ".aws/config"
    text = path.read_text()
    yield from changes(rolecall, path, text, text + "\n[profile broken\n")


def changes(rolecall, path, text, wrong):
    """Yields the time from each write to its report."""

    def problems():
        return len(rolecall.ask("sessions")["snapshot"]["problems"])

    before = problems()
    for _ in range(REPEATS):
        for content, count in ((wrong, before + 1), (text, before)):
            time.sleep(0.5)
            beside = path.with_suffix(".new")
            beside.write_text(content)
            start = time.monotonic()
            beside.rename(path)
            while problems() != count:
                time.sleep(0.001)
                assert time.monotonic() < start + 20, f"{path} was not read again"
            yield milliseconds(start)


def starts(desktop, rolecall):
    """Times from the start of the agent, and of the app, until they answer."""
    agent, app = [], []
    for _ in range(REPEATS):
        agent.append(answer_time(rolecall, lambda: desktop.start("rolecall-agent", binary("rolecall-agent"))))
        app.append(answer_time(rolecall, rolecall.launch))
    return {
        ("start of the agent until it answers", "ms"): statistics.median(agent),
        ("start of the app until it answers", "ms"): statistics.median(app),
    }


def answer_time(rolecall, launch):
    """Starts a program, waits until it answers, and ends it."""
    start = time.monotonic()
    process = launch()
    while not answers(rolecall):
        time.sleep(0.001)
        assert process.is_running() and time.monotonic() < start + 30, process.log()
    took = milliseconds(start)
    time.sleep(1)
    process.signal(15)
    process.wait_exit()
    return took


def answers(rolecall):
    """Returns whether the app answers, without requesting the roles."""
    try:
        return bool(rolecall.ask("sessions"))
    except (OSError, AssertionError):
        return False


def windows(desktop, rolecall):
    """Times the real window: its first rows, and each key of a search."""
    firsts, keys = [], []
    for _ in range(3):
        started = time.time() * 1000
        window = Window(desktop, binary("rolecall-desktop"), "--window").start()
        firsts.append(until(lambda: window.run(FIRST_ROW), "a row", 30) - started)
        for text in ("opsprod", "7919", "read-only-2"):
            keys += window.run_async(KEYSTROKE, text)
        window.close()
        until(lambda: not answers(rolecall), "the app to end")
    return {
        ("start of the app with its window until the first rows", "ms"): statistics.median(firsts),
        ("a key of a search until it is drawn, median", "ms"): statistics.median(keys),
        ("a key of a search until it is drawn, slowest", "ms"): max(keys),
    }


def cpu_per_minute(rolecall):
    """Returns the CPU time that the app uses by itself, in milliseconds per minute."""
    before, start = cpu_ms(rolecall.process.pid), time.monotonic()
    time.sleep(WATCHED_SECONDS)
    return (cpu_ms(rolecall.process.pid) - before) * 60 / (time.monotonic() - start)


def cpu_ms(pid):
    """Returns the CPU time of a process so far, as its scheduler counts it."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e6


def rss_mib(pid):
    """Returns the resident memory of one process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def milliseconds(start):
    """Returns the time since a monotonic instant."""
    return (time.monotonic() - start) * 1000


if __name__ == "__main__":
    print_table()
