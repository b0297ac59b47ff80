"""MFA codes and chains: the plan before a code is asked for, sharing, and duration."""

import json
from datetime import datetime, timedelta

import pytest

from harness.aws import Aws
from harness.practice import STORY, Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import stays, until
from harness.webdriver import ENTER, F2

DEVICE = "arn:aws:iam::177634097045:mfa/user"
SHARING = ("alpha", "beta", "gamma")
DEEPEST = "arn:aws:iam::390411927311:role/ledger"
HOUR = timedelta(hours=1)
# A request for a session takes this long at most, on a busy machine.
CALL = timedelta(minutes=1)


def deeper_world():
    """Returns the practice story with one more role, which trusts only the role archive."""
    world = json.loads(STORY.read_text())
    archive = next(role for role in world["roles"] if role["entry"]["name"] == "archive")
    trust = {"Effect": "Allow", "Principal": {"AWS": archive["arn"]}, "Action": "sts:AssumeRole"}
    onwards = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": DEEPEST}
    archive["policies"][0]["Statement"].append(onwards)
    entry = {**archive["entry"], "name": "ledger", "source": "archive"}
    ledger = {**archive, "arn": DEEPEST, "entry": entry, "policies": []}
    ledger["trust"] = {"Version": "2012-10-17", "Statement": [trust]}
    world["roles"].append(ledger)
    return world


@pytest.fixture
def practice(desktop):
    """A practice account whose calls are counted."""
    return Practice(desktop).start(deeper_world())


def assume(window, name):
    """Clicks a role's button in the list."""
    window.type("Search sessions and roles", name)
    window.click("button", "Assume", exact=True)


def life(rolecall, role):
    """Returns the duration of a role's session, by the expiry of its credentials."""
    expires_at = datetime.fromisoformat(rolecall.handed_out(role)["Expiration"])
    return expires_at - datetime.now(expires_at.tzinfo)


def asked(practice, *actions):
    """Returns how often AWS was called for each of these."""
    seen = practice.requests()
    return tuple(seen.get(action, 0) for action in actions)


def waiting(rolecall):
    """Returns the roles of each prompt that waits."""
    return [prompt["roles"] for prompt in rolecall.snapshot()["prompts"]]


def test_three_roles_that_are_clicked_at_once_share_one_prompt_and_one_code(rolecall, practice, opened, tray, tmp_path):
    window = opened(**{name: practice.role("operator", group="Shared") for name in SHARING})
    assume(window, "alpha")
    for name in ("beta", "gamma"):
        tray.wait_for_item().click("Shared", name)
    until(lambda: waiting(rolecall) == [list(SHARING)], lambda: f"one prompt; there are {waiting(rolecall)}")
    window.find("dialog", "Code for alpha, beta, gamma")
    assert len(window.find_all("dialog")) == 1
    window.wait_for_text("One code covers 3 roles for 12h, 1h per session.")
    assert not window.find_all("button", "Use the code for"), "two others count on this code"
    window.screenshot(tmp_path / "shared.png")
    window.type_code(practice.code(DEVICE))
    for name in SHARING:
        rolecall.wait_for_session(name)
    until(lambda: not window.find_all("dialog"), "the prompt to close")
    assert asked(practice, "GetSessionToken", "AssumeRole") == (1, 3)
    keys = {rolecall.handed_out(name)["AccessKeyId"] for name in SHARING}
    assert len(keys) == 3, "each role has a session of its own"


def test_a_code_is_valid_for_the_next_role_until_it_is_forgotten(rolecall, practice, opened):
    window = opened(**{name: practice.role("operator") for name in SHARING})
    assume(window, "alpha")
    window.find("dialog", "Code for alpha")
    window.type_code(practice.code(DEVICE))
    rolecall.wait_for_session("alpha")
    assume(window, "beta")
    rolecall.wait_for_session("beta")
    assert asked(practice, "GetSessionToken", "AssumeRole") == (1, 2), "the second role needed no code"

    window.click("button", "access key")
    window.wait_for_text("MFA verified until")
    window.click("button", "Ask again for the MFA code of user")
    until(lambda: "MFA verified until" not in window.text(), "the code to be forgotten")
    window.click("button", "Back")
    assume(window, "gamma")
    window.find("dialog", "Code for gamma")
    window.click("button", "Cancel")
    until(lambda: waiting(rolecall) == [], "the prompt to be gone")


