"""No source files use each other in a circle, and none is too long.

An arrow leads from one file to another if its code names an item of the other by a path: `crate::a::b::Item`,
`super::sibling::Item`, or, after `use crate::a::b`, `b::Item`. `tests.rs`, inline modules with tests and comments do not
count.

A parent module and its children are separate files. So:

- `mod child;` is no arrow, since every module must be declared somewhere.
- `pub use child::Item` (and `pub(crate) use`, ...) is no arrow: the parent only gives the item another name. Who uses
  that name uses the file that defines the item.
- `super::Item` in a child is an arrow to the parent if the parent defines `Item`, else to the file it is imported from.

A circle is a group of files that reach each other by arrows. If a parent uses a child, what the child needs from the
parent belongs into a file of its own, which both use.
"""

import re
from pathlib import Path

import pytest

from harness.rolecall import REPOSITORY

CRATES = {path.parent.name: path for path in sorted(REPOSITORY.glob("crates/*/src"))}
CRATES["desktop"] = REPOSITORY / "src-tauri/src"

LINES_MAX = 600
SOURCES = ("*.rs", "*.py", "*.ts", "*.svelte", "*.sh", "*.fish", "*.ps1", "*.nu")
NOT_OURS = {"node_modules", ".venv", "target", "dist", "gen", ".git", "corpus", "artifacts"}

TOKEN = re.compile(
    r"""(?P<skip>//[^\n]*|/\*.*?\*/|\#!?\[cfg\(test\)\]\s*mod\s+\w+\s*\{|b?r(?P<h>\#*)".*?"(?P=h)|b?"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])')"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<sign>::|[{}();,*=<>]|.)""",
    re.S,
)
ITEM = {"fn", "struct", "enum", "trait", "const", "static", "type", "union", "macro_rules"}


class File:
    """One source file as a module: what it defines, imports, declares and names."""

    def __init__(self, module, text):
        self.module = module
        self.defined, self.children = set(), set()
        # The paths that a name stands for (several, if the system decides), and the names that are only handed on.
        self.imports, self.handed_on = {}, set()
        # Each path in the code.
        self.used = []
        self._read(tokens(text))

    def _read(self, words):
        inline, depth, place = [], 0, 0
        while place < len(words):
            word = words[place]
            if word == "{":
                depth += 1
            elif word == "}":
                depth -= 1
                if inline and inline[-1] == depth:
                    inline.pop()
            elif word == "mod" and words[place + 2 : place + 3] == ["{"]:
                inline.append(depth)
                if depth == 0:
                    self.defined.add(words[place + 1])
                depth, place = depth + 1, place + 2
            elif word == "mod" and words[place + 2 : place + 3] == [";"]:
                self.children.add(words[place + 1])
                place += 2
            elif word == "use":
                end = words.index(";", place)
                public = words[place - 1] in ("pub", ")") if place else False
                self._use(words[place + 1 : end], public, len(inline))
                place = end
            elif word in ITEM and words[place + 1 : place + 2] not in (["("], ["fn"]):
                place += 2 if words[place + 1] in ("!", "mut") else 1
                if depth == 0:
                    self.defined.add(words[place])
            elif word.isidentifier() and words[place - 1 : place] != ["::"]:
                path, place = path_at(words, place)
                self.used.append(unnested(path, len(inline)))
            place += 1

    def _use(self, words, public, nesting):
        for path, name in leaves(words):
            path = unnested(path, nesting)
            if public and not nesting:
                self.handed_on.add(name)
            if nesting:
                self.used.append(path)
            else:
                self.imports.setdefault(name, []).append(path)


def unnested(path, nesting):
    """Returns a path of an inline module as its file has it: `super` of an inline module is the file itself."""
    while nesting and path[:1] == ("super",):
        path, nesting = path[1:], nesting - 1
        path = path if path[:1] == ("super",) else ("self", *path)
    return path


def tokens(text):
    """Returns words and signs, without comments, texts and modules with tests."""
    found, at = [], 0
    while match := TOKEN.match(text, at):
        at = match.end()
        if match["word"] or (match["sign"] and not match["sign"].isspace()):
            found.append(match["word"] or match["sign"])
        elif match["skip"] and match["skip"].endswith("{"):
            at = end_of_block(text, at)
    return found


def end_of_block(text, at):
    """Returns the place after the brace that closes the block which begins before `at`."""
    depth = 1
    while depth and (match := TOKEN.match(text, at)):
        at = match.end()
        opens = match["sign"] == "{" or bool(match["skip"] and match["skip"].endswith("{") and "mod" in match["skip"])
        depth += opens - (match["sign"] == "}")
    return at


def path_at(words, place):
    """Returns the path that begins at a place, and the place of its last word."""
    path = [words[place]]
    while words[place + 1 : place + 2] == ["::"] and place + 2 < len(words) and words[place + 2].isidentifier():
        path.append(words[place + 2])
        place += 2
    return tuple(path), place


