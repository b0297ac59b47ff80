"""The fixtures of all tests: a desktop with its services, and AWS doubles."""

import os
import re
import signal
import threading

import pytest

from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.rolecall import Rolecall, binary
from harness.screen_reader import SERVICES
from harness.tray_host import TrayHost
from harness.webdriver import Window


# The id of a threat, a rule, a failure or a bad input in the name of a test: see docs/security.md.
ID = re.compile(r"_[tcrb]\d{1,2}_")

# A test that ignores its timeout, such as in a library call, ends the run after this additional time.
HUNG_SECONDS = 60


def pytest_configure(config):
    """Restores signals for the programs under test that a background job or nohup makes this run ignore."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) == signal.SIG_IGN:
            # A handler, unlike SIG_IGN, is not inherited.
            signal.signal(number, lambda *_: None)


def pytest_addoption(parser):
    """Adds the option of `make attacks`."""
    parser.addoption("--attacks", action="store_true", help="runs only tests with the id of a threat, rule, failure or bad input")


def pytest_collection_modifyitems(config, items):
    """Leaves only attacks, if those are wanted."""
    if not config.getoption("--attacks"):
        return
    others = [item for item in items if not ID.search(item.name.partition("[")[0])]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    limit = float(item.config.getini("timeout")) + HUNG_SECONDS
    hung = threading.Timer(limit, lambda: _give_up(item))
    hung.daemon = True
    hung.start()
    try:
        return (yield)
    finally:
        hung.cancel()


def _give_up(item):
    os.write(2, f"\n{item.nodeid} hangs and cannot be interrupted: the run ends here.\n".encode())
    os._exit(1)


@pytest.fixture
def desktop(request):
    """A private desktop with a display and an empty bus; with the mark `readable` also what a screen reader needs."""
    if request.node.get_closest_marker("readable"):
        with Desktop(activatable=SERVICES) as desktop:
            desktop.start("openbox", "openbox")
            yield desktop
    else:
        with Desktop() as desktop:
            yield desktop


@pytest.fixture
def machine():
    """A machine without a display, whose user has a keychain."""
    with Desktop(display=False) as machine:
        machine.keychain = Keychain(machine).start()
        yield machine


@pytest.fixture
def keychain(desktop):
    """An unlocked gnome-keyring on it."""
    return Keychain(desktop).start()


@pytest.fixture
def tray(desktop):
    """A tray host on it."""
    return TrayHost(desktop).start()


@pytest.fixture
def notifications(desktop):
    """A recording notification daemon on it."""
    return Notifications(desktop).start()


@pytest.fixture
def account(desktop):
    """An independent AWS with the tutorials' user, roles and bucket: ministack."""
    return Ministack(desktop).start()


@pytest.fixture
def rolecall(desktop):
    """Rolecall on it, not started."""
    return Rolecall(desktop)


@pytest.fixture
def opened(desktop, rolecall, practice, keychain, tray, notifications):
    """Returns a function that opens the window of an app with these roles and the user's key on a `practice`."""
    windows = []

    def open_window(**roles):
        rolecall.write_settings(endpoint=practice.endpoint)
        rolecall.write_roles(**roles)
        windows.append(Window(desktop, binary("rolecall-desktop"), "--window").start())
        rolecall.add_key("user", practice)
        windows[0].wait_for_text(next(iter(roles)))
        return windows[0]

    yield open_window
    for window in windows:
        window.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    desktop = getattr(item, "funcargs", {}).get("desktop")
    if report.when == "call" and report.failed and desktop:
        report.sections.append(("what ran on the desktop", desktop.logs()))
    return report
