"""What a screen reader can read on a desktop, over the accessibility bus."""

import json

from harness.wait import until

# A desktop with a screen reader lets the bus start this.
SERVICES = ("org.a11y.Bus",)
# In a process of its own: the library keeps one connection for all desktops.
READ = """
import gi, json, sys
gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib

def read(node, found):
    try:
        found.append([node.get_role_name(), node.get_name() or ""])
        children = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    except GLib.Error:
        return
    for child in children:
        if child is not None:
            read(child, found)

found = []
read(Atspi.get_desktop(0), found)
json.dump(found, sys.stdout)
"""


class ScreenReader:
    """Reads the windows of a desktop made with `activatable=screen_reader.SERVICES`."""

    def __init__(self, desktop):
        self.desktop = desktop
        # Most tests run without accessibility, which costs each program a bus.
        for name in ("NO_AT_BRIDGE", "GTK_A11Y"):
            desktop.env.pop(name)

    def read(self):
        """Returns role and name of everything that is shown."""
        done = self.desktop.run("/usr/bin/python3", "-c", READ)
        assert done.returncode == 0, done.stderr
        return [tuple(node) for node in json.loads(done.stdout)]

    def rows(self):
        """Returns the names of the rows of tables."""
        return [name for role, name in self.read() if role == "table row"]

    def wait_for(self, text, deadline=20.0):
        """Returns once something with `text` in its name is shown."""
        until(lambda: any(text in name for _, name in self.read()), lambda: f"{text!r} in {self.read()}", deadline)
