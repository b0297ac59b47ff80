"""Actions of tests that need root. The test run itself is an ordinary user's.

`python3 -m harness.root USER COMMAND...` runs a command as that user, and does as root what the command asks for over
a socket that only it and the programs it hands the socket to can use. Started by an ordinary user, nothing can be asked.
"""

import json
import os
import pwd
import signal
import socket
import struct
import subprocess
import sys
import threading

import pytest

# The variable that tells the command which file descriptor is the socket.
DESCRIPTOR = "ROLECALL_ROOT_FD"
_turn = threading.Lock()
_connection = None


def is_there():
    """Returns whether something can be done as root."""
    return DESCRIPTOR in os.environ


def run(*command, input="", env=None, cwd="/", timeout=30.0):
    """Runs a program as root to its end and returns its exit code, output and errors as text; skips without root."""
    if not is_there():
        pytest.skip("this needs root: start the journeys with sudo to run it as well")
    request = {
        "args": [str(part) for part in command],
        "input": input,
        "env": env or {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
        "cwd": str(cwd),
        "timeout": timeout,
    }
    with _turn:
        _send(_socket(), request)
        answer = _receive(_socket())
    if "error" in answer:
        raise RuntimeError(f"as root: {command}: {answer['error']}")
    return subprocess.CompletedProcess(request["args"], answer["code"], answer["out"], answer["err"])


def ok(*command, **options):
    """Runs a program as root and returns its output; fails when it fails."""
    done = run(*command, **options)
    assert done.returncode == 0, done
    return done.stdout


def _socket():
    global _connection
    if _connection is None:
        _connection = socket.socket(fileno=int(os.environ[DESCRIPTOR]))
        os.set_inheritable(_connection.fileno(), False)
    return _connection


def _send(connection, value):
    data = json.dumps(value).encode()
    connection.sendall(struct.pack(">I", len(data)) + data)


def _receive(connection):
    head = connection.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    (length,) = struct.unpack(">I", head)
    return json.loads(connection.recv(length, socket.MSG_WAITALL))


def _serve(connection):
    """Does what is asked, until the command has ended."""
    while (request := _receive(connection)) is not None:
        try:
            done = subprocess.run(
                request["args"],
                input=request["input"],
                env=request["env"],
                cwd=request["cwd"],
                timeout=request["timeout"],
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            answer = {"code": done.returncode, "out": done.stdout, "err": done.stderr}
        except (OSError, subprocess.TimeoutExpired) as error:
            answer = {"error": str(error)}
        _send(connection, answer)


def main(user, *command):
    """Runs the command as `user` and returns its exit code."""
    own, theirs = socket.socketpair()
    account = pwd.getpwnam(user)
    process = subprocess.Popen(
        command,
        env={**os.environ, "USER": user, "LOGNAME": user, "HOME": account.pw_dir, DESCRIPTOR: str(theirs.fileno())},
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        umask=0o022,
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    # A signal such as Ctrl-C also reaches the command; this waits for it.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    _serve(own)
    return process.wait()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
