"""A Chromium that `rolecall console` starts, read through WebDriver."""

import os
import shutil
import signal
import sqlite3
from pathlib import Path

from harness.background import Background
from harness.leak_scan import SAMPLE_SECONDS
from harness.loopback import free_port
from harness.wait import until
from harness.web_page import browser
from harness.webdriver import Window

FLAGS = "--headless=new --no-sandbox --disable-gpu --no-first-run --disable-dev-shm-usage --disable-extensions"


def driver():
    """Returns the path of ChromeDriver, or None."""
    return shutil.which("chromedriver")


def is_there():
    """Returns whether Chromium and its driver are installed."""
    return browser() is not None and driver() is not None


class ConsoleBrowser(Window):
    """A program for the setting `browser`, and the driver of the browser that it starts."""

    def __init__(self, desktop):
        super().__init__(desktop, browser())
        self.profile = desktop.root / "chromium-profile"
        self.debugging_port = free_port()
        self.pid_path = desktop.root / "chromium.pid"
        self.program = desktop.root / "browser"
        flags = f"{FLAGS} --user-data-dir={self.profile} --remote-debugging-port={self.debugging_port}"
        self.program.write_text(f'#!/bin/sh\necho $$ >{self.pid_path}\nexec {browser()} {flags} "$@"\n')
        self.program.chmod(0o755)

    def attach(self):
        """Connects the driver to the browser, once it runs."""
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        self.process = self.desktop.start("chromedriver", driver(), f"--port={port}")
        until(lambda: self._request("GET", "/status")["ready"], self.process.log)
        options = {"debuggerAddress": f"127.0.0.1:{self.debugging_port}"}
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        self.session = self._request("POST", "/session", {"capabilities": capabilities}, timeout=60)["sessionId"]
        return self

    def addresses(self):
        """Returns the address of each tab."""
        found = []
        for handle in self._command("GET", "/window/handles"):
            self._command("POST", "/window", {"handle": handle})
            found.append(self._command("GET", "/url"))
        return found

    def visit(self, address):
        """Goes to an address."""
        self._command("POST", "/url", {"url": address})

    def visited(self):
        """Returns the addresses in its history, which it writes every few seconds."""
        path = self.profile / "Default/History"
        try:
            with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as history:
                return [url for (url,) in history.execute("select url from urls")]
        except sqlite3.Error:
            return []

    def quit(self):
        """Ends the browser, so that it writes all that it has to write."""
        self.close()
        pid = int(self.pid_path.read_text())
        os.kill(pid, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{pid}").exists() or _is_zombie(pid), "the browser to end", 20)


def _is_zombie(pid):
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


class ArgumentRecorder(Background):
    """Keeps the argument lists of all processes while its `with` block runs, to search for what is not known yet."""

    def __init__(self):
        super().__init__()
        self.lists = set()

    def _run(self):
        while not self._end.wait(SAMPLE_SECONDS):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.lists.add(path.read_bytes())
                except (FileNotFoundError, ProcessLookupError):
                    continue

    def holding(self, canary):
        """Returns the argument lists that hold the canary."""
        return [arguments for arguments in self.lists if canary.seen_in(arguments)]
