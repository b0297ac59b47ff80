"""A copied export block is cleared from the clipboard after a while, and nothing else is."""

import re
import socket
import struct
from pathlib import Path

import pytest

from harness.clipboard import Clipboard, Manager
from harness.wait import stays, until

GUEST = re.compile("^guest · ")
CLEAR_SECONDS = 5


@pytest.fixture
def clipboard(desktop, rolecall, account, keychain, tray, notifications):
    """The clipboard of an app with a session, whose export blocks are cleared after five seconds."""
    rolecall.write_settings(endpoint=account.endpoint, clipboard={"clear_after": f"{CLEAR_SECONDS}s"})
    rolecall.write_roles(guest=account.role("guest"))
    rolecall.start()
    rolecall.add_key("user", account)
    rolecall.ok("assume", "guest")
    return Clipboard(desktop)


@pytest.fixture
def copied(clipboard, tray):
    """The clipboard with an export block."""
    copy_block(clipboard, tray)
    return clipboard


def copy_block(clipboard, tray):
    """Copies an export block from the menu of the tray."""
    tray.wait_for_item().click(GUEST, "Copy for bash / zsh")
    until(lambda: "AWS_SESSION_TOKEN" in clipboard.text(), "the export block in the clipboard")


def test_the_block_is_cleared_after_a_while(copied):
    until(lambda: copied.text() == "", "an empty clipboard", CLEAR_SECONDS + 5)


def test_text_of_another_program_is_not_cleared(copied):
    copied.copy("mine")
    until(lambda: copied.text() == "mine", "the other program's text")
    stays(lambda: copied.text() == "mine", "the other program's text", CLEAR_SECONDS + 1)


def test_quitting_clears_the_block(copied, tray, rolecall):
    tray.wait_for_item().click("Quit")
    rolecall.process.wait_exit()
    until(lambda: copied.text() == "", "an empty clipboard", 2)


def test_a_second_copy_replaces_the_first_and_gets_its_own_timeout(copied, tray):
    tray.wait_for_item().click(GUEST, "Copy for", "fish")
    until(lambda: "set -gx AWS_SESSION_TOKEN" in copied.text(), "the other block")
    until(lambda: copied.text() == "", "an empty clipboard", CLEAR_SECONDS + 5)


def test_t26_t27_a_manager_that_restores_what_is_lost_does_not_bring_the_block_back(desktop, clipboard, tray):
    with Manager(desktop) as manager:
        clipboard.copy("mine")
        until(lambda: manager.noted == ["mine"], "the note of a manager")
        assert not clipboard.is_marked_secret()
        copy_block(clipboard, tray)
        assert clipboard.is_marked_secret()
        until(lambda: clipboard.text() == "mine", "the text before the block", CLEAR_SECONDS + 5)
        stays(lambda: clipboard.text() == "mine", "the text before the block", 1)
        assert manager.noted == ["mine"], "neither the block nor an empty text was noted"


def test_a_manager_that_ignores_the_mark_brings_the_block_back(desktop, clipboard, tray):
    with Manager(desktop, honours_hint=False) as manager:
        copy_block(clipboard, tray)
        until(lambda: any("AWS_SESSION_TOKEN" in text for text in manager.noted), "the note of a manager")
        restored = lambda: "AWS_SESSION_TOKEN" in clipboard.text() and not clipboard.is_marked_secret()
        until(restored, "the block again", CLEAR_SECONDS + 5)


def test_r33_a_copy_that_fails_says_so_and_one_whose_owner_is_killed_is_gone(
    desktop, rolecall, clipboard, tray, notifications
):
    with FullDisplay(desktop):
        tray.wait_for_item().click(GUEST, "Copy for bash / zsh")
        notice = notifications.wait_for("The clipboard could not be written.")
        assert "Nothing was copied" in notice.text
    assert clipboard.text() == ""
    copy_block(clipboard, tray)
    rolecall.process.kill()
    until(lambda: clipboard.targets() == [], "a clipboard without an owner")


class FullDisplay:
    """Uses up all connections of a display, so that the clipboard cannot be opened."""

    METHOD = b"MIT-MAGIC-COOKIE-1"
    REFUSED, ACCEPTED = b"\0", b"\1"

    def __init__(self, desktop):
        self.path = f"/tmp/.X11-unix/X{desktop.display.removeprefix(':')}"
        cookie = Path(desktop.env["XAUTHORITY"]).read_bytes()[-16:]
        # A client of X11, in this machine's byte order.
        head = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(self.METHOD), len(cookie))
        self.hello = head + self.METHOD + b"\0\0" + cookie

    def __enter__(self):
        self.connections = []
        while self._connect() == self.ACCEPTED:
            assert len(self.connections) < 5_000
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()

    def _connect(self):
        connection = socket.socket(socket.AF_UNIX)
        self.connections.append(connection)
        connection.settimeout(5)
        connection.connect(self.path)
        connection.sendall(self.hello)
        return connection.recv(1)
