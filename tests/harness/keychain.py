"""A real gnome-keyring on a private bus: unlocked, locked, frozen, killed, or never started."""

from gi.repository import GLib

from harness.wait import until

SECRETS = "org.freedesktop.secrets"
SERVICE_PATH = "/org/freedesktop/secrets"
SERVICE = "org.freedesktop.Secret.Service"
COLLECTION = "org.freedesktop.Secret.Collection"
ITEM = "org.freedesktop.Secret.Item"
# The daemon's interface for login screens.
INTERNAL = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"
DEFAULT = "/org/freedesktop/secrets/aliases/default"
PASSWORD = b"keychain password of a test"


class Keychain:
    """The desktop's Secret Service with an unlocked default collection."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = desktop.bus()
        self.process = None

    def start(self):
        """Starts the daemon and unlocks the login collection, creating it at first."""
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", "--unlock"]
        self.process = self.desktop.start("keyring", *command, stdin=PASSWORD)
        until(lambda: self.bus.owner(SECRETS), self.process.log)
        until(lambda: self.is_locked() is False, self.process.log)
        return self

    def is_locked(self):
        """Returns whether the default collection is locked."""
        return self.bus.properties(SECRETS, DEFAULT, COLLECTION)["Locked"]

    def lock(self):
        """Locks the default collection."""
        collection = self.bus.call(SECRETS, SERVICE_PATH, SERVICE, "ReadAlias", GLib.Variant("(s)", ("default",)))[0]
        self.bus.call(SECRETS, SERVICE_PATH, SERVICE, "Lock", GLib.Variant("(ao)", ([collection],)))
        until(self.is_locked, "the keychain to be locked")

    def unlock(self):
        """Unlocks it again, with the password and without a prompt."""
        arguments = GLib.Variant("(o(oayays))", (DEFAULT, self._secret(PASSWORD)))
        self.bus.call(SECRETS, SERVICE_PATH, INTERNAL, "UnlockWithMasterPassword", arguments)
        until(lambda: not self.is_locked(), "the keychain to be unlocked")

    def create_collection(self, label):
        """Makes an unlocked collection of this name, as another program does, and returns its path."""
        properties = {f"{COLLECTION}.Label": GLib.Variant("s", label)}
        arguments = GLib.Variant("(a{sv}(oayays))", (properties, self._secret(PASSWORD)))
        return self.bus.call(SECRETS, SERVICE_PATH, INTERNAL, "CreateWithMasterPassword", arguments)[0]

    def store(self, label, secret, attributes=None, collection=DEFAULT):
        """Adds an item, like another program."""
        properties = {
            f"{ITEM}.Label": GLib.Variant("s", label),
            f"{ITEM}.Attributes": GLib.Variant("a{ss}", attributes or {}),
        }
        arguments = GLib.Variant("(a{sv}(oayays)b)", (properties, self._secret(secret.encode()), True))
        self.bus.call(SECRETS, collection, COLLECTION, "CreateItem", arguments)

    def _secret(self, text):
        no_input = GLib.Variant("(sv)", ("plain", GLib.Variant("s", "")))
        session = self.bus.call(SECRETS, SERVICE_PATH, SERVICE, "OpenSession", no_input)[1]
        return (session, b"", text, "text/plain")

    def freeze(self):
        """Freezes the daemon, so that calls get no answer."""
        self.process.freeze()

    def thaw(self):
        """Resumes the daemon."""
        self.process.thaw()

    def kill(self):
        """Kills the daemon."""
        self.process.kill()
        until(lambda: not self.bus.owner(SECRETS), "the keychain to be gone from the bus")

    def items(self):
        """Returns the attributes of every item in the default collection."""
        paths = self.bus.properties(SECRETS, DEFAULT, COLLECTION)["Items"]
        return [self.bus.properties(SECRETS, path, ITEM)["Attributes"] for path in paths]
