"""Warnings before expiry: as notifications, each once, with working actions."""

import contextlib
import sqlite3

import pytest

from harness.clipboard import Clipboard
from harness.notifications import Dunst, Notifications
from harness.practice import Practice
from harness.wait import stays, until

# A 15-minute session whose warning is due one second after it begins.
SHORTEST = {"duration": "15m"}
AT_ONCE = {"lead_times": ["14m59s"]}
# Where the system does not tell that the clock was set, it is read again after 15 seconds.
NOTICED_SECONDS = 15 + 5


class Hour:
    """An app with a session of an hour on a practice account with an adjustable clock."""

    def __init__(self, app, practice):
        self.app, self.practice = app, practice

    def pass_until(self, minute):
        """Advances AWS's clock by this many minutes; the app gets the time from the next answer."""
        self.practice.set_faults(f"skew={minute * 60}")
        self.app.ok("assume", "contractor")
        self.app.ok("end", "contractor")


@pytest.fixture
def hour(desktop, rolecall, keychain, tray):
    """Returns a function that starts the app and assumes a role for an hour."""
    practice = Practice(desktop).start()
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_roles(guest=practice.role("guest"), contractor=practice.role("contractor"))

    def begin():
        rolecall.start()
        rolecall.add_key("user", practice)
        rolecall.ok("assume", "guest")
        return Hour(rolecall, practice)

    return begin


@pytest.fixture
def expiring(rolecall, account, keychain, tray):
    """Returns a function that starts the app and assumes a role whose warning is due."""
    rolecall.write_settings(endpoint=account.endpoint, notifications=AT_ONCE)
    rolecall.write_roles(guest=account.role("guest", **SHORTEST))

    def begin():
        rolecall.start()
        rolecall.add_key("user", account)
        rolecall.ok("assume", "guest")

    return begin


def test_a_warning_comes_before_expiry_and_its_action_renews(rolecall, notifications, expiring):
    expiring()
    warning = notifications.wait_for("guest expires in", deadline=30)
    first = rolecall.session("guest")
    notifications.invoke(warning, "Renew")
    # AWS's expiry has whole seconds: two sessions that begin in one second expire together.
    until(lambda: rolecall.session("guest")["access_key_id"] != first["access_key_id"], "another session")
    assert rolecall.session("guest")["expires_at"] >= first["expires_at"]


def test_a_warning_copies_the_export_block(desktop, notifications, expiring):
    expiring()
    warning = notifications.wait_for("guest expires in", deadline=30)
    notifications.invoke(warning, "Copy for your shell")
    until(lambda: "AWS_SESSION_TOKEN" in Clipboard(desktop).text(), "the export block in the clipboard")


def recorded_warnings(rolecall):
    """Returns how many warnings the state that survives a restart has."""
    path = rolecall.state_dir / "state.db"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as state:
        return state.execute("SELECT count(*) FROM warnings").fetchone()[0]


def test_a_warning_comes_once_even_across_a_restart(rolecall, notifications, expiring):
    expiring()
    notifications.wait_for("guest expires in", deadline=30)
    # Rolecall records a warning after it is shown: killed in between, it warns twice rather than never.
    until(lambda: recorded_warnings(rolecall), "the record of the warning")
    rolecall.process.kill()
    rolecall.start()
    rolecall.wait_for_session("guest")
    stays(lambda: sum(n.shown for n in notifications.all if "expires in" in n.summary) == 1, "one warning", 3)


def test_a_warning_is_withdrawn_when_its_session_ends(rolecall, notifications, expiring):
    expiring()
    warning = notifications.wait_for("guest expires in", deadline=30)
    rolecall.ok("end", "guest")
    until(lambda: warning.closed, "the warning to be withdrawn")


def test_without_actions_the_text_still_comes(desktop, expiring):
    notifications = Notifications(desktop, capabilities=("body",)).start()
    expiring()
    assert notifications.wait_for("guest expires in", deadline=30).actions == {}


def test_a_real_dunst_shows_it_and_a_click_opens_the_window(desktop, rolecall, expiring):
    dunst = Dunst(desktop).start()
    expiring()
    until(lambda: dunst.count_shown() == 1, "one notice on the screen: the warning took the first one's place")
    dunst.act()
    until(lambda: "Rolecall" in desktop.windows(), desktop.windows)


@pytest.mark.parametrize("daemon", ["absent", "frozen"])
def test_r19_a_missing_or_frozen_daemon_blocks_nothing_and_the_icon_changes(desktop, rolecall, hour, tray, daemon):
    if daemon == "frozen":
        Notifications(desktop, frozen=True).start()
    passing = hour()
    item = tray.wait_for_item()
    active = item.icon()
    passing.pass_until(minute=51)
    rolecall.wait_for_session("guest", "expiring", deadline=NOTICED_SECONDS)
    until(lambda: item.icon() != active, "another icon")
    rolecall.ok("end", "guest")


def test_the_usual_warnings_come_at_ten_and_two_minutes_and_at_the_end(notifications, hour):
    passing = hour()
    passing.pass_until(minute=51)
    warning = notifications.wait_for("guest expires in 9m", deadline=NOTICED_SECONDS)
    assert "Renew" in warning.actions.values()
    passing.pass_until(minute=58)
    notifications.wait_for("guest expires in 2m", deadline=NOTICED_SECONDS)
    passing.pass_until(minute=61)
    notifications.wait_for("guest has expired", deadline=NOTICED_SECONDS)


def test_after_a_long_sleep_only_the_end_is_reported(rolecall, notifications, hour):
    hour().pass_until(minute=600)
    notifications.wait_for("guest has expired", deadline=NOTICED_SECONDS)
    assert not [notice.text for notice in notifications.all if "guest expires in" in notice.text]
    assert rolecall.session("guest")["phase"] == "expired"
