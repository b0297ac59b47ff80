"""The modules of our crates, and which of them use which: read from the sources, as a newcomer would."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from harness.rolecall import REPOSITORY

CRATES = REPOSITORY / "crates"
PATH = re.compile(r"\b(?:crate|super)(?:::(?:super|r#)?\w+)+")
GROUP = re.compile(r"\b((?:crate|super)(?:::\w+)*)::\{((?:[^{};]|\{[^{}]*\})*)\}")
COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod tests(?: \{.*|;)", re.MULTILINE | re.DOTALL)


@dataclass
class Module:
    """One source file: `name` is its path in the crate, as in ("value", "name")."""

    name: tuple
    path: Path
    text: str
    public: set = field(default_factory=set)
    uses: set = field(default_factory=set)


def modules(crate):
    """Returns the modules of a crate by name; the crate's root is (). Tests are left out."""
    root = crate / "src"
    found = {}
    for path in sorted(root.rglob("*.rs")):
        name = path.relative_to(root).with_suffix("").parts
        if name[0] == "bin" or name[-1] == "tests" or name == ("main",) and (root / "lib.rs").exists():
            continue
        name = () if name in (("lib",), ("main",)) else name
        text = TESTS.sub("", COMMENT.sub("", path.read_text()))
        public = set(re.findall(r"^pub mod (\w+);", text, re.MULTILINE))
        found[name] = Module(name, path, text, public)
    for module in found.values():
        module.uses = {used for used in map(lambda path: resolve(path, module, found), paths(module.text)) if used is not None}
        module.uses.discard(module.name)
    return found


def paths(text):
    """Yields every path that starts at the crate or at a parent, groups taken apart."""
    for match in GROUP.finditer(text):
        for part in re.findall(r"(?:^|[,{])\s*((?:\w+::)*\w+)", match.group(2)):
            yield f"{match.group(1)}::{part}"
    for match in PATH.finditer(text):
        yield match.group(0)


def resolve(path, module, found):
    """Returns the name of the module that a path in `module` leads to, or None."""
    parts = path.split("::")
    at = list(module.name)
    if parts[0] == "crate":
        at, parts = [], parts[1:]
    while parts and parts[0] == "super":
        if not at:
            return None
        at.pop()
        parts = parts[1:]
    while parts and tuple([*at, parts[0]]) in found:
        at.append(parts[0])
        parts = parts[1:]
    return tuple(at) if tuple(at) in found else None


def is_part_of(inner, outer, found):
    """Says whether a module is a private part of another one, and so the same thing to all others."""
    if len(inner) <= len(outer) or inner[: len(outer)] != outer:
        return False
    return all(inner[depth] not in found[inner[:depth]].public for depth in range(len(outer), len(inner)) if inner[:depth] in found)


def arrows(found):
    """Returns {name: names} of who uses whom; a module and its private parts use each other as they like."""
    related = lambda one, other: is_part_of(one, other, found) or is_part_of(other, one, found)
    return {
        name: {used for used in module.uses if used and not related(name, used)} for name, module in found.items() if name
    }


def circles(graph):
    """Returns the groups of modules that reach each other (Tarjan's strongly connected components)."""
    index, low, stack, on, found = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on.add(node)
        for other in sorted(graph.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in on:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = []
            while True:
                other = stack.pop()
                on.discard(other)
                group.append("::".join(other))
                if other == node:
                    break
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)
