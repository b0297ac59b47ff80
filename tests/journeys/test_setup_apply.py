"""`rolecall setup --apply`: makes a role and assumes it, survives being killed, and takes back what it made."""

import json
import os
import signal

import pytest

from harness import aws
from harness.agent import Agent
from harness.allower import Allower
from harness.doubles import Account
from harness.kit import BUCKET, ROLE_ACCOUNT, TwoAccounts
from harness.practice import Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until

OPTIONS = ["--who", "user", "--account", ROLE_ACCOUNT, "--role", "new", "--allow", "s3-read", "--generate-external-id"]
APPLY = [*OPTIONS, "--apply", "--with", "administrator", "--yes"]


@pytest.fixture
def practice(machine):
    """A practice account that knows no faults."""
    return Practice(machine).start()


@pytest.fixture
def allower(agent):
    """Somebody who allows the access keys to change IAM."""
    allower = Allower(agent.desktop)
    yield allower
    allower.end()


@pytest.fixture
def agent(machine, practice):
    """An agent whose AWS is the practice account, with its key and the role of the administrator."""
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(administrator=practice.role("administrator"))
    agent.add_key("user", Account(practice.endpoint, practice.access_key_id, practice.secret_access_key, "177634097045", {}))
    return agent


def setups(agent):
    """Returns the records of setups."""
    path = agent.state_dir / "setups.json"
    return json.loads(path.read_text())["entries"] if path.exists() else []


def roles(agent):
    """Returns the names of the roles in Rolecall."""
    return agent.cli("list", "--names").stdout.split()


