"""The complete first tutorial without a window: from a key to a shell with the role."""

import re

import pytest

from harness import aws, doubles
from harness.aws import Aws
from harness.clipboard import Clipboard
from harness.shell import Shell
from harness.wait import until

GUEST = re.compile(r"^guest · (1h|\d+m)$")


@pytest.fixture(params=["Ministack", "Moto"])
def account(request, desktop):
    """The tutorials' account, in each independent double."""
    return getattr(doubles, request.param)(desktop).start()


@pytest.fixture
def item(rolecall, account, keychain, tray, notifications):
    """The tray item of a running app that has the user's key and two roles."""
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(
        guest=account.role("guest", group="Clients"),
        partner=account.role("partner", external_id=doubles.EXTERNAL_ID),
    )
    rolecall.start()
    rolecall.add_key("user", account)
    return tray.wait_for_item()


def test_a_click_in_the_tray_becomes_a_session_in_a_shell(desktop, rolecall, account, item):
    client, clipboard = Aws(desktop, account.endpoint), Clipboard(desktop)
    who, list_buckets = client.line("sts", "get-caller-identity"), client.line("s3", "ls")
    before = Shell(desktop).paste("", who, list_buckets)
    assert [code != 0 for code, _, _ in before] == [True, True]

    item.click("Clients", "guest")
    item.click(GUEST, "Copy for bash / zsh", deadline=20)
    block = until(clipboard.text, "the export block in the clipboard")

    (identity, buckets) = Shell(desktop).paste(block, who, list_buckets)
    assert identity[0] == 0, identity
    assert ":assumed-role/guest/my-temporary-role" in identity[1]
    assert doubles.BUCKET in buckets[1]
    assert ":assumed-role/guest/my-temporary-role" in rolecall.session("guest")["identity"]


def test_the_clipboard_is_marked_secret_and_pastes_without_running(desktop, item):
    clipboard = Clipboard(desktop)
    item.click("Clients", "guest")
    item.click(GUEST, "Copy for bash / zsh", deadline=20)
    block = until(clipboard.text, "the export block in the clipboard")
    assert clipboard.is_marked_secret(), clipboard.targets()
    assert not block.endswith("\n"), "the last line would run by itself"


@pytest.mark.parametrize("entry, shell", [(["Copy for bash / zsh"], "bash"), (["Copy for bash / zsh"], "zsh"), (["Copy for", "fish"], "fish")])
def test_the_block_sets_a_session_and_unsets_what_conflicts(desktop, rolecall, item, entry, shell):
    clipboard = Clipboard(desktop)
    item.click("partner")
    item.click(re.compile("^partner · "), *entry, deadline=20)
    block = until(clipboard.text, "the export block in the clipboard")
    conflicting = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"]
    needed = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"]
    seen = Shell(desktop, shell).environment(block, [*conflicting, *needed, "AWS_REGION", "AWS_DEFAULT_REGION"])
    assert [seen[name] for name in conflicting] == [None] * len(conflicting)
    assert all(seen[name] not in (None, "", "ambient") for name in needed), seen
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == doubles.REGION


def test_ending_a_session_in_the_tray_lists_the_role_again(rolecall, item):
    item.click("Clients", "guest")
    item.click(GUEST, "End", deadline=20)
    item.wait_for("Clients", "guest")
    assert rolecall.session("guest") is None


@pytest.mark.parametrize("version", aws.clients())
def test_credential_process_feeds_the_aws_cli(desktop, rolecall, account, item, version):
    aws.write_profile(desktop, "p", credential_process=rolecall.credential_process("guest"), region=doubles.REGION)
    client = Aws(desktop, account.endpoint, aws.clients()[version])
    listed = client.run("--profile", "p", "s3", "ls")
    assert listed.returncode == 0, listed.stderr
    assert doubles.BUCKET in listed.stdout
    rolecall.wait_for_session("guest")


def test_a_custom_endpoint_is_shown_with_sessions(rolecall, account, item):
    assert any(account.endpoint in str(label) for label in item.labels())
    assert account.endpoint in rolecall.ok("status") + rolecall.ok("list")
