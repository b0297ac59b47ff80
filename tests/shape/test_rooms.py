"""The rooms of the core and their order; no circles between files; no file that is too long."""

import subprocess

import pytest

from harness.rolecall import REPOSITORY
from tree import CRATES, arrows, circles, modules

# From the ground up: a room uses only those before it.
ROOMS = ["value", "role", "asker", "calls", "catalogue", "aws_files", "explain", "plan", "session", "settings", "view", "api"]
LINES_MAX = 600
SOURCES = ("*.rs", "*.py", "*.ts", "*.svelte", "*.css", "*.sh")


def test_the_core_has_these_rooms_and_nothing_else():
    assert sorted({name[0] for name in modules(CRATES / "core") if name}) == sorted(ROOMS)


def test_a_room_uses_only_those_before_it():
    wrong = [
        f"{'::'.join(name)} uses {'::'.join(used)}"
        for name, module in modules(CRATES / "core").items()
        for used in module.uses
        if name and used and ROOMS.index(used[0]) > ROOMS.index(name[0])
    ]
    assert wrong == []


@pytest.mark.parametrize("crate", sorted(path.name for path in CRATES.iterdir() if (path / "src").is_dir()))
def test_no_files_use_each_other_in_a_circle(crate):
    assert circles(arrows(modules(CRATES / crate))) == []


def test_the_desktop_has_no_circles_either():
    assert circles(arrows(modules(REPOSITORY / "src-tauri"))) == []


def test_a_circle_is_found():
    assert circles({("a",): {("b",)}, ("b",): {("c",)}, ("c",): {("a",)}, ("d",): {("a",)}}) == [["a", "b", "c"]]


def test_no_file_is_too_long():
    listed = subprocess.run(["git", "ls-files", *SOURCES], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    lengths = {path: len((REPOSITORY / path).read_text().splitlines()) for path in listed.stdout.split()}
    assert len(lengths) > 500, "the sources are there"
    assert {path: count for path, count in lengths.items() if count > LINES_MAX} == {}
