"""The fuzz targets: each has seeds and is documented, and what they are built from is what the programs are built from."""

import re
import tomllib

from test_circles import REPOSITORY

FUZZ = REPOSITORY / "fuzz"
TARGETS = sorted(path.stem for path in (FUZZ / "fuzz_targets").glob("*.rs"))

TARGETS_MIN = 18
SEEDS_MAX_BYTES = 300_000
# What only the fuzz targets are built from.
OF_FUZZING = {"rolecall-fuzz", "libfuzzer-sys", "arbitrary"}


def locked(path):
    """Returns the names and versions in a lock file."""
    return {(package["name"], package["version"]) for package in tomllib.loads(path.read_text())["package"]}


def undocumented(targets, text):
    """Returns the targets that have no row in a table."""
    return [target for target in targets if not re.search(rf"^\| `{target}` \|", text, re.M)]


def test_every_target_is_built_has_seeds_and_is_documented():
    assert len(TARGETS) >= TARGETS_MIN
    built = [program["name"] for program in tomllib.loads((FUZZ / "Cargo.toml").read_text())["bin"]]
    assert sorted(built) == TARGETS
    assert [target for target in TARGETS if not any((FUZZ / "seeds" / target).glob("*"))] == []
    assert sorted(path.name for path in (FUZZ / "seeds").iterdir()) == TARGETS
    assert undocumented(TARGETS, (REPOSITORY / "docs/security.md").read_text()) == []


def test_a_target_without_a_row_is_noticed():
    assert undocumented(["arns", "new"], "| `arns` | text |\n") == ["new"]


def test_the_seeds_are_small():
    files = [path for path in (FUZZ / "seeds").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < SEEDS_MAX_BYTES


def test_targets_are_built_from_the_versions_of_the_programs():
    others = {name for name in locked(FUZZ / "Cargo.lock") - locked(REPOSITORY / "Cargo.lock") if name[0] not in OF_FUZZING}
    assert others == set(), "dependencies changed: run scripts/fuzz --lock"
