"""Warnings before an expiry: on the notification bus, each once, with actions that work."""

import pytest

from harness.clipboard import Clipboard
from harness.notifications import Dunst, Notifications
from harness.wait import stays, until

# A 15-minute session whose warning is due one second after it begins.
SHORTEST = {"duration": "15m"}
AT_ONCE = {"lead_times": ["14m59s"]}


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
    first = rolecall.session("guest")["expires_at"]
    notifications.invoke(warning, "Renew")
    until(lambda: rolecall.session("guest")["expires_at"] > first, "a later expiry")


def test_a_warning_copies_the_export_block(desktop, notifications, expiring):
    expiring()
    warning = notifications.wait_for("guest expires in", deadline=30)
    notifications.invoke(warning, "Copy export block")
    until(lambda: "AWS_SESSION_TOKEN" in Clipboard(desktop).text(), "the export block in the clipboard")


def test_a_warning_comes_once_even_across_a_restart(rolecall, notifications, expiring):
    expiring()
    notifications.wait_for("guest expires in", deadline=30)
    rolecall.process.kill()
    rolecall.start()
    rolecall.wait_for_session("guest", "expiring")
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
    rolecall.wait_for_session("guest", "expiring", deadline=30)
    until(lambda: dunst.count_shown() == 1, "one notice on the screen: the warning took the first one's place")
    dunst.act()
    until(lambda: "Rolecall" in desktop.windows(), desktop.windows)


@pytest.mark.parametrize("daemon", ["absent", "frozen"])
def test_a_missing_or_frozen_daemon_blocks_nothing_and_the_icon_tells(desktop, rolecall, tray, expiring, daemon):
    if daemon == "frozen":
        Notifications(desktop, frozen=True).start()
    expiring()
    item = tray.wait_for_item()
    idle = item.icon()
    rolecall.wait_for_session("guest", "expiring", deadline=30)
    until(lambda: item.icon() != idle or "guest" in str(item.tooltip()), "the icon to tell")
    rolecall.ok("end", "guest")
    rolecall.ok("assume", "guest")
