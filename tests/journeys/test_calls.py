"""Parameters of calls, from the real window: tags, policies, reason, limits, maximum duration, MFA seed."""

import json
import shlex

import pytest

from harness.agent import Agent
from harness.aws import Aws
from harness.desktop import Desktop
from harness.keychain import Keychain
from harness.practice import STORY, Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until
from harness.webdriver import DOWN, ENTER, F2, Window

USER = "arn:aws:iam::177634097045:user/user"
ACCOUNT = "808768216571"
DEVICE = "arn:aws:iam::177634097045:mfa/user"
# A transitive tag takes the permission to tag at every role.
TAGGING = ["sts:AssumeRole", "sts:TagSession"]
LIST_BUCKETS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListAllMyBuckets", *TAGGING], "Resource": "*"}]}


def world():
    """Returns the practice story, whose role archive only trusts a team's sessions."""
    story = json.loads(STORY.read_text())
    roles = {role["entry"]["name"]: role for role in story["roles"]}
    tagged = {"Action": TAGGING, "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "payments"}}}
    roles["archive"]["trust"]["Statement"][0].update(tagged)
    roles["guest"]["policies"][0]["Statement"].append({"Effect": "Allow", "Action": TAGGING, "Resource": roles["archive"]["arn"]})
    return story


@pytest.fixture
def practice(desktop):
    """A practice account whose calls are counted."""
    return Practice(desktop).start(world())


def assume(window, name):
    """Assumes a role by its name and Enter."""
    window.type("Search sessions and roles", name)
    window.press(ENTER)


def details(window, name):
    """Opens the page of a role."""
    window.type("Search sessions and roles", name)
    window.press(F2)
    window.find("heading", "Details")


def limit(window):
    """Lists the ways to assume the shown role with fewer permissions."""
    window.act("Assume with fewer permissions")


def profile(desktop, rolecall, practice, role):
    """Returns a function that runs the real AWS CLI in a session of a role, in a region."""
    config = desktop.home / ".aws" / "config"
    config.parent.mkdir(exist_ok=True)
    config.write_text(f"[profile p]\ncredential_process = {rolecall.credential_process(shlex.quote(role))}\n")

    def run(*arguments, region="eu-west-1"):
        return Aws(desktop, practice.endpoint).run("--profile", "p", *arguments, "--region", region)

    return run


def test_tags_policy_and_reason_are_sent_and_the_reason_is_asked_for_in_the_chain(desktop, rolecall, practice, opened, tmp_path):
    terms = {
        "tags.Team": "payments", "transitive_tags": ["Team"], "policy": json.dumps(LIST_BUCKETS),
        "reason": "tag:Ticket", "reason_pattern": "OPS-#",
    }
    window = opened(guest=practice.role("guest", **terms), archive=practice.role("archive"))
    assume(window, "archive")
    window.find("dialog", "Reason for guest")
    window.wait_for_text("Reason for guest (needed for archive)")
    window.type("Reason", "because")
    window.press(ENTER)
    window.wait_for_text("The reason must match OPS-#.")
    window.screenshot(tmp_path / "reason.png")
    window.type("Reason", "OPS-1417")
    window.press(ENTER)
    # The archive trusts sessions with the tag Team alone, which it inherits.
    rolecall.wait_for_session("archive")
    guest = rolecall.session("guest")
    assert guest["reason"] == "OPS-1417" and 0 < guest["packed_policy_percent"] < 100

    details(window, "guest")
    window.wait_for_text(f"{guest['packed_policy_percent']} % of the AWS limit")
    window.wait_for_text("Team = payments (transitive)")
    window.wait_for_text("OPS-1417")
    window.screenshot(tmp_path / "terms.png")
    run = profile(desktop, rolecall, practice, "guest")
    assert run("s3", "ls").returncode == 0
    denied = run("s3", "cp", "s3://practice-welcome/hello.txt", "-")
    assert denied.returncode != 0, "the session policy allows no reading"


def test_a_reason_is_asked_for_at_the_terminal_on_a_machine_without_a_display():
    with Desktop(display=False) as machine:
        Keychain(machine).start()
        practice = Practice(machine).start()
        agent = Agent(machine)
        agent.write_settings(endpoint=practice.endpoint)
        why = {"reason": "tag:Ticket", "reason_pattern": "OPS-#"}
        agent.write_roles(guest=practice.role("guest", **why), archive=practice.role("archive"), other=practice.role("guest", **why))
        agent.start()
        agent.add_key("user", practice)
        assert "wants a reason" in agent.cli("exec", "guest", "--", "true").stderr, "nobody is there to be asked"
        onwards = Terminal(machine, binary("rolecall"), "assume", "archive")
        onwards.answer("Reason for guest (OPS-#): ", "because")
        onwards.expect("The reason must match OPS-#.")
        onwards.answer("Reason for guest (OPS-#): ", "OPS-7")
        onwards.expect(":assumed-role/archive/")
        assert onwards.end() == 0 and agent.session("guest")["reason"] == "OPS-7"
        inside = Terminal(machine, binary("rolecall"), "exec", "other", "--", "sh", "-c", "echo in $ROLECALL_ROLE")
        inside.answer("Reason for other (OPS-#): ", "OPS-8")
        inside.expect("in other")
        assert inside.end() == 0 and agent.session("other")["reason"] == "OPS-8"
        assert agent.cli("exec", "other", "--", "true").returncode == 0, "the last reason counts for programs"


def test_a_role_is_assumed_with_limited_permissions_and_in_one_region(desktop, rolecall, practice, opened, tmp_path):
    window = opened(guest=practice.role("guest"))
    details(window, "guest")
    limit(window)
    window.click("option", "Read-only")
    rolecall.wait_for_session("guest · read-only")
    assert rolecall.session("guest") is None, "the full session is another one"
    limited = profile(desktop, rolecall, practice, "guest · read-only")
    assert limited("s3", "cp", "s3://practice-welcome/hello.txt", "-").returncode == 0
    assert limited("iam", "get-role", "--role-name", "guest").returncode != 0, "the double's ReadOnlyAccess leaves IAM out"

    limit(window)
    window.find("option", "Only eu-west-1")
    options = [window.run("return arguments[0].innerText.trim()", option) for option in window.find_all("option", "Only ")]
    assert options[0] == "Only eu-west-1" and "Only ap-southeast-2" in options, "the role's own region comes first"
    window.screenshot(tmp_path / "regions.png")
    window.type("Limit permissions", "central")
    window.press(DOWN)
    chosen = window.run("return document.querySelector('[role=option][aria-selected=true]').innerText.trim()").removeprefix("Only ")
    assert "central" in chosen
    window.press(ENTER)
    name = f"guest · only {chosen}"
    rolecall.wait_for_session(name)
    locked = profile(desktop, rolecall, practice, name)
    reading = ("s3api", "list-objects-v2", "--bucket", "practice-welcome")
    assert locked(*reading, region=chosen).returncode == 0
    assert locked(*reading, region="us-west-2").returncode != 0, "other regions are denied"

    limit(window)
    first = window.find("option", "Only ")
    assert window.run("return arguments[0].innerText.trim()", first) == f"Only {chosen}", "the last lock comes first"
    window.type("Limit permissions", "cn-north-1")
    window.press(ENTER)
    window.wait_for_text("The region cn-north-1 is not in the role's partition \"aws\".")


def test_a_stored_seed_is_shown_and_removed_and_the_maximum_duration_is_read(rolecall, practice, opened, tmp_path):
    window = opened(operator=practice.role("operator", mfa_code="shared"))
    rolecall.ok("keys", "add-totp", "user", DEVICE, input=f"{practice.seed(DEVICE)}\n")
    window.click("button", "access key")
    window.wait_for_text("are generated here. Programs can pass MFA without you.")
    window.screenshot(tmp_path / "seed.png")
    window.click("button", "Remove the MFA seed of user")
    window.find("dialog", "Remove the MFA seed")
    window.click("button", "Remove", exact=True)
    until(lambda: "totp" not in rolecall.json("keys", "list")[0], "the seed to be forgotten")
    until(lambda: "are generated here" not in window.text(), "the window to show it")
    window.click("button", "Back")

    # The code of the seed still counts, so nobody is asked.
    assume(window, "operator")
    rolecall.wait_for_session("operator")
    details(window, "operator")
    window.wait_for_text("The role allows up to 12 h (MaxSessionDuration).")
    window.screenshot(tmp_path / "maximum.png")
    assert practice.requests()["GetRole"] == 1
    window.click("button", "Back")
    assert "asks for a new MFA code" in rolecall.ok("keys", "forget-code", "user")
    rolecall.ok("end", "operator")
    assume(window, "operator")
    window.wait_for_text("One code covers 12h, 1h per session.")
    window.click("button", "Use the code for operator only (12h)")
    window.wait_for_text("One code for operator, valid for 12h, the role's maximum.")
    window.click("button", "Cancel")
    assert practice.requests()["GetRole"] == 1


def test_a_plaintext_key_moves_the_aws_cli_keeps_working_and_its_profile_is_a_click_away(desktop, rolecall, practice, keychain, tray, notifications):
    folder = desktop.home / ".aws"
    folder.mkdir(mode=0o700)
    keys = f"aws_access_key_id = {practice.access_key_id}\naws_secret_access_key = {practice.secret_access_key}\n"
    (folder / "credentials").write_text(f"[work]\n{keys}")
    (folder / "credentials").chmod(0o600)
    role = f"role_arn = arn:aws:iam::{ACCOUNT}:role/guest\nsource_profile = work\n"
    fido = f"role_arn = arn:aws:iam::{ACCOUNT}:role/guest\nsource_profile = work\nmfa_serial = arn:aws:iam::177634097045:u2f/user/user/k\n"
    canary = desktop.root / "canary"
    (folder / "config").write_text(f"[profile reader]\n{role}[profile secured]\n{fido}[profile asking]\n{role}mfa_process = touch {canary}\n")
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_any_role()
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    window.click("button", "Access keys")
    window.click("button", "Move to keychain")
    window.wait_for_text("credentials --key work")
    window.click("button", "Move", exact=True)
    until(lambda: practice.secret_access_key not in (folder / "credentials").read_text(), "the key to be moved")
    client = Aws(desktop, practice.endpoint)
    assert client.json("--profile", "work", "sts", "get-caller-identity")["Arn"] == USER

    window.click("button", "Back")
    assume(window, "reader")
    rolecall.wait_for_session("reader")
    assert rolecall.handed_out("reader")["AccessKeyId"].startswith("ASIA")
    details(window, "secured")
    window.wait_for_text("FIDO security key or passkey. STS does not accept those")
    notices = " ".join(notice["text"] for notice in rolecall.snapshot()["aws"]["notices"])
    assert "Rolecall does not run the mfa_process \"touch …\" of \"asking\". To use its codes, set [mfa] process" in notices
    assert not canary.exists()
    window.close()
