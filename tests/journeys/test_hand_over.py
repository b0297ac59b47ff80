"""The tray takes over from the agent and hands back, without a failed command."""

import fcntl
import json
import os
import signal
import subprocess
import threading

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.terminal import Terminal
from harness.wait import until

ASKERS = 4


class Storm:
    """Programs that repeatedly request the same credentials, like SDKs."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.answers, self.failures = [], []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(ASKERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self):
        """Waits until every program has received more answers."""
        enough = len(self.answers) + 5 * ASKERS
        until(lambda: self.failures or len(self.answers) >= enough, "more answers", 30)
        assert not self.failures, self.failures[0]

    def _ask(self):
        command = [str(binary("rolecall")), "credentials", "guest"]
        while not self._over.is_set():
            done = subprocess.run(
                command, env=self.desktop.env, cwd=self.desktop.home, stdin=subprocess.DEVNULL, capture_output=True, text=True
            )
            if done.returncode:
                self.failures.append(done.stderr)
            else:
                self.answers.append(json.loads(done.stdout)["AccessKeyId"])


@pytest.fixture
def practice(desktop, keychain):
    """A practice account that the settings lead to; commands start the agent although there is a display."""
    practice = Practice(desktop).start()
    agent = Agent(desktop)
    agent.write_settings(endpoint=practice.endpoint, agent={"start": "always"})
    agent.write_roles(guest=practice.role("guest"))
    agent.add_key("user", practice)
    return practice


@pytest.fixture
def agent(desktop, practice):
    """The agent, with a live session."""
    agent = Agent(desktop)
    agent.handed_out("guest")
    assert practice.requests()["AssumeRole"] == 1
    return agent


def test_the_tray_takes_over_and_hands_back_without_losing_a_session(desktop, practice, agent, tray, notifications):
    first = agent.the_only_one()
    with Storm(desktop) as storm:
        storm.goes_on()
        app = Rolecall(desktop).start()
        tray.wait_for_item()
        assert agent.kind() == "desktop"
        storm.goes_on()
        until(lambda: desktop.agents() == [], "the agent to end")
        assert app.stop() == 0
        assert agent.kind() == "agent" and agent.the_only_one() != first
        storm.goes_on()
    assert storm.failures == []
    assert len(set(storm.answers)) == 1
    assert practice.requests()["AssumeRole"] == 1
    assert "the tray application takes over" in agent.log_path.read_text()


def test_r25_an_agent_that_was_killed_leaves_its_sessions_to_the_tray(desktop, practice, agent, tray, notifications):
    with Storm(desktop) as storm:
        storm.goes_on()
        os.kill(agent.pid(), signal.SIGKILL)
        Rolecall(desktop).start()
        tray.wait_for_item()
        until(lambda: agent.kind() == "desktop", "the tray to take over")
        storm.goes_on()
    assert storm.failures == []
    assert len(set(storm.answers)) == 1
    assert practice.requests()["AssumeRole"] == 1


def test_pending_answers_are_sent_before_the_tray_takes_over(desktop, practice, tray, notifications):
    practice.set_faults("latency=1500")
    asking = desktop_ask(desktop)
    until(lambda: practice.requests().get("AssumeRole"), "the call to be under way")
    Rolecall(desktop).start()
    output, errors = asking.communicate(timeout=30)
    assert asking.returncode == 0, errors
    assert Agent(desktop).handed_out("guest")["AccessKeyId"] == json.loads(output)["AccessKeyId"]
    assert practice.requests()["AssumeRole"] == 1


def test_an_agent_restarts_with_its_idle_limit(desktop, practice, agent, tray, notifications):
    os.kill(agent.pid(), signal.SIGTERM)
    until(lambda: desktop.agents() == [], "the agent to end")
    agent.start()
    assert agent.ask("host")["host"]["idle_limit_s"] is None
    app = Rolecall(desktop).start()
    until(lambda: not agent.process.is_running(), "the agent to hand over")
    tray.wait_for_item()
    assert app.stop() == 0
    assert agent.ask("host")["host"]["idle_limit_s"] is None
    assert agent.handed_out("guest") and practice.requests()["AssumeRole"] == 1


def test_without_an_agent_before_there_is_none_after(desktop, practice, tray, notifications):
    Agent(desktop).ok("agent", "--stop")
    until(lambda: desktop.agents() == [], "the agent to end")
    app = Rolecall(desktop).start()
    tray.wait_for_item()
    assert app.stop() == 0
    assert desktop.agents() == []


def test_the_tray_takes_over_and_hands_back_while_somebody_keeps_the_lock(desktop, practice, agent, tray, notifications):
    with open(agent.socket_path.parent / "starting.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        app = Rolecall(desktop).start()
        tray.wait_for_item()
        assert agent.kind() == "desktop" and desktop.agents() == []
        assert app.stop() == 0
        assert agent.kind() == "agent"
    assert agent.handed_out("guest") and practice.requests()["AssumeRole"] == 1


def test_what_is_no_file_in_the_place_of_lock_and_log_stops_no_hand_over(desktop, practice, agent, tray, notifications):
    lock = agent.socket_path.parent / "starting.lock"
    for path in (lock, agent.log_path):
        path.unlink()
        os.mkfifo(path)
    app = Rolecall(desktop).start()
    tray.wait_for_item()
    until(lambda: desktop.agents() == [], "the agent to end")
    assert f"a lock cannot be opened error=it is not a file; move it away path={lock}" in app.process.log()
    assert app.stop() == 0
    assert agent.kind() == "agent" and agent.handed_out("guest")
    assert practice.requests()["AssumeRole"] == 1


def test_the_log_of_the_agents_is_private_and_goes_on_over_a_hand_over(desktop, practice, agent, tray, notifications):
    first = agent.log_path.read_text()
    assert first.count("ready at") == 1
    app = Rolecall(desktop).start()
    tray.wait_for_item()
    until(lambda: "the tray application takes over" in agent.log_path.read_text(), "the end of the first")
    assert app.stop() == 0
    log = until(lambda: (text := agent.log_path.read_text()).count("ready at") == 2 and text, agent.log_path.read_text)
    assert log.startswith(first)
    assert agent.log_path.stat().st_mode & 0o777 == 0o600
    session = agent.handed_out("guest")
    assert not any(session[name] in log for name in ("SecretAccessKey", "SessionToken"))


def desktop_ask(desktop):
    """Starts a program that asks for credentials."""
    command = [str(binary("rolecall")), "credentials", "guest"]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=desktop.env, cwd=desktop.home, **options)


# An agent of the first version that had one: it knows Host and Stop, and nothing of handing over.
OLD_AGENT = """
import fcntl, json, os, socket, struct, sys
folder = sys.argv[1]
lock = open(folder + "/instance.lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
listener = socket.socket(socket.AF_UNIX)
listener.bind(folder + "/agent.sock")
listener.listen()
host = {"kind": "agent", "version": "0.0.1", "pid": os.getpid(), "sealed_file": "", "sealed_file_is": "absent"}
refused = {"code": "version_mismatch", "what": "The frame is not understood.", "remedy": "Use the same version."}
while True:
    connection, _ = listener.accept()
    head = connection.recv(4)
    if not head:
        continue
    call = json.loads(connection.recv(struct.unpack(">I", head)[0]))["call"]
    print(call, flush=True)
    result = {"host": {"Ok": {"host": host}}, "stop": {"Ok": "done"}}.get(call, {"Err": refused}) if isinstance(call, str) else {"Err": refused}
    answer = json.dumps({"v": 1, "app": "0.0.1", "result": result}).encode()
    connection.sendall(struct.pack(">I", len(answer)) + answer)
    connection.close()
    if call == "stop":
        os.unlink(folder + "/agent.sock")
        sys.exit()
"""


def test_r28_an_old_agent_is_stopped_and_its_sessions_come_from_the_disk(desktop, practice, agent, tray, notifications):
    session = agent.handed_out("guest")
    agent.ok("agent", "--stop")
    until(lambda: desktop.agents() == [], "the agent to end")
    old = desktop.start("old-agent", "python3", "-c", OLD_AGENT, agent.socket_path.parent)
    until(agent.socket_path.exists, old.log)
    app = Rolecall(desktop)
    app.launch()
    until(lambda: not old.is_running(), old.log)
    until(app.is_reachable, "the tray to answer", 20)
    assert "hand_over" in old.log() and old.log().rstrip().endswith("stop")
    assert app.handed_out("guest") == session
    assert practice.requests()["AssumeRole"] == 1


PASSPHRASE = "correct horse battery"


def test_a_sealed_file_is_reported_and_opened_again_at_both_ends(desktop, practice, tray, notifications):
    """The passphrase is not passed between the programs: the user enters it in each."""
    agent = Agent(desktop)
    agent.ok("agent", "--stop")
    until(lambda: desktop.agents() == [], "the agent to end")
    (agent.config_dir / "keys.toml").unlink()
    terminal = Terminal(desktop, binary("rolecall"), "agent", "--sealed-file")
    terminal.answer("(not shown): ", PASSPHRASE)
    terminal.answer("Repeat the passphrase: ", PASSPHRASE)
    until(agent.is_reachable, "the agent")
    agent.add_key("user", practice)
    session = agent.handed_out("guest")

    app = Rolecall(desktop).start()
    assert terminal.end() == 0
    tray.wait_for_item()
    assert app.wait_for_problem("keys_sealed")["remedy"] == "Unlock it with: rolecall unlock"
    assert "is sealed. Unlock it with: rolecall unlock" in app.ok("agent", "--status")
    unlock(desktop)
    assert app.handed_out("guest") == session
    until(lambda: app.snapshot()["problems"] == [], "nothing to be wrong any more")

    assert app.stop() == 0
    assert agent.kind() == "agent"
    assert "is sealed. Unlock it with: rolecall unlock" in agent.ok("agent", "--status")
    unlock(desktop)
    assert agent.handed_out("guest") == session
    assert practice.requests()["AssumeRole"] == 1


def unlock(desktop):
    """Enters the passphrase of the sealed file on a terminal."""
    terminal = Terminal(desktop, binary("rolecall"), "unlock")
    terminal.answer("(not shown): ", PASSPHRASE)
    assert terminal.end() == 0, terminal.shown()
