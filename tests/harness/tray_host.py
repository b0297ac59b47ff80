"""A tray host: StatusNotifierWatcher, host, and a client for the item's com.canonical.dbusmenu."""

import re
import time
from dataclasses import dataclass, field

from gi.repository import GLib

from harness.bus import DBUS, BusError
from harness.wait import until

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
WATCHER_XML = f"""<node><interface name="{WATCHER}">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
  <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  <signal name="StatusNotifierItemUnregistered"><arg type="s"/></signal>
  <signal name="StatusNotifierHostRegistered"/>
</interface></node>"""


@dataclass
class MenuItem:
    """One entry of a menu as it was when the menu was read."""

    id: int
    label: str
    enabled: bool
    visible: bool
    separator: bool
    properties: dict
    children: list = field(default_factory=list)

    def labels(self):
        """Returns the labels below as nested lists: a submenu is [label, [labels]]."""
        return [
            [child.label, child.labels()] if child.children else child.label
            for child in self.children
            if child.visible and not child.separator
        ]

    def flat(self):
        """Returns every entry below."""
        return [item for child in self.children for item in (child, *child.flat())]

    def child(self, label):
        """Returns the entry below with this label (text or compiled pattern), or None."""
        return next((child for child in self.children if child.visible and _matches(label, child.label)), None)

    def at(self, *path):
        """Returns the entry at this path of labels, or None."""
        item = self
        for label in path:
            item = item and item.child(label)
        return item


class TrayHost:
    """A desktop's tray. Items register with it while it is up."""

    def __init__(self, desktop):
        self.bus = desktop.bus()
        self.items = []
        self.registered_at = None
        self._token = None

    def start(self):
        """Starts the watcher and its host."""
        self._token = self.bus.serve(
            "/StatusNotifierWatcher",
            WATCHER_XML,
            {
                "RegisterStatusNotifierItem": self._on_item,
                "RegisterStatusNotifierHost": lambda _sender, _name: None,
            },
            {
                "RegisteredStatusNotifierItems": lambda: GLib.Variant("as", [f"{a}{b}" for a, b in self.items]),
                "IsStatusNotifierHostRegistered": lambda: GLib.Variant("b", True),
                "ProtocolVersion": lambda: GLib.Variant("i", 0),
            },
        )
        self.bus.own(WATCHER)
        self.bus.listen(DBUS[2], "NameOwnerChanged", self._on_owner, sender=DBUS[0])
        self.bus.emit("/StatusNotifierWatcher", WATCHER, "StatusNotifierHostRegistered", None)
        return self

    def stop(self):
        """Removes the tray, as when a panel is killed."""
        self.bus.release(WATCHER)
        self.bus.withdraw(self._token)
        self.items.clear()
        self.registered_at = None

    def wait_for_item(self, deadline=15.0):
        """Returns the first registered item, once its properties can be read."""
        return until(self._readable_item, "a tray item to register", deadline)

    def _readable_item(self):
        item = self.items and TrayItem(self.bus, *self.items[-1])
        return item if item and item.properties() else None

    def _on_owner(self, name, _before, owner):
        if not owner:
            self.items = [item for item in self.items if item[0] != name]

    def _on_item(self, sender, service):
        item = (sender, service) if service.startswith("/") else (service, "/StatusNotifierItem")
        self.registered_at = self.registered_at or time.monotonic()
        self.items.append(item)
        name = GLib.Variant("(s)", (f"{item[0]}{item[1]}",))
        self.bus.emit("/StatusNotifierWatcher", WATCHER, "StatusNotifierItemRegistered", name)


