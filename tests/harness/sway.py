"""A Wayland desktop without a screen: sway, waybar as tray host, mako for notifications, and a pointer."""

import json
import os
import re
import shutil
import socket
import struct
import time
from dataclasses import dataclass

import pytest

from harness.panel import WATCHER
from harness.tray_host import TrayItem
from harness.wait import until

PROGRAMS = ("sway", "waybar", "mako", "wl-paste")
NOTIFICATIONS = "org.freedesktop.Notifications"
WIDTH, HEIGHT, BAR = 1280, 800, 30
CONFIGURATION = f"xwayland disable\noutput HEADLESS-1 resolution {WIDTH}x{HEIGHT}\n"
# Writes what a program says to the desktop into its log.
TRACED = {"WAYLAND_DEBUG": "1"}
BAR_CONFIGURATION = {
    "layer": "top",
    "height": BAR,
    "modules-right": ["tray"],
    "tray": {"icon-size": 22},
}


@dataclass(frozen=True)
class Window:
    """A window as sway knows it."""

    app_id: str
    title: str
    workspace: str
    focused: bool


class Sway:
    """The desktop of a `Desktop(display=False)`; skipped where its programs are missing, but fails in CI."""

    def __init__(self, desktop):
        missing = [program for program in PROGRAMS if shutil.which(program) is None]
        if missing:
            text = f"not tested on Wayland: no {', '.join(missing)}"
            pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)
        self.desktop, self._logs = desktop, {}

    def start(self):
        """Starts it, and waits for its tray and notifications."""
        self._configure("sway/config", CONFIGURATION)
        self._configure("waybar/config", json.dumps(BAR_CONFIGURATION))
        self.desktop.env |= {"XDG_SESSION_TYPE": "wayland", "XDG_CURRENT_DESKTOP": "sway", "NO_AT_BRIDGE": "1"}
        headless = {
            "WLR_BACKENDS": "headless",
            "WLR_RENDERER": "pixman",
            "WLR_LIBINPUT_NO_DEVICES": "1",
            "LIBGL_ALWAYS_SOFTWARE": "1",
        }
        self.process = self.desktop.start("sway", "sway", env=headless)
        self.desktop.env |= {
            "WAYLAND_DISPLAY": until(lambda: self._socket("wayland-*[0-9]"), self.process.log).name,
            "SWAYSOCK": str(until(lambda: self._socket("sway-ipc.*.sock"), self.process.log)),
        }
        self.bus = self.desktop.bus()
        for program, name in (("waybar", WATCHER), ("mako", NOTIFICATIONS)):
            process = self.desktop.start(program, program, env=TRACED)
            until(lambda: self.bus.owner(name), process.log, 20)
            self._logs[program] = process.log
        self.pointer = Pointer(self.desktop.runtime_dir / self.desktop.env["WAYLAND_DISPLAY"])
        return self

    def windows(self):
        """Returns the windows."""
        return [window for window in _windows(self._message("-t", "get_tree"), "") if window.app_id]

    def workspace(self):
        """Returns the workspace that is shown."""
        return next(it["name"] for it in self._message("-t", "get_workspaces") if it["focused"])

    def go_to(self, workspace):
        """Shows a workspace."""
        self._message("workspace", workspace)
        until(lambda: self.workspace() == workspace, f"workspace {workspace}")

    def tray_item(self):
        """Returns the item in the tray, once there is one."""
        items = until(lambda: self.bus.properties(WATCHER, "/StatusNotifierWatcher", WATCHER)["RegisteredStatusNotifierItems"], "an item")
        name, _, path = items[0].partition("/")
        return TrayItem(self.bus, name, f"/{path}")

    def click_tray(self):
        """Clicks the icon in the tray with the left button."""
        self.pointer.click(WIDTH - 18, BAR // 2)

    def click_notice(self):
        """Clicks the notification on the screen with the left button, which invokes its default action."""
        self.pointer.click(WIDTH - 160, BAR + 30)

    def notices(self):
        """Returns the ids of the notifications on the screen by their title."""
        done = self.desktop.run("makoctl", "list")
        return {it["summary"]["data"]: it["id"]["data"] for group in json.loads(done.stdout)["data"] for it in group}

    def press_button(self, title, action):
        """Invokes an action of a notification, as a menu of mako does."""
        done = self.desktop.run("makoctl", "invoke", "-n", str(self.notices()[title]), action)
        assert done.returncode == 0, done.stderr

    def tokens_of_notices(self):
        """Returns the tokens that the desktop gave to the notification daemon for clicks."""
        return re.findall(r'xdg_activation_token_v1@\d+\.done\("([^"]+)"\)', self._logs["mako"]())

    def clipboard_types(self):
        """Returns the formats of what is in the clipboard; none if it is empty."""
        done = self.desktop.run("wl-paste", "--list-types")
        return done.stdout.split() if done.returncode == 0 else []

    def clipboard(self):
        """Returns the text in the clipboard, or ""."""
        done = self.desktop.run("wl-paste", "--no-newline", "--type", "text/plain")
        return done.stdout if done.returncode == 0 else ""

    def _message(self, *arguments):
        done = self.desktop.run("swaymsg", "-r", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def _configure(self, name, text):
        path = self.desktop.config_dir / name
        path.parent.mkdir(parents=True)
        path.write_text(text)

    def _socket(self, pattern):
        return next((path for path in self.desktop.runtime_dir.glob(pattern) if path.is_socket()), None)


def _windows(node, workspace):
    workspace = node["name"] if node["type"] == "workspace" else workspace
    found = [Window(node.get("app_id") or "", node["name"] or "", workspace, node["focused"])]
    for child in [*node["nodes"], *node["floating_nodes"]]:
        found += _windows(child, workspace)
    return found


class Pointer:
    """A pointer of the desktop. <https://wayland.app/protocols/wlr-virtual-pointer-unstable-v1>"""

    MANAGER = "zwlr_virtual_pointer_manager_v1"
    LEFT = 0x110
    # The ids of our objects. The display is always 1.
    REGISTRY, BOUND, POINTER, DONE = 2, 3, 4, 5

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._socket.settimeout(10)
        self._send(1, 1, struct.pack("=I", self.REGISTRY))
        name = self._find(self.MANAGER)
        self._send(self.REGISTRY, 0, struct.pack("=I", name) + _text(self.MANAGER) + struct.pack("=II", 1, self.BOUND))
        self._send(self.BOUND, 0, struct.pack("=II", 0, self.POINTER))
        self._wait()

    def click(self, x, y):
        """Clicks with the left button."""
        self._send(self.POINTER, 1, struct.pack("=IIIII", _now(), x, y, WIDTH, HEIGHT))
        self._send(self.POINTER, 4, b"")
        for is_down in (1, 0):
            self._send(self.POINTER, 2, struct.pack("=III", _now(), self.LEFT, is_down))
            self._send(self.POINTER, 4, b"")
        self._wait()

    def _find(self, interface):
        """Returns the name of a global of the registry."""
        while True:
            sender, opcode, body = self._receive()
            if (sender, opcode) == (self.REGISTRY, 0):
                name, length = struct.unpack_from("=II", body)
                if body[8 : 8 + length - 1].decode() == interface:
                    return name

    def _wait(self):
        """Waits until the desktop has done all of it."""
        self._send(1, 0, struct.pack("=I", self.DONE))
        while self._receive()[0] != self.DONE:
            pass

    def _send(self, target, opcode, body):
        self._socket.sendall(struct.pack("=II", target, (8 + len(body)) << 16 | opcode) + body)

    def _receive(self):
        sender, word = struct.unpack("=II", self._socket.recv(8, socket.MSG_WAITALL))
        body = self._socket.recv((word >> 16) - 8, socket.MSG_WAITALL) if word >> 16 > 8 else b""
        assert (sender, word & 0xFFFF) != (1, 0), f"the desktop refused: {body}"
        return sender, word & 0xFFFF, body


def _text(text):
    data = text.encode() + b"\0"
    return struct.pack("=I", len(data)) + data + b"\0" * (-len(data) % 4)


def _now():
    return int(time.monotonic() * 1000) & 0xFFFFFFFF
