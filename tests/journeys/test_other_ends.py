"""Problems at the other end of the socket: another user, another version, a stopped process, a locked keychain."""

import json
import os
import signal
import socket
import struct
import threading
import time

import pytest

from harness import root
from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import binary, knock
from harness.wait import until

LINE_MAX = 200
NOBODY = 65534
NOT_RUNNING = "Rolecall is not running. Start rolecall-desktop, or on a machine without a display: rolecall agent"
FOREIGN = "Rolecall's socket belongs to another user. Use the account that Rolecall runs in, without sudo."
OTHER_VERSION = "Rolecall and its command line have different versions. Restart Rolecall."
LOCKED = 'rolecall: "guest": the keychain does not provide the key. Unlock it, then try again'
LATE = 'rolecall: "guest": no answer within 20 seconds. Rolecall may wait for a code: check there, then try again'


@pytest.fixture
def practice(machine):
    """The practice account in the agent's settings."""
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint, agent={"start": "never"})
    agent.write_roles(guest=practice.role("guest"))
    return practice


@pytest.fixture
def agent(machine, practice):
    """An agent that runs, with a key."""
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    return agent


def fails_with(done, words):
    """Checks that a credential_process failed in exactly these words, and that an SDK can show them."""
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"{words}\n")
    assert done.stderr.isascii() and len(done.stderr.encode()) <= LINE_MAX


def test_without_a_server_there_is_a_message(practice, machine):
    fails_with(Agent(machine).cli("credentials", "guest"), NOT_RUNNING)


def test_t01_another_user_gets_nothing_and_sees_why(machine, agent, practice):
    agent.ok("assume", "guest")
    def as_nobody(*command):
        options = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        return root.run("setpriv", *options, *command, env=machine.env)

    program = machine.root / "rolecall-for-all"
    program.write_bytes(binary("rolecall").read_bytes())
    program.chmod(0o755)
    opened = [(path, path.stat().st_mode) for path in (machine.root, machine.runtime_dir.parent, machine.runtime_dir)]
    try:
        for path, mode in opened:
            path.chmod(mode | 0o055)
        fails_with(as_nobody(program, "credentials", "guest"), FOREIGN)
        # Even with every door open, the server looks who knocks.
        agent.socket_path.parent.chmod(0o777)
        agent.socket_path.chmod(0o777)
        fails_with(as_nobody(program, "credentials", "guest"), FOREIGN)
        knocking = as_nobody("python3", "-c", knock(agent, {"credentials": {"role": "guest"}}))
        assert knocking.stdout == "b''\n", knocking
    finally:
        agent.socket_path.chmod(0o600)
        agent.socket_path.parent.chmod(0o700)
        for path, mode in opened:
            path.chmod(mode)
    assert "another user" in agent.process.log()
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1
    assert {line["request"] for line in agent.json("history")} == {"assume", "credentials"}


class OtherVersion:
    """A server of the socket that answers every call with one frame, until it is closed."""

    def __init__(self, path, answer):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        path.chmod(0o600)
        self.listener.listen()
        self.answer = json.dumps(answer).encode()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                (length,) = struct.unpack(">I", connection.recv(4))
                connection.recv(length)
                connection.sendall(struct.pack(">I", len(self.answer)) + self.answer)


@pytest.mark.parametrize("answer", [
    {"v": 2, "app": "9.9.9", "result": {"Ok": "done"}},
    {"v": 1, "app": "0.0.1", "result": {"Err": {"code": "version_mismatch", "what": "Not understood.", "remedy": "Use the same version."}}},
    {"v": 1, "app": "9.9.9", "result": {"Ok": {"hologram": {}}}},
])
def test_r28_an_application_of_another_version_is_reported_in_fixed_words(machine, practice, answer):
    agent = Agent(machine)
    other = OtherVersion(agent.socket_path, answer)
    fails_with(agent.cli("credentials", "guest"), OTHER_VERSION)
    done = agent.cli("list")
    assert done.returncode == 1 and done.stdout == "" and done.stderr, done
    other.listener.close()


def newer_command_line(rolecall, call, version=2):
    """Returns what the application answers to a command line of another version."""
    request = json.dumps({"v": version, "client": "9.9.9\x1b[2J", "call": call}).encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(rolecall.socket_path))
        connection.sendall(struct.pack(">I", len(request)) + request)
        (length,) = struct.unpack(">I", connection.recv(4))
        return json.loads(connection.recv(length))


def is_detected(rolecall):
    """Checks that the application detects other versions, whatever the call."""
    for version, call in [(2, {"credentials": {"role": "guest"}}), (1, {"teleport": {}}), (2, "snapshot")]:
        answer = newer_command_line(rolecall, call, version)
        problem = answer["result"]["Err"]
        assert problem["code"] == "version_mismatch", answer
        assert "\x1b" not in json.dumps(answer, ensure_ascii=False) and "ASIA" not in json.dumps(answer)


def test_r28_the_agent_detects_a_command_line_of_another_version(agent):
    agent.ok("assume", "guest")
    is_detected(agent)
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1


def test_r28_the_tray_detects_a_command_line_of_another_version(desktop, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    is_detected(rolecall)
    assert rolecall.cli("list").returncode == 0


def test_r14_a_locked_keychain_is_reported_and_costs_no_session(machine, agent):
    session = agent.handed_out("guest")
    machine.keychain.lock()
    assert agent.handed_out("guest") == session, "a live session needs no keychain"
    agent.ok("end", "guest")
    begun = time.monotonic()
    fails_with(agent.cli("credentials", "guest"), LOCKED)
    assert time.monotonic() - begun < 6
    machine.keychain.unlock()
    assert json.loads(agent.ok("credentials", "guest"))["Version"] == 1


def test_c14_a_stopped_application_times_out_after_20_seconds(agent):
    agent.ok("assume", "guest")
    os.kill(agent.process.pid, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        fails_with(agent.cli("credentials", "guest", timeout=40), LATE)
        assert 19 <= time.monotonic() - begun <= 25
    finally:
        os.kill(agent.process.pid, signal.SIGCONT)
    until(lambda: agent.cli("credentials", "guest").returncode == 0, "the agent to go on")
