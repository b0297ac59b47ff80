"""The AWS console by a click: in the tray's menu, and by a key in the window."""

import urllib.request

import pytest

from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until
from harness.webdriver import CONTROL, Window


@pytest.fixture
def practice(desktop):
    """The practice account."""
    return Practice(desktop).start()


@pytest.fixture
def app(desktop, rolecall, practice, keychain, tray, notifications):
    """Rolecall with a role of it, before its start, and a browser that writes down what it was started with."""
    program = desktop.root / "silent-browser"
    program.write_text(f'#!/bin/sh\necho "$1" >{desktop.root}/address.part\nmv {desktop.root}/address.part {desktop.root}/address\n')
    program.chmod(0o755)
    rolecall.write_settings(endpoint=practice.endpoint, console={"browser": str(program)})
    rolecall.write_roles(guest=practice.role("guest"))
    return rolecall


def sign_in(desktop):
    """Returns the page that the browser was started with, which hands the sign-in over."""
    path = desktop.root / "address"
    address = until(lambda: path.exists() and path.read_text().strip(), lambda: f"the browser\n{desktop.logs()}", 20)
    path.unlink()
    return urllib.request.urlopen(address, timeout=5).read().decode()


def test_a_click_in_the_tray_opens_the_console(desktop, app, practice, tray):
    app.start()
    app.add_key("user", practice)
    app.ok("assume", "guest")
    item = tray.wait_for_item()
    item.click("guest · 1h", "Open console")
    assert "SigninToken" in sign_in(desktop)


def test_a_key_in_the_window_opens_the_console(desktop, app, practice):
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    try:
        app.add_key("user", practice)
        window.wait_for_text("guest")
        app.ok("assume", "guest")
        window.wait_for_text("until")
        window.press(CONTROL, "o")
        assert "SigninToken" in sign_in(desktop)
    finally:
        window.close()
