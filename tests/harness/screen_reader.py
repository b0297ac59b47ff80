"""What a screen reader can read and press on a desktop, over the accessibility bus."""

import json

from harness.wait import until

# A desktop with a screen reader lets the bus start this.
SERVICES = ("org.a11y.Bus",)
# Tells Qt's programs to be accessible without a screen reader.
QT_ENVIRONMENT = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
# In a process of its own: the library keeps one connection for all desktops. The arguments are what to press.
READ = """
import gi, json, sys
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib

def read(node, found):
    try:
        what = [node.get_role_name(), node.get_name() or ""]
        found.append([*what, node.get_state_set().contains(Atspi.StateType.SHOWING)])
        if what == sys.argv[1:] and found[-1][2] and node.get_action_iface().do_action(0):
            raise Pressed
        children = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    except GLib.Error:
        return
    for child in children:
        if child is not None:
            read(child, found)

class Pressed(Exception):
    pass

found = []
try:
    read(Atspi.get_desktop(0), found)
except Pressed:
    found = True
json.dump(found, sys.stdout)
"""


class ScreenReader:
    """Reads the windows of a desktop made with `activatable=screen_reader.SERVICES`."""

    def __init__(self, desktop):
        self.desktop = desktop
        # Most tests run without accessibility, which costs each program a bus.
        for name in ("NO_AT_BRIDGE", "GTK_A11Y"):
            desktop.env.pop(name, None)
        # Qt's programs connect only if it already runs.
        self._run()

    def read(self):
        """Returns role and name of everything that there is."""
        return [(role, name) for role, name, _ in self._run()]

    def shown(self):
        """Returns role and name of everything that is on the screen and has a name."""
        return [(role, name) for role, name, is_shown in self._run() if is_shown and name]

    def press(self, role, name):
        """Presses a button of a dialog, as soon as it is there."""
        until(lambda: self._run(role, name) is True, lambda: f"{name!r}; shown: {self.shown()}")

    def _run(self, *arguments):
        done = self.desktop.run("/usr/bin/python3", "-c", READ, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self):
        """Returns the names of the rows of tables."""
        return [name for role, name in self.read() if role == "table row"]

    def wait_for(self, text, deadline=20.0):
        """Returns once something with `text` in its name is shown."""
        until(lambda: any(text in name for _, name in self.read()), lambda: f"{text!r} in {self.read()}", deadline)
