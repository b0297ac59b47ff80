"""`exec`: signals, exit code and terminal, for the started program and for its caller."""

import json
import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.process import arguments, running
from harness.rolecall import binary
from harness.typist import Typist
from harness.wait import until

WAYS = {"variables": [], "endpoint": ["--server"]}
# Tells what a program finds at its start.
STATE = """
import json, os, signal, sys
handled = {s.name: signal.getsignal(s) for s in signal.valid_signals() if isinstance(s, signal.Signals)}
print(json.dumps({
    "ignored": sorted(name for name, how in handled.items() if how == signal.SIG_IGN),
    "blocked": sorted(s.name for s in signal.pthread_sigmask(signal.SIG_BLOCK, [])),
    "files": sorted(int(n) for n in os.listdir("/proc/self/fd"))[:-1],
    "children": open(f"/proc/self/task/{os.getpid()}/children").read().split(),
    "umask": os.umask(0), "cwd": os.getcwd(), "group": os.getpgrp() == os.getpgid(os.getppid()),
}))
"""
# Tells the terminal's size at its start, when it changes and when it is continued, and dies of SIGINT as most do.
SIZES = """
import os, signal
def tell(*_):
    os.write(1, "size {}x{}\\n".format(*os.get_terminal_size()).encode())
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGWINCH, tell)
signal.signal(signal.SIGCONT, tell)
tell()
while True:
    signal.pause()
"""


@pytest.fixture
def rolecall(desktop):
    """Rolecall without a display: the code that starts programs is the same."""
    return Agent(desktop)


@pytest.fixture
def app(desktop, rolecall, keychain):
    """A running app with a role on a practice account."""
    rolecall.start_on(Practice(desktop).start(), "guest")
    rolecall.ok("assume", "guest")
    return rolecall


@pytest.fixture(params=WAYS)
def exec_(request, app):
    """The command prefix for each way to get credentials."""
    return [binary("rolecall"), "exec", *WAYS[request.param], "guest", "--"]


def run(desktop, *command, **options):
    return subprocess.run(
        [str(word) for word in command], env=desktop.env, cwd=desktop.home, capture_output=True, timeout=30, **options
    )


def test_the_exit_code_is_the_programs(desktop, exec_):
    for code in (0, 1, 2, 125, 126, 127, 128, 130, 255):
        assert run(desktop, *exec_, "sh", "-c", f"exit {code}").returncode == code


def test_a_program_that_a_signal_ends_is_seen_to_be_ended_by_it(desktop, exec_):
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV):
        assert run(desktop, *exec_, "sh", "-c", f"kill -{int(number)} $$").returncode == -number


@pytest.mark.parametrize("name", ["HUP", "INT", "TERM", "USR1", "USR2", "WINCH", "CONT"])
def test_signals_reach_the_program(desktop, exec_, name):
    script = f"trap 'echo got {name}; exit 7' {name}; echo up; while :; do sleep 0.05; done"
    command = [str(word) for word in (*exec_, "bash", "-c", script)]
    with subprocess.Popen(command, env=desktop.env, cwd=desktop.home, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "up\n"
        program.send_signal(getattr(signal, f"SIG{name}"))
        assert program.stdout.readline() == f"got {name}\n"
        assert program.wait(10) == 7


def test_input_and_output_pass_through_unread_and_unchanged(desktop, exec_):
    data = os.urandom(3 << 20)
    done = run(desktop, *exec_, "cat", input=data)
    assert done.returncode == 0 and done.stdout == data and done.stderr == b""


def test_a_closed_pipe_ends_the_program(desktop, exec_):
    reader, writer = os.pipe()
    command = [str(word) for word in (*exec_, "yes")]
    with subprocess.Popen(command, env=desktop.env, cwd=desktop.home, stdout=writer) as program:
        os.close(writer)
        os.read(reader, 10)
        os.close(reader)
        assert program.wait(10) == -signal.SIGPIPE


def test_the_program_starts_as_without_exec(desktop, exec_):
    probe = [sys.executable, "-c", STATE]
    ignoring = ["sh", "-c", 'trap "" HUP USR2; umask 027; exec "$@"', "sh"]
    alone = json.loads(run(desktop, *ignoring, *probe).stdout)
    assert {"SIGHUP", "SIGUSR2"} < set(alone["ignored"])
    assert json.loads(run(desktop, *ignoring, *exec_, *probe).stdout) == alone


def test_on_a_terminal_it_is_stopped_continued_resized_and_interrupted(desktop, exec_):
    (desktop.home / "program.py").write_text(SIZES)
    env = {**desktop.env, "TERM": "dumb", "PS1": "$ "}
    shell = Typist(["bash", "--norc", "--noprofile"], env, desktop.home)
    in_front = partial(until, lambda: os.tcgetpgrp(shell.fd) != shell.pid, "the program to have the terminal")
    at_prompt = partial(shell.wait_for, r"\$ $", quiet=0.3)
    try:
        at_prompt()
        shell.type(" ".join(map(str, (*exec_, sys.executable, "program.py"))))
        shell.wait_for("size 160x40")
        shell.resize(30, 100)
        shell.wait_for("size 100x30")
        shell.shown = ""
        shell.key("\x1a")
        shell.wait_for("Stopped")
        at_prompt()
        shell.type("fg")
        shell.wait_for("size 100x30")
        shell.resize(20, 90)
        shell.wait_for("size 90x20")
        shell.shown = ""
        shell.key("\x03")
        at_prompt()
        shell.type("echo code=$?")
        shell.wait_for("code=130")
        at_prompt()
        shell.type(" ".join(map(str, (*exec_, "cat"))))
        in_front()
        shell.type("typed")
        shell.wait_for("typed\r\n\r?typed")
        shell.key("\x04")
        at_prompt()
        shell.type("echo code=$?")
        shell.wait_for("code=0")
    finally:
        shell.end()


def test_the_endpoint_process_ends_with_the_program(desktop, app):
    done = run(desktop, binary("rolecall"), "exec", "--server", "guest", "--", "sh", "-c", "kill -9 $$")
    assert done.returncode == -signal.SIGKILL
    until(lambda: not [pid for pid in running("rolecall") if "endpoint-server" in arguments(pid)], "no process that serves")
