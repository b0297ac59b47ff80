"""A window whose browser engine loses a process: it never goes on showing what is no longer true."""

import os
import signal

import pytest

from harness.screen_reader import ScreenReader
from harness.wait import until
from harness.window_process import engine_of, windows_of

pytestmark = pytest.mark.readable

CONTENT, NETWORK = "WebKitWebProcess", "WebKitNetworkProcess"


@pytest.fixture
def reader(desktop, rolecall, account, keychain, tray, notifications):
    """A reader of the window of an app with an active session."""
    reader = ScreenReader(desktop)
    rolecall.start_on(account, "guest")
    rolecall.ok("assume", "guest")
    tray.wait_for_item().click("Open Rolecall")
    until(lambda: is_active(reader), lambda: f"the session in {reader.read()}", 30)
    return reader


def is_active(reader):
    """Returns whether the window shows the session as active."""
    return any(row.startswith("guest") and "left" in row for row in reader.rows())


def is_shown_without_session(reader):
    """Returns whether the window shows the role, and no session."""
    rows = reader.rows()
    return any(row.startswith("guest") for row in rows) and not is_active(reader)


@pytest.mark.parametrize("name", [CONTENT, NETWORK])
def test_a_window_that_lost_a_process_shows_the_present(rolecall, reader, name):
    (window,), (engine,) = windows_of(rolecall), engine_of(rolecall, name)
    os.kill(engine, signal.SIGKILL)
    rolecall.ok("end", "guest")
    until(lambda: is_shown_without_session(reader), lambda: f"the ended session in {reader.read()}", 30)
    assert windows_of(rolecall) == [window]
    if name == CONTENT:
        assert engine_of(rolecall, name) != [engine]
        assert "the window's content has ended and is loaded again" in rolecall.process.log()


def test_a_window_whose_content_ends_again_and_again_closes_and_can_be_opened_again(rolecall, reader, tray, notifications):
    for _ in range(4):
        (content,) = until(lambda: is_active(reader) and engine_of(rolecall, CONTENT), "the content", 20)
        os.kill(content, signal.SIGKILL)
        until(lambda: engine_of(rolecall, CONTENT) != [content], "it to end")
    until(lambda: not windows_of(rolecall), "the window to close")
    rolecall.wait_for_problem("window_failed")
    notifications.wait_for("Rolecall's window closed unexpectedly.")
    rolecall.ok("end", "guest")
    tray.wait_for_item().click("Open Rolecall")
    until(lambda: is_shown_without_session(reader), lambda: f"the role in {reader.read()}", 30)
    until(lambda: not rolecall.snapshot()["problems"], "the problem to be gone")


def test_a_frozen_window_is_repaired_by_opening_it(rolecall, reader, tray):
    (engine,) = engine_of(rolecall, CONTENT)
    os.kill(engine, signal.SIGSTOP)
    rolecall.ok("end", "guest")
    tray.wait_for_item().click("Open Rolecall")
    until(lambda: engine_of(rolecall, CONTENT) not in ([], [engine]), "another process", 20)
    until(lambda: is_shown_without_session(reader), lambda: f"the ended session in {reader.read()}", 30)
    assert "the window's content does not respond" in rolecall.process.log()
