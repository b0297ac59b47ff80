"""The memory of our programs with secrets: not readable by the user's other programs, and not in core dumps."""

import os
import resource
import signal
import subprocess
import sys

import pytest

from harness.agent import Agent
from harness.desktop import Desktop
from harness.leak_scan import Canary, memory
from harness.practice import Practice
from harness.process import arguments, descendants, running
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until
from harness.webdriver import Window

PASSPHRASE = "correct horse battery staple"
CLOSED = ("mem", "environ", "maps", "auxv", "root", "cwd", "exe", "fd")
SECRET = "Ab/CdEfGhIjKlMnOpQrStUvWxYz0123456789+/x"
PAIR = f"AKIAIOSFODNN7EXAMPLE\n{SECRET}\n"
# Longer than any of these tests takes.
SLOW = "latency=60000"


class Program:
    """A program that may dump its core, in a folder where it would lie."""

    def __init__(self, place, *command, stdin=""):
        self.dir = place.root / "cores"
        self.dir.mkdir(exist_ok=True)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        self._popen = subprocess.Popen(
            [str(part) for part in command],
            env=place.env,
            cwd=self.dir,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, unlimited),
        )
        self._popen.stdin.write(stdin.encode())
        self._popen.stdin.close()

    @property
    def pid(self):
        """The process id."""
        return self._popen.pid

    def dumps_core(self):
        """Sends SIGQUIT, like Ctrl-\\, and returns whether the kernel wrote a core dump."""
        os.kill(self.pid, signal.SIGQUIT)
        _, status = os.waitpid(self.pid, 0)
        self._popen.returncode = -os.WTERMSIG(status)
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGQUIT, status
        return os.WCOREDUMP(status)


def readable(pid):
    """Returns what another program of the same user can read of a process."""
    return [name for name in CLOSED if _is_readable(f"/proc/{pid}/{name}")]


def _is_readable(path):
    try:
        if os.path.islink(path):
            os.readlink(path)
        elif os.path.isdir(path):
            os.listdir(path)
        else:
            open(path, "rb").close()
    except PermissionError:
        return False
    return True


@pytest.fixture
def practice(machine):
    """The practice account in the agent's settings."""
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    return practice


def test_t05_t06_a_program_that_does_nothing_about_it_can_be_read_and_dumps_its_core(machine):
    canary = Canary("a secret that was read from standard input")
    script = "import sys, time; kept = sys.stdin.read(); time.sleep(60)"
    program = Program(machine, sys.executable, "-c", script, stdin=canary.secret)
    until(lambda: memory(canary, program.pid), "the secret in its memory")
    assert set(readable(program.pid)) == set(CLOSED)
    assert program.dumps_core()


@pytest.mark.parametrize("words", [
    ["keys", "add", "other"],
    ["assume", "guest"],
    ["env", "guest"],
    ["exec", "guest", "--", "true"],
    ["exec", "--server", "guest", "--", "true"],
    ["credentials", "guest"],
    ["credentials", "--key", "user"],
], ids=" ".join)
def test_t05_t06_a_command_that_meets_a_secret_is_closed_and_dumps_no_core(machine, practice, words):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    practice.set_faults(SLOW)
    before = practice.requests()
    program = Program(machine, binary("rolecall"), *words, stdin=PAIR)
    until(lambda: practice.requests() != before, "AWS to be asked")
    assert readable(program.pid) == []
    assert not program.dumps_core()
    assert list(program.dir.iterdir()) == []


def test_t05_root_finds_the_key_in_the_memory_that_its_user_cannot_read(machine, practice):
    agent = Agent(machine).start()
    practice.set_faults(SLOW)
    program = Program(machine, binary("rolecall"), "keys", "add", "other", stdin=PAIR)
    until(lambda: agent.process.is_running() and memory(Canary(SECRET), program.pid), "the secret in its memory")
    with pytest.raises(PermissionError):
        open(f"/proc/{program.pid}/mem", "rb")
    assert not program.dumps_core()


def test_t05_t06_a_passphrase_and_a_seed_are_closed_while_they_are_typed(practice, machine):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    serial = "arn:aws:iam::177634097045:mfa/user"
    typed = Terminal(machine, binary("rolecall"), "keys", "add-totp", "user", serial)
    typed.expect(":")
    assert readable(typed.pid) == []
    typed.kill()
    with Desktop(display=False, bus=False) as server:
        sealing = Terminal(server, binary("rolecall"), "agent", "--sealed-file")
        sealing.expect("(not shown): ")
        sealing.send(f"{PASSPHRASE}\n")
        sealing.expect("Repeat the passphrase: ")
        assert readable(sealing.pid) == []
        sealing.kill()


def test_t08_no_long_lived_secret_stays_in_memory_after_its_use(machine, practice):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    key, pid = Canary(practice.secret_access_key), agent.process.pid
    agent.ok("assume", "guest")
    agent.ok("env", "guest")
    until(lambda: memory(key, pid) == [], "the secret to be gone from memory", 5)
    token = Canary(agent.handed_out("guest")["SessionToken"])
    assert memory(token, pid) != [], "a session is kept in memory, and is found there"


def test_t08_a_passphrase_and_the_keys_under_it_do_not_stay_in_memory(practice):
    with Desktop(display=False, bus=False) as server:
        agent = Agent(server)
        agent.write_settings(endpoint=practice.endpoint)
        agent.write_roles(guest=practice.role("guest"))
        sealing = Terminal(server, binary("rolecall"), "agent", "--sealed-file")
        for prompt in ("(not shown): ", "Repeat the passphrase: "):
            sealing.expect(prompt)
            sealing.send(f"{PASSPHRASE}\n")
        until(agent.is_reachable, "the agent")
        agent.add_key("user", practice)
        agent.ok("assume", "guest")
        (pid,) = server.agents()
        for secret in (PASSPHRASE, practice.secret_access_key):
            until(lambda kept=Canary(secret): memory(kept, pid) == [], "the secret to be gone from memory", 5)


def test_what_exec_starts_is_as_open_as_it_would_be_alone(machine, practice):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    script = "import ctypes, resource; print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))"
    alone = machine.run(sys.executable, "-c", script).stdout
    for server in ([], ["--server"]):
        done = agent.cli("exec", *server, "guest", "--", sys.executable, "-c", script)
        assert done.stdout == alone, done


def test_t05_the_agent_is_closed_and_dumps_no_core(machine, practice):
    program = Program(machine, binary("rolecall-agent"))
    until(lambda: Agent(machine).is_reachable(), "the agent to answer")
    assert readable(program.pid) == []
    assert not program.dumps_core()


def test_t05_the_app_and_its_window_are_closed(desktop, rolecall, keychain, tray, notifications):
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.wait_for_text("Rolecall")
    app = window.app_pid()
    ours = [pid for pid in [app, *descendants(app)] if _name(pid).startswith("rolecall")]
    assert ours
    assert {pid: readable(pid) for pid in ours} == {pid: [] for pid in ours}
    window.close()


def test_t05_what_serves_an_endpoint_is_closed(machine, practice):
    agent = Agent(machine).start()
    agent.add_key("user", practice)
    served = machine.start("endpoint", binary("rolecall"), "endpoint", "guest")
    until(lambda: "http://127.0.0.1" in served.log(), served.log)
    serving = [pid for pid in running("rolecall") if "endpoint-server" in arguments(pid)]
    assert {pid: readable(pid) for pid in serving} == {pid: [] for pid in serving} != {}


def _name(pid):
    with open(f"/proc/{pid}/comm") as comm:
        return comm.read().strip()