def test_the_prompt_is_switched_to_one_long_session(rolecall, practice, opened):
    window = opened(**{name: practice.role("operator") for name in SHARING})
    assume(window, "alpha")
    window.wait_for_text("One code covers 3 roles for 12h")
    window.click("button", "Use the code for alpha only (up to 12h)")
    window.wait_for_text("One code for alpha, valid for 12h.")
    window.type_code(practice.code(DEVICE))
    rolecall.wait_for_session("alpha")
    assert asked(practice, "GetSessionToken", "AssumeRole") == (0, 1)
    assert 12 * HOUR - CALL < life(rolecall, "alpha") <= 12 * HOUR


def test_one_click_goes_through_three_roles_and_the_page_shows_the_access_path(rolecall, practice, opened, tmp_path):
    roles = {
        "guest": practice.role("guest"),
        "archive": practice.role("archive", duration="12h"),
        "ledger": {"arn": DEEPEST, "source": "archive", "duration": "12h"},
    }
    window = opened(**roles)
    assume(window, "ledger")
    rolecall.wait_for_session("ledger")
    assert asked(practice, "AssumeRole", "GetSessionToken") == (3, 0)
    assert HOUR - CALL < life(rolecall, "ledger") <= HOUR, "AWS gives a session from a role one hour at most"

    window.press(F2)
    window.find("heading", "Access path")
    steps = [window.run("return arguments[0].innerText", step) for step in window.find_all("listitem")]
    assert [step.split()[0] for step in steps] == ["user", "guest", "archive", "ledger"], steps
    assert ["another account" in step for step in steps] == [False, True, True, False], steps
    window.wait_for_text("Session duration")
    terms = window.text().split("Session duration")[1]
    assert terms.split()[0] in ("1h", "1"), terms[:40]
    window.screenshot(tmp_path / "chain.png")


def exec_identity(desktop, practice, role):
    """Starts the AWS CLI in a session of a role, on a terminal."""
    aws = Aws(desktop, practice.endpoint).line("sts", "get-caller-identity", "--output", "json")
    return Terminal(desktop, binary("rolecall"), "exec", role, "--", "sh", "-c", f"exec {aws}")


def test_exec_asks_at_its_terminal_and_continues(desktop, rolecall, practice, keychain, tray, notifications):
    rolecall.start_on(practice, operator=practice.role("operator"))
    terminal = exec_identity(desktop, practice, "operator")
    terminal.expect("One code covers 12h, 1h per session.")
    terminal.expect("Use the code for operator only (up to 12h): type \"other\".")
    stays(lambda: asked(practice, "AssumeRole") == (0,) and terminal.is_running(), "nothing to be sent", 1)
    assert not [title for title in desktop.windows() if "Rolecall" in title], "the user is asked at the terminal"
    terminal.answer(f"Code of {DEVICE}: ", "other")
    terminal.expect("One code for operator, valid for 12h. If operator allows less than 12h, the code is used up")
    terminal.answer(f"Code of {DEVICE}: ", practice.code(DEVICE))
    terminal.expect(":assumed-role/operator/")
    assert terminal.end() == 0 and life(rolecall, "operator") > 11 * HOUR
    assert waiting(rolecall) == [] and asked(practice, "AssumeRole") == (1,)


def test_a_terminal_that_waits_for_a_code_continues_when_it_is_entered_in_the_window(desktop, rolecall, practice, opened):
    window = opened(operator=practice.role("operator"))
    terminal = exec_identity(desktop, practice, "operator")
    terminal.expect(f"Code of {DEVICE}: ")
    window.find("dialog", "Code for operator")
    window.type_code(practice.code(DEVICE))
    terminal.expect("The code was entered elsewhere.")
    terminal.expect(":assumed-role/operator/")
    assert terminal.end() == 0
    until(lambda: not window.find_all("dialog"), "the prompt to close")
    assert asked(practice, "AssumeRole") == (1,)
