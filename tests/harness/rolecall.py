"""Rolecall as installed for a user: the desktop app, its command line and its files on one desktop."""

import json
import os
import signal
import socket
import struct
from pathlib import Path

import pytest

from harness.wait import until

# The version of the socket's protocol.
PROTOCOL = 1
REPOSITORY = Path(__file__).resolve().parents[2]
_target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
BIN_DIR = Path(os.environ.get("ROLECALL_BIN_DIR", _target / "debug")).resolve()


def binary(name):
    """Returns the path of a built program; without it the test is skipped, but fails in CI."""
    path = BIN_DIR / name
    if not path.exists():
        text = f"{path} is not built: run `make binaries`"
        pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
    return path


class Refused(Exception):
    """A problem that the app answered with; `.code` is its ProblemCode."""

    def __init__(self, problem):
        self.code = problem["code"]
        super().__init__(f"{self.code}: {problem['what']} {problem['remedy']}")


class Rolecall:
    """One user's Rolecall on one desktop. Starting the app is a separate step."""

    def __init__(self, desktop, practice=False):
        self.desktop = desktop
        self.mode = ["--practice"] if practice else []
        self.process = None
        name = "rolecall-practice" if practice else "rolecall"
        self.socket_path = desktop.runtime_dir / name / "agent.sock"
        self.config_dir = desktop.config_dir / "rolecall"
        self.state_dir = desktop.state_dir / "rolecall"

    def start(self, *arguments, env=None):
        """Starts the app and waits until its command line reaches it."""
        self.launch(*arguments, env=env)
        until(self.is_reachable, lambda: f"the app to answer\n{self.desktop.logs()}", 20)
        return self

    def start_on(self, account, *roles, **entries):
        """Starts the app on a double of AWS, with its user's key, roles of it by name, and other entries of roles.toml."""
        self.write_settings(endpoint=account.endpoint)
        self.write_roles(**{name: account.role(name) for name in roles}, **entries)
        self.start()
        self.add_key("user", account)
        return self

    def launch(self, *arguments, env=None):
        """Starts the app without waiting for anything. Without arguments, the practice account starts in the tray only."""
        program = binary("rolecall-desktop")
        if self.mode and not arguments:
            arguments = ["--no-window"]
        self.process = self.desktop.start("rolecall-desktop", program, *self.mode, *arguments, env=env)
        return self.process

    def is_reachable(self):
        """Returns whether the app answers on its socket."""
        assert self.process is None or self.process.is_running(), f"the app ended:\n{self.process.log()}"
        return self.socket_path.exists() and self.snapshot() is not None

    def ask(self, call, timeout=30.0):
        """Sends one call over the app's socket, as the command line does, and returns the answer."""
        request = json.dumps({"v": PROTOCOL, "client": "journeys", "call": call}).encode()
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(timeout)
            connection.connect(str(self.socket_path))
            connection.sendall(struct.pack(">I", len(request)) + request)
            (length,) = struct.unpack(">I", _receive(connection, 4))
            result = json.loads(_receive(connection, length))["result"]
        if "Err" in result:
            raise Refused(result["Err"])
        return result["Ok"]

    def snapshot(self):
        """Returns everything the app shows."""
        return self.ask("snapshot")["snapshot"]

    def session(self, role):
        """Returns what is shown of a role's session, or None."""
        return next((session for session in self.snapshot()["sessions"] if session["role"] == role), None)

    def wait_for_session(self, role, phase="active", deadline=20.0):
        """Returns a role's session once it is in this phase."""

        def in_phase():
            session = self.session(role)
            return session if session and session["phase"] == phase else None

        return until(in_phase, lambda: f"{role} to be {phase}; it is {self.session(role)}", deadline)

    def wait_for_problem(self, code, deadline=10.0):
        """Returns the current problem with this code, once there is one."""

        def standing():
            return next((problem for problem in self.snapshot()["problems"] if problem["code"] == code), None)

        return until(standing, lambda: f"problem {code}; there are {self.snapshot()['problems']}", deadline)

    def stop(self):
        """Ends the app as a logout does; returns its exit code."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait_exit()

    def cli(self, *arguments, input=None, env=None, timeout=30.0):
        """Runs the command line to its end."""
        return self.desktop.run(
            binary("rolecall"), *self.mode, *arguments, input=input, env=env, timeout=timeout
        )

    def ok(self, *arguments, input=None):
        """Runs the command line and returns its output; fails when it fails."""
        done = self.cli(*arguments, input=input)
        assert done.returncode == 0, f"rolecall {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
        return done.stdout

    def json(self, *arguments):
        """Runs the command line with --json and returns what it printed."""
        return json.loads(self.ok(*arguments, "--json"))

    def handed_out(self, role):
        """Returns the credentials that an SDK gets."""
        return json.loads(self.ok("credentials", role))

    def credential_process(self, role):
        """Returns the command line for a profile's `credential_process`."""
        return " ".join([str(binary("rolecall")), *self.mode, "credentials", role])

    def add_key(self, name, account):
        """Puts the user's long-term key of a double into the keychain, on standard input."""
        return self.ok("keys", "add", name, input=f"{account.access_key_id}\n{account.secret_access_key}\n")

    def write_settings(self, endpoint=None, **sections):
        """Writes settings.toml: a custom endpoint and any other sections."""
        if endpoint:
            sections["aws"] = {"endpoint_url": endpoint, **sections.get("aws", {})}
        self._write("settings.toml", "".join(_table(name, values) for name, values in sections.items()))

    def write_roles(self, **roles):
        """Writes roles.toml, one role per argument."""
        self._write("roles.toml", "".join(_table(f"roles.{_key(name)}", role) for name, role in roles.items()))

    def write_any_role(self):
        """Writes a role, so that a start is not the first one, which opens the window."""
        self.write_roles(any={"arn": "arn:aws:iam::808768216571:role/any", "source": "nobody"})

    def write_roles_text(self, text):
        """Writes roles.toml as it is."""
        self._write("roles.toml", text)

    def _write(self, name, text):
        self.config_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.config_dir / name
        beside = path.with_suffix(".new")
        beside.write_text(text)
        beside.rename(path)


def knock(rolecall, call):
    """Returns a Python program that sends a call to the socket and prints the answer."""
    request = json.dumps({"v": PROTOCOL, "client": "stranger", "call": call})
    return f"""
import socket, struct
connection = socket.socket(socket.AF_UNIX)
connection.connect({str(rolecall.socket_path)!r})
request = {request!r}.encode()
try:
    connection.sendall(struct.pack(">I", len(request)) + request)
    print(connection.recv(65536))
except (BrokenPipeError, ConnectionResetError):
    print(b"")
"""


def _receive(connection, length):
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        assert part, f"the app closed the connection after {len(data)} of {length} bytes"
        data += part
    return data


def _table(name, values):
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items()) + "\n"


def _key(name):
    return name if name.replace("-", "").replace("_", "").isalnum() else json.dumps(name)
