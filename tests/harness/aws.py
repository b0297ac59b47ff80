"""The real AWS CLI, pointed at a loopback AWS, in an environment without any other AWS settings."""

import json
import os
import sys
from pathlib import Path

V2 = Path("/usr/bin/aws")
V1 = Path(sys.executable).parent / "aws"


def clients():
    """Returns the installed AWS CLIs, by a name for test IDs."""
    found = {"v1": V1, "v2": V2}
    return {name: path for name, path in found.items() if path.exists()}


class Aws:
    """One AWS CLI. `endpoint` is passed as an argument: version 2.9.19 knows no variable for it."""

    def __init__(self, desktop, endpoint, program=None, env=None):
        self.desktop, self.endpoint = desktop, endpoint
        self.program = program or (V2 if V2.exists() else V1)
        self.env = {
            # No metadata service, no pager, no colour.
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
            "AWS_MAX_ATTEMPTS": "1",
            **(env or {}),
        }

    def line(self, *arguments):
        """Returns the command line, to paste into a shell."""
        return " ".join(["env", *(f"{k}={v}" for k, v in self.env.items()), *self._command(arguments)])

    def run(self, *arguments, env=None):
        """Runs it and returns exit code, output and errors."""
        return self.desktop.run(*self._command(arguments), env={**self.env, **(env or {})}, timeout=60)

    def json(self, *arguments, env=None):
        """Runs it and returns its parsed answer; fails when it fails."""
        done = self.run(*arguments, "--output", "json", env=env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def _command(self, arguments):
        endpoint = ["--endpoint-url", self.endpoint] if self.endpoint else []
        return [str(self.program), *endpoint, "--region", "us-east-1", *map(str, arguments)]


def write_profile(desktop, name, **settings):
    """Adds a profile to the desktop's ~/.aws/config."""
    path = desktop.home / ".aws" / "config"
    path.parent.mkdir(exist_ok=True)
    with open(path, "a") as file:
        file.write(f"[profile {name}]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
    os.chmod(path, 0o600)
