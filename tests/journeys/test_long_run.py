"""What a program that runs for a month does: it holds no more files, and no more memory, than on its first day."""

import re
import socket
from pathlib import Path

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.process import open_files
from harness.rolecall import binary
from harness.wait import until

DAYS, LOOKS_A_DAY = 30, 4
# What the memory may grow by in a month: a mebibyte a day would be a leak.
GROWTH_KIB = 10 * 1024


@pytest.fixture
def practice(machine):
    """The practice account."""
    return Practice(machine).start()


def memory_kib(pid):
    """Returns the memory of a process, which every user may know."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)[1])


def a_day(agent):
    """Asks as programs do, and assumes the role again each time."""
    for _ in range(LOOKS_A_DAY):
        for _ in range(5):
            agent.ask({"credentials": {"role": "guest"}})
        agent.ask("snapshot")
        agent.ask({"end": {"role": "guest"}})


def test_r40_a_month_of_sessions_leaves_no_files_open_and_no_memory_behind(machine, practice):
    agent = Agent(machine).start_on(practice, "guest", "contractor")
    pid = agent.process.pid
    for _ in range(3):
        a_day(agent)
    files, memory = len(open_files(pid)), memory_kib(pid)
    for _ in range(DAYS):
        a_day(agent)
    assert practice.requests()["AssumeRole"] == (3 + DAYS) * LOOKS_A_DAY
    until(lambda: len(open_files(pid)) <= files + 2, lambda: f"{files} files; there are {open_files(pid)}")
    assert memory_kib(pid) - memory < GROWTH_KIB


def test_r40_files_that_stay_open_are_seen(machine, practice):
    agent = Agent(machine).start()
    before = len(open_files(agent.process.pid))
    kept = [socket.socket(socket.AF_UNIX) for _ in range(10)]
    for connection in kept:
        connection.connect(str(agent.socket_path))
    until(lambda: len(open_files(agent.process.pid)) >= before + 10, "the connections to be seen")


def test_c2_an_agent_that_a_script_starts_keeps_none_of_its_files(machine, practice):
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    lock = machine.root / "lock-of-a-script"
    script = f'exec 9>"{lock}" 7<>"{lock}"; exec "$0" list'
    done = machine.run("bash", "-c", script, binary("rolecall"))
    assert done.returncode == 0, done
    pid = agent.the_only_one()
    assert str(lock) not in open_files(pid)
    status = Path(f"/proc/{pid}/status").read_text()
    assert re.search(r"^Umask:\s+0077$", status, re.MULTILINE)
    sleeping = machine.start("script", "bash", "-c", f'exec 9>"{lock}"; exec sleep 60')
    until(lambda: str(lock) in open_files(sleeping.pid), "that of a program that does nothing about it")