def leaves(words, before=()):
    """Returns each path of a `use`, with the name that it gets."""
    path, place = list(before), 0
    while place < len(words):
        word = words[place]
        if word == "{":
            return [leaf for part in parts(words[place + 1 : -1]) for leaf in leaves(part, tuple(path))]
        if word == "as":
            return [(tuple(path), words[place + 1])]
        if word not in ("::",):
            path.append(word)
        place += 1
    name = path[-2] if path[-1] == "self" else path[-1]
    path = path[:-1] if path[-1] in ("self", "*") and len(path) > 1 else path
    return [(tuple(path), name)] if path else []


def parts(words):
    """Returns what stands between the commas of a group."""
    found, depth = [[]], 0
    for word in words:
        depth += (word == "{") - (word == "}")
        if word == "," and not depth:
            found.append([])
        else:
            found[-1].append(word)
    return [part for part in found if part]


def files_of(folder):
    """Returns the files of a crate by their modules; the root of the crate is the empty module."""
    files = {}
    for path in sorted(folder.rglob("*.rs")):
        module = path.relative_to(folder).with_suffix("").parts
        if module[-1] == "tests":
            continue
        if module[-1] == "mod" or module in (("main",), ("lib",)):
            module = module[:-1]
        files[module] = File(module, path.read_text())
    return files


def targets(files, module, path, seen=()):
    """Returns the modules that define what a path names from a module; none if that is outside of the crate."""
    if not path or (module, path) in seen:
        return set()
    seen = (*seen, (module, path))
    first, rest = path[0], path[1:]
    if first in ("crate", "super", "self"):
        base = {"crate": (), "super": module[:-1], "self": module}[first]
        return targets(files, base, rest, seen) if rest else {base} & set(files)
    file = files.get(module)
    if file is None:
        return set()
    if first in file.children and (*module, first) in files:
        return targets(files, (*module, first), rest, seen) if rest else {(*module, first)}
    if first in file.defined:
        return {module}
    return {found for path in file.imports.get(first, ()) for found in targets(files, module, (*path, *rest), seen)}


def arrows(files):
    """Returns which module uses which."""
    found = {}
    for module, file in files.items():
        paths = [path for path in file.used if len(path) > 1 or path[0] in file.imports]
        paths += [path for name, imported in file.imports.items() if name not in file.handed_on for path in imported]
        found[module] = {it for path in paths for it in targets(files, module, path)} - {module}
    return found


def circles(graph):
    """Returns the groups of modules that reach each other."""
    reached = {start: reachable(graph, start) for start in graph}
    groups = {tuple(sorted(it for it in reached[start] if start in reached[it])) for start in graph}
    return sorted(group for group in groups if len(group) > 1)


def reachable(graph, start):
    """Returns the modules that arrows lead to from a module."""
    found, open_ = set(), [start]
    while open_:
        for after in graph[open_.pop()] - found:
            found.add(after)
            open_.append(after)
    return found


def shown(group):
    """Returns a group of modules as text."""
    return ", ".join("::".join(module) or "(root)" for module in group)


@pytest.fixture
def crate_of(tmp_path):
    """Returns a function that finds the circles of a crate with these files."""

    def found(**files):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.rs"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return circles(arrows(files_of(tmp_path)))

    return found


def test_a_circle_of_siblings_is_found(crate_of):
    found = crate_of(main="mod a;\nmod b;", a="use crate::b::B;\npub struct A(B);", b="pub struct B(super::a::A);")
    assert found == [(("a",), ("b",))]


def test_a_parent_and_its_child_are_a_circle_if_each_uses_the_other(crate_of):
    child = "pub fn child() -> super::Parent { super::Parent }"
    parent = "mod child;\npub struct Parent;\nfn parent() { child::child(); }"
    assert crate_of(main="mod parent;", parent=parent, parent__child=child) == [(("parent",), ("parent", "child"))]


def test_a_parent_that_only_hands_on_its_childs_items_is_in_no_circle(crate_of):
    child = "use super::Parent;\npub fn child(_: Parent) {}"
    parent = "mod child;\npub struct Parent;\npub(crate) use child::{self, child};"
    assert crate_of(main="mod parent;", parent=parent, parent__child=child) == []


def test_comments_texts_and_tests_are_no_arrows(crate_of):
    b = '// crate::a::A\nconst B: &str = "crate::a::A";\n#[cfg(test)]\nmod tests { use crate::a::A; }'
    assert crate_of(main="mod a;\nmod b;", a="pub use crate::b::B;\npub struct A(crate::b::B);", b=b) == []


@pytest.mark.parametrize("crate", CRATES)
def test_no_files_use_each_other_in_a_circle(crate):
    found = [shown(group) for group in circles(arrows(files_of(CRATES[crate])))]
    assert found == []


def test_no_source_file_is_too_long():
    long = [
        str(path.relative_to(REPOSITORY))
        for kind in SOURCES
        for path in REPOSITORY.rglob(kind)
        if not NOT_OURS & set(path.relative_to(REPOSITORY).parts) and len(path.read_text().splitlines()) > LINES_MAX
    ]
    assert long == []
