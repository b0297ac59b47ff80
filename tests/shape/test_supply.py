"""What we build from is checked: each gate refuses something that was planted for it, and says what it could not check."""

import json
import os
import re
import shutil
import subprocess

import pytest

from harness.rolecall import REPOSITORY

LISTS = sorted(REPOSITORY.glob("tests/requirements-*.txt"))
CONTINUATION = re.compile(r"\\\n\s*")
PINNED = re.compile(r"[\w.-]+(\[[\w,]+\])?==\S+( --hash=sha256:[0-9a-f]{64})+")
# A crate that we always have, and that nobody knows a weakness of.
CRATE = "zeroize"
ADVISORY = f"""```toml
[advisory]
id = "RUSTSEC-2000-0001"
package = "{CRATE}"
date = "2000-01-01"
url = "https://example.com"

[versions]
patched = []
```

# Planted
"""
CLEAN = '{"auditReportVersion": 2, "vulnerabilities": {}}'


def run(*command, **options):
    """Runs a program to its end and returns it with all of its output as text."""
    command = [str(part) for part in command]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.stem)
def test_t37_every_python_package_is_pinned_with_hashes_and_names_no_server(path):
    text = CONTINUATION.sub("", re.sub(r"^#.*\n", "", path.read_text(), flags=re.M))
    assert [line for line in text.splitlines() if not PINNED.fullmatch(re.sub(r" +", " ", line))] == []


def test_t37_a_python_package_with_another_hash_is_refused(tmp_path):
    (tmp_path / "planted").mkdir()
    (tmp_path / "planted" / "pyproject.toml").write_text('[project]\nname = "planted"\nversion = "1"\n')
    archive = shutil.make_archive(str(tmp_path / "planted-1"), "gztar", tmp_path, "planted")
    digest = run("sha256sum", archive).stdout.split()[0]
    listed = tmp_path / "list.txt"
    for wrong in (True, False):
        listed.write_text(f"{archive} --hash=sha256:{digest[::-1] if wrong else digest}\n")
        pip = ["-m", "pip", "download", "--no-index", "--no-deps", "--no-build-isolation", "--require-hashes"]
        done = run(REPOSITORY / "tests/.venv/clients/bin/python", *pip, "-d", tmp_path / "down", "-r", listed)
        assert ("DO NOT MATCH THE HASHES" in done.stdout) is wrong, done.stdout
    assert "--require-hashes" in (REPOSITORY / "scripts/setup").read_text()


@pytest.fixture
def deny(tmp_path):
    """Returns a function that runs a check of cargo-deny with our settings, changed by another function."""
    tool = run(REPOSITORY / "scripts/cache-dir").stdout.strip() + "/tools/bin/cargo-deny"
    if not os.path.exists(tool):
        pytest.fail("cargo-deny is missing") if os.environ.get("CI") else pytest.skip("cargo-deny is missing")

    def check(*what, change=lambda text: text, env=None):
        settings = tmp_path / "deny.toml"
        settings.write_text(change((REPOSITORY / "deny.toml").read_text()))
        command = [tool, "--locked", "--config", settings, "check", *what]
        return run(*command, cwd=REPOSITORY, env={**os.environ, **(env or {})})

    return check


def test_t37_a_crate_with_a_known_weakness_is_refused(deny, tmp_path):
    database = tmp_path / "database"
    advisory = database / "crates" / CRATE / "RUSTSEC-2000-0001.md"
    advisory.parent.mkdir(parents=True)
    git = ["git", "-C", database, "-c", "user.name=x", "-c", "user.email=x@example.com"]
    run(*git, "init", "--quiet", "--initial-branch=main")
    local = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{database}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://github.com/RustSec/advisory-db",
    }
    results = []
    for planted in (False, True):
        advisory.write_text(ADVISORY if planted else ADVISORY.replace(f'"{CRATE}"', '"no-crate-of-ours"'))
        run(*git, "add", "--all")
        assert run(*git, "commit", "--quiet", "-m", "planted").returncode == 0
        place = f'[advisories]\ndb-path = "{tmp_path}/known-{planted}"\n'
        results.append(deny("advisories", change=lambda text, to=place: text.replace("[advisories]\n", to), env=local))
    assert results[0].returncode == 0, results[0].stdout
    assert results[1].returncode != 0 and "RUSTSEC-2000-0001" in results[1].stdout, results[1].stdout


def test_t37_a_licence_a_crate_and_a_source_that_are_not_allowed_are_refused(deny):
    def plant(text):
        text = text.replace('"MIT",', "").replace("deny = [", f'deny = [\n  "{CRATE}",')
        return text.replace("[sources]", "[sources]\nallow-registry = []")

    done = deny("bans", "licenses", "sources", change=plant)
    assert done.returncode != 0
    assert "bans FAILED, licenses FAILED, sources FAILED" in done.stdout, done.stdout[-2000:]


@pytest.fixture
def gate(tmp_path):
    """Returns a function that runs scripts/deny with a cargo and an npm that answer as given."""

    def check(crates="reachable", npm=CLEAN):
        report = tmp_path / "report.json"
        report.write_text(npm)
        has_weakness = '"high"' in npm
        (tmp_path / "cargo").write_text(
            f"#!/bin/sh\n[ '{crates}' = reachable ] || [ \"$2\" != fetch ]\n"
        )
        (tmp_path / "npm").write_text(
            f"#!/bin/sh\ncase $* in *--json*) cat {report} ;; esac\n[ {has_weakness} = False ]\n"
        )
        for name in ("cargo", "npm"):
            (tmp_path / name).chmod(0o755)
        return run("scripts/deny", tmp_path, cwd=REPOSITORY)

    return check


def test_lists_of_weaknesses_that_can_be_had_are_checked_without_a_word(gate):
    done = gate()
    assert done.returncode == 0 and "NOT" not in done.stdout


def test_a_list_of_weaknesses_that_cannot_be_had_is_named(gate):
    done = gate(crates="away", npm='{"error": {"summary": "", "detail": ""}}')
    assert done.returncode == 0, done.stdout
    assert re.findall(r"Advisories for ([^\n]*) were NOT checked", done.stdout) == [
        "crates", "the npm packages of ui", "the npm packages of tests/clients", "the npm packages of tests/cdk"
    ]


def test_t37_an_npm_package_with_a_known_weakness_is_refused(gate):
    found = {"auditReportVersion": 2, "vulnerabilities": {"planted": {"severity": "high"}}}
    done = gate(npm=json.dumps(found))
    assert done.returncode != 0 and "npm packages of ui" in done.stdout
