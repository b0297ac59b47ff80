"""The practice account as a separate program: `rolecall-practice`, with its control endpoint open."""

import json
import re
import urllib.parse
import urllib.request

from harness.rolecall import REPOSITORY, binary
from harness.wait import until

STORY = REPOSITORY / "crates/practice/src/story.json"
# What a story's entry and roles.toml have in common.
SETTINGS = ("source", "session_name", "external_id", "mfa_serial", "region", "group")


class Practice:
    """A practice account on loopback, whose faults can be changed while it runs."""

    def __init__(self, desktop):
        self.desktop = desktop

    def start(self, world=None):
        """Starts it, with its story or another one, and waits for the line with its URL."""
        arguments = ["--control"]
        if world is not None:
            path = self.desktop.root / "world.json"
            path.write_text(json.dumps(world))
            arguments += ["--world", path]
        # It serves until its standard input ends.
        self.process = self.desktop.start("practice", binary("rolecall-practice"), *arguments, hold_stdin=True)
        self.endpoint = until(self._url, self.process.log)
        (key,) = self._control("GET", "keys")
        self.access_key_id, self.secret_access_key = key["access_key_id"], key["secret_access_key"]
        return self

    def set_faults(self, *faults):
        """Replaces the faults, each as `[ACTION:]NAME[=ARGUMENT]`; without arguments there are none."""
        self._control("POST", "faults", list(faults))

    def set_key(self, **record):
        """Replaces what IAM knows of the user's key: `status`, `age_days` and `used_days_ago`."""
        self._control("POST", "keys", {"access_key_id": self.access_key_id, "key": record})

    def keys(self):
        """Returns all access keys of the user: ID, secret and status, the oldest first."""
        return self._control("GET", "keys")

    def delay_changes(self, ms):
        """Lets a change of IAM be in effect only after this many milliseconds, as in AWS."""
        self._control("POST", "consistency", {"delay_ms": ms})

    def requests(self):
        """Returns how often each action was called."""
        return self._control("GET", "requests")

    def sign_ins(self):
        """Returns what the sign-in endpoint of the console issued: tokens, for whom, and how they were used."""
        return self._control("GET", "sign-ins")

    def code(self, serial):
        """Returns the six digits that an MFA device shows."""
        return self._control("GET", f"code?serial={urllib.parse.quote(serial, safe='')}")["code"]

    def seed(self, serial):
        """Returns the seed of an MFA device in base32."""
        return self._control("GET", f"seed?serial={urllib.parse.quote(serial, safe='')}")["seed"]

    def role(self, name, **settings):
        """Returns a roles.toml entry for a role of the story, assumed from the access key "user"."""
        role = next(role for role in json.loads(STORY.read_text())["roles"] if role["entry"]["name"] == name)
        known = {key: role["entry"][key] for key in SETTINGS if key in role["entry"]}
        return {"arn": role["arn"], **known, **settings}

    def _control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.endpoint}/_practice/{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=5) as answer:
            return json.load(answer)

    def _url(self):
        found = re.search(r"http://127\.0\.0\.1:\d+", self.process.log())
        return found and found.group()
