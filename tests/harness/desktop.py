"""A private desktop: virtual display, session bus, home and XDG folders."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from harness.bus import Bus
from harness.process import Process, lock_holders, running
from harness.wait import until

SERVICE_DIR = Path("/usr/share/dbus-1/services")
DISPLAY_COOKIE = Path(__file__).resolve().parents[2] / "scripts" / "display-cookie"
BUS_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <limit name="service_start_timeout">120000</limit>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """A desktop that lasts as long as its `with` block.

    `activatable` names the installed services that the bus may start; by default none, so that a
    part which is absent stays absent. `broken` names services that are started and never come up.
    Without a display, and without a bus, it is a server that its user reaches through a terminal.
    """

    def __init__(self, activatable=(), broken=(), display=True, bus=True):
        self.root = Path(tempfile.mkdtemp(prefix="rc-"))
        self.display = None
        self.processes = []
        self._buses = []
        self._activatable, self._broken = activatable, broken
        self._with_display, self._with_bus = display, bus
        self.env = self._private_environment()

    def __enter__(self):
        try:
            if self._with_display:
                self._start_display()
            if self._with_bus:
                self._start_bus()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def _private_environment(self):
        home, run = self.root / "home", self.root / "run"
        env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "TZ": "UTC",
            "USER": os.environ.get("USER", "root"),
            "HOME": home,
            "XDG_RUNTIME_DIR": run,
            "XDG_CONFIG_HOME": home / ".config",
            "XDG_DATA_HOME": home / ".local/share",
            "XDG_STATE_HOME": home / ".local/state",
            "XDG_CACHE_HOME": home / ".cache",
            "TMPDIR": self.root / "tmp",
        }
        for folder in (value for value in env.values() if isinstance(value, Path)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return {name: str(value) for name, value in env.items()}

    @property
    def home(self):
        """The private home folder."""
        return Path(self.env["HOME"])

    @property
    def config_dir(self):
        """The private $XDG_CONFIG_HOME."""
        return Path(self.env["XDG_CONFIG_HOME"])

    @property
    def state_dir(self):
        """The private $XDG_STATE_HOME."""
        return Path(self.env["XDG_STATE_HOME"])

    @property
    def runtime_dir(self):
        """The private $XDG_RUNTIME_DIR."""
        return Path(self.env["XDG_RUNTIME_DIR"])

    def start(self, name, *command, env=None, **options):
        """Starts a program on this desktop; it ends with the desktop at the latest. For options see Process."""
        log_path = self.root / f"{name}-{len(self.processes)}.log"
        merged = {**self.env, **(env or {})}
        process = Process(name, command, merged, log_path, cwd=self.home, **options)
        self.processes.append(process)
        return process

    def run(self, *command, env=None, input=None, timeout=30.0):
        """Runs a program to its end and returns its exit code, output and errors as text."""
        merged = {**self.env, **(env or {})}
        return subprocess.run(
            [str(part) for part in command],
            env=merged,
            cwd=self.home,
            input=input if input is not None else "",
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def bus(self):
        """Returns a new connection to this desktop's bus."""
        bus = Bus(self.env["DBUS_SESSION_BUS_ADDRESS"])
        self._buses.append(bus)
        return bus

    def kill_bus(self):
        """Kills the session bus, and with it every connection."""
        self.bus_process.kill()

    def restart_bus(self):
        """Starts a bus at the address of the one that was killed. The services of the desktop are to be started again."""
        self._run_bus()

    def windows(self):
        """Returns the titles of the windows that are shown."""
        found = self.run("xdotool", "search", "--onlyvisible", "--name", ".").stdout.split()
        return [self.run("xdotool", "getwindowname", number).stdout.strip() for number in found]

    def close_window(self, title):
        """Closes the window with this title as its user does; needs openbox."""
        done = self.run("wmctrl", "-F", "-c", title)
        assert done.returncode == 0, done.stderr

    def screenshot(self, path):
        """Writes a screenshot of the display as PNG."""
        done = self.run("import", "-window", "root", path)
        assert done.returncode == 0, done.stderr

    def end(self):
        """Ends everything that was started here, newest first, and removes the folders."""
        for bus in self._buses:
            bus.close()
        for process in reversed(self.processes):
            process.end()
        for pid in self.agents():
            os.kill(pid, signal.SIGKILL)
        if os.environ.get("ROLECALL_KEEP"):
            print(f"kept {self.root}")
        else:
            shutil.rmtree(self.root, ignore_errors=True)

    def agents(self):
        """Returns the ids of the agents of this home, no matter what started them."""
        lock = self.runtime_dir / "rolecall" / "instance.lock"
        return [pid for pid in running("rolecall-agent") if pid in lock_holders(lock)]

    def logs(self):
        """Returns the tail of every program's log, for a failure message."""
        return "\n".join(f"--- {process.name}\n{process.log()[-2000:]}" for process in self.processes)

    def _start_display(self):
        reader, writer = os.pipe()
        cookie = self.root / "cookie"
        subprocess.run([DISPLAY_COOKIE, cookie], check=True)
        command = ["Xvfb", "-displayfd", writer, "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset", "-auth", cookie]
        xvfb = self.start("xvfb", *command, pass_fds=(writer,))
        os.close(writer)
        with os.fdopen(reader) as number:
            self.display = f":{number.readline().strip()}"
        assert self.display != ":", xvfb.log()
        self.env |= {
            "DISPLAY": self.display,
            "XAUTHORITY": str(cookie),
            "GDK_BACKEND": "x11",
            "XDG_SESSION_TYPE": "x11",
            "XDG_CURRENT_DESKTOP": "XFCE",
            "NO_AT_BRIDGE": "1",
            "GTK_A11Y": "none",
        }

    def _start_bus(self):
        path, services = self.runtime_dir / "bus", self.root / "services"
        self._write_services(services)
        configuration = self.root / "bus.conf"
        configuration.write_text(BUS_CONFIGURATION.format(socket=escape(str(path)), services=escape(str(services))))
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={path}"
        self._run_bus()

    def _run_bus(self):
        configuration, path = self.root / "bus.conf", self.runtime_dir / "bus"
        self.bus_process = self.start("bus", "dbus-daemon", f"--config-file={configuration}", "--nofork")
        until(lambda: is_listening(path), self.logs)

    def _write_services(self, services):
        services.mkdir()
        for name in self._activatable:
            shutil.copy(SERVICE_DIR / f"{name}.service", services)
        for name in self._broken:
            text = f"[D-BUS Service]\nName={name}\nExec=/bin/sleep 600\n"
            (services / f"{name}.service").write_text(text)


def is_listening(path):
    """Returns whether a program accepts connections on a socket; the socket file exists a moment earlier."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0
