"""The modules of the core and their order. Circles between files are in test_circles.py."""

from test_circles import REPOSITORY, arrows, files_of

# From the ground up: a module uses only itself and those before it.
MODULES = [
    "value",
    "role",
    "asker",
    "calls",
    "catalogue",
    "aws_files",
    "explain",
    "plan",
    "session",
    "console",
    "revoke",
    "setup",
    "rotation",
    "settings",
    "doctor",
    "view",
    "api",
]


def uses_of_later_modules(files, modules):
    """Returns "file uses file" for each arrow from a module to one that comes after it."""
    return sorted(
        f"{'::'.join(module)} uses {'::'.join(used)}"
        for module, uses in arrows(files).items()
        for used in uses
        if module and used and modules.index(used[0]) > modules.index(module[0])
    )


def test_the_core_has_these_modules_and_nothing_else():
    assert {module[0] for module in files_of(REPOSITORY / "crates/core/src") if module} == set(MODULES)


def test_a_module_uses_only_itself_and_those_before_it():
    files = files_of(REPOSITORY / "crates/core/src")
    assert uses_of_later_modules(files, MODULES) == []
    assert uses_of_later_modules(files, MODULES[::-1]) != [], "in the other order it would be noticed"
