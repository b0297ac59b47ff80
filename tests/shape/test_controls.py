"""The lists of controls and situations are complete: each id of a test is in one, and each test in them exists."""

import re
import subprocess

import pytest

from harness.rolecall import REPOSITORY

# The lists of controls, and the list of what shows that their tests can fail.
CONTROLS, _, NEGATIVE = (REPOSITORY / "docs/controls.md").read_text().partition("## What shows that the tests can fail\n")
NEGATIVE, _, UNTESTED = NEGATIVE.partition("## Situations without a test\n")
CONTROLS += UNTESTED
SITUATIONS = (REPOSITORY / "docs/security.md").read_text()
# How many there are of each kind: threats, rules, failures and bad inputs.
COUNTS = {"t": 42, "c": 14, "r": 40, "b": 88}
ROW = re.compile(r"^\| `([a-z]\d+)` \| (.*) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w./-]+)::(\w+)`")
ID = re.compile(r"[tcrbdv]\d{1,2}")
# A test function, or the first text of a test of the window.
NAME = re.compile(r'\b(?:fn|def)\s+(\w+)|\b(?:test|it|describe)(?:\.each)?\(\s*"([^"]+)"|^.*\.each\(.*\)\("([^"]+)"', re.MULTILINE)
TYPE = re.compile(r"((?:#\[[^\n]*\]\n)*)pub(?:\(\w+\))? struct (Secret|Token|SealKey|WireSecret)\b")
FORBIDDEN = "Clone|Copy|Display|PartialEq|Eq|Hash|Serialize|Deref|AsRef|Into<String>"


def tracked(*suffixes):
    """Returns our files with these endings."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return [REPOSITORY / name for name in listed.stdout.splitlines() if name.endswith(suffixes) and (REPOSITORY / name).is_file()]


@pytest.fixture(scope="module")
def names():
    """The names of all tests, by file; those of the window as far as their first words."""
    return {str(path.relative_to(REPOSITORY)): names_in(path.read_text()) for path in tracked(".rs", ".py", ".ts")}


def names_in(text):
    return {next(filter(None, found.groups())) for found in NAME.finditer(text)}


def ids_of(name):
    """Returns the ids in the name of a test: words such as r11."""
    return {word for word in re.split(r"[_ ]", name) if ID.fullmatch(word)}


def is_named(name, existing):
    return any(found == name or found.startswith(f"{name}_") or found.split(" ")[0] == name for found in existing)


def missing(text, names):
    """Returns the tests in a list that do not exist."""
    return [f"{path}::{name}" for path, name in TEST.findall(text) if not is_named(name, names.get(path, ()))]


def test_every_test_in_the_list_exists(names):
    assert len(TEST.findall(CONTROLS)) > 80
    assert missing(CONTROLS, names) == []


def test_the_list_has_a_row_for_every_threat_and_rule():
    rows = [row for row, _ in ROW.findall(CONTROLS)]
    expected = [f"t{number:02}" for number in range(1, COUNTS["t"] + 1)] + [f"c{number}" for number in range(1, COUNTS["c"] + 1)]
    assert [row for row in rows if row[0] in "tc"] == expected


def test_each_threat_with_a_test_has_one_that_shows_that_it_can_fail(names):
    tested = [row for row, cells in ROW.findall(CONTROLS) if row[0] == "t" and TEST.search(cells)]
    assert [row for row, cells in ROW.findall(NEGATIVE) if TEST.search(cells)] == tested
    assert missing(NEGATIVE, names) == []


def test_a_row_has_a_test_of_its_id_or_says_why_not():
    for row, cells in ROW.findall(CONTROLS):
        tested = TEST.findall(cells)
        is_explained = cells.startswith(("Not built yet", "None")) or row[0] in "rb"
        assert bool(tested) != is_explained, row
        if row[0] == "t" and tested:
            assert any(row in ids_of(name) for _, name in tested), f"{row}: no test has its id"


def test_every_id_of_a_test_is_in_a_list_and_every_id_in_a_list_has_a_test(names):
    used = {found for all_names in names.values() for name in all_names for found in ids_of(name.removeprefix("test_"))}
    situations, controls = (dict(ROW.findall(text)) for text in (SITUATIONS, CONTROLS))
    untested = {row for row, cells in controls.items() if not TEST.search(cells)}
    assert sorted(used - set(situations) - set(controls)) == []
    assert sorted(set(situations) - used) == [], "no test has this id"
    assert sorted(untested & used) == [], "there is a test, so this row is outdated"
    every = {f"{kind}{number:02}" for kind in "rb" for number in range(1, COUNTS[kind] + 1)}
    assert sorted(every - set(situations) - untested) == [], "neither a situation nor a reason for having no test"


def test_the_check_finds_what_is_missing():
    existing = {"a.rs": {"t01_one", "t02_two"}}
    assert missing("`a.rs::t01_one` `a.rs::t03_x` `b.rs::t01_one`", existing) == ["a.rs::t03_x", "b.rs::t01_one"]
    assert names_in('fn t01_a() {}\ndef test_t02_b():\ntest("t03_c d", () => {\n') == {"t01_a", "test_t02_b", "t03_c d"}
    assert ids_of("b21_a_code_and_r12_is_never_v10x") == {"b21", "r12"}


def exposures(text):
    """Returns what makes a type for secrets comparable, printable or copyable."""
    found = []
    for derives, name in TYPE.findall(text):
        found += [f"{name}: {trait}" for trait in re.findall(rf"\b({FORBIDDEN})\b", derives)]
        found += [f"{name}: {trait}" for trait in re.findall(rf"impl(?:<[^>]*>)? (?:[\w:]+::)?({FORBIDDEN})(?:<[^>]*>)? for {name}\b", text)]
    return found


def test_c1_t42_a_secret_cannot_be_compared_copied_or_printed():
    texts = [(path, path.read_text()) for path in tracked(".rs")]
    types = {name for _, text in texts for _, name in TYPE.findall(text)}
    assert types == {"Secret", "Token", "SealKey", "WireSecret"}
    on_the_wire = "WireSecret: Serialize"
    assert [(str(path), found) for path, text in texts for found in exposures(text) if found != on_the_wire] == []
    planted = "#[derive(Clone, PartialEq)]\npub struct Secret(String);\nimpl fmt::Display for Secret {}"
    assert exposures(planted) == ["Secret: Clone", "Secret: PartialEq", "Secret: Display"]


@pytest.mark.parametrize("path", ["crates/agent/src/bin/rolecall-agent/main.rs", "crates/cli/src/main.rs", "src-tauri/src/main.rs"])
def test_c2_each_program_closes_itself_first(path):
    body = re.search(r"\nfn main\(\) -> ExitCode \{\n\s*([^\n]*)", (REPOSITORY / path).read_text())
    assert body and body[1] == "hardening::harden();"
