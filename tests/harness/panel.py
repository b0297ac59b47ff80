"""A real xfce4-panel with a tray, under a real window manager."""

import shutil
from pathlib import Path

from harness.wait import until

WATCHER = "org.kde.StatusNotifierWatcher"
CONFIGURATION = Path(__file__).resolve().parents[2] / "scripts" / "panel.xml"
# The panel reads its settings over the bus; a desktop with a panel lets the bus start this.
SERVICES = ("org.xfce.Xfconf",)


class Panel:
    """The panel of a desktop made with `activatable=panel.SERVICES`."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = desktop.bus()

    def start(self):
        """Starts window manager and panel and waits for the tray."""
        folder = self.desktop.config_dir / "xfce4/xfconf/xfce-perchannel-xml"
        folder.mkdir(parents=True)
        shutil.copy(CONFIGURATION, folder / "xfce4-panel.xml")
        self.desktop.start("openbox", "openbox")
        self.process = self.desktop.start("panel", "xfce4-panel", "--disable-wm-check")
        until(lambda: self.bus.owner(WATCHER), self.desktop.logs, 20)
        return self

    def tooltip(self):
        """Returns the tooltip of the first tray item, as the panel reads it."""
        service = self.items()[0]
        name, _, path = service.partition("/")
        _name, _pixmap, title, text = self.bus.properties(name, f"/{path}", "org.kde.StatusNotifierItem")["ToolTip"]
        return title, text

    def items(self):
        """Returns the services of the tray items it shows."""
        return self.bus.properties(WATCHER, "/StatusNotifierWatcher", WATCHER)["RegisteredStatusNotifierItems"]
