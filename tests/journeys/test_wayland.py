"""Rolecall on a Wayland desktop: tray, window, clipboard and notifications."""

import json
import re

import pytest

from harness.desktop import Desktop
from harness.portal import ShortcutPortal
from harness.sway import TRACED, Sway
from harness.wait import stays, until

APP_ID = "io.github.rolecall.Rolecall"
GUEST = re.compile("^guest · ")
CLEAR_SECONDS = 5


@pytest.fixture
def desktop():
    """A desktop without an X server."""
    with Desktop(display=False) as desktop:
        yield desktop


@pytest.fixture
def begin(desktop, rolecall, keychain, account):
    """Returns a function that starts sway and the app with a session."""

    def begin():
        sway = Sway(desktop).start()
        assert "DISPLAY" not in desktop.env
        rolecall.write_settings(endpoint=account.endpoint, clipboard={"clear_after": f"{CLEAR_SECONDS}s"})
        rolecall.write_roles(guest=account.role("guest"))
        rolecall.start(env=TRACED)
        rolecall.add_key("user", account)
        return sway

    return begin


def wait_for_window(sway, workspace):
    """Waits until the window has the focus on this workspace."""

    def is_there():
        return sway.workspace() == workspace and any(
            it.app_id == APP_ID and it.focused and it.workspace == workspace for it in sway.windows()
        )

    until(is_there, lambda: f"the window on {workspace}; there are {sway.windows()} on {sway.workspace()}", 15)


def by_click(sway, _rolecall):
    """Clicks the icon."""
    sway.click_tray()


def by_menu(sway, _rolecall):
    """Chooses from the icon's menu."""
    sway.tray_item().click("Open Rolecall")


def by_second_start(_sway, rolecall):
    """Starts the program again."""
    first = rolecall.process
    assert rolecall.launch().wait_exit() == 0
    rolecall.process = first


@pytest.mark.parametrize("way", [by_click, by_menu, by_second_start])
def test_the_window_comes_to_the_workspace_where_its_user_is(begin, rolecall, way):
    sway = begin()
    sway.tray_item()
    until(lambda: way(sway, rolecall) or sway.windows(), "the window to open", 20)
    wait_for_window(sway, "1")
    for workspace in "21":
        sway.go_to(workspace)
        way(sway, rolecall)
        wait_for_window(sway, workspace)


def test_a_click_on_a_notification_passes_its_token_to_the_window(begin, rolecall):
    sway = begin()
    sway.tray_item().click("Open Rolecall")
    wait_for_window(sway, "1")
    sway.tray_item().click("guest")
    until(lambda: any("guest is ready" in title for title in sway.notices()), lambda: f"a notice in {sway.notices()}")
    sway.go_to("2")
    # A click while the notice is drawn again goes through it.
    until(lambda: sway.click_notice() or sway.tokens_of_notices(), "a click that the notice hears")
    # This sway marks the token as void, since the notification has no keyboard.
    wait_for_window(sway, "2")
    assert any(is_activated_with(rolecall, token) for token in sway.tokens_of_notices())


def test_a_click_in_the_tray_passes_its_token_to_the_window(begin, rolecall):
    sway = begin()
    item = sway.tray_item()
    item.click("Open Rolecall")
    wait_for_window(sway, "1")
    entry = item.wait_for("Open Rolecall")
    for workspace, click in (("2", item.activate), ("3", lambda token: item.send_click(entry, token))):
        sway.go_to(workspace)
        click(f"token-{workspace}")
        until(lambda: is_activated_with(rolecall, f"token-{workspace}"), f"the window to use the token for {workspace}")
        wait_for_window(sway, workspace)


@pytest.fixture
def remembered(desktop):
    """A window that remembers a shortcut."""
    path = desktop.state_dir / "rolecall" / "window.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"shortcut": "Ctrl+Alt+R"}))


def test_the_desktops_portal_gives_a_shortcut_that_opens_the_window(desktop, remembered, begin, rolecall):
    portal = ShortcutPortal(desktop)
    sway = begin()
    asked = portal.wait_for_binding()
    assert asked["preferred_trigger"] == "CTRL+ALT+r"
    assert asked["description"] == "Open or close Rolecall"
    another = desktop.bus()
    portal.press("token-0", another)
    stays(lambda: not sway.windows(), "no window for the signal of another program", 2)
    portal.press("token-1")
    wait_for_window(sway, "1")
    sway.go_to("2")
    portal.press("token-2")
    until(lambda: is_activated_with(rolecall, "token-2"), "the window to use the token")
    wait_for_window(sway, "2")


def test_a_shortcut_that_the_desktop_refuses_does_nothing_and_can_be_pressed_in_vain(desktop, remembered, begin, rolecall):
    portal = ShortcutPortal(desktop, gives=False)
    sway = begin()
    portal.wait_for_binding()
    portal.press("token")
    stays(lambda: not sway.windows(), "no window", 2)
    assert rolecall.ok("status")


def is_activated_with(rolecall, token):
    """Returns whether a window asked the desktop to come to the front with this token."""
    return re.search(rf'xdg_activation_v1@\d+\.activate\("{token}", ', rolecall.process.log()) is not None


def test_a_button_of_a_notification_copies_and_the_clipboard_is_cleared(begin, rolecall):
    sway = begin()
    sway.tray_item().click("guest")
    (title,) = until(lambda: [it for it in sway.notices() if "guest is ready" in it], lambda: f"a notice in {sway.notices()}")
    sway.press_button(title, "copy")
    until(lambda: "AWS_SESSION_TOKEN" in sway.clipboard(), "the export block in the clipboard")
    assert "x-kde-passwordManagerHint" in sway.clipboard_types()
    until(lambda: not sway.clipboard_types(), "an empty clipboard", CLEAR_SECONDS + 5)
