"""The recording daemon and the real dunst, against one client."""

import pytest
from gi.repository import GLib

from harness.bus import BusError
from harness.notifications import NAME, PATH, Dunst, Notifications
from harness.wait import until


def notify(bus, summary, actions=(), replaces=0):
    """Sends a notice as a client does; returns its id."""
    arguments = GLib.Variant("(susssasa{sv}i)", ("test", replaces, "", summary, "body", list(actions), {}, -1))
    return bus.call(NAME, PATH, NAME, "Notify", arguments, timeout=2)[0]


def test_records_replaces_and_closes(desktop, notifications):
    bus = desktop.bus()
    number = notify(bus, "first")
    assert notify(bus, "second", replaces=number) == number
    (notice,) = notifications.open()
    assert (notice.summary, notice.shown) == ("second", 2)
    bus.call(NAME, PATH, NAME, "CloseNotification", GLib.Variant("(u)", (number,)))
    assert notifications.open() == []


def test_invokes_actions_by_label(desktop, notifications):
    bus, heard = desktop.bus(), []
    bus.listen(NAME, "ActionInvoked", lambda number, key: heard.append((number, key)))
    number = notify(bus, "expires soon", ["default", "Open", "renew", "Renew"])
    notifications.invoke(notifications.wait_for("EXPIRES"), "Renew")
    until(lambda: heard == [(number, "renew")], lambda: heard)


def test_a_frozen_one_takes_calls_and_never_answers(desktop):
    notifications = Notifications(desktop, frozen=True).start()
    with pytest.raises(BusError):
        notify(desktop.bus(), "nobody answers")
    assert notifications.all == []


def test_dunst_shows_and_closes(desktop):
    dunst = Dunst(desktop).start()
    notify(desktop.bus(), "seen")
    until(lambda: dunst.count_shown() == 1, "a notice on the screen")
    dunst.close_all()
    until(lambda: dunst.count_shown() == 0, "an empty screen")
