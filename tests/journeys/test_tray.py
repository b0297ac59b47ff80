"""The tray item: what it says, how it changes, and how it looks in a real panel."""

import re

from harness.desktop import Desktop
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.panel import SERVICES, Panel
from harness.rolecall import Rolecall
from harness.wait import until


def test_the_menu_follows_the_catalogue_and_the_sessions(rolecall, account, keychain, tray, notifications):
    rolecall.start_on(account, guest=account.role("guest", group="Clients"), plain=account.role("guest"))
    item = tray.wait_for_item()
    item.wait_for("Clients", "guest")
    labels = item.labels()
    assert labels.index("plain") < labels.index(["Clients", ["guest"]]) < labels.index("Open Rolecall")
    assert labels[-1] == "Quit"
    idle = item.icon()
    rolecall.ok("assume", "guest")
    session = item.wait_for(re.compile(r"^guest · (1h|59m)$"))
    assert session.labels() == [["Copy export block", ["bash / zsh", "fish", "PowerShell", "cmd"]], "Renew", "End"]
    item.wait_until_gone("Clients")
    until(lambda: item.icon() != idle, "another icon")
    assert "guest" in str(item.tooltip())


def test_hostile_names_are_text_and_nothing_else(rolecall, account, keychain, tray, notifications):
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


def test_a_newcomers_first_start_opens_the_window(desktop, rolecall, keychain, tray, notifications):
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


def _differs(desktop, folder):
    desktop.screenshot(folder / "after.png")
    compared = desktop.run("compare", "-metric", "AE", folder / "before.png", folder / "after.png", "null:")
    return int(compared.stderr.split()[0]) > 40
