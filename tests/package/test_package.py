"""The Debian packages: what is in which, what they need, and how they replace the earlier single package."""

import gzip
import os
import re
import subprocess
from pathlib import Path

import pytest

FOLDER = os.environ.get("ROLECALL_PACKAGES")
PROGRAMS = {"rolecall-cli": ["rolecall", "rolecall-agent"], "rolecall": ["rolecall-desktop"]}
APP_ID = "io.github.rolecall.Rolecall"
OWN_FILES = {
    "rolecall-cli": {
        "usr/share/bash-completion/completions/rolecall",
        "usr/share/zsh/vendor-completions/_rolecall",
        "usr/share/fish/vendor_completions.d/rolecall.fish",
    },
    "rolecall": {
        f"usr/share/applications/{APP_ID}.desktop",
        *(f"usr/share/icons/hicolor/{it}x{it}/apps/{APP_ID}.png" for it in (32, 128, 256, 512)),
    },
}
# The packages of a display, which a server lacks.
OF_DESKTOPS = re.compile(r"gtk|webkit|gdk|glib|cairo|soup|x11|wayland|dbus", re.I)

pytestmark = pytest.mark.skipif(not FOLDER, reason="make packages sets the folder of the packages")


def run(*command):
    """Runs a program and returns its output; fails when it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def deb(package):
    """Returns the path of a package."""
    (path,) = Path(FOLDER).glob(f"{package}_*.deb")
    return path


def field(package, name):
    """Returns a field of a package's description of itself."""
    return run("dpkg-deb", "--field", deb(package), name).strip()


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """Returns the folder with the content of each package."""
    roots = {package: tmp_path_factory.mktemp(package) for package in PROGRAMS}
    for package, root in roots.items():
        run("dpkg-deb", "--extract", deb(package), root)
    return roots


def files(root):
    """Returns the paths of all files below a folder."""
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("package", PROGRAMS)
def test_a_package_has_its_programs_with_their_manual_pages_and_documents(roots, package):
    documents = {f"usr/share/doc/{package}/{name}" for name in ("changelog.gz", "changelog.Debian.gz", "copyright")}
    programs = {f"usr/bin/{name}" for name in PROGRAMS[package]}
    pages = {f"usr/share/man/man1/{name}.1.gz" for name in PROGRAMS[package]}
    found = {path for path in files(roots[package]) if "/lintian/overrides/" not in path}
    assert found == documents | programs | pages | OWN_FILES[package]


@pytest.mark.parametrize("package", PROGRAMS)
def test_a_manual_page_has_each_option_of_the_help(roots, package):
    for program in PROGRAMS[package]:
        page = gzip.decompress((roots[package] / f"usr/share/man/man1/{program}.1.gz").read_bytes()).decode()
        page = page.replace("\\-", "-")
        options = re.findall(r"(?<!\w)--[a-z][a-z-]+", run(roots[package] / "usr/bin" / program, "--help"))
        assert options and set(options) <= set(re.findall(r"--[a-z][a-z-]+", page)), program


def test_the_command_line_and_the_agent_need_nothing_of_a_desktop(roots):
    depends = field("rolecall-cli", "Depends")
    assert re.search(r"\blibc6 \(>= ", depends)
    assert not OF_DESKTOPS.search(depends), depends
    for program in PROGRAMS["rolecall-cli"]:
        dynamic = run("readelf", "--dynamic", roots["rolecall-cli"] / "usr/bin" / program)
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
        assert not [library for library in needed if OF_DESKTOPS.search(library)], needed


def test_the_c_library_in_a_static_program_is_named_with_its_source_and_licence(roots):
    dynamic = run("readelf", "--dynamic", roots["rolecall-cli"] / "usr/bin/rolecall")
    assert "(NEEDED)" not in dynamic, "build it with scripts/build-command-line"
    assert re.fullmatch(r"glibc \(= [^ ]+\)", field("rolecall-cli", "Built-Using"))
    assert "common-licenses/LGPL-2.1" in (roots["rolecall-cli"] / "usr/share/doc/rolecall-cli/copyright").read_text()
    assert field("rolecall", "Built-Using") == ""


def test_the_application_needs_the_command_line_of_its_version_and_a_browser_engine():
    depends = field("rolecall", "Depends")
    assert f"rolecall-cli (= {field('rolecall', 'Version')})" in depends
    for library in ("libc6", "libgtk-3-0", "libwebkit2gtk-4.1-0"):
        assert library in depends
    assert "appindicator" not in depends


@pytest.mark.parametrize("package", PROGRAMS)
def test_the_notices_name_the_libraries_in_the_programs(roots, package):
    text = (roots[package] / f"usr/share/doc/{package}/copyright").read_text()
    for name in ("zbus", "tokio", "serde"):
        assert re.search(rf"^  {name} [\d.]+: ", text, re.M), name
    assert "Permission is hereby granted, free of charge" in text
    assert "TERMS AND CONDITIONS FOR USE" not in text
    assert ("svelte" in text) == (package == "rolecall")
    assert ("SIL OPEN FONT LICENSE" in text and "The Inter Project Authors" in text) == (package == "rolecall")


def test_the_two_packages_replace_the_earlier_single_one(tmp_path):
    version = field("rolecall", "Version").partition("-")[0]
    before = tmp_path / "before"
    for name in ("rolecall", "rolecall-agent", "rolecall-desktop"):
        program = before / "usr/bin" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("old\n")
    (before / "DEBIAN").mkdir()
    about = f"Package: rolecall\nVersion: {version}\nArchitecture: all\nMaintainer: x <x@example.com>\nDescription: x\n"
    (before / "DEBIAN/control").write_text(about)
    run("dpkg-deb", "--root-owner-group", "--build", before, tmp_path / "old.deb")
    root = tmp_path / "root"
    (root / "var/lib/dpkg/updates").mkdir(parents=True)
    (root / "var/lib/dpkg/info").mkdir()
    (root / "var/lib/dpkg/status").touch()
    as_root = [] if os.getuid() == 0 else ["fakeroot"]
    # As apt calls it.
    install = [*as_root, "dpkg", f"--root={root}", "--auto-deconfigure", "--force-depends", "--log=/dev/null", "--install"]
    run(*install, tmp_path / "old.deb")
    run(*install, deb("rolecall-cli"), deb("rolecall"))
    owned = run("dpkg", f"--root={root}", "--search", "/usr/bin/rolecall", "/usr/bin/rolecall-desktop").split("\n")
    assert owned[:2] == ["rolecall-cli: /usr/bin/rolecall", "rolecall: /usr/bin/rolecall-desktop"]
    assert (root / "usr/bin/rolecall").read_bytes()[:4] == b"\x7fELF"
