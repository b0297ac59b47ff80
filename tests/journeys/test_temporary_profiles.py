"""A temporary profile in AWS's credentials file: for the real AWS CLI while the session is active, then removed."""

import signal

import pytest

from harness import aws
from harness.agent import Agent
from harness.aws import Aws
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.wait import until
from harness.webdriver import F2, Window

CREDENTIALS = "# mine\r\n[own]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE"


@pytest.fixture
def practice(desktop):
    """The user's own practice account."""
    return Practice(desktop).start()


@pytest.fixture
def running(rolecall, practice, keychain, tray, notifications):
    """An app with the practice user's key and a role with a temporary profile."""
    rolecall.write_settings(endpoint=practice.endpoint, temporary_profiles={"roles": ["guest"]})
    rolecall.write_roles(guest=practice.role("guest"))
    rolecall.start()
    rolecall.add_key("user", practice)
    return rolecall


@pytest.fixture
def credentials(desktop):
    """AWS's credentials file, without a final newline."""
    path = desktop.home / ".aws" / "credentials"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(CREDENTIALS.encode())
    path.chmod(0o600)
    return path


def has_profile(path):
    return b"\n[guest]\r\n# managed-by rolecall expires=20" in path.read_bytes()


def is_as_before(path):
    return path.read_bytes() == CREDENTIALS.encode()


@pytest.mark.parametrize("version", aws.clients())
def test_the_real_aws_cli_finds_it_while_the_session_lasts(desktop, practice, credentials, running, version):
    client = Aws(desktop, practice.endpoint, aws.clients()[version])
    running.ok("assume", "guest")
    until(lambda: has_profile(credentials), "the profile")
    assert credentials.stat().st_mode & 0o777 == 0o600
    assert ":assumed-role/guest/" in client.json("--profile", "guest", "sts", "get-caller-identity")["Arn"]
    first = credentials.read_bytes()
    running.ok("assume", "guest")
    until(lambda: has_profile(credentials) and credentials.read_bytes() != first, "the renewed session's credentials")
    assert ":assumed-role/guest/" in client.json("--profile", "guest", "sts", "get-caller-identity")["Arn"]
    running.ok("end", "guest")
    until(lambda: is_as_before(credentials), "the old bytes")


def test_it_is_removed_when_the_app_quits(credentials, running):
    running.ok("assume", "guest")
    until(lambda: has_profile(credentials), "the profile")
    running.stop()
    assert is_as_before(credentials)


def test_leftovers_of_a_kill_are_removed_at_the_next_start_and_reported(desktop, credentials, running, notifications):
    running.ok("assume", "guest")
    until(lambda: has_profile(credentials), "the profile")
    running.process.signal(signal.SIGKILL)
    running.process.wait_exit()
    assert has_profile(credentials)
    running.write_settings()
    again = Rolecall(desktop).start()
    until(lambda: is_as_before(credentials), "the old bytes")
    notifications.wait_for("1 temporary profile from the last run was removed")
    again.stop()
    assert is_as_before(credentials)


@pytest.mark.parametrize("program", [Rolecall, Agent], ids=["app", "agent"])
def test_r25_a_file_that_a_crash_left_is_removed_at_every_start(desktop, practice, credentials, program):
    leftover = credentials.with_name(".rolecall-unfinished-aws-aB3dE9")
    leftover.write_text(f"[own]\naws_secret_access_key = {practice.secret_access_key}\n")
    rolecall = program(desktop)
    rolecall.write_any_role()
    rolecall.start()
    until(lambda: not leftover.exists(), "the leftover to be gone")
    assert is_as_before(credentials)


def test_the_window_enables_and_disables_it_for_a_role(
    desktop, practice, credentials, rolecall, keychain, tray, notifications
):
    rolecall.write_settings(endpoint=practice.endpoint)
    settings = (rolecall.config_dir / "settings.toml").read_text()
    rolecall.write_roles(guest=practice.role("guest"), own=practice.role("guest"))
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    rolecall.add_key("user", practice)
    window.type("Search sessions and roles", "guest")
    window.press(F2)
    window.click("tab", "Access")
    window.wait_for_text("in plaintext there")
    window.click("checkbox", "Also write sessions")
    until(lambda: rolecall.snapshot()["settings"]["temporary_profiles"] == ["guest"], "the setting")
    assert (rolecall.config_dir / "settings.toml").read_text().startswith(settings)
    rolecall.ok("assume", "guest")
    until(lambda: has_profile(credentials), "the profile")
    window.click("checkbox", "Also write sessions")
    until(lambda: is_as_before(credentials), "the old bytes")
    window.click("button", "Back")
    window.type("Search sessions and roles", "own")
    window.press(F2)
    window.click("checkbox", "Also write sessions")
    window.wait_for_text('the profile "own" already exists')
    assert rolecall.snapshot()["settings"]["temporary_profiles"] == []
    window.close()
