"""Sessions survive a quit and a kill; ended ones do not come back."""

import os
import signal

import pytest

from harness.leak_scan import Canary, files


@pytest.fixture
def session(rolecall, account, keychain, tray, notifications):
    """An app with a live session; returns the session's expiry."""
    rolecall.start_on(account, guest=account.role("guest"), partner=account.role("partner", external_id="tutorial-42"))
    rolecall.ok("assume", "guest")
    return rolecall.wait_for_session("guest")


def test_a_session_survives_quitting_from_the_tray(rolecall, tray, session):
    tray.wait_for_item().click("Quit")
    assert rolecall.process.wait_exit() == 0
    rolecall.start()
    assert rolecall.wait_for_session("guest")["expires_at"] == session["expires_at"]
    assert "SecretAccessKey" in rolecall.ok("credentials", "guest")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_session_survives_a_signal(rolecall, session, number):
    os.kill(rolecall.process.pid, number)
    rolecall.process.wait_exit()
    rolecall.start()
    assert rolecall.wait_for_session("guest")["expires_at"] == session["expires_at"]


def test_an_ended_session_does_not_come_back(rolecall, session):
    rolecall.ok("assume", "partner")
    rolecall.ok("end", "guest")
    rolecall.process.kill()
    rolecall.start()
    rolecall.wait_for_session("partner")
    assert rolecall.session("guest") is None


def test_a_new_start_does_not_sign_in_again(rolecall, account, session):
    before = rolecall.ok("credentials", "guest")
    rolecall.process.kill()
    rolecall.start()
    assert rolecall.ok("credentials", "guest") == before


def test_no_session_is_in_plaintext_on_disk(desktop, rolecall, session):
    handed_out = rolecall.handed_out("guest")
    rolecall.stop()
    for field in ("SecretAccessKey", "SessionToken"):
        assert files(Canary(handed_out[field]), desktop.home, desktop.runtime_dir) == {}
