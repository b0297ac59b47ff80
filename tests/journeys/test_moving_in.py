"""Imports from other programs: keys from the real keychain, roles from files."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from harness.practice import Practice

IDS = [Path("/var/lib/dbus/machine-id"), Path("/etc/machine-id")]


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app without a key and without a role, on a practice account."""
    practice = Practice(desktop).start()
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.start()
    return practice


def keyring_item(name, practice):
    """Returns an item as the keyring library of aws-vault and Granted writes it."""
    key = {"AccessKeyID": practice.access_key_id, "SecretAccessKey": practice.secret_access_key, "SessionToken": ""}
    return json.dumps({"Key": name, "Data": base64.b64encode(json.dumps(key).encode()).decode(), "Label": name})


def outcomes(report):
    """Returns the outcome of each entry, by its name in Rolecall."""
    return {moved["name"]: moved["outcome"] for moved in report}


@pytest.mark.parametrize("program, collection", [("aws-vault", "awsvault"), ("granted", "granted-aws-iam-credentials")])
def test_a_key_in_a_keyring_is_imported_and_its_profiles_work(desktop, rolecall, keychain, practice, program, collection):
    path = keychain.create_collection(collection)
    keychain.store("work", keyring_item("work", practice), {"profile": "work"}, path)
    session = {"Key": "work,session", "Data": "e30="}
    keychain.store("work,session", json.dumps(session), {"profile": "work,session"}, path)
    config = desktop.home / ".aws" / "config"
    config.parent.mkdir()
    config.write_text(f"[profile work]\n[profile guest]\nsource_profile = work\nrole_arn = {practice.role('guest')['arn']}\n")

    assert outcomes(rolecall.json("import", program, "--dry-run")) == {"work": "imported"}
    assert rolecall.snapshot()["keys"] == []
    assert outcomes(rolecall.json("import", program)) == {"work": "imported"}
    assert ":assumed-role/guest/" in rolecall.ok("assume", "guest")
    assert outcomes(rolecall.json("import", program)) == {"work": "exists"}


@pytest.fixture
def workspace(desktop):
    """Returns a function that writes Leapp's workspace file as Leapp seals it on this machine."""
    machine_id = next((path.read_text().strip() for path in IDS if path.exists()), None)
    if machine_id is None:
        pytest.skip("this machine has no id")
    password = hashlib.sha256(machine_id.lower().encode()).hexdigest()

    def write(*sessions):
        sealing = ["openssl", "enc", "-aes-256-cbc", "-md", "md5", "-a", "-A", "-salt", "-pass", f"pass:{password}"]
        text = json.dumps({"_sessions": sessions, "_profiles": []})
        sealed = subprocess.run(sealing, input=text, capture_output=True, text=True, check=True).stdout
        assert "guest" not in sealed
        path = desktop.home / ".Leapp" / "Leapp-lock.json"
        path.parent.mkdir()
        path.write_text(sealed)
        return path

    return write


def test_a_leapp_workspace_is_imported_with_its_keys(rolecall, keychain, practice, workspace):
    guest = practice.role("guest")["arn"]
    path = workspace(
        {"sessionId": "u1", "sessionName": "work", "type": "awsIamUser", "region": "eu-west-1"},
        {"sessionId": "r1", "sessionName": "guest", "type": "awsIamRoleChained", "roleArn": guest, "parentSessionId": "u1"},
        {"sessionId": "s1", "sessionName": "portal", "type": "awsSsoRole"},
    )
    before = path.read_bytes()
    for part, value in [("access-key-id", practice.access_key_id), ("secret-access-key", practice.secret_access_key)]:
        account = f"u1-iam-user-aws-session-{part}"
        keychain.store(f"Leapp/{account}", value, {"service": "Leapp", "account": account})

    report = rolecall.json("import", "leapp")
    assert outcomes(report) == {"work": "imported", "guest": "imported", "portal": "skipped"}
    assert "Identity Center" in report[-1]["message"]
    assert ":assumed-role/guest/" in rolecall.ok("assume", "guest")
    assert path.read_bytes() == before
    assert "role" in rolecall.ok("import", "leapp")


def test_a_key_that_aws_does_not_know_is_not_imported(rolecall, keychain, practice):
    path = keychain.create_collection("awsvault")
    practice.access_key_id = "AKIAIOSFODNN7EXAMPLE"
    keychain.store("old", keyring_item("old", practice), {"profile": "old"}, path)
    (moved,) = rolecall.json("import", "aws-vault")
    assert moved["outcome"] == "skipped" and "AWS does not know" in moved["message"], moved
    assert rolecall.snapshot()["keys"] == []


@pytest.mark.parametrize("program", ["leapp", "aws-vault", "granted"])
def test_a_missing_program_is_reported_in_one_sentence(rolecall, practice, program):
    done = rolecall.cli("import", program)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
