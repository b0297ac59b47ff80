"""The tray item: content, changes, and its icon in a real panel."""

import re

import pytest

from harness.bus import BusError
from harness.desktop import Desktop
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.panel import SERVICES, Panel
from harness.rolecall import Rolecall
from harness.wait import until

SESSION = re.compile(r"^guest · (1h|59m)$")


def test_the_menu_follows_the_catalogue_and_the_sessions(rolecall, account, keychain, tray, notifications):
    rolecall.start_on(account, guest=account.role("guest", group="Clients"), plain=account.role("guest"))
    item = tray.wait_for_item()
    item.wait_for("Clients", "guest")
    labels = item.labels()
    assert labels.index("plain") < labels.index(["Clients", ["guest"]]) < labels.index("Open Rolecall")
    assert labels[-1] == "Quit"
    idle = item.icon()
    rolecall.ok("assume", "guest")
    session = item.wait_for(SESSION)
    assert session.labels() == ["Copy for bash / zsh", ["Copy for", ["fish", "PowerShell", "cmd"]], "Open console", "Renew", "End"]
    item.wait_until_gone("Clients")
    until(lambda: item.icon() != idle, "another icon")
    assert "guest" in str(item.tooltip())


def test_t20_t21_hostile_names_are_text_and_nothing_else(rolecall, account, keychain, tray, notifications):
    names = ["a_b", "A-1.x@y", "__all__"]
    rolecall.start_on(account, **{name: account.role("guest", group="<b>R&D_1</b>") for name in names})
    item = tray.wait_for_item()
    item.wait_for("<b>R&D_1</b>", names[0])
    assert item.menu().at("<b>R&D_1</b>").labels() == names


def test_a_left_click_opens_the_window(desktop, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    item = tray.wait_for_item()
    assert not [title for title in desktop.windows() if "Rolecall" in title]
    item.activate()
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window")


def test_a_new_users_first_start_opens_the_window(desktop, rolecall, keychain, tray, notifications):
    rolecall.start()
    until(lambda: [title for title in desktop.windows() if "Rolecall" in title], "the window")


def test_a_real_panel_shows_the_icon(tmp_path):
    with Desktop(activatable=SERVICES) as desktop:
        Keychain(desktop).start()
        Notifications(desktop).start()
        panel = Panel(desktop).start()
        desktop.screenshot(tmp_path / "before.png")
        rolecall = Rolecall(desktop, practice=True).start()
        until(panel.items, "the item in the panel")
        until(lambda: _differs(desktop, tmp_path), "the icon on the screen")
        rolecall.ok("assume", "guest")


def test_a_real_panel_shows_a_tooltip_with_any_role_name(tmp_path, account):
    with Desktop(activatable=SERVICES) as desktop:
        Keychain(desktop).start()
        Notifications(desktop).start()
        panel = Panel(desktop).start()
        rolecall = Rolecall(desktop).start_on(account, **{"Tom & <b>Jerry": account.role("guest")})
        until(panel.items, "the item in the panel")
        rolecall.ok("assume", "Tom & <b>Jerry")
        shown = lambda: panel.process.log() + rolecall.process.log()
        until(lambda: "Tom &amp; &lt;b&gt;Jerry · 1h" in str(panel.tooltip()), lambda: f"the tooltip: {panel.tooltip()}")
        assert "markup" not in shown(), shown()


def _differs(desktop, folder):
    desktop.screenshot(folder / "after.png")
    compared = desktop.run("compare", "-metric", "AE", folder / "before.png", folder / "after.png", "null:")
    return int(compared.stderr.split()[0]) > 40


def test_a_click_on_an_old_menu_never_hits_another_role(rolecall, account, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(**{name: account.role("guest") for name in ("first", "second")})
    rolecall.start()
    rolecall.add_key("user", account)
    item = tray.wait_for_item()
    seen = item.wait_for("first")
    # As many roles as before, so that others stand in the same places.
    rolecall.write_roles(**{name: account.role("guest") for name in ("third", "fourth")})
    item.wait_for("third")
    item.send_click(seen)
    notifications.wait_for("The role first no longer exists")
    assert item.menu().at("third").id != seen.id
    item.click("fourth")
    rolecall.wait_for_session("fourth")
    assert [session["role"] for session in rolecall.snapshot()["sessions"]] == ["fourth"]


def test_a_click_on_an_old_menu_says_what_has_changed(rolecall, account, keychain, tray, notifications):
    rolecall.start_on(account, guest=account.role("guest"))
    item = tray.wait_for_item()
    assume = item.wait_for("guest")
    rolecall.ok("assume", "guest")
    session = item.wait_for(SESSION)
    item.send_click(assume)
    notifications.wait_for("guest is already active")

    renew, end = session.child("Renew"), session.child("End")
    rolecall.ok("end", "guest")
    item.wait_until_gone(SESSION)
    item.send_click(session.at("Copy for", "fish"))
    first = notifications.wait_for("The session of guest has ended meanwhile")
    item.send_click(end)
    until(lambda: notifications.wait_for("The session of guest has ended meanwhile") != first, "another notice")
    # A click on Renew asks for a session, and gets one.
    item.send_click(renew)
    rolecall.wait_for_session("guest")


def test_entries_keep_their_numbers_while_the_menu_changes(rolecall, account, keychain, tray, notifications):
    rolecall.start_on(account, guest=account.role("guest"), plain=account.role("guest"))
    item = tray.wait_for_item()
    before = item.wait_for("plain"), item.menu().at("Quit")
    rolecall.ok("assume", "guest")
    item.wait_for(SESSION)
    item.signals.clear()
    menu = item.menu()
    assert [menu.at(entry.label).id for entry in before] == [entry.id for entry in before]
    item.open()
    assert item.menu().at(SESSION).id == menu.at(SESSION).id
    assert "LayoutUpdated" not in item.signals, item.signals


def test_a_number_that_was_never_given_is_refused(rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    rolecall.start()
    item = tray.wait_for_item()
    unknown = item.menu().at("Quit")
    unknown.id = 4711
    with pytest.raises(BusError, match="id not found"):
        item.send_click(unknown)
    notifications.wait_for("The menu has changed")


def test_a_role_s_colour_is_a_dot_beside_its_entry(rolecall, account, keychain, tray, notifications):
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_roles(blue=account.role("guest"), plain=account.role("guest"))
    (rolecall.config_dir / "marks.toml").write_text('[roles.blue]\ncolour = "blue"\nproduction = true\n')
    rolecall.start()
    rolecall.add_key("user", account)
    item = tray.wait_for_item()
    blue = item.wait_for(re.compile("^blue · production$"))
    assert bytes(blue.properties["icon-data"]).startswith(b"\x89PNG")
    assert "icon-data" not in item.wait_for("plain").properties
