"""A real KWallet on a desktop with a window manager: its wallets, and its dialogs."""

import shutil
from pathlib import Path

import pytest
from gi.repository import GLib

from harness.keychain import COLLECTION, SECRETS, SERVICE, SERVICE_PATH
from harness.screen_reader import QT_ENVIRONMENT, ScreenReader
from harness.wait import until

# One release of Debian has one of them.
PROGRAMS = ("kwalletd6", "kwalletd5")
# Where the library that encrypts finds its plug-in, for each of them.
PLUGIN_DIRS = ("qca-qt6", "qca-qt5")
PASSWORD = "wallet password of a test"
# Runs a program in a mount namespace in which the folder "$1" is empty.
WITHOUT_FOLDER = 'mount -t tmpfs none "$1" && shift && exec "$@"'
NAMESPACE = ["unshare", "--user", "--map-current-user", "--keep-caps", "--mount"]


class KWallet:
    """The desktop's Secret Service, without a wallet at first."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = desktop.bus()
        self.program = next((name for name in PROGRAMS if shutil.which(name)), None)
        if not self.program:
            pytest.skip("KWallet is not installed, so Rolecall was not tested with it")
        self.reader = ScreenReader(desktop)
        self.process = None

    @property
    def configuration(self):
        """The file of KWallet's settings."""
        return self.desktop.config_dir / "kwalletrc"

    def start(self):
        """Starts the service."""
        return self._start(self.program)

    def start_without_encryption(self):
        """Starts it as if the plug-in that encrypts were not installed."""
        plugins = plugin_dir()
        return self._start(*NAMESPACE, "sh", "-c", WITHOUT_FOLDER, "sh", plugins, self.program)

    def _start(self, *command):
        self.process = self.desktop.start("kwallet", *command, env=QT_ENVIRONMENT)
        until(lambda: self.bus.owner(SECRETS), self.process.log)
        return self

    def close(self):
        """Closes the default wallet, which also writes what was stored in the last seconds."""
        collection = self.bus.call(SECRETS, SERVICE_PATH, SERVICE, "ReadAlias", GLib.Variant("(s)", ("default",)))[0]
        self.bus.call(SECRETS, SERVICE_PATH, SERVICE, "Lock", GLib.Variant("(ao)", ([collection],)))
        until(lambda: self.bus.properties(SECRETS, collection, COLLECTION)["Locked"], "the wallet to be closed")

    def wallets(self):
        """Returns the names of the wallets that exist."""
        return sorted(path.stem for path in (Path(self.desktop.env["XDG_DATA_HOME"]) / "kwalletd").glob("*.kwl"))

    def wait_for_text(self, part):
        """Waits until a dialog shows this text."""
        shown = self.reader.shown
        until(lambda: any(part in name for _, name in shown()), lambda: f"{part!r}; shown: {shown()}")

    def create(self):
        """Answers the dialogs that make a wallet."""
        self.reader.press("radio button", "Classic, blowfish encrypted file")
        self.reader.press("push button", "Finish")
        self.wait_for_text("Verify:")
        self._type(f"{PASSWORD}\t{PASSWORD}")
        self.reader.press("push button", "OK")

    def open(self):
        """Answers the dialog that opens a wallet."""
        self.wait_for_text("Password:")
        self._type(PASSWORD)
        self.reader.press("push button", "OK")

    def _type(self, text):
        done = self.desktop.run("xdotool", "type", "--clearmodifiers", text)
        assert done.returncode == 0, done.stderr


def plugin_dir():
    """Returns the folder of the plug-in that encrypts; skips without it."""
    found = [path for name in PLUGIN_DIRS for path in Path("/usr/lib").glob(f"*/{name}/crypto")]
    if not found:
        pytest.skip("libqca's plug-ins are not installed, so KWallet cannot be tested with them")
    return found[0]
