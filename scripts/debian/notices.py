"""Prints a package's copyright file: our licence, and the notices of the crates and npm packages in its programs.

notices.py CARGO-PACKAGE... [-- NPM-PACKAGE-FOLDER...]
"""

import json
import re
import subprocess
import sys
import textwrap
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Texts that every Debian system has; a copyright file names them instead.
COMMON_TEXT = re.compile(r"Mozilla Public License|CC0 1\.0 Universal|GNU (Lesser )?General Public", re.I)
APACHE = re.compile(
    r"Apache License\s+Version 2\.0, January 2004.*?(accepting\s+any\s+such\s+warranty\s+or\s+additional\s+liability\.)"
    r"(\s+END OF TERMS AND CONDITIONS)?(\s+APPENDIX: .*?limitations\s+under\s+the\s+License\.)?",
    re.S,
)
NOTICE = re.compile(r"^[#*\s]*(portions )?(copyright\b.*(\d{4}|\(c\)|©)|\(c\)|©).*", re.I)
FILES = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.I)


def main(*arguments):
    """Prints the file."""
    cut = arguments.index("--") if "--" in arguments else len(arguments)
    parts = sorted({part for name in arguments[:cut] for part in crates(name)})
    parts += [npm_package(ROOT / folder) for folder in arguments[cut + 1 :]]
    print(OWN)
    by_text = defaultdict(list)
    for name, licence, folder in parts:
        texts = list(licence_texts(Path(folder)))
        print(f"  {name}: {licence}")
        for notice, text in texts:
            by_text[text].append((name, notice))
    for number, (text, users) in enumerate(sorted(by_text.items(), key=lambda pair: -len(pair[1])), 1):
        print(f"\n\nText {number}\n-------\n\nIt applies to:\n")
        for name, notice in users:
            print("\n".join([f"  {name}", *(f"    {line}" for line in notice)]))
        print(f"\n{text}")


OWN = """\
Rolecall

Copyright (c) 2026 The Rolecall authors

Rolecall is licensed, at your choice, under the Apache License, Version 2.0, or under the MIT licence. On Debian systems,
the text of the former is in /usr/share/common-licenses/Apache-2.0. The latter is among the texts below.

The programs contain the following libraries, each under its own licence. Where a licence offers a choice with the Apache
License, Version 2.0, the Mozilla Public License, Version 2.0, or CC0, their texts are in /usr/share/common-licenses. The
other texts, with the notices of copyright, are below.
"""


def crates(package):
    """Returns name, licence and folder of the crates that a package's programs for Linux contain."""
    tree = ["cargo", "tree", "--locked", "--edges", "normal", "--no-dedupe", "--prefix", "none"]
    tree += ["--package", package, "--format", "{p}"]
    names = {tuple(line.split()[:2]) for line in output(*tree).splitlines() if "(proc-macro)" not in line}
    for crate in json.loads(output("cargo", "metadata", "--locked", "--format-version", "1"))["packages"]:
        if (crate["name"], "v" + crate["version"]) in names:
            licence = crate["license"] or "see its text"
            yield f"{crate['name']} {crate['version']}", licence, str(Path(crate["manifest_path"]).parent)


def npm_package(folder):
    """Returns name, licence and folder of an npm package."""
    about = json.loads((folder / "package.json").read_text())
    return f"{about['name']} {about['version']} (npm)", about["license"], str(folder)


def licence_texts(folder):
    """Yields notices of copyright and text of each licence file, unless Debian has that text."""
    own = [ROOT / "LICENSE-MIT"] if folder.is_relative_to(ROOT / "crates") else []
    files = [path for path in folder.iterdir() if FILES.match(path.name)]
    for path in sorted([*own, *files, *folder.glob("LICENSES/*")]):
        if not path.is_file():
            continue
        text = APACHE.sub("(the Apache License, Version 2.0)", path.read_text(errors="replace"))
        if len(text.strip()) < 60 or COMMON_TEXT.search(text[:2000]):
            continue
        lines = [line.strip() for line in text.splitlines()]
        notice = [line for line in lines if NOTICE.match(line)]
        rest = "\n".join(line for line in lines if not NOTICE.match(line))
        rest = re.sub(r"\n{2,}", "\n\n", rest).strip()
        yield notice, "\n\n".join(textwrap.fill(" ".join(it.split()), 100) for it in rest.split("\n\n"))


def output(*command):
    """Runs a program in the repository and returns its output."""
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
