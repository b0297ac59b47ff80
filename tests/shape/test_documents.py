"""What the documents name exists: files, and names in the code."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Documents for those who change the code.
OF_THE_CODE = ["docs/architecture.md", "CONTRIBUTING.md"]
SOURCES = (".rs", ".ts", ".svelte", ".py", ".toml", ".json", ".sh", ".fish", ".txt", ".css", ".html")
QUOTED = re.compile(r"`([^`\n]+)`")
# What names of tests begin with.
ID = re.compile(r"[a-z]\d+")
BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in listed.stdout.splitlines()]


@pytest.fixture(scope="module")
def files() -> list[Path]:
    return [path for path in tracked() if path.is_file()]


@pytest.fixture(scope="module")
def words(files: list[Path]) -> set[str]:
    """Returns every word of the sources, and of the names of files and folders."""
    found: set[str] = set()
    for path in files:
        found.update(re.findall(r"\w+", str(path.relative_to(ROOT))))
        if path.suffix in SOURCES or path.name == "Makefile" or path.parent.name == "scripts":
            found.update(re.findall(r"\w+", path.read_text(errors="replace")))
    return found


def quoted(document: str) -> list[str]:
    text = BLOCK.sub("", (ROOT / document).read_text())
    return QUOTED.findall(text)


def missing(texts: list[str], files: list[Path], words: set[str]) -> list[str]:
    """Returns the quoted texts of which a path does not exist, or a word of code occurs nowhere."""
    names = [str(path.relative_to(ROOT)) for path in files]

    def is_missing(text: str) -> bool:
        if re.fullmatch(r"[\w.@-]+(/[\w.@-]+)+/?", text):
            end = text.rstrip("/")
            return not any(f"/{name}/".find(f"/{end}/") >= 0 or f"/{name}".endswith(f"/{end}") for name in names)
        found = (word.rstrip("_") for word in re.findall(r"[A-Za-z_]\w*", text))
        return any(len(word) > 2 and not ID.fullmatch(word) and word not in words for word in found)

    return [text for text in texts if is_missing(text)]


@pytest.mark.parametrize("document", OF_THE_CODE)
def test_what_a_document_of_the_code_names_exists(document: str, files: list[Path], words: set[str]) -> None:
    texts = quoted(document)
    assert len(texts) > 20
    assert missing(texts, files, words) == []


def test_the_check_finds_what_does_not_exist(files: list[Path], words: set[str]) -> None:
    gone = ["Keeper::edit_" + "everything", "crates/keeper/src/cellar.rs", "take" + "_it_all_back"]
    assert missing([*gone, "crates/core/src/role.rs", "Keeper"], files, words) == gone


def test_the_command_line_document_lists_the_commands_with_json() -> None:
    grammar = (ROOT / "crates/cli/src/grammar.rs").read_text()
    scope = re.search(r"const JSON: Scope = only\(&\[(.*?)\]\);", grammar, re.DOTALL)
    assert scope
    document = (ROOT / "docs/command-line.md").read_text()
    sentence = re.search(r"\n\n([^\n]*(?:\n[^\n]+)*)\s+accept `--json`\.", document)
    assert sentence
    named = [name.removesuffix(" --status") for name in QUOTED.findall(sentence[1].replace("\n", " "))]
    assert sorted(named) == sorted(re.findall(r'"([^"]+)"', scope[1]))
