"""The programs are replaced or removed while the application is running, as by a package manager."""

import contextlib
import os
import shutil
import signal
from pathlib import Path

import pytest

from harness import rolecall as installation
from harness.bus import BusError
from harness.rolecall import Rolecall, binary
from harness.wait import until

PROGRAMS = ("rolecall", "rolecall-agent", "rolecall-desktop")


class Package:
    """Rolecall's programs in a folder of their own."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.built = {name: binary(name) for name in PROGRAMS}
        for name, path in self.built.items():
            shutil.copy2(path, folder / name)

    def upgrade(self):
        """Renames new files over the old ones, as dpkg does."""
        for name, path in self.built.items():
            new = self.folder / f"{name}.dpkg-new"
            shutil.copy2(path, new)
            new.rename(self.folder / name)

    def remove(self):
        """Removes the programs."""
        for name in PROGRAMS:
            (self.folder / name).unlink()


@pytest.fixture
def package(desktop, monkeypatch):
    """Programs that are installed on the desktop."""
    package = Package(desktop.home / "package")
    monkeypatch.setattr(installation, "BIN_DIR", package.folder)
    return package


def windows(desktop):
    """Returns the titles of Rolecall's windows."""
    return [title for title in desktop.windows() if "Rolecall" in title]


def test_after_an_upgrade_the_window_opens_and_the_new_version_is_a_click_away(
    desktop, package, rolecall, keychain, tray, notifications
):
    rolecall.write_any_role()
    rolecall.start()
    item = tray.wait_for_item()
    assert "Restart Rolecall" not in item.labels()
    package.upgrade()
    item.activate()
    until(lambda: windows(desktop), "the window")
    rolecall.wait_for_problem("updated")
    assert "version" in rolecall.ok("status")
    icon = item.icon()
    restart = item.wait_for("Restart Rolecall")
    with contextlib.suppress(BusError):
        # It may quit before it answers.
        item.send_click(restart)
    assert rolecall.process.wait_exit() == 0, rolecall.process.log()
    rolecall.process = None
    restarted = until(lambda: rolecall.socket_path.exists() and rolecall.json("agent", "--status"), "the new program", 20)
    try:
        command = Path(f"/proc/{restarted['pid']}/cmdline").read_text().split("\0")
        assert command[0] == str(package.folder / "rolecall-desktop")
        assert not [it for it in rolecall.snapshot()["problems"] if it["code"] == "updated"]
        assert tray.wait_for_item().icon() == icon, "an update is no reason for another icon"
    finally:
        os.kill(restarted["pid"], signal.SIGTERM)


def test_a_program_that_does_not_start_replaces_none(desktop, package, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    item = tray.wait_for_item()
    package.upgrade()
    # The file is whole, and a library is missing.
    (package.folder / "rolecall-desktop").write_text("#!/bin/sh\nexit 127\n")
    item.activate()
    until(lambda: windows(desktop), "the window")
    rolecall.wait_for_problem("updated")
    item.send_click(item.wait_for("Restart Rolecall"))
    notice = notifications.wait_for("The installed Rolecall does not start")
    assert "127" in notice.body
    assert rolecall.process.is_running()
    assert rolecall.ok("status")


def test_after_an_upgrade_a_second_start_shows_the_window_and_a_prompt_has_one(
    desktop, package, rolecall, account, keychain, tray, notifications
):
    rolecall.start_on(account, "guest")
    tray.wait_for_item()
    package.upgrade()
    second = Rolecall(desktop).launch()
    assert second.wait_exit() == 0, second.log()
    until(lambda: windows(desktop), "the window")
    assert "brought to the front" in second.log()


def test_after_a_removal_the_window_opens_and_says_so(desktop, package, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    item = tray.wait_for_item()
    package.remove()
    item.activate()
    until(lambda: windows(desktop), "the window")
    assert "was removed" in rolecall.wait_for_problem("removed")["what"]
    assert "Restart Rolecall" not in item.labels(), "there is nothing to start"
