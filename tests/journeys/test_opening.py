"""What opens the window, and how it opens: as it was, by a shortcut, by a command, and at login."""

import json

import pytest

from harness.rolecall import binary
from harness.wait import until
from harness.webdriver import CONTROL, Window


@pytest.fixture
def window_path(desktop):
    """The file with what the window remembers."""
    return desktop.state_dir / "rolecall" / "window.json"


@pytest.fixture
def app(rolecall, window_path):
    """Returns a function that starts the application with what its window remembers, with a window manager."""
    rolecall.desktop.start("openbox", "openbox")

    def start(*arguments, **memory):
        window_path.parent.mkdir(parents=True, exist_ok=True)
        window_path.write_text(json.dumps(memory))
        rolecall.write_any_role()
        return rolecall.start(*arguments)

    yield start


def is_open(desktop):
    return "Rolecall" in desktop.windows()


def test_the_window_opens_as_it_was(desktop, rolecall, keychain, tray, notifications, window_path):
    rolecall.write_roles(guest={"arn": "arn:aws:iam::111122223333:role/guest", "source": "user", "group": "Clients"})
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.wait_for_text("Clients")
    width = window.run("return innerWidth")
    window.click("button", "Clients")
    window.press(CONTROL, "+")
    until(lambda: window.run("return innerWidth") < width, "a larger size of everything")
    until(lambda: json.loads(window_path.read_text())["zoom"] == 110, "the size in the file")
    window.close()
    again = Window(desktop, binary("rolecall-desktop"), "--window").start()
    again.wait_for_text("Clients")
    assert "guest" not in again.text()
    assert again.run("return innerWidth") < width
    again.close()


def test_a_shortcut_opens_the_window_and_closes_it(desktop, keychain, tray, notifications, app):
    app(shortcut="Ctrl+Alt+R")
    until(lambda: press(desktop) and is_open(desktop), "the window that the shortcut opens", 20)
    until(lambda: closes(desktop, press), "the window that the shortcut closes", 20)


def test_a_command_opens_the_window_and_closes_it(desktop, keychain, tray, notifications, app):
    app()
    toggle(desktop)
    until(lambda: is_open(desktop), "the window", 20)
    until(lambda: closes(desktop, toggle), "the window to close", 20)


def test_a_window_is_where_and_as_large_as_it_was(desktop, keychain, tray, notifications, app, window_path):
    app("--window", place={"x": 120, "y": 90, "width": 600, "height": 500})
    until(lambda: is_open(desktop), "the window", 20)
    until(lambda: size(desktop) == (600, 500), lambda: f"its size, not {size(desktop)}")

    def noted():
        # The toolkit may still set the first size.
        desktop.run("xdotool", "search", "--name", "^Rolecall$", "windowsize", "700", "520")
        return until(lambda: json.loads(window_path.read_text())["place"]["width"] == 700, "a note", 2)

    until(noted, lambda: f"the new size in {window_path.read_text()}, which is {size(desktop)}", 15)


def test_it_starts_at_login_if_the_setting_says_so(desktop, rolecall, keychain, tray, notifications):
    rolecall.write_any_role()
    entry = desktop.config_dir / "autostart" / "io.github.rolecall.Rolecall.desktop"
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.wait_for_text("Getting started")
    window.press(CONTROL, ",")
    window.click("switch", "Start at login")
    until(entry.exists, "the entry")
    assert f'Exec="{binary("rolecall-desktop")}"' in entry.read_text()
    window.click("switch", "Start at login")
    until(lambda: not entry.exists(), "the entry to be removed")
    window.close()


def press(desktop):
    return desktop.run("xdotool", "key", "ctrl+alt+r").returncode == 0


def toggle(desktop):
    done = desktop.run(str(binary("rolecall-desktop")), "--toggle")
    assert done.returncode == 0, done.stderr


def closes(desktop, act):
    """Acts, and returns whether the window closes. One that has no focus yet comes to the front, and closes the next time."""
    if is_open(desktop):
        act(desktop)
    until(lambda: not is_open(desktop), "the window to close", 3)
    return True


def size(desktop):
    shown = desktop.run("xdotool", "search", "--name", "^Rolecall$", "getwindowgeometry").stdout
    found = [line.split()[1] for line in shown.splitlines() if "Geometry" in line]
    return tuple(map(int, found[-1].split("x"))) if found else None
