"""The practice account as a program of its own: `rolecall-practice`."""

import json
import re
import urllib.request

from harness.rolecall import binary
from harness.wait import until


class Practice:
    """A practice account on loopback. `faults` are switched on from the start, as NAME or NAME=ARGUMENT."""

    def __init__(self, desktop, *faults, control=False):
        self.desktop, self.faults, self.control = desktop, faults, control

    def start(self):
        """Starts it and waits for the line that says its URL."""
        options = [part for fault in self.faults for part in ("--fault", fault)] + ["--control"] * self.control
        self.process = self.desktop.start("practice", binary("rolecall-practice"), *options)
        self.url = until(self._url, self.process.log)
        return self

    def set_faults(self, *faults):
        """Replaces the faults while it runs; needs `control`."""
        self._post("/_practice/faults", {"faults": list(faults)})

    def _post(self, path, body):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, json.dumps(body).encode(), headers, method="POST")
        urllib.request.urlopen(request, timeout=5).read()

    def _url(self):
        found = re.search(r"http://127\.0\.0\.1:\d+", self.process.log())
        return found and found.group()
