"""A portal for global shortcuts, as desktops on Wayland have one."""

import os
import threading

from gi.repository import GLib

from harness.wait import until

NAME = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"
_XML = f"""<node><interface name='{SHORTCUTS}'>
<method name='CreateSession'><arg type='a{{sv}}' direction='in'/><arg type='o' direction='out'/></method>
<method name='BindShortcuts'><arg type='o' direction='in'/><arg type='a(sa{{sv}})' direction='in'/>
<arg type='s' direction='in'/><arg type='a{{sv}}' direction='in'/><arg type='o' direction='out'/></method>
<property name='version' type='u' access='read'/></interface></node>"""
_SESSION = f"{PATH}/session/test"
_GIVEN, _REFUSED = 0, 1


class ShortcutPortal:
    """A portal whose user gives the shortcuts that programs ask for, or none.

    It serves no program that hides its memory, as xdg-desktop-portal does not:
    <https://github.com/flatpak/xdg-desktop-portal/issues/1490>.
    """

    def __init__(self, desktop, gives=True):
        self.gives = gives
        self.asked = []
        self.bus = desktop.bus()
        self.bus.own(NAME)
        methods = {"CreateSession": self._create, "BindShortcuts": self._bind}
        self.bus.serve(PATH, _XML, methods, {"version": lambda: GLib.Variant("u", 1)})

    def wait_for_binding(self):
        """Returns the fields of the shortcut that a program asked for."""
        return until(lambda: self.asked and self.asked[-1], "a program that asks for a shortcut", 20)

    def press(self, token, bus=None):
        """Tells programs that the shortcut was pressed; by another program with its `bus`."""
        options = {"activation_token": GLib.Variant("s", token)}
        arguments = GLib.Variant("(osta{sv})", (_SESSION, "toggle", 0, options))
        (bus or self.bus).emit(PATH, SHORTCUTS, "Activated", arguments)

    def _create(self, sender, options):
        self._check(sender)
        fields = {"session_handle": GLib.Variant("s", _SESSION)}
        return self._answer(sender, options, _GIVEN, fields)

    def _bind(self, sender, session, shortcuts, _window, options):
        self._check(sender)
        assert session == _SESSION
        ((name, fields),) = shortcuts
        self.asked.append({"name": name, **fields})
        given = [(name, {"trigger_description": GLib.Variant("s", "Ctrl+Alt+R")})]
        results = {"shortcuts": GLib.Variant("a(sa{sv})", given)} if self.gives else {}
        return self._answer(sender, options, _GIVEN if self.gives else _REFUSED, results)

    def _check(self, sender):
        """Raises PermissionError for a program whose root folder cannot be opened."""
        os.close(os.open(f"/proc/{self.bus.pid_of(sender)}/root", os.O_PATH | os.O_DIRECTORY))

    def _answer(self, sender, options, code, results):
        """Sends the answer to a request, and returns the request's path."""
        path = f"{PATH}/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        arguments = GLib.Variant("(ua{sv})", (code, results))
        # The caller learns the path first.
        threading.Timer(0.05, self.bus.emit, (path, "org.freedesktop.portal.Request", "Response", arguments)).start()
        return GLib.Variant("(o)", (path,))
