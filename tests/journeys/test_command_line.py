"""`rolecall`: output for people and programs, and failures."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import doubles
from harness.wait import until


@pytest.fixture
def running(rolecall, account, keychain, tray, notifications):
    """An app with the user's key and two roles."""
    rolecall.start_on(account, guest=account.role("guest"), partner=account.role("partner", external_id="wrong-1"))
    return rolecall


@pytest.mark.parametrize("command", [["list"], ["status"], ["credentials", "guest"], ["keys", "list"], ["end", "guest"]])
def test_without_the_app_it_says_so_in_one_sentence(rolecall, command):
    done = rolecall.cli(*command, timeout=1)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Rolecall is not running" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unknown_words_are_usage_errors(rolecall):
    for command in ([], ["lsit"], ["env", "guest", "--shell", "basic"], ["assume"]):
        done = rolecall.cli(*command)
        assert done.returncode == 2, command
        assert done.stdout == "" and done.stderr, command


def test_credentials_are_one_line_that_an_sdk_reads(running):
    line = running.ok("credentials", "guest")
    assert line.count("\n") <= 1
    answer = json.loads(line)
    assert answer["Version"] == 1
    assert answer["AccessKeyId"].startswith("ASIA")
    assert answer["Expiration"].endswith("Z")
    assert answer["AccountId"] == running.session("guest")["account_id"]


def test_credentials_fail_with_one_sentence_and_nothing_on_standard_output(running):
    for role in ("nobody", "partner"):
        done = running.cli("credentials", role)
        assert done.returncode == 1
        assert done.stdout == ""
        assert 0 < len(done.stderr.strip()) <= 400 and done.stderr.isascii(), done.stderr


def test_many_callers_at_once_share_one_session(desktop, running):
    with ThreadPoolExecutor(12) as pool:
        lines = list(pool.map(lambda _: running.ok("credentials", "guest"), range(12)))
    assert len(set(lines)) == 1


def test_what_programs_read_is_json(running):
    running.ok("assume", "guest")
    for command in (["list"], ["status"], ["keys", "list"]):
        assert isinstance(running.json(*command), (dict, list)), command
    assert "guest" in json.dumps(running.json("list"))


def test_a_session_is_assumed_shown_and_ended(running):
    assert "guest" in running.ok("assume", "guest")
    assert "guest" in running.ok("list") and "guest" in running.ok("status")
    running.ok("end", "guest")
    until(lambda: running.session("guest") is None, "the session to be gone")


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "cmd"])
def test_every_shell_gets_its_own_block(running, shell):
    block = running.ok("env", "guest", "--shell", shell)
    assert running.handed_out("guest")["SecretAccessKey"] in block


def test_a_wrong_external_id_names_the_likely_cause(running):
    done = running.cli("assume", "partner")
    assert done.returncode == 1
    assert "external id" in done.stderr.lower()


def test_keys_are_added_listed_renamed_and_removed(desktop, running, account, keychain):
    csv = desktop.home / "user_accessKeys.csv"
    csv.write_text(f"\ufeffAccess key ID,Secret access key\r\n{account.access_key_id},{account.secret_access_key}\r\n")
    running.ok("keys", "rename", "user", "mine")
    assert "mine" in running.ok("keys", "list") and account.secret_access_key not in running.ok("keys", "list")
    running.ok("keys", "remove", "mine")
    assert running.snapshot()["keys"] == []
    assert not [item for item in keychain.items() if account.access_key_id in str(item)]
    running.ok("keys", "add", "user", "--from-csv", csv)
    assert running.snapshot()["keys"][0]["access_key_id"] == account.access_key_id


def test_a_key_that_aws_does_not_know_is_not_stored(running, account, keychain):
    items = keychain.items()
    done = running.cli("keys", "add", "bad", input=f"{account.access_key_id}\n{'x' * 40}\n")
    assert done.returncode == 1 and "x" * 40 not in done.stderr
    assert [key["name"] for key in running.snapshot()["keys"]] == ["user"]
    assert keychain.items() == items


def test_the_users_region_is_in_every_format(running):
    assert doubles.REGION in running.ok("env", "guest", "--shell", "bash")
