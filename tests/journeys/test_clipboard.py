"""A copied export block is cleared from the clipboard after a while, and nothing else is."""

import re

import pytest

from harness.clipboard import Clipboard
from harness.wait import stays, until

GUEST = re.compile("^guest · ")
CLEAR_SECONDS = 5


@pytest.fixture
def clipboard(desktop, rolecall, account, keychain, tray, notifications):
    """The clipboard, with an export block that is cleared after five seconds."""
    rolecall.write_settings(endpoint=account.endpoint, clipboard={"clear_after": f"{CLEAR_SECONDS}s"})
    rolecall.write_roles(guest=account.role("guest"))
    rolecall.start()
    rolecall.add_key("user", account)
    rolecall.ok("assume", "guest")
    clipboard = Clipboard(desktop)
    tray.wait_for_item().click(GUEST, "Copy for", "bash / zsh")
    until(lambda: "AWS_SESSION_TOKEN" in clipboard.text(), "the export block in the clipboard")
    return clipboard


def test_the_block_is_cleared_after_a_while(clipboard):
    until(lambda: clipboard.text() == "", "an empty clipboard", CLEAR_SECONDS + 5)


def test_text_of_another_program_is_not_cleared(clipboard):
    clipboard.copy("mine")
    until(lambda: clipboard.text() == "mine", "the other program's text")
    stays(lambda: clipboard.text() == "mine", "the other program's text", CLEAR_SECONDS + 1)


def test_quitting_clears_the_block(clipboard, tray, rolecall):
    tray.wait_for_item().click("Quit")
    rolecall.process.wait_exit()
    until(lambda: clipboard.text() == "", "an empty clipboard", 2)


def test_a_second_copy_replaces_the_first_and_gets_its_own_timeout(clipboard, tray):
    tray.wait_for_item().click(GUEST, "Copy for", "fish")
    until(lambda: "set -gx AWS_SESSION_TOKEN" in clipboard.text(), "the other block")
    until(lambda: clipboard.text() == "", "an empty clipboard", CLEAR_SECONDS + 5)