def test_a_role_is_made_assumed_and_taken_back(agent, allower):
    done = agent.cli("setup", *APPLY, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "+ the role new is made." in done.stderr
    assert "arn:aws:iam::808768216571:role/new, path /, longest session: 3600 s" in done.stderr
    assert '"Effect":"Allow"' in done.stderr
    assert "✓ the inline policy AssumeRole-new of the user user is done." in done.stderr
    assert "You are arn:aws:sts::808768216571:assumed-role/new/" in done.stdout
    assert "new" in roles(agent)
    same = [it for it in APPLY if it != "--generate-external-id"]
    again = agent.cli("setup", *same, "--external-id", external_id(agent), timeout=60)
    assert again.returncode == 0, again.stderr
    assert "= the role new stays as it is." in again.stderr

    undone = agent.cli("setup", "--undo", "--yes", timeout=120)
    assert undone.returncode == 0, undone.stderr
    assert "Took back the setup of arn:aws:iam::808768216571:role/new." in undone.stdout
    assert setups(agent) == []
    assert "new" not in roles(agent)
    nothing = agent.cli("setup", "--undo", "--yes")
    assert nothing.returncode == 1
    assert "There is no setup to take back." in nothing.stderr


def external_id(agent):
    """Returns the external ID of the role that was made."""
    (run,) = setups(agent)
    trust = json.loads(run["entries"][0]["step"]["makes"]["role"]["terms"]["trust"])
    return trust["Statement"][0]["Condition"]["StringEquals"]["sts:ExternalId"]


def test_it_waits_until_iam_knows_the_role_everywhere(agent, practice, allower):
    practice.delay_changes(2_500)
    done = agent.cli("setup", *APPLY, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Trying again in" in done.stderr
    assert "assumed-role/new/" in done.stdout
    undone = agent.cli("setup", "--undo", "--yes", timeout=120)
    assert undone.returncode == 0, undone.stderr
    assert setups(agent) == []


@pytest.mark.parametrize("victim", ["command line", "agent"])
@pytest.mark.parametrize("step", range(4))
def test_a_setup_that_was_killed_goes_on(request, machine, agent, practice, allower, victim, step):
    assert agent.cli("assume", "administrator").returncode == 0
    practice.set_faults("latency=150")
    program = machine.start("setup", binary("rolecall"), "setup", *APPLY)
    until(lambda: begun(agent) >= step, program.log, 30)
    if victim == "agent":
        os.kill(agent.pid(), signal.SIGKILL)
    else:
        program.kill()
    program.wait_exit(60)
    practice.set_faults()
    if victim == "agent":
        # The new agent asks again, and the program that answers has to be connected to it.
        allower.end()
        request.addfinalizer(Allower(machine).end)
    resumed = agent.cli("setup", "--resume", "--yes", timeout=120)
    assert resumed.returncode == 0, resumed.stderr
    assert "assumed-role/new/" in resumed.stdout
    undone = agent.cli("setup", "--undo", "--yes", timeout=120)
    assert undone.returncode == 0, undone.stderr
    assert setups(agent) == []
    assert "new" not in roles(agent)


def begun(agent):
    """Returns how many steps were begun; -1 if nothing is recorded."""
    try:
        runs = setups(agent)
    except json.JSONDecodeError:
        return -1
    return sum(entry["state"] in ("begun", "done") for entry in runs[-1]["entries"]) if runs else -1


def test_a_role_with_another_trust_stays_unless_asked(agent, allower):
    guest = ["guest" if it == "new" else it for it in APPLY if it != "--generate-external-id"]
    refused = agent.cli("setup", *guest, timeout=60)
    assert refused.returncode == 1
    assert "the role guest exists already. It has another trust policy." in refused.stderr
    assert setups(agent) == []
    replaced = agent.cli("setup", *guest, "--replace", timeout=60)
    assert replaced.returncode == 0, replaced.stderr
    undone = agent.cli("setup", "--undo", "--yes", timeout=120)
    assert undone.returncode == 0, undone.stderr


APPLY_AT_TERMINAL = [binary("rolecall"), "setup", *[it for it in APPLY if it != "--yes"]]
KEY = "wants access to the access key user"
ALLOW = "[o] allow once"


def at_terminal(machine):
    """Returns a terminal in which the plan was agreed to."""
    terminal = Terminal(machine, *APPLY_AT_TERMINAL)
    terminal.answer("Apply this? [y/N]", "y")
    terminal.expect(KEY)
    terminal.expect("Apply the setup of arn:aws:iam::808768216571:role/new: ")
    terminal.expect("This changes roles and policies in IAM")
    return terminal


def asked(agent):
    """Returns what the history has of the access key: the requests and verdicts, the oldest first."""
    lines = agent.json("history", "user")
    return [(line["request"], line["verdict"]) for line in reversed(lines)]


def test_t03_a_key_changes_iam_only_after_a_question(machine, agent):
    refused = agent.cli("setup", *APPLY, timeout=60)
    assert refused.returncode == 1
    assert "nobody can answer" in refused.stderr
    assert setups(agent) == []
    terminal = at_terminal(machine)
    terminal.answer(ALLOW, "d")
    assert terminal.end() == 1
    assert setups(agent) == []
    assert asked(agent) == [
        ("preview_with_key", "allowed"), ("setup_with_key", "unasked"), ("preview_with_key", "allowed"),
        ("setup_with_key", "denied"),
    ]


def test_t03_ctrl_c_stops_between_steps_and_another_terminal_is_asked_again(machine, agent, practice):
    assert agent.cli("assume", "administrator").returncode == 0
    practice.set_faults("latency=300")
    terminal = at_terminal(machine)
    terminal.answer(ALLOW, "o")
    terminal.expect("is done.")
    terminal.send("\x03")
    assert terminal.end() == 1
    assert "Stopped by Ctrl-C. " in terminal.everything()
    assert "rolecall setup --resume" in terminal.everything().split("Stopped by Ctrl-C.")[1]
    (run,) = setups(agent)
    states = [entry["state"] for entry in run["entries"]]
    assert "done" in states and "planned" in states, states
    practice.set_faults()
    unasked = agent.cli("setup", "--resume", timeout=60)
    assert "Without a terminal to ask on, add --yes." in unasked.stderr
    refused = agent.cli("setup", "--resume", "--yes", timeout=60)
    assert refused.returncode == 1
    assert "nobody can answer" in refused.stderr
    assert [entry["state"] for entry in setups(agent)[0]["entries"]] == states, "nothing went on"
    resumed = Terminal(machine, binary("rolecall"), "setup", "--resume")
    resumed.expect('"Effect":"Allow"')
    resumed.answer("Go on with this? [y/N]", "y")
    resumed.expect(KEY)
    resumed.expect("Go on with the setup of arn:aws:iam::808768216571:role/new: ")
    resumed.answer(ALLOW, "o")
    resumed.expect("assumed-role/new/")
    assert resumed.end() == 0
    assert resumed.everything().count(KEY) == 1, "once for all steps"


def test_t03_a_key_for_no_program_does_not_even_preview(agent, practice):
    os.kill(agent.pid(), signal.SIGTERM)
    agent.write_settings(endpoint=practice.endpoint, **{"ask.keys": {"user": "never"}})
    refused = agent.cli("setup", *APPLY, timeout=60)
    assert refused.returncode == 1
    assert 'No program may use the access key "user".' in refused.stderr
    assert asked(agent) == [("preview_with_key", "never")]


def test_what_is_missing_is_said(agent):
    for options, text in [
        ([*OPTIONS, "--apply", "--yes", "--with", "nobody"], 'There is no access key or role "nobody" here.'),
        ([*OPTIONS, "--apply", "--with", "administrator"], "Without a terminal to ask on, add --yes."),
        (["--resume"], "No setup is unfinished."),
        (["--apply", "--undo"], "Give --apply or --undo, not both."),
    ]:
        done = agent.cli("setup", *options, timeout=60)
        assert done.returncode != 0
        assert text in done.stderr, done.stderr
    assert setups(agent) == []


TUTORIALS = {
    "guest role by user principal": (["--who", "user", "--allow", "s3-read"], []),
    "whole account with external id": (
        ["--who", "177634097045", "--user", "bob", "--allow", "s3-read", "--generate-external-id"],
        [],
    ),
    "group with managed policy and path": (
        ["--who", "user", "--grant", "group:Developers", "--path", "/team/", "--allow", "s3-read"],
        [],
    ),
    "role by cli": (["--who", "user", "--allow", "AmazonS3ReadOnlyAccess", "--longest-session", "2h"], []),
    "bucket read and write": (["--who", "user", "--allow", f"bucket:{BUCKET}"], [f"s3://{BUCKET}"]),
}


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_each_tutorial_is_applied(request, machine, tutorial):
    options, listed = TUTORIALS[tutorial]
    accounts = TwoAccounts.on_ministack(machine)
    accounts.client("role-account", "s3").put_object(Bucket=BUCKET, Key="hello.txt", Body=b"hello")
    agent = with_administrators(machine, accounts)
    request.addfinalizer(Allower(machine).end)
    kit = [*options, "--account", ROLE_ACCOUNT, "--role", "guest"]
    made = agent.cli("setup", *kit, "--apply", "--with", "admin,boss", "--yes", timeout=120)
    assert made.returncode == 0, made.stderr
    assert "assumed-role/guest/" in made.stdout
    program = next(iter(aws.clients().values()))
    shown = agent.cli("exec", "guest", "--", "aws", "s3", "ls", *listed, env=accounts.with_aws(program), timeout=60)
    assert shown.returncode == 0, shown.stderr
    assert ("hello.txt" if listed else BUCKET) in shown.stdout


def with_administrators(machine, accounts):
    """Returns an agent with keys of bob and of an administrator of each account."""
    agent = Agent(machine)
    agent.write_settings(endpoint=accounts.endpoint)
    key = accounts.iam("caller-account").create_access_key(UserName="bob")["AccessKey"]
    agent.add_key("user", account(accounts, key, accounts.caller_account))
    for name, profile, account_id in [
        ("admin", "role-account", ROLE_ACCOUNT),
        ("boss", "caller-account", accounts.caller_account),
    ]:
        iam = accounts.iam(profile)
        iam.create_user(UserName=name)
        policy = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        agent.add_key(name, account(accounts, key, account_id))
    return agent


def account(accounts, key, account_id):
    """Returns a key as the account of a double."""
    return Account(accounts.endpoint, key["AccessKeyId"], key["SecretAccessKey"], account_id, {})


@pytest.mark.parametrize("double", ["ministack", "moto"])
@pytest.mark.parametrize("grant", ["inline", "group:Developers"])
def test_other_clouds_are_left_as_they_were(request, machine, double, grant):
    accounts = getattr(TwoAccounts, f"on_{double}")(machine)
    agent = with_administrators(machine, accounts)
    request.addfinalizer(Allower(machine).end)
    kit = ["--who", "user", "--account", ROLE_ACCOUNT, "--role", "guest", "--allow", "s3-read,ReadOnlyAccess"]
    kit += ["--grant", grant, "--apply", "--with", "admin,boss", "--yes"]
    made = agent.cli("setup", *kit, timeout=120)
    assert made.returncode == 0, made.stderr
    names = [role["RoleName"] for role in accounts.iam("role-account").list_roles()["Roles"]]
    assert "guest" in names
    undone = agent.cli("setup", "--undo", "--yes", timeout=120)
    assert undone.returncode == 0, undone.stderr
    names = [role["RoleName"] for role in accounts.iam("role-account").list_roles()["Roles"]]
    assert "guest" not in names
    caller = accounts.iam("caller-account")
    assert caller.list_user_policies(UserName="bob")["PolicyNames"] == []
    assert caller.list_groups()["Groups"] == []
