"""The cost of the agent, which needs no display: handing out, start, list, memory, wake-ups and CPU, with few and many roles.

By itself: cd tests && python -m bench.agent
"""

import statistics
import sys
import time

from bench import footprint, scale
from bench.contest import compiled, hold, print_table
from bench.hand_out import ROLE, ROUNDS, ours
from harness.agent import Agent
from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.wait import until

SESSIONS = 10
EDITS = 5


def print_tables():
    """Measures and prints all."""
    with Desktop(display=False) as machine:
        agent, account = prepare(machine)
        agent.write_roles(**{name: account.role("guest") for name in [ROLE, *others()]})
        start(agent, account)
        print_hand_out(machine, agent)
        print_rest(agent)
    tables = [measure(size) for size in scale.SIZES]
    scale.print_side_by_side("roles, agent without a display", tables)


def others():
    """Returns the names of the roles besides the first."""
    return [f"guest-{number}" for number in range(1, SESSIONS)]


def prepare(machine):
    """Returns an agent that was not started, and its account in a double of AWS."""
    Keychain(machine).start()
    account = Ministack(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=account.endpoint)
    return agent, account


def start(agent, account):
    """Starts it with an access key and one session."""
    agent.start()
    agent.add_key("user", account)
    agent.ok("assume", ROLE)


def print_hand_out(machine, agent):
    """Times hand-outs in turns."""
    contenders = ours(machine, agent)
    hold(contenders, compiled("spawn", machine.root), machine.env, ROUNDS)
    print_table("one hand-out of a live session, by the agent", contenders, contenders[1])


def print_rest(agent):
    """Measures the idle agent with ten sessions, and with none."""
    print(f"\n| agent at rest ({footprint.WATCHED_SECONDS} s each) | PSS MiB | wake-ups per minute |\n|---|---|---|")
    for name in others():
        agent.ok("assume", name)
    print_state(f"{SESSIONS} sessions", agent)
    for name in [ROLE, *others()]:
        agent.ok("end", name)
    print_state("no session", agent)


def print_state(name, agent):
    """Prints one row once the agent is idle."""
    footprint.settle(agent.process)
    wakes = footprint.wake_ups_per_minute(agent.process)
    print(f"| {name} | {footprint.pss_mib(agent.process.tree()):.1f} | {wakes:.0f} |", flush=True)


def measure(size):
    """Returns the figures for so many roles, by name and unit."""
    print(f"… {size:,} roles, agent", file=sys.stderr, flush=True)
    with Desktop(display=False) as machine:
        agent, account = prepare(machine)
        scale.write_roles(agent, account, size)
        start(agent, account)
        figures = dict(scale.command_line(machine, agent))
        figures["a change of `roles.toml` until it is seen", "ms"] = statistics.median(scale.edits(agent))
        figures["a change of `~/.aws/config` until it is seen", "ms"] = statistics.median(scale.profile_edits(agent))
        figures["CPU time a minute, one session", "ms"] = scale.cpu_per_minute(agent)
        figures["memory (RSS) after all this", "MiB"] = scale.rss_mib(agent.process.pid)
        agent.stop()
        figures.update(starts(agent))
        return figures


def starts(agent):
    """Times from the start of the agent until it answers, and its CPU time by then."""
    times, cpu = [], []
    for _ in range(scale.REPEATS):
        took, used = start_time(agent)
        times.append(took)
        cpu.append(used)
    return {
        ("start until it answers", "ms"): statistics.median(times),
        ("start until it answers, fastest", "ms"): min(times),
        ("start until it answers, CPU time", "ms"): statistics.median(cpu),
    }


def start_time(agent):
    """Starts the agent, and ends it once it has answered. Returns the time and the CPU time until then."""
    begun = time.monotonic()
    process = agent.launch()
    while not scale.answers(agent):
        time.sleep(0.001)
        assert process.is_running() and time.monotonic() < begun + 30, process.log()
    took, used = scale.milliseconds(begun), scale.cpu_ms(process.pid)
    process.signal(15)
    until(lambda: not process.is_running(), "the agent to end")
    return took, used


if __name__ == "__main__":
    print_tables()
