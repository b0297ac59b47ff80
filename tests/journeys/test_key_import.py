"""A plaintext key moves to the keychain, the real AWS CLI keeps working, and undo restores the old bytes."""

import pytest

from harness import aws, leak_scan
from harness.aws import Aws
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until
from harness.webdriver import ENTER, Window


@pytest.fixture
def practice(desktop):
    """The user's own practice account."""
    return Practice(desktop).start()


@pytest.fixture
def credentials(desktop, practice):
    """AWS's credentials file with the practice user's key in plaintext, and no final newline."""
    path = desktop.home / ".aws" / "credentials"
    path.parent.mkdir(mode=0o700)
    key = f"aws_access_key_id={practice.access_key_id}\r\noutput = json\r\naws_secret_access_key = {practice.secret_access_key}"
    path.write_bytes(f"# mine\r\n[work]\r\n{key}".encode())
    path.chmod(0o600)
    return path


@pytest.fixture
def configured(rolecall, practice, credentials, keychain, tray, notifications):
    """An app that is not started, which talks to that account."""
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_any_role()
    return rolecall


def who(client):
    return client.json("--profile", "work", "sts", "get-caller-identity")["Arn"]


@pytest.mark.parametrize("version", aws.clients())
def test_the_real_aws_cli_works_before_after_and_after_undoing(desktop, practice, configured, credentials, version):
    client = Aws(desktop, practice.endpoint, aws.clients()[version])
    rolecall, before = configured.start(), credentials.read_bytes()
    user = who(client)
    shown = rolecall.ok("keys", "import", "--profile", "work", "--dry-run")
    assert practice.secret_access_key not in shown and credentials.read_bytes() == before
    output = rolecall.ok("keys", "import", "--all", "--yes")
    assert practice.secret_access_key not in output and "calls to IAM" in output
    backup = rolecall.state_dir / "backups" / "credentials.1"
    assert "~/.local/state/rolecall/backups/credentials.1" in output
    assert backup.read_bytes() == before.replace(practice.secret_access_key.encode(), b"(in the keychain of Rolecall)")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert who(client) == user
    assert b"credentials --key work" in credentials.read_bytes()
    canary = leak_scan.Canary(practice.secret_access_key)
    found = leak_scan.files(canary, desktop.home, desktop.state_dir, desktop.config_dir)
    assert not [path for path in found if "keyrings" not in path], "the secret is in no file but the keychain's"
    rolecall.ok("keys", "undo-import", "work", "--yes")
    assert credentials.read_bytes() == before
    assert who(client) == user


def test_a_file_that_was_changed_since_is_not_undone(configured, credentials):
    rolecall = configured.start()
    rolecall.ok("keys", "import", "--profile", "work", "--yes")
    changed = credentials.read_bytes().replace(b"--key work", b"--key other")
    credentials.write_bytes(changed)
    done = rolecall.cli("keys", "undo-import", "work", "--yes")
    assert done.returncode == 1 and "were changed since Rolecall wrote them" in done.stderr
    assert credentials.read_bytes() == changed


def test_a_new_user_moves_the_key_in_one_step_and_undoes_it(
    desktop, rolecall, practice, credentials, keychain, tray, notifications
):
    config = credentials.with_name("config")
    config.write_text(f"[profile guest]\nrole_arn = {practice.role('guest')['arn']}\nsource_profile = work\n")
    rolecall.write_settings(endpoint=practice.endpoint)
    before, client = credentials.read_bytes(), Aws(desktop, practice.endpoint)
    user = who(client)
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.wait_for_text("Found: 1 access key in plaintext, 1 role")
    window.click("button", "Move the key to the keychain")
    window.wait_for_text("credentials --key work")
    window.wait_for_text("backups/credentials.1")
    assert credentials.read_bytes() == before, "it is only shown"
    assert practice.secret_access_key not in window.everything()
    window.click("button", "Move", exact=True)
    until(lambda: b"credentials --key work" in credentials.read_bytes(), "the key to be moved")
    assert who(client) == user
    focused = "return document.activeElement.getAttribute('aria-label')"
    until(lambda: window.run(focused) == "Search sessions and roles", "the cursor in the search")
    window.press(*"guest"[:1])
    window.press(ENTER)
    rolecall.wait_for_session("guest")
    window.click("button", "1 access key")
    window.click("button", "Undo")
    window.click("button", "Move back", exact=True)
    until(lambda: credentials.read_bytes() == before, "the old bytes")
    assert who(client) == user
    window.close()


def test_the_window_moves_a_key_and_moves_it_back(desktop, configured, credentials):
    before = credentials.read_bytes()
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.click("button", "Access keys")
    window.click("button", "Move to keychain")
    window.wait_for_text("credentials --key work")
    window.click("button", "Move", exact=True)
    until(lambda: b"credentials --key work" in credentials.read_bytes(), "the key to be moved")
    window.click("button", "Undo")
    window.click("button", "Move back", exact=True)
    until(lambda: credentials.read_bytes() == before, "the old bytes")
    window.close()