class TrayItem:
    """One icon in the tray, with its menu."""

    def __init__(self, bus, service, path):
        self.bus, self.service, self.path = bus, service, path
        self.signals = []
        for signal in ("NewIcon", "NewToolTip", "NewTitle", "NewStatus"):
            bus.listen(ITEM, signal, lambda *_args, name=signal: self.signals.append(name), sender=service)
        bus.listen(MENU, "LayoutUpdated", lambda *_args: self.signals.append("LayoutUpdated"), sender=service)

    def properties(self):
        """Returns all its StatusNotifierItem properties."""
        return self.bus.properties(self.service, self.path, ITEM)

    def icon(self):
        """Returns its pictures as a list of (width, height, ARGB bytes)."""
        return [(width, height, bytes(data)) for width, height, data in self.properties()["IconPixmap"]]

    def tooltip(self):
        """Returns the tooltip's title and text."""
        _name, _pixmap, title, text = self.properties()["ToolTip"]
        return title, text

    def status(self):
        """Returns Passive, Active or NeedsAttention."""
        return self.properties()["Status"]

    def activate(self, token=None):
        """Clicks the icon with the left button. A token permits a window to come to the front on Wayland."""
        self._provide(token)
        self.bus.call(self.service, self.path, ITEM, "Activate", GLib.Variant("(ii)", (0, 0)))

    def menu(self):
        """Reads the whole menu."""
        arguments = GLib.Variant("(iias)", (0, -1, []))
        _revision, node = self.bus.call(self.service, self._menu_path(), MENU, "GetLayout", arguments)
        return _menu_item(node)

    def labels(self):
        """Returns the whole menu as nested lists of labels."""
        return self.menu().labels()

    def wait_for(self, *path, deadline=10.0):
        """Returns the enabled entry at this path of labels, once it is there."""
        until(lambda: self._enabled(path), lambda: f"menu entry {path}; the menu is {self._safe_labels()}", deadline)
        return self.menu().at(*path)

    def wait_until_gone(self, *path, deadline=10.0):
        """Returns once there is no entry at this path of labels."""
        until(lambda: not self.menu().at(*path), lambda: f"no {path}; the menu is {self._safe_labels()}", deadline)

    def click(self, *path, deadline=10.0):
        """Opens the submenus on the way, as a host does, and clicks the entry."""
        until(lambda: self._takes_click(path), lambda: f"a click on {path}; the menu is {self._safe_labels()}", deadline)

    def open(self):
        """Opens the menu, as a host does before it shows it."""
        self._about_to_show(self.menu())

    def send_click(self, item, token=None):
        """Clicks an entry as it was when the menu was read; raises where it never was there."""
        event = GLib.Variant("(isvu)", (item.id, "clicked", GLib.Variant("i", 0), int(time.time()) & 0xFFFFFFFF))
        menu = self._menu_path()
        self._provide(token)
        self.bus.call(self.service, menu, MENU, "Event", event)

    def _provide(self, token):
        # A token is valid for the click that follows within a tenth of a second.
        if token:
            self.bus.call(self.service, self.path, ITEM, "ProvideXdgActivationToken", GLib.Variant("(s)", (token,)))

    def _takes_click(self, path):
        try:
            for depth in range(1, len(path)):
                self._about_to_show(self.wait_for(*path[:depth], deadline=1))
            self.send_click(self.wait_for(*path, deadline=1))
        except BusError as problem:
            # The menu changed after it was read: nothing was clicked, and a person clicks again.
            if "id not found" not in str(problem):
                raise
            return False
        return True

    def _enabled(self, path):
        item = self.menu().at(*path)
        return item and item.enabled

    def _about_to_show(self, item):
        arguments = GLib.Variant("(i)", (item.id,))
        self.bus.call(self.service, self._menu_path(), MENU, "AboutToShow", arguments)

    def _menu_path(self):
        return self.properties()["Menu"]

    def _safe_labels(self):
        try:
            return self.labels()
        except BusError as problem:
            return problem


def _menu_item(node):
    number, properties, children = node
    return MenuItem(
        id=number,
        label=plain(properties.get("label", "")),
        enabled=properties.get("enabled", True),
        visible=properties.get("visible", True),
        separator=properties.get("type") == "separator",
        properties=properties,
        children=[_menu_item(child) for child in children],
    )


def plain(label):
    """Returns a label as a person reads it: mnemonic underscores gone, doubled ones single."""
    return re.sub(r"_(_?)", r"\1", label)


def _matches(wanted, label):
    return wanted.search(label) is not None if isinstance(wanted, re.Pattern) else wanted == label
