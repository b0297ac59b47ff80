"""The desktop finds the name and icon of windows and notifications by one id."""

from harness.wait import until

APP_ID = "io.github.rolecall.Rolecall"


def test_the_window_and_notifications_carry_the_id(desktop, rolecall, account, keychain, tray, notifications):
    desktop.start("openbox", "openbox")
    rolecall.start_on(account, "guest")
    item = tray.wait_for_item()
    item.click("guest")
    assert notifications.wait_for("guest is ready").hints["desktop-entry"] == APP_ID
    item.click("Open Rolecall")
    until(lambda: f"{APP_ID}.{APP_ID} " in windows(desktop), lambda: f"the window's class among {windows(desktop)}")


def windows(desktop):
    """Returns the windows with their instance and class."""
    return desktop.run("wmctrl", "-lx").stdout
