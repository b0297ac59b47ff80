"""The layers of the code: allowed dependencies, and access to the operating system."""

import re
import subprocess
from pathlib import Path

import pytest

from harness.rolecall import REPOSITORY, binary

# A command line that links one of these no longer starts in a millisecond.
HEAVY_CRATES = re.compile(r"^(tauri.*|wry|tao|gtk.*|webkit2gtk.*|tokio.*|aws-.*|hyper.*|rustls.*|zbus|rolecall-agent)$")
HEAVY_LIBRARIES = re.compile(r"webkit|gtk|gdk|javascriptcore|libdbus|libsoup|libssl|libglib")
# Access to the operating system.
OUTSIDE = re.compile(r"\bstd::(fs|env|process|thread)\b|\b(TcpStream|TcpListener|UnixStream|UdpSocket)\b|\bSystemTime::now\b|\bInstant::now\b|\bTimestamp::now\b")


def crates_linked_by(package):
    """Returns the names of all crates in a package's program."""
    command = ["cargo", "tree", "--locked", "--package", package, "--edges", "normal", "--prefix", "none"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    return {line.split()[0] for line in done.stdout.splitlines() if line.strip()}


def libraries_linked_by(program):
    """Returns the shared libraries of a program, by their path or name."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return [line.split()[0] for line in done.stdout.splitlines() if line.strip()]


def heavy(names, pattern):
    """Returns the names that the pattern finds."""
    return sorted(name for name in names if pattern.search(name))


@pytest.mark.parametrize("package", ["rolecall", "rolecall-policy", "rolecall-core", "rolecall-keeper"])
def test_the_command_line_and_what_acts_through_ports_link_nothing_heavy(package):
    assert heavy(crates_linked_by(package), HEAVY_CRATES) == []


def test_the_desktop_app_is_heavy_and_would_be_noticed():
    assert {"tauri", "tokio", "aws-sdk-sts"} <= set(heavy(crates_linked_by("rolecall-desktop"), HEAVY_CRATES))


def test_the_built_command_line_loads_no_browser_engine():
    assert heavy(libraries_linked_by(binary("rolecall")), HEAVY_LIBRARIES) == []
    assert heavy(libraries_linked_by(binary("rolecall-desktop")), HEAVY_LIBRARIES) != []


@pytest.mark.parametrize("crate", ["policy", "core", "keeper"])
def test_what_acts_through_ports_asks_the_operating_system_for_nothing(crate):
    assert uses_of_the_outside(REPOSITORY / "crates" / crate / "src") == []


def test_a_question_to_the_operating_system_would_be_noticed():
    assert uses_of_the_outside(REPOSITORY / "crates/agent/src") != [], "the agent asks it"


@pytest.mark.parametrize("crate", sorted(path.name for path in (REPOSITORY / "crates").iterdir()))
def test_only_the_desktop_app_names_tauri(crate):
    manifest = (REPOSITORY / "crates" / crate / "Cargo.toml").read_text()
    assert not re.search(r"^tauri", manifest, re.M)


def uses_of_the_outside(folder):
    """Returns `file:line` of every use of the outside, except in comments, tests and their fakes."""
    return [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()}"
        for path in sorted(Path(folder).rglob("*.rs"))
        if path.name != "tests.rs" and not {"fakes", "simulation"} & {*path.parts, path.stem}
        for number, line in enumerate(path.read_text().split("#[cfg(test)]")[0].splitlines(), 1)
        if OUTSIDE.search(line.split("//")[0])
    ]


def test_only_the_allocator_has_unsafe_code():
    manifests = [REPOSITORY / "src-tauri/Cargo.toml", *REPOSITORY.glob("crates/*/Cargo.toml")]
    own_rules = [path.parent.name for path in manifests if "[lints]\nworkspace = true\n" not in path.read_text()]
    assert own_rules == ["allocator"]
    assert 'unsafe_code = "forbid"' in (REPOSITORY / "Cargo.toml").read_text()
