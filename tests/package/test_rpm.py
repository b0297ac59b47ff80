"""The RPM packages: the files of the Debian ones, where RPM's systems have them, and what they need."""

import os
import re
import subprocess
from pathlib import Path

import pytest

FOLDER = os.environ.get("ROLECALL_PACKAGES")
RPMS = sorted(Path(FOLDER).glob("*.rpm")) if FOLDER else []
APP_ID = "io.github.rolecall.Rolecall"
# The libraries of a display, which a server lacks.
OF_DESKTOPS = re.compile(r"gtk|webkit|gdk|libglib|cairo|soup|x11|wayland|dbus", re.I)
FILES = {
    "rolecall": {
        "/usr/bin/rolecall-desktop",
        f"/usr/share/applications/{APP_ID}.desktop",
        *(f"/usr/share/icons/hicolor/{it}x{it}/apps/{APP_ID}.png" for it in (32, 128, 256, 512)),
        "/usr/share/man/man1/rolecall-desktop.1.gz",
    },
    "rolecall-cli": {
        "/usr/bin/rolecall",
        "/usr/bin/rolecall-agent",
        "/usr/share/bash-completion/completions/rolecall",
        "/usr/share/fish/vendor_completions.d/rolecall.fish",
        "/usr/share/zsh/site-functions/_rolecall",
        "/usr/share/man/man1/rolecall.1.gz",
        "/usr/share/man/man1/rolecall-agent.1.gz",
    },
}
LICENCES = ("Apache-2.0", "CC0-1.0", "LGPL-2.1", "LICENSE-MIT", "MPL-2.0", "copyright")

pytestmark = pytest.mark.skipif(not RPMS, reason="make packages makes them where rpmbuild is installed")


def query(package, what):
    """Returns the lines that a package says about itself."""
    (path,) = [path for path in RPMS if re.fullmatch(rf"{package}-\d.*", path.name)]
    done = subprocess.run(["rpm", "--query", "--package", path, what], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize("package", FILES)
def test_a_package_has_its_files_and_all_licences(package):
    folder = f"/usr/share/licenses/{package}"
    assert query(package, "--list") == FILES[package] | {folder, *(f"{folder}/{name}" for name in LICENCES)}


def test_the_command_line_needs_nothing_of_a_desktop():
    needed = query("rolecall-cli", "--requires")
    assert "libc.so.6()(64bit)" in needed
    assert not [name for name in needed if OF_DESKTOPS.search(name)]


def test_the_application_needs_the_command_line_of_its_version_and_a_browser_engine():
    needed = query("rolecall", "--requires")
    assert {"libgtk-3.so.0()(64bit)", "libwebkit2gtk-4.1.so.0()(64bit)"} <= needed
    (own,) = [name for name in needed if name.startswith("rolecall-cli ")]
    assert own in query("rolecall-cli", "--provides")
