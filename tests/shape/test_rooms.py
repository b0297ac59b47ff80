"""The rooms of the core and their order. Circles between files are in test_circles.py."""

from test_circles import REPOSITORY, arrows, files_of

# From the ground up: a room uses only itself and those before it.
ROOMS = [
    "value",
    "role",
    "asker",
    "calls",
    "catalogue",
    "aws_files",
    "explain",
    "plan",
    "session",
    "settings",
    "view",
    "api",
]


def uses_of_later_rooms(files, rooms):
    """Returns "file uses file" for each arrow from a room to one that comes after it."""
    return sorted(
        f"{'::'.join(module)} uses {'::'.join(used)}"
        for module, uses in arrows(files).items()
        for used in uses
        if module and used and rooms.index(used[0]) > rooms.index(module[0])
    )


def test_the_core_has_these_rooms_and_nothing_else():
    assert {module[0] for module in files_of(REPOSITORY / "crates/core/src") if module} == set(ROOMS)


def test_a_room_uses_only_itself_and_those_before_it():
    files = files_of(REPOSITORY / "crates/core/src")
    assert uses_of_later_rooms(files, ROOMS) == []
    assert uses_of_later_rooms(files, ROOMS[::-1]) != [], "in the other order it would be noticed"
