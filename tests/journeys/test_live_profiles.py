"""The profiles of ~/.aws in the running app: live, without an import, with labels that survive a restart."""

import re

import pytest

from harness.rolecall import binary
from harness.wait import until
from harness.webdriver import Window

ARN = "arn:aws:iam::808768216571:role/guest"


@pytest.fixture
def aws(desktop):
    """The user's ~/.aws folder."""
    folder = desktop.home / ".aws"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def profile(name, arn=ARN, source="user"):
    """Returns a profile that assumes a role."""
    return f"[profile {name}]\nrole_arn = {arn}\nsource_profile = {source}\n\n"


def roles(rolecall):
    """Returns the roles that are shown, by name."""
    return {role["name"]: role for role in rolecall.snapshot()["roles"]}


def wait_for_roles(rolecall, *names):
    """Returns the roles once they are exactly these."""
    until(lambda: set(roles(rolecall)) == set(names), lambda: f"{names}; there are {set(roles(rolecall))}")
    return roles(rolecall)


def test_a_live_profile_is_a_click_away_from_its_session(rolecall, account, aws, keychain, tray, notifications):
    arn = account.role("guest")["arn"]
    (aws / "config").write_text(profile("guest", arn))
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_any_role()
    rolecall.start()
    assert roles(rolecall)["guest"]["problem"]["code"] == "unusable_source"
    rolecall.add_key("user", account)
    item = tray.wait_for_item()
    item.click("guest")
    rolecall.wait_for_session("guest")
    assert rolecall.handed_out("guest")["AccessKeyId"].startswith("ASIA")
    origin = roles(rolecall)["guest"]["origin"]
    assert (origin["kind"], origin["place"], origin["line"]) == ("profile", "~/.aws/config", 1)


def test_a_plaintext_key_is_reported_at_its_role(rolecall, aws, keychain, tray, notifications):
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    (aws / "credentials").write_text(f"[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {secret}\n")
    (aws / "config").write_text(profile("guest") + profile("far", source="guest"))
    rolecall.start()
    found = wait_for_roles(rolecall, "guest", "far")
    assert {role["problem"]["code"] for role in found.values()} == {"plaintext_key"}
    assert rolecall.snapshot()["aws"]["keys"] == [{"profile": "user", "access_key_id": "AKIA…MPLE"}]
    assert secret not in str(rolecall.snapshot())


def test_another_programs_edit_appears_live_and_a_broken_one_keeps_the_last_valid_roles(
    rolecall, account, aws, keychain, tray, notifications
):
    config = aws / "config"
    rolecall.write_any_role()
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.start()
    rolecall.add_key("user", account)
    config.write_text(profile("guest"))
    wait_for_roles(rolecall, "any", "guest")
    beside = aws / "config.new"
    beside.write_text(profile("guest") + profile("second"))
    beside.rename(config)
    wait_for_roles(rolecall, "any", "guest", "second")
    config.write_text(profile("guest") + "[profile second\nrole_arn = x\n")
    problem = rolecall.wait_for_problem("invalid_aws_file")
    assert "~/.aws/config, line 5" in problem["what"]
    assert roles(rolecall)["second"]["problem"] is None
    config.write_text(profile("guest"))
    wait_for_roles(rolecall, "any", "guest")
    until(lambda: not rolecall.snapshot()["problems"], "the problem to be gone")


def test_circles_are_explained_at_the_role(rolecall, aws, keychain, tray, notifications):
    (aws / "config").write_text(profile("a", source="b") + profile("b", source="a"))
    rolecall.start()
    found = wait_for_roles(rolecall, "a", "b")
    assert "a -> b -> a" in found["a"]["problem"]["what"]
    refused = rolecall.cli("assume", "a")
    assert refused.returncode == 1 and "a -> b -> a" in refused.stderr


def test_marks_are_live_and_survive_a_restart(rolecall, aws, keychain, tray, notifications):
    (aws / "config").write_text(profile("guest"))
    rolecall.write_any_role()
    rolecall.start()
    marks = rolecall.config_dir / "marks.toml"
    marks.write_text('[roles.guest]\nfavourite = true\nproduction = true\n\n[accounts]\n"808768216571" = "shop"\n')
    until(lambda: roles(rolecall)["guest"]["favourite"], "the mark")
    assert rolecall.stop() == 0
    rolecall.start()
    guest = roles(rolecall)["guest"]
    assert (guest["favourite"], guest["production"], guest["account_alias"]) == (True, True, "shop")
    tray.wait_for_item().wait_for(re.compile("^★ guest"))


def test_the_window_shows_the_issues_in_the_files_wherever_they_are(
    desktop, rolecall, aws, keychain, tray, notifications
):
    config, credentials = desktop.home / "elsewhere" / "config", desktop.home / "elsewhere" / "keys"
    config.parent.mkdir()
    config.write_text("[profile tool]\ncredential_process = touch /tmp/x\n" + profile("guest") + profile("a", source="a-b"))
    credentials.write_text(
        "[user]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
    )
    env = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}
    rolecall.write_any_role()
    window = Window(desktop, binary("rolecall-desktop"), "--window", env=env).start()
    found = wait_for_roles(rolecall, "any", "guest", "a")
    assert "in plaintext in ~/elsewhere/keys, profile" in found["guest"]["problem"]["what"]
    window.click("button", "Access keys")
    window.click("button", "Review")
    for text in ["~/elsewhere/config", "line 2", "Rolecall does not run", "1 access key in plaintext", "Add it, or correct"]:
        window.wait_for_text(text)
    window.click("button", "Details of a", exact=True)
    window.wait_for_text("~/elsewhere/config, line")
    window.close()
