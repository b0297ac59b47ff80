"""Real AWS clients, each asked repeatedly for its identity while it runs and the time advances."""

import json
import os
import subprocess
from pathlib import Path

from harness.aws import V1, V2
from harness.doubles import REGION
from harness.rolecall import BIN_DIR, REPOSITORY

FAKETIME = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
FOLDER = REPOSITORY / "tests/clients"
NODE_MODULES = FOLDER / "node_modules"
RUST = BIN_DIR / "examples" / "identity"
# One process per request, as a person at a prompt would; the CLI prints the last four letters of its key.
AWS_CLI = r"""while read -r line; do
  key=$({aws} configure list | sed -n 's/^ *access_key.*\*\([A-Z0-9]\{{4\}}\).*/\1/p')
  arn=$({aws} --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity --query Arn --output text)
  echo "{{\"arn\": \"$arn\", \"key\": \"$key\"}}"
done"""


def found():
    """Returns the commands of the installed clients, by a name for test IDs."""
    clients = {
        "boto3": ([Path(V1).parent / "python", FOLDER / "identity.py"], V1),
        "javascript": (["node", FOLDER / "identity.mjs"], NODE_MODULES),
        "rust": ([RUST], RUST),
        "aws-v1": (["sh", "-c", AWS_CLI.format(aws=V1)], V1),
        "aws-v2": (["sh", "-c", AWS_CLI.format(aws=V2)], V2),
    }
    return {name: command for name, (command, needed) in clients.items() if needed.exists()}


class Client:
    """One client that runs until the `with` block ends, `prefix` before its command, at a time that can be moved."""

    def __init__(self, desktop, command, endpoint, prefix=(), env=None):
        self._time = desktop.root / "time"
        self.move_to(0)
        environment = {
            **desktop.env,
            "PATH": f"{desktop.env['PATH']}:{os.environ['PATH']}",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            **(env or {}),
            "LD_PRELOAD": str(FAKETIME[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._time),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self._log_path = desktop.root / "client.log"
        with open(self._log_path, "wb") as log:
            self._popen = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", *map(str, (*prefix, *command))],
                env=environment,
                cwd=desktop.home,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._popen.stdin.close()
        try:
            self._popen.wait(10)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait()
        self._popen.stdout.close()

    def move_to(self, minute):
        """Advances the client's clock by this many minutes."""
        beside = self._time.with_suffix(".new")
        beside.write_text(f"+{minute * 60}s\n")
        beside.rename(self._time)

    def identity(self):
        """Returns the client's identity: its `arn` and the ID of its `key`."""
        self._popen.stdin.write("who\n")
        self._popen.stdin.flush()
        line = self._popen.stdout.readline()
        assert line, f"the client ended: {self._log_path.read_text(errors='replace')}"
        result = json.loads(line)
        assert "error" not in result, f"{result['error']}\n{self._log_path.read_text(errors='replace')}"
        return result
