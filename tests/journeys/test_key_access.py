"""Program access to keys follows the policy, also from a sandbox, and their sessions can be listed and ended."""

import json
import re

import pytest

from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until

SANDBOX = ["unshare", "--user", "--map-current-user", "--mount"]


@pytest.fixture
def practice(desktop, rolecall, keychain, tray, notifications):
    """Returns a function that starts the app on a practice account with these policies."""
    practice = Practice(desktop).start()

    def begin(**sections):
        rolecall.write_settings(endpoint=practice.endpoint, **sections)
        rolecall.write_roles(guest=practice.role("guest"))
        rolecall.start()
        rolecall.add_key("user", practice)
        return practice

    return begin


def in_sandbox(desktop, *arguments):
    """Runs the command line in its own namespaces."""
    return desktop.run(*SANDBOX, binary("rolecall"), *arguments)


def tokens(practice):
    """Returns how often AWS was called for a session of the key."""
    return practice.requests().get("GetSessionToken", 0)


def test_t39_a_sandbox_gets_no_session_of_a_key(desktop, rolecall, practice):
    account = practice()
    probe = desktop.run(*SANDBOX, "true")
    if probe.returncode != 0:
        pytest.skip(f"no namespaces here: {probe.stderr}")
    refused = in_sandbox(desktop, "credentials", "--key", "user")
    assert refused.returncode == 1 and refused.stdout == ""
    assert "containers and sandboxes" in refused.stderr
    assert tokens(account) == 0
    (line,) = [line for line in rolecall.json("history") if line["request"] == "key"]
    assert (line["role"], line["verdict"], line["sandboxed"]) == ("user", "apart", True)
    assert "denied: in a container" in rolecall.ok("history")
    assert json.loads(rolecall.ok("credentials", "--key", "user"))["AccessKeyId"].startswith("ASIA")


def test_t39_a_sandbox_does_not_learn_which_keys_were_moved(desktop, rolecall, practice):
    practice()
    outside = rolecall.cli("keys", "undo-import", "nothing", "--yes")
    refused = in_sandbox(desktop, "keys", "undo-import", "nothing", "--yes")
    assert refused.returncode == outside.returncode == 1
    assert "container" in refused.stderr and "container" not in outside.stderr, (refused, outside)


def test_t03_a_blocked_key_gives_nothing_and_its_role_does(rolecall, practice):
    account = practice(**{"ask": {"default": "never"}, "ask.roles": {"guest": "allow"}})
    refused = rolecall.cli("credentials", "--key", "user")
    assert refused.returncode == 1 and refused.stdout == ""
    assert "not allowed in Rolecall" in refused.stderr
    (line,) = [line for line in rolecall.json("history") if line["request"] == "key"]
    assert (line["verdict"], line["sandboxed"], line["failure"]) == ("never", False, "not_allowed")
    assert tokens(account) == 0
    assert rolecall.handed_out("guest")["AccessKeyId"].startswith("ASIA")
    unknown = rolecall.cli("credentials", "--key", "guest")
    assert unknown.returncode == 1 and unknown.stdout == ""
    assert rolecall.json("history")[0]["verdict"] == "unknown"


def test_a_session_of_a_key_is_listed_and_ended(rolecall, practice, tray):
    account = practice()
    first = json.loads(rolecall.ok("credentials", "--key", "user"))
    assert re.search(r"^user +access key, (1h|\d+m) left", rolecall.ok("status"), re.M)
    shown = re.compile("^user · access key · ")
    item = tray.wait_for_item()
    item.wait_for(shown)
    ended = rolecall.ok("end", "--key", "user")
    assert ended.startswith('Ended the session of the access key "user" on this machine. AWS accepts copies')
    assert ended.endswith("rolecall revoke --key user\n")
    assert "No session is active." in rolecall.ok("status")
    assert json.loads(rolecall.ok("credentials", "--key", "user")) != first
    assert tokens(account) == 2
    item.click(shown, "End")
    until(lambda: not rolecall.json("status")["key_sessions"], "the session to be ended from the tray")
    assert rolecall.stop() == 0
    rolecall.start()
    assert rolecall.json("status")["key_sessions"] == []


def test_a_program_cannot_move_a_blocked_key_back_to_plaintext(desktop, rolecall, keychain, tray, notifications):
    account = Practice(desktop).start()
    path = desktop.home / ".aws" / "credentials"
    path.parent.mkdir(mode=0o700)
    key = f"aws_access_key_id = {account.access_key_id}\naws_secret_access_key = {account.secret_access_key}\n"
    path.write_text(f"[work]\n{key}")
    path.chmod(0o600)
    rolecall.write_settings(endpoint=account.endpoint)
    rolecall.write_any_role()
    rolecall.start()
    rolecall.ok("keys", "import", "--profile", "work", "--yes")
    rolecall.write_settings(endpoint=account.endpoint, **{"ask.keys": {"work": "never"}})
    until(lambda: rolecall.snapshot()["keys"][0]["consent"] == "never", "the policy to count")
    refused = rolecall.cli("keys", "undo-import", "work", "--yes")
    assert refused.returncode == 1 and 'No program may use the access key "work".' in refused.stderr
    assert account.secret_access_key not in path.read_text()
    assert rolecall.json("history")[0]["request"] == "put_back"
    rolecall.write_settings(endpoint=account.endpoint)
    until(lambda: rolecall.snapshot()["keys"][0]["consent"] == "allow", "the policy to be gone")
    rolecall.ok("keys", "undo-import", "work", "--yes")
    assert key in path.read_text()
