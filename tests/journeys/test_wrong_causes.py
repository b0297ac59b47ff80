"""What failed is named as it is: a frozen bus is no missing keychain, a lack of files no refusal, a long text no version."""

import subprocess

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import Refused
from harness.wait import until

# What a person waits at most for a word about the keychain, and what a program start may add to it.
ANSWER_SECONDS = 6 + 2
FROZEN = "The keychain does not respond."
TOO_MANY = "too many files are open."
# The files that an agent can do everything with, and how many it may raise its own limit to.
ENOUGH, MOST = 80, 4096
LONG = "x" * 100_000


@pytest.fixture
def agent(machine):
    """A running agent with a key in the keychain, on the practice account."""
    practice = Practice(machine).start()
    return Agent(machine).start_on(practice, "guest", "contractor")


def restart(agent):
    """Starts the agent again: it has no connection to the bus yet."""
    agent.stop()
    agent.start()


@pytest.mark.parametrize("is_connected", [True, False], ids=["connected", "not connected"])
def test_r15_r18_a_frozen_bus_is_not_called_no_keychain(machine, agent, is_connected):
    if is_connected:
        agent.ok("assume", "contractor")
    else:
        restart(agent)
    machine.bus_process.freeze()
    try:
        done = agent.cli("assume", "guest", timeout=ANSWER_SECONDS)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(FROZEN), done.stderr
    finally:
        machine.bus_process.thaw()
    until(lambda: agent.cli("assume", "guest").returncode == 0, "the role to be assumed")


def test_r16_a_bus_without_a_keychain_is_called_that(machine, agent):
    restart(agent)
    machine.keychain.kill()
    done = agent.cli("assume", "guest", timeout=ANSWER_SECONDS)
    assert done.stderr.startswith("No keychain is running in this desktop session."), done.stderr


def limit(agent, files):
    """Limits the files that a running agent may have open."""
    subprocess.run(["prlimit", f"--pid={agent.process.pid}", f"--nofile={files}:{MOST}"], check=True)


def accepts(agent):
    """Returns whether the agent can accept a connection."""
    try:
        return bool(agent.ask("host", timeout=1))
    except Refused:
        return True
    except OSError:
        return False


def test_r34_a_lack_of_files_is_named_wherever_it_is_met(agent):
    restart(agent)
    least = next(files for files in range(10, ENOUGH) if limit(agent, files) or accepts(agent))
    said = {}
    for files in range(least, ENOUGH):
        limit(agent, files)
        done = agent.cli("assume", "guest")
        said[files] = done.stderr
        if done.returncode == 0:
            break
    assert said.pop(files) == "" and len(said) >= 5, said
    assert {files: text for files, text in said.items() if TOO_MANY not in text} == {}
    limit(agent, MOST)
    assert agent.handed_out("guest"), "nothing of it is kept"


def test_r34_a_lack_of_files_is_named_to_an_sdk_and_to_a_history_that_cannot_be_read(agent):
    restart(agent)
    least = next(files for files in range(10, ENOUGH) if limit(agent, files) or accepts(agent))
    limit(agent, least)
    done = agent.cli("credentials", "guest")
    words = "Rolecall has too many files open. Close some programs or restart Rolecall, then try again\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", words)
    limit(agent, MOST)
    assert not any(line.get("sandboxed") for line in agent.json("history"))


LONG_WORDS = [
    ["assume", LONG],
    ["env", LONG],
    ["end", LONG],
    ["credentials", LONG],
    ["explain", LONG],
    ["history", "--role", LONG],
    ["assume", "guest", "--reason", LONG],
    ["assume", "guest", "--policy", LONG],
    ["assume", "guest", "--tag", f"team={LONG}"],
    ["keys", "add", LONG],
    ["keys", "rename", "user", LONG],
    ["roles", "remove", LONG],
    ["find", LONG],
]


def test_b75_a_long_argument_is_not_called_another_version(agent):
    for words in LONG_WORDS:
        done = agent.cli(*words, input=f"AKIAIOSFODNN7EXAMPLE\n{'Ab/1' * 10}\n")
        shown = [word[:20] for word in words]
        assert done.returncode in (1, 2) and done.stderr.strip(), shown
        assert "version" not in done.stderr, (shown, done.stderr[:300])
        assert len(done.stderr) < 2_000, (shown, "the text is not repeated")
