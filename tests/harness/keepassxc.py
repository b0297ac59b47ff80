"""A real KeePassXC on a desktop with a window manager: a database that it offers to other programs, and its dialogs."""

import base64
import shutil
import uuid

import pytest

from harness.keychain import SECRETS
from harness.screen_reader import QT_ENVIRONMENT, ScreenReader
from harness.wait import until

PASSWORD = "database password of a test"
CONFIGURATION = """[General]
ConfigVersion=2
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
"""
# A database whose root group other programs may use.
EXPOSED = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<KeePassFile>
  <Meta><DatabaseName>test</DatabaseName><CustomData><Item>
    <Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{{{id}}}</Value>
  </Item></CustomData></Meta>
  <Root><Group><UUID>{encoded_id}</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
"""


class KeePassXC:
    """The desktop's Secret Service with one exposed database."""

    def __init__(self, desktop):
        if not shutil.which("keepassxc"):
            pytest.skip("KeePassXC is not installed, so Rolecall was not tested with it")
        self.desktop = desktop
        self.bus = desktop.bus()
        self.reader = ScreenReader(desktop)
        self.database = desktop.home / "test.kdbx"
        self.process = None
        self._create_database()
        folder = desktop.config_dir / "keepassxc"
        folder.mkdir(exist_ok=True)
        (folder / "keepassxc.ini").write_text(CONFIGURATION)

    def _create_database(self):
        group, source = uuid.uuid4(), self.desktop.home / "test.xml"
        source.write_text(EXPOSED.format(id=group, encoded_id=base64.b64encode(group.bytes).decode()))
        typed = f"{PASSWORD}\n{PASSWORD}\n"
        done = self.desktop.run("keepassxc-cli", "import", "--set-password", source, self.database, input=typed)
        assert done.returncode == 0, done.stderr

    def start(self):
        """Starts it with the database open."""
        command = ["keepassxc", "--pw-stdin", self.database]
        self.process = self.desktop.start("keepassxc", *command, stdin=f"{PASSWORD}\n".encode(), env=QT_ENVIRONMENT)
        until(lambda: self.bus.owner(SECRETS), self.process.log)
        self.wait_for("push button", "Lock Database")
        return self

    def lock(self):
        """Locks the database."""
        self.reader.press("push button", "Lock Database")
        self.wait_for("frame", "test.kdbx [Locked] - KeePassXC")

    def unlock(self):
        """Types the password into the dialog that unlocks the database."""
        for command in (["wmctrl", "-a", "Unlock Database"], ["xdotool", "type", PASSWORD], ["xdotool", "key", "Return"]):
            done = self.desktop.run(*command)
            assert done.returncode == 0, done.stderr

    def kill(self):
        """Kills it."""
        self.process.kill()
        until(lambda: not self.bus.owner(SECRETS), "KeePassXC to be gone from the bus")

    def shows(self, role, name):
        """Returns whether something with this role and name is shown."""
        return (role, name) in self.reader.shown()

    def wait_for(self, role, name):
        """Waits until something with this role and name is shown."""
        until(lambda: self.shows(role, name), lambda: f"{name!r}; shown: {self.reader.shown()}")
