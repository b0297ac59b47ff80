"""Prints the tables: hand-out, start, and footprint, with the machine they were measured on."""

import json
import os
import platform
import statistics
import time
from datetime import date

from bench import footprint
from bench.contest import Contender, compiled, hold
from harness.aws import V2
from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.rolecall import BIN_DIR, PROTOCOL, Rolecall, binary
from harness.tray_host import TrayHost
from harness.wait import until

HAND_OUTS, ROUNDS, STARTS = 400, 20, 10
TITLE = "Rolecall"


def main():
    with Desktop() as desktop:
        rolecall = prepare(desktop)
        print_machine(desktop)
        print_hand_out(desktop, rolecall)
        rolecall.stop()
        print_start(desktop, rolecall)
        print_footprint(desktop, rolecall)


def prepare(desktop):
    """Brings up all a desktop has, and the app with a key and ten roles, one of them assumed."""
    Keychain(desktop).start()
    Notifications(desktop).start()
    desktop.tray = TrayHost(desktop).start()
    desktop.start("openbox", "openbox")
    account = Ministack(desktop).start()
    rolecall = Rolecall(desktop)
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(**{name: account.role("guest") for name in ["guest", *(f"guest-{n}" for n in range(9))]})
    rolecall.start()
    rolecall.add_key("user", account)
    rolecall.ok("assume", "guest")
    return rolecall


def print_machine(desktop):
    """Says what was measured, where and when."""
    model = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    system = next(line.split("=")[1].strip().strip('"') for line in open("/etc/os-release") if "PRETTY" in line)
    print(f"\nMeasured {date.today()} on {os.cpu_count()} × {model}, {system}, Linux {platform.release()}.")
    print(f"Programs in {BIN_DIR.name}/, {desktop.run(binary('rolecall'), '--version').stdout.strip()}.")


def print_hand_out(desktop, rolecall):
    """Times handing out the credentials of a live session."""
    folder = desktop.root
    spawn, nothing, round_trip = (compiled(name, folder) for name in ("spawn", "nothing", "round_trip"))
    request = {"v": PROTOCOL, "client": "bench", "call": {"credentials": {"role": "guest"}}}
    socket_in_c = Contender("C, the same over the socket", [round_trip, rolecall.socket_path, json.dumps(request)], HAND_OUTS)
    contenders = [
        Contender("C, does nothing", [nothing], HAND_OUTS),
        socket_in_c,
        Contender("rolecall credentials", [binary("rolecall"), "credentials", "guest"], HAND_OUTS),
    ]
    if V2.exists():
        contenders.append(aws_contender(desktop, rolecall))
    hold(contenders, spawn, desktop.env, ROUNDS)
    print("\n| one cached hand-out | median ms | CPU ms | peak MiB | × C over the socket |\n|---|---|---|---|---|")
    for one in contenders:
        cpu, ratio = statistics.median(one.cpu_ms), one.median_ms() / socket_in_c.median_ms()
        print(f"| {one.name} | {one.median_ms():.2f} | {cpu:.2f} | {one.peak_mib:.1f} | {ratio:.2f} |")


def aws_contender(desktop, rolecall):
    """Returns the AWS CLI in its best case: the session stands in a file, so that it calls nobody."""
    session = rolecall.handed_out("guest")
    path = desktop.home / ".aws" / "credentials"
    path.parent.mkdir()
    names = {"AccessKeyId": "access_key_id", "SecretAccessKey": "secret_access_key", "SessionToken": "session_token"}
    path.write_text("[s]\n" + "".join(f"aws_{key} = {session[name]}\n" for name, key in names.items()))
    version = desktop.run(V2, "--version").stdout.split()[0].split("/")[1]
    command = [V2, "configure", "export-credentials", "--profile", "s"]
    return Contender(f"aws {version} configure export-credentials", command, ROUNDS)


def print_start(desktop, rolecall):
    """Times from the start of the program to its item in the tray."""
    times = []
    for _ in range(STARTS):
        until(lambda: not rolecall.process.is_running(), "the app to end")
        desktop.tray.items.clear()
        desktop.tray.registered_at = None
        start = time.monotonic()
        rolecall.launch()
        until(lambda: desktop.tray.registered_at, "the tray item", 20)
        times.append((desktop.tray.registered_at - start) * 1000)
        until(rolecall.is_reachable, "the app to answer", 20)
        rolecall.stop()
    print("\n| start to tray item | ms |\n|---|---|")
    print(f"| median of {STARTS} | {statistics.median(times):.0f} |\n| fastest, slowest | {min(times):.0f}, {max(times):.0f} |")


def print_footprint(desktop, rolecall):
    """Measures the app at rest in each of its states."""
    print(f"\n| at rest ({footprint.WATCHED_SECONDS} s each) | PSS MiB | processes | wake-ups per minute |\n|---|---|---|---|")
    rolecall.start()
    for session in rolecall.snapshot()["sessions"]:
        rolecall.ok("end", session["role"])
    print_state("no session, no window", rolecall)
    rolecall.ask("show_window")
    until(lambda: TITLE in desktop.windows(), "the window", 20)
    print_state("no session, window open", rolecall)
    desktop.close_window(TITLE)
    until(lambda: TITLE not in desktop.windows(), "the window to be gone")
    print_state("no session, window closed again", rolecall)
    for role in rolecall.snapshot()["roles"]:
        rolecall.ok("assume", role["name"])
    print_state(f"{len(rolecall.snapshot()['sessions'])} sessions, window closed again", rolecall)
    rolecall.stop()
    rolecall.start()
    print_state(f"{len(rolecall.snapshot()['sessions'])} sessions, no window yet", rolecall)


def print_state(name, rolecall):
    """Prints one row once the app has come to rest."""
    footprint.settle(rolecall.process)
    wakes = footprint.wake_ups_per_minute(rolecall.process)
    pids = rolecall.process.tree()
    print(f"| {name} | {footprint.pss_mib(pids):.0f} | {len(pids)} | {wakes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
