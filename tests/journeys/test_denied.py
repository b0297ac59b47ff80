"""Explained denials in the real window: external ID, trust policy, permissions, MFA; then more checks."""

import json

import pytest

from harness import doubles
from harness.clipboard import Clipboard
from harness.rolecall import Rolecall, binary
from harness.wait import until
from harness.webdriver import ENTER, F2, Window


@pytest.fixture
def practice(desktop, keychain, tray, notifications):
    """Rolecall on its practice account, with the window open: (the app, its window)."""
    window = Window(desktop, binary("rolecall-desktop"), "--practice", "--window").start()
    window.wait_for_text("practice account")
    yield Rolecall(desktop, practice=True), window
    window.close()


def assume(rolecall, window, role, phase="active"):
    """Assumes a role by its name and Enter."""
    window.type("Search sessions and roles", role)
    window.press(ENTER)
    return rolecall.wait_for_session(role, phase)


def open_causes(window):
    """Opens the page that shows every cause of the selected denial."""
    window.click("button", "causes")
    window.find("heading", "may not assume")


def change(window, role, field, value):
    """Changes a field of a role's settings in the window."""
    window.type("Search sessions and roles", role)
    window.press(F2)
    window.click("tab", "Settings")
    window.click("button", "Edit", exact=True)
    window.type(field, value)
    window.click("button", "Save")
    window.find("button", "Edit", exact=True)
    window.click("button", "Back")


def diagnosis(rolecall, role):
    return rolecall.session(role)["problem"]["diagnosis"]


def first(rolecall, role):
    cause = diagnosis(rolecall, role)["causes"][0]
    return cause["kind"], cause["confidence"]


def test_a_wrong_external_id_is_the_most_likely_cause_and_the_checks_prove_it(practice, desktop):
    rolecall, window = practice
    change(window, "contractor", "External ID", "practice-4712")
    assume(rolecall, window, "guest")
    assume(rolecall, window, "contractor", "failed")
    assert first(rolecall, "contractor") == ("external_id", "likely")
    window.wait_for_text("Most likely: The external ID \"practice-4712\"")
    open_causes(window)
    window.wait_for_text("iam:GetRole as guest")
    window.click("button", "Run checks")
    window.wait_for_text("requires the external ID \"practice-4711\". \"practice-4712\" was sent.")
    assert first(rolecall, "contractor") == ("external_id", "certain")
    window.wait_for_text("The policies of \"user\" allow it.")


def test_a_trust_policy_that_names_somebody_else_is_explained_with_the_statement_to_send(practice, desktop):
    rolecall, window = practice
    assume(rolecall, window, "vault", "failed")
    assert first(rolecall, "vault") == ("trust_policy", "likely")
    open_causes(window)
    window.click("button", "Copy statement")
    statement = json.loads(until(Clipboard(desktop).text, "the statement in the clipboard"))
    assert statement["Principal"] == {"AWS": "arn:aws:iam::177634097045:user/user"}
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    output = rolecall.cli("explain", "vault").stdout
    assert "1. Most likely: The role's trust policy may not name \"user\"" in output, output
    rolecall.cli("assume", "guest")
    rolecall.cli("assume", "vault")
    deeper = rolecall.cli("explain", "--deeper", "vault").stdout
    assert "1. Cause: The role's trust policy names neither \"user\" nor its account." in deeper, deeper


def test_a_missing_permission_is_certain_since_aws_names_it(practice):
    rolecall, window = practice
    assume(rolecall, window, "finance", "failed")
    assert first(rolecall, "finance") == ("caller_permission", "certain")
    window.wait_for_text("The policies of \"user\" do not allow sts:AssumeRole on the role.")
    window.click("button", "What to do")
    window.wait_for_text("For the permissions of user")
    window.click("button", "AWS error message")
    window.wait_for_text(diagnosis(rolecall, "finance")["request_id"])


def test_a_wrong_code_and_a_missing_device_are_distinguished(practice):
    rolecall, window = practice
    window.type("Search sessions and roles", "operator")
    window.press(ENTER)
    window.type_code("000000")
    window.wait_for_text("AWS did not accept the code.")
    window.click("button", "Cancel")
    change(window, "operator", "MFA device", " ")
    assume(rolecall, window, "guest")
    assume(rolecall, window, "operator", "failed")
    kinds = [cause["kind"] for cause in diagnosis(rolecall, "operator")["causes"]]
    assert "mfa_missing" in kinds, kinds
    open_causes(window)
    window.click("button", "Run checks")
    window.wait_for_text("The role's trust policy requires MFA, and none was given.")
    assert first(rolecall, "operator") == ("mfa_missing", "certain")


def test_an_independent_double_is_explained_and_checked(desktop, rolecall, account, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(partner=account.role("partner", external_id="wrong-1"))
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    rolecall.add_key("user", account)
    assume(rolecall, window, "partner", "failed")
    assert first(rolecall, "partner") == ("external_id", "likely")
    denied = rolecall.cli("explain", "--deeper", "partner").stdout
    assert "may not call iam:GetRole" in denied and "AllowLookingDeeper" in denied, denied
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "*"}}
    root = account.client("iam", **doubles.Ministack.ROOT)
    root.put_user_policy(UserName="user", PolicyName="look", PolicyDocument=json.dumps(policy))
    rolecall.cli("assume", "partner")
    output = rolecall.cli("explain", "--deeper", "partner").stdout
    expected = f"requires the external ID \"{doubles.EXTERNAL_ID}\". \"wrong-1\" was sent."
    assert f"1. Cause: The role's trust policy {expected}" in output, output
    window.close()
