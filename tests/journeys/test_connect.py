"""Connecting the AWS CLI: a profile in AWS's config file, its use by the real CLI, and its complete removal."""

import pytest

from harness import aws
from harness.aws import Aws
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until
from harness.webdriver import F2, Window

CONFIG = "# mine\n[profile own]\nregion = us-east-1\ns3 =\n  max_concurrent_requests = 20"


@pytest.fixture
def practice(desktop):
    """The user's own practice account."""
    return Practice(desktop).start()


@pytest.fixture
def running(rolecall, practice, keychain, tray, notifications):
    """An app with the practice user's key and a role."""
    return rolecall.start_on(practice, "guest")


@pytest.fixture
def config(desktop):
    """AWS's config file, without a final newline."""
    path = desktop.home / ".aws" / "config"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(CONFIG.encode())
    return path


@pytest.mark.parametrize("version", aws.clients())
def test_the_real_aws_cli_uses_a_connected_role_and_disconnecting_gives_the_old_bytes(
    desktop, practice, running, config, version
):
    client = Aws(desktop, practice.endpoint, aws.clients()[version])
    before = client.run("--profile", "guest", "sts", "get-caller-identity")
    assert before.returncode != 0, "there is no such profile yet"
    shown = running.ok("connect", "guest", "--dry-run")
    assert "+ [profile guest]" in shown and config.read_bytes() == CONFIG.encode()
    running.ok("connect", "guest", "--yes")
    identity = client.json("--profile", "guest", "sts", "get-caller-identity")
    assert ":assumed-role/guest/" in identity["Arn"]
    assert running.snapshot()["aws"]["connections"] == [{"profile": "guest", "role": "guest"}]
    running.ok("disconnect", "guest", "--yes")
    assert config.read_bytes() == CONFIG.encode()


def test_keys_under_the_same_name_are_reported_and_the_users_own_profile_is_not_changed(desktop, running, config):
    credentials = config.with_name("credentials")
    credentials.write_text("[guest]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n")
    assert "AWS's tools take those" in running.ok("connect", "guest", "--dry-run")
    config.write_text("[profile guest]\nregion = eu-west-1\n")
    done = running.cli("connect", "guest", "--yes")
    assert done.returncode == 1 and "was not written by Rolecall" in done.stderr
    assert config.read_text() == "[profile guest]\nregion = eu-west-1\n"
    running.ok("connect", "--all", "--profile-prefix", "rc-", "--yes")
    assert "[profile rc-guest]" in config.read_text()


def test_the_window_shows_what_it_writes_and_removes_it_again(
    desktop, rolecall, practice, keychain, tray, notifications, config
):
    credentials = config.with_name("credentials")
    credentials.write_text("[guest]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n")
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_roles(guest=practice.role("guest"))
    client = Aws(desktop, practice.endpoint)
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    rolecall.add_key("user", practice)
    window.type("Search sessions and roles", "guest")
    window.press(F2)
    window.click("tab", "Access")
    window.click("button", "Connect")
    window.wait_for_text("[profile guest]")
    window.wait_for_text("AWS's tools take those")
    window.type("Profile name prefix", "rc-")
    window.wait_for_text("[profile rc-guest]")
    until(lambda: "AWS's tools take those" not in window.text(), "no key shadows that name")
    assert config.read_bytes() == CONFIG.encode(), "it is only shown"
    window.click("button", "Connect", exact=True)
    until(lambda: b"[profile rc-guest]" in config.read_bytes(), "the profile")
    assert ":assumed-role/guest/" in client.json("--profile", "rc-guest", "sts", "get-caller-identity")["Arn"]
    window.click("button", "Disconnect")
    window.click("button", "Disconnect", exact=True)
    until(lambda: config.read_bytes() == CONFIG.encode(), "the old bytes")
    window.close()
