"""Notification daemons: one that records and can act, one that is frozen, and the real dunst."""

import threading
from dataclasses import dataclass, field

from gi.repository import GLib

from harness.bus import DBUS
from harness.wait import until

NAME = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
XML = f"""<node><interface name="{NAME}">
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""
CLOSED_BY_USER, CLOSED_BY_CALL = 2, 3


@dataclass
class Notification:
    """One notice as the daemon received it; a replacement updates it and counts as `shown` again."""

    id: int
    sender: str
    summary: str
    body: str
    actions: dict
    hints: dict
    shown: int = 1
    closed: bool = False

    @property
    def text(self):
        """Summary and body in one."""
        return f"{self.summary}\n{self.body}"


@dataclass
class Notifications:
    """A recording org.freedesktop.Notifications. With `frozen` it takes calls and never answers."""

    desktop: object
    capabilities: tuple = ("body", "actions", "persistence")
    frozen: bool = False
    all: list = field(default_factory=list)

    def start(self):
        """Takes the name on the desktop's bus."""
        self._lock = threading.Lock()
        self.bus = self.desktop.bus()
        self._token = self.bus.serve(
            PATH,
            XML,
            {
                "Notify": self._answer(self._notify),
                "CloseNotification": self._answer(self._close),
                "GetCapabilities": self._answer(lambda _: GLib.Variant("(as)", (list(self.capabilities),))),
                "GetServerInformation": self._answer(lambda _: GLib.Variant("(ssss)", ("recorder", "tests", "1", "1.2"))),
            },
        )
        self.bus.own(NAME)
        return self

    def stop(self):
        """Leaves the bus, like a daemon that crashes."""
        self.bus.close()

    def open(self):
        """Returns the notices that are still shown."""
        with self._lock:
            return [notice for notice in self.all if not notice.closed]

    def wait_for(self, text, deadline=15.0):
        """Returns the first open notice with `text` in its summary or body."""

        def found():
            return next((notice for notice in self.open() if text.lower() in notice.text.lower()), None)

        return until(found, lambda: f"a notice with {text!r}; there were {[n.text for n in self.all]}", deadline)

    def invoke(self, notice, label):
        """Clicks the action with this label on a notice; the notice goes away, as in most desktops.

        A client begins to listen a moment after its notice is shown; a person is never that quick.
        """
        key = next((key for key, text in notice.actions.items() if text == label), None)
        assert key is not None, f"no action {label!r} among {notice.actions}"
        until(lambda: self._is_heard_by(notice.sender), f"{notice.sender} to listen for the notice's buttons")
        self.bus.emit(PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (notice.id, key)))
        self.dismiss(notice)

    def _is_heard_by(self, client):
        rules = self.bus.call(*DBUS[:2], "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules")[0]
        return any(NAME in rule for rule in rules.get(client, []))

    def dismiss(self, notice):
        """Closes a notice as the user would."""
        notice.closed = True
        self.bus.emit(PATH, NAME, "NotificationClosed", GLib.Variant("(uu)", (notice.id, CLOSED_BY_USER)))

    def _answer(self, method):
        return lambda *arguments: NotImplemented if self.frozen else method(*arguments)

    def _notify(self, sender, _app, replaces, _icon, summary, body, actions, hints, _timeout):
        labels = dict(zip(actions[::2], actions[1::2]))
        with self._lock:
            known = next((notice for notice in self.all if notice.id == replaces and not notice.closed), None)
            if known:
                known.summary, known.body, known.actions, known.hints = summary, body, labels, hints
                known.shown += 1
            else:
                known = Notification(len(self.all) + 1, sender, summary, body, labels, hints)
                self.all.append(known)
        return GLib.Variant("(u)", (known.id,))

    def _close(self, _sender, number):
        with self._lock:
            for notice in self.all:
                if notice.id == number:
                    notice.closed = True
        self.bus.emit(PATH, NAME, "NotificationClosed", GLib.Variant("(uu)", (number, CLOSED_BY_CALL)))


class Dunst:
    """The real dunst. `picks` is the button that is picked from its menu of actions."""

    def __init__(self, desktop, picks=None):
        self.desktop, self.picks = desktop, picks
        self.bus = desktop.bus()

    def start(self):
        """Starts it and waits for its name."""
        settings = self._write_menu() if self.picks else "/dev/null"
        self.process = self.desktop.start("dunst", "dunst", "-conf", settings)
        until(lambda: self.bus.owner(NAME), self.process.log)
        return self

    def count_shown(self):
        """Returns how many notices are on the screen."""
        return int(self._control("count", "displayed"))

    def act(self):
        """Invokes the first action of the newest notice, once its client listens."""
        until(lambda: self._listeners() == 1, "the notice's client to listen for its buttons")
        self._control("action", "0")

    def pick(self):
        """Opens the menu of actions, in which `picks` is chosen, once the notice's client listens."""
        until(lambda: self._listeners() == 1, "the notice's client to listen for its buttons")
        self._control("context")

    def _write_menu(self):
        """Returns settings whose menu program picks one line, as a person does in dmenu."""
        menu = self.desktop.home / "menu"
        menu.write_text(f"#!/bin/sh\ngrep -m 1 -F '{self.picks}'\n")
        menu.chmod(0o700)
        settings = self.desktop.home / "dunstrc"
        settings.write_text(f"[global]\n    dmenu = {menu}\n")
        return settings

    def _listeners(self):
        rules = self.bus.call(*DBUS[:2], "org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules")[0]
        return sum(any("ActionInvoked" in rule for rule in of_client) for of_client in rules.values())

    def close_all(self):
        """Closes every notice."""
        self._control("close-all")

    def _control(self, *arguments):
        done = self.desktop.run("dunstctl", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout
