"""Rotation of access keys: nobody is locked out, wherever it is killed; it is continued or undone."""

import json
import os
import signal

import pytest

from harness.agent import Agent
from harness.aws import Aws, clients, write_profile
from harness.doubles import Moto, set_up
from harness.practice import STORY, Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until

ALLOW = "[d] deny: "
USER = "arn:aws:iam::177634097045:user/user"
# Long enough that nothing but the kill ends the call.
HELD_MS = 60_000
# What wants MFA for every change of the user's own keys.
WITHOUT_MFA = {
    "Effect": "Deny",
    "Action": ["iam:CreateAccessKey", "iam:UpdateAccessKey", "iam:DeleteAccessKey"],
    "Resource": "*",
    "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
}


def begin(machine, world=None):
    """Returns an agent with the key "user", and the practice account that it is of."""
    practice = Practice(machine).start(world)
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    agent.start()
    agent.add_key("user", practice)
    return agent, practice


def rotate(machine, *arguments):
    """Starts a rotation at a terminal, where the question of the agent is asked as well."""
    return Terminal(machine, binary("rolecall"), "keys", "rotate", "user", *arguments)


def done(terminal):
    """Allows the change, waits for the end, and returns everything that was shown."""
    terminal.answer(ALLOW, "o")
    code = terminal.end()
    assert code == 0, terminal.everything()
    return terminal.everything()


def key(agent):
    """Returns the key of the agent."""
    (found,) = agent.json("keys", "list")
    return found


def statuses(practice):
    """Returns the status of each key in the account."""
    return {found["access_key_id"]: found["status"] for found in practice.keys()}


def check_usable(agent, practice):
    """Checks that the key that Rolecall uses works: AWS gives a session for it, which was not kept from before."""
    agent.cli("end", "--key", "user")
    session = json.loads(agent.ok("credentials", "--key", "user"))
    assert session["AccessKeyId"].startswith("ASIA")
    assert statuses(practice)[key(agent)["access_key_id"]] == "Active"


def restart(agent):
    """Kills the agent as a crash does, and starts it again."""
    pid = agent.pid()
    os.kill(pid, signal.SIGKILL)
    until(lambda: not agent.process.is_running(), "the end of the agent")
    agent.start()


def no_secret_was_written(agent, practice, *outputs):
    """Checks that no secret of a key is in a file of Rolecall, in its log, in the history, or was shown."""
    secrets = [found["secret_access_key"] for found in practice.keys()]
    texts = [*outputs, agent.process.log(), json.dumps(agent.json("history"))]
    for path in [*agent.config_dir.rglob("*"), *agent.state_dir.rglob("*")]:
        if path.is_file():
            texts.append(path.read_bytes().decode(errors="replace"))
    assert not any(secret in text for secret in secrets for text in texts)


def test_t09_a_key_is_rotated_undone_and_its_old_one_deleted(machine):
    agent, practice = begin(machine)
    first = key(agent)["access_key_id"]
    agent.ok("assume", "guest")
    practice.delay_changes(2_000)
    shown = rotate(machine)
    shown.expect("1 day old, last used")
    shown.answer("Rotate the key? [y/N] ", "y")
    shown.expect("wants access to change the access keys of user")
    shown.expect("creates, deactivates or deletes access keys")
    text = done(shown)
    assert "Waiting: AWS does not accept the key everywhere yet" in text
    practice.delay_changes(0)
    until(lambda: statuses(practice)[first] == "Inactive", "the change to be in effect")
    second = key(agent)["access_key_id"]
    assert f"uses {second} now" in text and f"{first} is inactive" in text and second != first
    check_usable(agent, practice)
    agent.ok("assume", "guest")

    again = agent.cli("keys", "rotate", "user", "--yes")
    assert again.returncode == 1 and "--delete-old" in again.stderr
    removed = agent.cli("keys", "remove", "user")
    assert removed.returncode == 1 and "--undo" in removed.stderr

    done(rotate(machine, "--undo", "--yes"))
    assert statuses(practice) == {first: "Active"} and key(agent)["access_key_id"] == first
    check_usable(agent, practice)

    text += done(rotate(machine, "--yes"))
    deletion = rotate(machine, "--delete-old")
    deletion.expect("It has been inactive for less than a minute")
    deletion.answer("Delete the old key? [y/N] ", "y")
    text += done(deletion)
    assert statuses(practice) == {key(agent)["access_key_id"]: "Active"}
    check_usable(agent, practice)
    kinds = {(line["request"], line["verdict"]) for line in agent.json("history")}
    assert ("rotate", "accepted") in kinds
    no_secret_was_written(agent, practice, text)


STEPS = ["ListAccessKeys", "CreateAccessKey", "GetCallerIdentity", "UpdateAccessKey"]


@pytest.mark.parametrize("way", ["--resume", "--undo"])
def test_a_rotation_that_was_killed_at_any_step_is_continued_or_undone(machine, way):
    agent, practice = begin(machine)
    for action in STEPS:
        first = key(agent)["access_key_id"]
        made = practice.requests().get(action, 0) + (action == "ListAccessKeys")
        terminal = rotate(machine, "--yes")
        terminal.expect("Rolecall will")
        practice.set_faults(f"{action}:latency={HELD_MS}")
        terminal.answer(ALLOW, "o")
        until(lambda: practice.requests().get(action, 0) > made, f"the call of {action}", 20)
        restart(agent)
        practice.set_faults()
        assert terminal.end() == 1, terminal.everything()
        check_usable(agent, practice)
        if action == "ListAccessKeys":
            assert "rotation" not in key(agent)
            continue
        assert any("stopped before its end" in problem["what"] for problem in agent.snapshot()["problems"])
        go_on(machine, practice, way, lost=action == "CreateAccessKey", first=first)
        check_usable(agent, practice)
        if way == "--resume":
            assert key(agent)["access_key_id"] != first
            done(rotate(machine, "--delete-old", "--yes"))
        assert statuses(practice) == {key(agent)["access_key_id"]: "Active"}
        assert "rotation" not in key(agent)
        assert not any("stopped" in problem["what"] for problem in agent.snapshot()["problems"])
    no_secret_was_written(agent, practice)


def go_on(machine, practice, way, lost, first):
    """Continues or undoes a rotation, with the deletion of a key whose secret was lost."""
    if not lost:
        return done(rotate(machine, way, "--yes"))
    (orphan,) = [found for found in statuses(practice) if found != first]
    unconfirmed = rotate(machine, way, "--yes")
    unconfirmed.expect(f"{orphan} (its secret was lost)")
    unconfirmed.expect(f"{orphan} would have to be deleted first")
    assert unconfirmed.end() == 1 and orphan in statuses(practice)
    terminal = rotate(machine, way)
    terminal.answer("press Enter to stop: ", orphan[-4:])
    done(terminal)
    assert orphan not in statuses(practice)


def test_a_lost_network_stops_a_rotation_that_is_continued_later(machine):
    agent, practice = begin(machine)
    practice.set_faults("UpdateAccessKey:reset")
    terminal = rotate(machine, "--yes")
    terminal.answer(ALLOW, "o")
    terminal.expect("--resume")
    assert terminal.end() == 1
    check_usable(agent, practice)
    practice.set_faults()
    done(rotate(machine, "--resume", "--yes"))
    assert sorted(statuses(practice).values()) == ["Active", "Inactive"]


def test_iam_that_wants_mfa_gets_a_code_of_the_terminal(machine):
    world = json.loads(STORY.read_text())
    world["users"][0]["policies"][0]["Statement"].append(WITHOUT_MFA)
    agent, practice = begin(machine, world)
    serial = world["users"][0]["mfa_serial"]
    terminal = rotate(machine, "--yes")
    terminal.answer(ALLOW, "o")
    terminal.expect("AWS wants MFA for changes of the access keys of user.")
    terminal.answer(f"Code of {serial}", practice.code(serial))
    assert terminal.end() == 0, terminal.everything()
    # The session with MFA is good for more.
    done(rotate(machine, "--delete-old", "--yes"))
    assert len(statuses(practice)) == 1
    check_usable(agent, practice)


def test_a_user_without_the_permission_gets_the_policy_to_copy(machine):
    world = json.loads(STORY.read_text())
    statements = world["users"][0]["policies"][0]["Statement"]
    statements[:] = [statement for statement in statements if statement["Sid"] != "RotateMyKeys"]
    world["users"][0].pop("mfa_serial")
    world["roles"] = [role for role in world["roles"] if role["entry"]["name"] == "guest"]
    agent, practice = begin(machine, world)
    refused = agent.cli("keys", "rotate", "user", "--yes")
    assert refused.returncode == 1 and "iam:CreateAccessKey" in refused.stderr and USER in refused.stderr
    assert len(statuses(practice)) == 1


def test_a_blocked_key_is_not_rotated_and_nobody_is_asked_without_a_terminal(machine):
    agent, practice = begin(machine)
    unasked = agent.cli("keys", "rotate", "user", "--yes")
    assert unasked.returncode == 1 and "nobody can answer" in unasked.stderr
    agent.write_settings(endpoint=practice.endpoint, **{"ask.keys": {"user": "never"}})
    until(lambda: key(agent)["consent"] == "never", "the policy to be read")
    refused = agent.cli("keys", "rotate", "user", "--dry-run")
    assert refused.returncode == 1 and "No program may use the access key" in refused.stderr
    assert len(statuses(practice)) == 1


@pytest.mark.parametrize("version", clients())
def test_aws_cli_gets_the_new_key_through_a_profile_that_stays(machine, version):
    agent, practice = begin(machine)
    write_profile(machine, "user", credential_process=f"{binary('rolecall')} credentials --key user")
    aws = Aws(machine, practice.endpoint, program=clients()[version])
    assert aws.json("sts", "get-caller-identity", "--profile", "user")["Arn"] == USER
    done(rotate(machine, "--yes"))
    done(rotate(machine, "--delete-old", "--yes"))
    agent.ok("end", "--key", "user")
    assert aws.json("sts", "get-caller-identity", "--profile", "user")["Arn"] == USER
    (only,) = practice.keys()
    env = {"AWS_ACCESS_KEY_ID": only["access_key_id"], "AWS_SECRET_ACCESS_KEY": only["secret_access_key"]}
    listed = aws.json("iam", "list-access-keys", env=env)["AccessKeyMetadata"]
    assert [found["Status"] for found in listed] == ["Active"]


def test_moto_rotates_as_well(machine):
    root = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    account = set_up(Moto(machine).start_open(), **root)
    agent = Agent(machine).start_on(account, "guest")
    first = key(agent)["access_key_id"]
    done(rotate(machine, "--yes"))
    listed = account.client("iam").list_access_keys(UserName="user")["AccessKeyMetadata"]
    assert {found["Status"] for found in listed} == {"Active", "Inactive"}
    assert key(agent)["access_key_id"] != first
    done(rotate(machine, "--undo", "--yes"))
    (only,) = account.client("iam").list_access_keys(UserName="user")["AccessKeyMetadata"]
    assert only["AccessKeyId"] == first == key(agent)["access_key_id"]
