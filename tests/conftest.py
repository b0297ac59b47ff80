"""What every test can ask for: a desktop, what a user meets on it, and AWS doubles."""

import pytest

from harness.desktop import Desktop
from harness.doubles import Ministack
from harness.keychain import Keychain
from harness.notifications import Notifications
from harness.rolecall import Rolecall
from harness.tray_host import TrayHost


@pytest.fixture
def desktop():
    """A private desktop with a display and an empty bus."""
    with Desktop() as desktop:
        yield desktop


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    desktop = getattr(item, "funcargs", {}).get("desktop")
    if report.when == "call" and report.failed and desktop:
        report.sections.append(("what ran on the desktop", desktop.logs()))
    return report
