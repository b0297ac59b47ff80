"""`rolecall --practice setup` walks a new user through making a role, with Enter for most answers."""

import pytest

from harness.rolecall import Rolecall, binary
from harness.terminal import Terminal


@pytest.fixture
def practice(desktop, keychain, tray, notifications):
    """A running practice instance."""
    return Rolecall(desktop, practice=True).start("--no-window")


def allow(notifications):
    """Allows what the terminal asks for, since a program can type there too."""
    notifications.invoke(notifications.wait_for("setup"), "Allow once")


def test_a_new_user_makes_a_role_and_is_it(desktop, practice, notifications):
    walk = Terminal(desktop, binary("rolecall"), "--practice", "setup")
    for question, answer in [
        ("Who", ""),
        ("The role's account", ""),
        ("The role's name", "mine"),
        ("It may", ""),
        ("Require an external ID?", ""),
        ("Require MFA?", ""),
        ("The longest session", ""),
        ("Further conditions", ""),
        ("The caller gets its policy", ""),
        ("Make it in AWS now", "y"),
        ("Add the role to Rolecall as", ""),
        ("Number or name", ""),
        ("Apply this?", "y"),
    ]:
        walk.answer(question, answer)
    walk.expect("Waiting for you to allow this in Rolecall.")
    allow(notifications)
    assert walk.end(60) == 0, walk.everything()
    assert "You are arn:aws:sts::808768216571:assumed-role/mine/" in walk.everything()
    assert practice.session("mine")["phase"] == "active"
    undoing = Terminal(desktop, binary("rolecall"), "--practice", "setup", "--undo")
    undoing.answer("[y/N]", "y")
    undoing.expect("Waiting for you to allow this in Rolecall.")
    allow(notifications)
    assert undoing.end(60) == 0, undoing.everything()
    assert "mine" not in practice.ok("list", "--names").split()
