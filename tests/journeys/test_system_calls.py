"""What our programs start and whom they connect to, by their system calls, beside files and variables that lead elsewhere."""

import os
import re
import shutil
import signal
import socket
import threading

import pytest

from harness import root
from harness.agent import Agent
from harness.aws import V1
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until

CALLS = "trace=execve,execveat,connect,listen,bind"
EXECUTED = re.compile(r'\bexecve(?:at)?\((?:AT_FDCWD, )?"([^"]+)"')
CONNECTED = re.compile(r"\b(?:connect|bind)\(\d+, \{sa_family=AF_INET6?, sin6?_port=htons\((\d+)\)")
LISTENED = re.compile(r"\blisten\((\d+)")
# A file of AWS that runs a program wherever AWS's tools allow it, and leads to another server.
HOSTILE = """[default]
region = eu-west-1
credential_process = {touch}
endpoint_url = {trap}
ca_bundle = /nowhere
services = elsewhere

[profile chained]
role_arn = arn:aws:iam::808768216571:role/chained
source_profile = default
mfa_process = {touch}

[profile cloud]
role_arn = arn:aws:iam::808768216571:role/cloud
credential_source = Ec2InstanceMetadata

[profile sso]
sso_start_url = {trap}/start
sso_region = eu-west-1
sso_account_id = 808768216571
sso_role_name = sso
credential_process = sh -c '{touch}'

[services elsewhere]
sts =
  endpoint_url = {trap}
"""
# Everything that reads files of others or acts on a role.
COMMANDS = [
    ["list"],
    ["status"],
    ["catalogue"],
    ["doctor"],
    ["doctor", "chained"],
    ["assume", "guest"],
    ["assume", "chained"],
    ["assume", "sso"],
    ["env", "guest"],
    ["credentials", "guest"],
    ["credentials", "cloud"],
    ["explain", "guest"],
    ["import", "aws-vault", "--dry-run"],
    ["connect", "guest", "--dry-run"],
    ["roles", "export"],
    ["keys", "list"],
    ["history"],
    ["exec", "guest", "--", "/bin/true"],
]


class Trap:
    """A server that should never be asked."""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked = []
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            self.asked.append(address)
            connection.close()


@pytest.fixture
def trap():
    """A server that the environment and the files of AWS lead to."""
    with Trap() as trap:
        yield trap


@pytest.fixture
def hostile(machine, trap):
    """The variables of an environment that leads elsewhere, and the canary that a program of the files would make."""
    if shutil.which("strace") is None or root.run("strace", "-o", "/dev/null", "true").returncode != 0:
        pytest.skip("strace is not installed or not allowed")
    canary = machine.home / "canary"
    (machine.home / ".aws").mkdir()
    text = HOSTILE.format(touch=f"/usr/bin/touch {canary}", trap=trap.url)
    (machine.home / ".aws" / "config").write_text(text)
    names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"]
    return dict.fromkeys(names, trap.url), canary


# Our programs hide what they point to from their user, and so from a strace of this user.
TRACE = """strace -f -qq -e "$CALLS" -o "$1" setpriv --reuid="$USER_ID" --regid="$GROUP_ID" --clear-groups -- "${@:2}" """


class Traced:
    """Programs of this user whose calls root records."""

    def __init__(self, machine, env):
        self.machine = machine
        user = {"USER_ID": str(os.getuid()), "GROUP_ID": str(os.getgid()), "CALLS": CALLS}
        self.env = {**machine.env, **env, **user, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self.logs = []

    def run(self, *command, script=TRACE):
        """Runs a program to its end."""
        self.logs.append(self.machine.root / f"calls-{len(self.logs)}")
        return root.run("bash", "-c", script, "trace", self.logs[-1], *command, env=self.env, cwd=self.machine.home)

    def start(self, *command):
        """Starts a program."""
        self.run(*command, script=f"({TRACE}) >/dev/null 2>&1 & disown")

    def calls(self):
        """Returns all calls so far."""
        return "\n".join(path.read_text(errors="replace") for path in self.logs)


def test_c11_t15_t16_t17_only_our_programs_run_and_only_aws_is_called(machine, trap, hostile):
    variables, canary = hostile
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    traced = Traced(machine, variables)
    traced.start(binary("rolecall-agent"))
    until(lambda: machine.agents() and agent.is_reachable(), "the agent")
    agent.add_key("user", practice)
    done = {" ".join(words): traced.run(binary("rolecall"), *words) for words in COMMANDS}
    (pid,) = machine.agents()
    os.kill(pid, signal.SIGTERM)
    until(lambda: not machine.agents(), "the agent to end")
    assert {words: it.returncode for words, it in done.items() if it.returncode not in (0, 1)} == {}
    assert done["assume guest"].returncode == 0 and "chained" in done["list"].stdout, done
    calls = traced.calls()
    assert names_in(calls) == {"setpriv", "rolecall-agent", "rolecall", "true"}, "nothing else was started"
    assert set(CONNECTED.findall(calls)) == {practice.endpoint.rpartition(":")[2]}, "AWS alone was called"
    assert len(LISTENED.findall(calls)) == 1, "on one socket of the file system"
    assert trap.asked == [] and not canary.exists()


def test_t16_t17_the_same_files_and_variables_do_lead_the_aws_cli_elsewhere(machine, trap, hostile):
    _, canary = hostile
    config, log = machine.home / ".aws" / "config", machine.root / "calls-of-aws"
    config.write_text(config.read_text().replace("ca_bundle = /nowhere\n", ""))
    own = {"AWS_MAX_ATTEMPTS": "1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": trap.url}
    asks = [V1, "sts", "get-caller-identity"]
    done = machine.run("strace", "-f", "-qq", "-e", CALLS, "-o", log, *asks, "--profile", "chained", env=own)
    assert canary.exists(), f"its program is run: {done}"
    assert "touch" in names_in(log.read_text(errors="replace")), "and seen"
    done = machine.run(*asks, env={**own, "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"})
    assert trap.asked, f"its server is asked: {done}"


def names_in(calls):
    """Returns the names of the programs that were started."""
    return {path.rpartition("/")[2] for path in EXECUTED.findall(calls)}
