"""The canary: a long-term secret that the user enters is only in the keychain."""

import pytest

from harness.keychain import SECRETS
from harness.leak_scan import ArgumentSampler, BusRecorder, Canary, files, memory
from harness.process import descendants
from harness.rolecall import binary
from harness.webdriver import Window


def places(desktop):
    """Returns the folders a leak could be in, except the recording of the bus."""
    return [desktop.home, desktop.runtime_dir, desktop.root / "tmp"]


@pytest.fixture
def canary(account):
    """The user's long-term secret."""
    return Canary(account.secret_access_key)


def test_t09_t11_the_secret_is_in_no_file_argument_bus_message_or_log(
    desktop, rolecall, account, canary, keychain, tray, notifications
):
    recorder = BusRecorder(desktop).start()
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(guest=account.role("guest"))
    with ArgumentSampler(canary) as sampler:
        rolecall.start(env={"RUST_LOG": "trace"})
        rolecall.add_key("user", account)
        rolecall.ok("assume", "guest")
        rolecall.ok("env", "guest")
        rolecall.ok("credentials", "guest")
        tray.wait_for_item().click("Open Rolecall")
        rolecall.process.kill()
        rolecall.start(env={"RUST_LOG": "trace"})
        rolecall.ok("keys", "list")
        rolecall.stop()
    assert sampler.samples > 10 and sampler.found == {}
    assert files(canary, *places(desktop)) == {}
    assert recorder.leaks(canary, allowed=[SECRETS]) == []
    logs = [process.name for process in desktop.processes if canary.seen_in(process.log_path.read_bytes())]
    assert set(logs) <= {"monitor"}
    assert [item for item in keychain.items() if account.access_key_id in str(item)], "it is in the keychain"


def test_t29_t31_the_secret_never_reaches_the_window(desktop, rolecall, account, canary, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(guest=account.role("guest"))
    credentials = desktop.home / ".aws" / "credentials"
    credentials.parent.mkdir()
    credentials.write_text(
        f"[default]\naws_access_key_id = {account.access_key_id}\naws_secret_access_key = {account.secret_access_key}\n"
    )
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    rolecall.ok("keys", "add", "user", "--from-profile", "default")
    rolecall.ok("assume", "guest")
    window.wait_for_text("guest")
    session = Canary(rolecall.handed_out("guest")["SecretAccessKey"])
    for secret in (canary, session):
        assert secret.seen_in(window.everything()) == []
        for pid in web_processes(window):
            assert memory(secret, pid) == [], pid


def test_t31_a_typed_secret_is_cleared_from_the_form(desktop, rolecall, account, canary, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.click("button", "Add an access key")
    window.click("radio", "Type it")
    window.type("Access key ID", account.access_key_id)
    window.type("Secret access key", account.secret_access_key)
    assert canary.seen_in(window.everything()), "the form is searched"
    window.click("button", "Add key")
    window.wait_for_text("is in the keychain")
    assert canary.seen_in(window.everything()) == []
    assert rolecall.snapshot()["keys"][0]["user_arn"].endswith(":user/user")


def web_processes(window):
    """Returns the ids of the browser engine's own processes."""
    return [pid for pid in descendants(window.app_pid())]
