"""The window for a person with a screen reader, read over the accessibility bus."""

import pytest

from harness.screen_reader import ScreenReader
from harness.wait import stays, until
from harness.window_process import windows_of

pytestmark = pytest.mark.readable


@pytest.fixture
def reader(desktop, rolecall, account, keychain, tray, notifications):
    """A reader of the window of an app with a session and a role without one."""
    reader = ScreenReader(desktop)
    rolecall.start_on(account, guest=account.role("guest"), again=account.role("guest"))
    rolecall.ok("assume", "guest")
    tray.wait_for_item().click("Open Rolecall")
    return reader


def test_each_row_of_the_list_has_a_name(reader):
    rows = until(lambda: [row for row in reader.rows() if row] and reader.rows(), lambda: f"rows in {reader.read()}", 30)
    assert "" not in rows, rows
    assert any(row.startswith("guest") and "left" in row for row in rows), rows
    assert any(row.startswith("again") for row in rows), rows


def test_the_window_of_a_person_with_a_screen_reader_outlives_the_bus(desktop, rolecall, reader):
    reader.wait_for("guest")
    window = windows_of(rolecall)
    desktop.kill_bus()
    rolecall.wait_for_problem("no_bus")
    stays(lambda: windows_of(rolecall) == window, "the window's process", 2)
