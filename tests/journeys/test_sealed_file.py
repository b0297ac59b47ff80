"""A server without a display, a bus and a keychain: keys in an encrypted file, whose passphrase is asked for on a terminal."""

import json
import os
import signal

import pytest

from harness.agent import Agent
from harness.desktop import Desktop
from harness.leak_scan import Canary, files
from harness.practice import Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until

PASSPHRASE = "correct horse battery"
MAKE = "Create this file? [y/N] "
CHOOSE = "(not shown): "
AGAIN = "Repeat the passphrase: "
LINE_MAX = 200


@pytest.fixture
def server():
    """A machine with neither display nor bus."""
    with Desktop(display=False, bus=False) as server:
        yield server


@pytest.fixture
def practice(server):
    """The practice account in the agent's settings."""
    practice = Practice(server).start()
    agent = Agent(server)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    return practice


@pytest.fixture
def agent(server, practice):
    """An agent with a key in a sealed file, that the command line starts on demand."""
    add_key(server, practice)
    return Agent(server)


def sealed_path(server):
    """Returns where the file lies."""
    return server.home / ".local/share/rolecall/keys.sealed"


def add_key(server, practice):
    """Adds the key in a pipe and chooses the file and its passphrase on the terminal."""
    key = f"{practice.access_key_id}\n{practice.secret_access_key}\n"
    terminal = Terminal(server, binary("rolecall"), "keys", "add", "user", stdin=key)
    terminal.answer(MAKE, "y")
    terminal.answer(CHOOSE, PASSPHRASE)
    terminal.answer(AGAIN, PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()
    assert "user is in the" in terminal.shown()
    assert PASSPHRASE not in terminal.shown()


def restart(server, agent):
    """Ends the agent, as a reboot does, so that the file is sealed again."""
    os.kill(agent.pid(), signal.SIGKILL)
    until(lambda: not server.agents(), "the agent to be gone")


def test_from_a_key_in_a_pipe_to_the_aws_cli(server, practice, agent):
    assert agent.ok("assume", "guest").startswith("guest: ")
    config = server.home / ".aws/config"
    config.parent.mkdir()
    config.write_text(f"[profile guest]\nregion = us-east-1\ncredential_process = {agent.credential_process('guest')}\n")
    done = server.run("aws", "--profile", "guest", "--endpoint-url", practice.endpoint, "sts", "get-caller-identity")
    assert done.returncode == 0, done.stderr
    assert "assumed-role/guest" in json.loads(done.stdout)["Arn"]
    assert sealed_path(server).stat().st_mode & 0o777 == 0o600
    for canary in (practice.secret_access_key, PASSPHRASE):
        left = files(Canary(canary), server.home, server.runtime_dir)
        assert left == {}


def test_after_a_restart_a_command_on_a_terminal_asks_once_and_the_others_continue(server, agent):
    session = agent.handed_out("guest")
    restart(server, agent)
    terminal = Terminal(server, binary("rolecall"), "assume", "guest")
    terminal.answer(CHOOSE, "wrong horse battery")
    terminal.expect("The passphrase is wrong.")
    terminal.answer(CHOOSE, PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()
    assert agent.handed_out("guest") != session, "it was assumed again"
    assert "is open" in agent.ok("agent", "--status")


def test_unlocking_brings_the_sessions_back(server, agent):
    session = agent.handed_out("guest")
    restart(server, agent)
    terminal = Terminal(server, binary("rolecall"), "unlock")
    terminal.answer(CHOOSE, PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()
    assert agent.handed_out("guest") == session


def test_c14_an_sdk_gets_one_line_and_nobody_is_asked(server, agent):
    restart(server, agent)
    terminal = Terminal(server, binary("rolecall"), "credentials", "guest")
    assert terminal.end() == 1
    shown = terminal.shown()
    assert shown.count("\n") == 1 and shown.isascii() and len(shown) <= LINE_MAX and "rolecall unlock" in shown


def test_a_service_reads_the_passphrase_from_a_file_descriptor(server, practice, agent):
    restart(server, agent)
    secret = server.root / "passphrase"
    secret.write_text(f"{PASSPHRASE}\n")
    secret.chmod(0o600)
    with secret.open() as file:
        number = file.fileno()
        agent.launch("--passphrase-fd", number, pass_fds=(number,))
        until(agent.is_reachable, "the service")
        assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1
        command_line = open(f"/proc/{agent.process.pid}/cmdline").read()
        assert PASSPHRASE not in command_line


def test_a_wrong_passphrase_from_a_file_descriptor_starts_no_service(server, agent):
    restart(server, agent)
    secret = server.root / "passphrase"
    secret.write_text("wrong horse battery")
    with secret.open() as file:
        process = agent.launch("--passphrase-fd", file.fileno(), pass_fds=(file.fileno(),))
        assert process.wait_exit() == 1
    assert "The passphrase is wrong." in process.log()


def test_the_foreground_agent_asks_on_its_terminal(server, practice):
    terminal = Terminal(server, binary("rolecall"), "agent", "--sealed-file")
    terminal.answer(CHOOSE, "short")
    terminal.expect("at least 8 characters")
    terminal.answer(CHOOSE, PASSPHRASE)
    terminal.answer(AGAIN, "something else")
    terminal.expect("The passphrases differ.")
    terminal.answer(CHOOSE, PASSPHRASE)
    terminal.answer(AGAIN, PASSPHRASE)
    agent = Agent(server)
    until(agent.is_reachable, "the agent", 15)
    assert agent.pid() == terminal.pid
    agent.add_key("user", practice)
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.end() == 0


def test_without_a_person_and_a_keychain_the_solution_is_named(server, practice):
    agent = Agent(server)
    key = f"{practice.access_key_id}\n{practice.secret_access_key}\n"
    done = agent.cli("keys", "add", "user", input=key)
    assert done.returncode == 1 and "rolecall agent --sealed-file" in done.stderr, done.stderr
    assert not sealed_path(server).exists()


def test_no_is_no(server, practice):
    key = f"{practice.access_key_id}\n{practice.secret_access_key}\n"
    terminal = Terminal(server, binary("rolecall"), "keys", "add", "user", stdin=key)
    terminal.answer(MAKE, "")
    assert terminal.end() == 1
    assert not sealed_path(server).exists()


def test_r24_a_damaged_file_is_put_aside_and_reported(server, agent):
    restart(server, agent)
    whole = sealed_path(server).read_bytes()
    sealed_path(server).write_bytes(whole[:-40] + b"0" + whole[-39:])
    done = agent.cli("unlock")
    assert "was damaged" in str(agent.snapshot()["problems"]), done.stderr
    (aside,) = sealed_path(server).parent.glob("keys.sealed.corrupt-*")
    restart(server, agent)
    aside.write_bytes(whole)
    aside.rename(sealed_path(server))
    terminal = Terminal(server, binary("rolecall"), "assume", "guest")
    terminal.answer(CHOOSE, PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()


def test_a_seed_in_the_file_gives_codes_and_is_nowhere_in_plaintext(server, practice, agent):
    operator = practice.role("operator", mfa_code="own")
    agent.write_roles(guest=practice.role("guest"), operator=operator)
    serial, seed = operator["mfa_serial"], practice.seed(operator["mfa_serial"])
    kept = agent.cli("keys", "add-totp", "user", serial, input=f"{seed}\n")
    assert kept.returncode == 0, kept.stderr
    restart(server, agent)
    terminal = Terminal(server, binary("rolecall"), "unlock")
    terminal.answer(CHOOSE, PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()
    # The code was used a moment ago: this may wait for the next.
    done = agent.cli("assume", "operator", timeout=60)
    assert done.returncode == 0 and agent.snapshot()["prompts"] == [], done.stderr
    assert agent.json("keys", "list")[0]["totp"] == serial
    assert files(Canary(seed), server.home, server.runtime_dir) == {}

    agent.ok("keys", "remove-totp", "user")
    assert "totp" not in agent.json("keys", "list")[0]
