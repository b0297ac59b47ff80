"""`rolecall doctor --fix` at a terminal: each fix is asked for, does one thing, and needs no second time."""

import json

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.terminal import Terminal
from harness.rolecall import binary

RESTRICT = "Fix 1? Let only yourself use ~/.aws/credentials. [y/N/q] "
IMPORT = 'Move the key of the profile "plain" to the keychain. [y/N/q] '


@pytest.fixture
def agent(machine):
    """An agent on a machine whose `~/.aws/credentials` has a key in plaintext and is readable by everybody."""
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.credentials = machine.home / ".aws/credentials"
    agent.credentials.parent.mkdir(mode=0o700)
    agent.text = (
        f"[plain]\naws_access_key_id = {practice.access_key_id}\naws_secret_access_key = {practice.secret_access_key}\n"
    )
    agent.credentials.write_text(agent.text)
    agent.credentials.chmod(0o644)
    assert ids(agent) == ["readable_by_others", "plaintext_key"]
    return agent


def ids(agent):
    """Returns the ids of what the doctor finds."""
    return [finding["id"] for finding in json.loads(agent.cli("doctor", "--json").stdout)["findings"]]


def fix(agent):
    """Starts the doctor at a terminal."""
    return Terminal(agent.desktop, binary("rolecall"), "doctor", "--fix")


def mode(agent):
    """Returns the mode of the file."""
    return agent.credentials.stat().st_mode & 0o777


def test_each_fix_is_asked_for_and_done_once(agent):
    terminal = fix(agent)
    terminal.answer(RESTRICT, "y")
    terminal.answer(IMPORT, "n")
    terminal.expect("Findings that are left: 1.")
    assert terminal.end() == 1
    assert (mode(agent), agent.credentials.read_text()) == (0o600, agent.text)
    assert ids(agent) == ["plaintext_key"]
    terminal = fix(agent)
    terminal.answer(IMPORT, "y")
    terminal.expect("Nothing is left to do.")
    assert terminal.end() == 0
    assert "aws_secret_access_key" not in agent.credentials.read_text() and ids(agent) == []
    terminal = fix(agent)
    terminal.expect("Rolecall found nothing wrong.")
    assert terminal.end() == 0 and "Fix" not in terminal.everything()
    assert [item["username"] for item in agent.desktop.keychain.items() if item["username"].startswith("AKIA")]


@pytest.mark.parametrize("keys", ["q\n", "\x03", "\x04"])
def test_nothing_more_is_asked_or_changed_after_the_user_stops(agent, keys):
    terminal = fix(agent)
    terminal.expect(RESTRICT)
    terminal.send(keys)
    assert terminal.end() != 0
    assert "Fix 2" not in terminal.everything()
    assert (mode(agent), agent.credentials.read_text()) == (0o644, agent.text)


def test_a_fix_that_fails_is_said_and_the_next_one_offered(agent):
    terminal = fix(agent)
    terminal.expect(RESTRICT)
    # Another program removes the file meanwhile.
    agent.credentials.unlink()
    terminal.send("y\n")
    terminal.expect("cannot be changed")
    terminal.expect("[y/N/q] ")
    terminal.send("n\n")
    assert terminal.end() == 1
