"""Revocation with the shipped programs: the same credentials fail afterwards, newer ones live on, and it is taken back."""

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from harness import doubles
from harness.agent import Agent
from harness.allower import Allower
from harness.aws import Aws
from harness.practice import Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until

HOME, AWAY, THIRD = "177634097045", "808768216571", "390411927311"
USER = f"arn:aws:iam::{HOME}:user/user"
GUEST = f"arn:aws:iam::{AWAY}:role/guest"
DEEPER = f"arn:aws:iam::{THIRD}:role/deeper"
POLICY = "AWSRevokeOlderSessions"
REVOKE = ["iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:ListRolePolicies"]


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(actions, resource="*"):
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def role(arn, principal, *statements):
    trust = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    return {"arn": arn, "trust": policy(trust), "policies": [policy(*statements)]}


WORLD = {
    "users": [
        {
            "arn": USER,
            "policies": [
                policy(
                    allow("sts:AssumeRole"),
                    allow("s3:ListAllMyBuckets"),
                    allow(["iam:GetUserPolicy", "iam:PutUserPolicy", "iam:DeleteUserPolicy"]),
                )
            ],
        }
    ],
    "roles": [
        role(GUEST, USER, allow("s3:*"), allow("sts:AssumeRole"), allow("iam:GetRole")),
        role(DEEPER, f"arn:aws:iam::{AWAY}:root", allow("s3:*")),
        role(f"arn:aws:iam::{AWAY}:role/admin", USER, allow(REVOKE)),
        role(f"arn:aws:iam::{AWAY}:role/reader", USER, allow("iam:GetRolePolicy")),
    ],
    "buckets": [{"name": "reports", "account": AWAY, "objects": {}}],
}
ROLES = {
    "guest": {"arn": GUEST, "source": "user", "session_name": "ann"},
    "guest-as-bob": {"arn": GUEST, "source": "user", "session_name": "bob"},
    "deeper": {"arn": DEEPER, "source": "guest"},
    "admin": {"arn": f"arn:aws:iam::{AWAY}:role/admin", "source": "user"},
    "reader": {"arn": f"arn:aws:iam::{AWAY}:role/reader", "source": "user"},
    "linked": {"arn": f"arn:aws:iam::{AWAY}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "source": "user"},
}


@pytest.fixture
def practice(machine):
    return Practice(machine).start(WORLD)


@pytest.fixture
def agent(machine, practice):
    """A running agent with the user's key and the roles."""
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(**ROLES)
    agent.start()
    agent.add_key("user", practice)
    return agent


class Held:
    """Credentials that somebody copied, used by boto3 and by the real AWS CLI, which takes longer."""

    def __init__(self, machine, practice, handed_out):
        key, secret, token = (handed_out[name] for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        self.env = dict(zip(names, (key, secret, token), strict=True))
        self.signer = {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}
        self.endpoint = practice.endpoint
        self.cli = Aws(machine, practice.endpoint)

    def client(self, service):
        return boto3.client(service, endpoint_url=self.endpoint, region_name="us-east-1", **self.signer)

    def works(self, service="s3", action="list_buckets", **parameters):
        try:
            getattr(self.client(service), action)(**parameters)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied", error
            return False
        return True

    def works_in_cli(self):
        done = self.cli.run("s3api", "list-buckets", env=self.env)
        assert done.returncode == 0 or "AccessDenied" in done.stderr, done.stderr
        return done.returncode == 0


@pytest.fixture
def held(machine, practice, agent):
    """Returns a function that copies the credentials of a role."""
    return lambda name: Held(machine, practice, agent.handed_out(name))


def at_aws(machine, practice, name=POLICY):
    """Returns a policy of the role as an administrator reads it, or None."""
    admin = Held(machine, practice, Agent(machine).handed_out("admin"))
    try:
        return admin.client("iam").get_role_policy(RoleName="guest", PolicyName=name)["PolicyDocument"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NoSuchEntity", error
        return None


def test_t33_the_same_credentials_fail_afterwards_and_newer_ones_work(machine, practice, agent, held):
    before, chained = held("guest"), held("deeper")
    assert before.works_in_cli() and before.works("iam", "get_role", RoleName="guest")

    shown = agent.json("revoke", "guest", "--with", "admin", "--dry-run")
    assert at_aws(machine, practice) is None and before.works(), "nothing happened yet"
    assert [hit["name"] for hit in shown["hit"]] == ["guest"] and shown["living_on"] == ["deeper"]
    done = agent.ok("revoke", "guest", "--with", "admin", "--yes")
    assert "Revoked: AWS now has the policy AWSRevokeOlderSessions" in done
    assert agent.session("guest") is None, "it ended here"

    statement = at_aws(machine, practice)["Statement"][0]
    time = statement["Condition"]["DateLessThan"].pop("aws:TokenIssueTime")
    assert time.endswith(".000Z")
    assert statement == {"Effect": "Deny", "Action": ["*"], "Resource": ["*"], "Condition": {"DateLessThan": {}}}

    assert not before.works_in_cli()
    assert not before.works("iam", "get_role", RoleName="guest")
    assume = {"RoleArn": DEEPER, "RoleSessionName": "again"}
    assert not before.works("sts", "assume_role", **assume)
    newer = held("guest")
    assert newer.works_in_cli() and newer.works("sts", "assume_role", **assume)
    assert chained.works(), "sessions that were assumed from it live on"

    undone = agent.ok("revoke", "guest", "--undo", "--yes")
    assert "is removed" in undone
    assert at_aws(machine, practice) is None and before.works()
    assert "no revocation" in agent.cli("revoke", "guest", "--undo", "--yes").stderr


def test_the_time_is_that_of_aws(machine, practice, agent, held):
    practice.set_faults("skew=600")
    before = held("guest")
    agent.ok("revoke", "guest", "--with", "admin", "--yes")
    assert not before.works()
    assert held("guest").works()


def test_it_is_confirmed_at_a_terminal(machine, practice, agent, held):
    before = held("guest")
    agent.ok("assume", "reader")
    terminal = Terminal(machine, binary("rolecall"), "revoke", "guest", "--with", "admin")
    terminal.expect('"aws:TokenIssueTime"')
    terminal.expect("of all other people and programs")
    terminal.answer("Type guest to do this: ", "yes")
    terminal.expect("Nothing was changed.")
    assert before.works()
    # Without --with, it asks.
    terminal = Terminal(machine, binary("rolecall"), "revoke", "guest")
    terminal.expect("With which credentials?")
    terminal.expect('1  the session of "admin"')
    terminal.answer("Number [1]: ", "")
    terminal.answer("Type guest to do this: ", "guest")
    terminal.expect("Revoked: AWS now has the policy")
    assert not before.works()


def test_one_session_is_revoked_and_others_of_the_role_live_on(machine, practice, agent, held):
    ann, bob = held("guest"), held("guest-as-bob")
    agent.ok("revoke", "guest-as-bob", "--session", "--with", "admin", "--yes")
    assert ann.works() and not bob.works()
    conditions = at_aws(machine, practice, "RolecallRevokeSession-bob")["Statement"][0]["Condition"]
    assert conditions["StringEquals"]["aws:userid"].endswith(":bob")
    assert "aws:TokenIssueTime" in conditions["DateLessThanEquals"]
    until(lambda: held("guest-as-bob").works() or agent.cli("end", "guest-as-bob") is None, "a newer session of the name")
    agent.ok("revoke", "guest", "--undo", "--yes")
    assert bob.works()


@pytest.fixture
def allower(machine, agent):
    """Somebody who allows the access keys to change IAM."""
    allower = Allower(machine)
    yield allower
    allower.end()


def test_t03_a_key_revokes_only_after_a_question(agent):
    refused = agent.cli("revoke", "--key", "user", "--yes")
    assert refused.returncode == 1 and "nobody can answer" in refused.stderr
    lines = agent.json("history", "user")
    assert [(line["request"], line["verdict"]) for line in lines] == [("revoke_with_key", "unasked"), ("preview_with_key", "allowed")]


def test_t03_a_role_for_no_program_is_not_even_looked_at_to_revoke_it(agent, practice):
    agent.write_settings(endpoint=practice.endpoint, **{"ask.roles": {"guest": "never"}})
    until(lambda: agent.cli("credentials", "guest").returncode == 1, "the policy to take effect")
    for step in ("--dry-run", "--yes"):
        refused = agent.cli("revoke", "guest", "--with", "admin", step)
        assert refused.returncode == 1 and not refused.stdout, refused
        assert 'No program may use the role "guest".' in refused.stderr


def test_sessions_without_a_role_are_revoked_at_the_user(machine, practice, agent, allower):
    token = json.loads(agent.ok("credentials", "--key", "user"))
    before = Held(machine, practice, token)
    assert before.works()
    agent.ok("revoke", "--key", "user", "--yes")
    assert not before.works()
    assert Held(machine, practice, json.loads(agent.ok("credentials", "--key", "user"))).works()
    agent.ok("revoke", "--key", "user", "--undo", "--yes")
    assert before.works()


def test_everything_of_mine_is_revoked_as_far_as_possible(machine, practice, agent, held):
    guest, deeper, admin = held("guest"), held("deeper"), held("admin")
    done = agent.cli("revoke", "--all-mine", "--yes")
    assert done.returncode == 1, "no credentials of the third account may do it"
    assert 'guest: revoked with the session of "admin"' in done.stdout
    assert 'admin: revoked with the session of "admin"' in done.stdout
    assert "deeper: NOT revoked." in done.stdout
    assert done.stdout.index("guest: revoked") < done.stdout.index("admin: revoked")
    assert not guest.works() and deeper.works()
    assert not admin.works("iam", "get_role_policy", RoleName="guest", PolicyName=POLICY)
    assert agent.snapshot()["sessions"] == []


def test_r37_a_denial_shows_the_permission_and_b87_reserved_roles_are_refused(machine, practice, agent, held):
    before = held("guest")
    denied = agent.cli("revoke", "guest", "--with", "reader", "--yes")
    assert denied.returncode == 1 and '"iam:PutRolePolicy"' in denied.stderr
    assert before.works() and agent.session("guest") is not None
    refused = agent.cli("revoke", "linked", "--yes")
    assert refused.returncode == 1 and "service-linked" in refused.stderr and "Nothing was sent" in refused.stderr
    agent.ok("end", "reader")
    nobody = agent.cli("revoke", "deeper", "--yes")
    assert "aws iam put-role-policy --role-name deeper" in nobody.stderr


def test_t33_the_last_line_of_the_tutorial_is_walked(request, machine):
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(administrator=practice.role("administrator"))
    agent.start()
    agent.add_key("user", practice)
    request.addfinalizer(Allower(machine).end)
    kit = ["--who", "user", "--account", AWAY, "--role", "tutorial", "--allow", "s3-read", "--with", "administrator"]
    assert "assumed-role/tutorial/" in agent.ok("setup", *kit, "--apply", "--yes")
    before = Held(machine, practice, agent.handed_out("tutorial"))
    assert before.works_in_cli()
    agent.ok("revoke", "tutorial", "--with", "administrator", "--yes")
    assert not before.works_in_cli(), "the role has no effect any more"
    assert Held(machine, practice, agent.handed_out("tutorial")).works_in_cli(), "until it is assumed again"


@pytest.mark.parametrize("action, is_put", [("GetRolePolicy", False), ("PutRolePolicy", True)])
def test_killed_at_a_step_it_says_so_and_can_be_taken_back(machine, practice, agent, held, action, is_put):
    before = held("guest")
    agent.ok("assume", "admin")
    calls = practice.requests().get(action, 0)
    practice.set_faults(f"{action}:latency=5000")
    shown = Terminal(machine, binary("rolecall"), "revoke", "guest", "--with", "admin", "--yes")
    until(lambda: practice.requests().get(action, 0) > calls, "the call to be made")
    agent.process.kill()
    practice.set_faults()
    shown.expect("Rolecall")
    agent.start()
    assert before.works() != is_put
    problems = " ".join(problem["what"] for problem in agent.snapshot()["problems"])
    assert ("did not finish" in problems) == is_put
    if is_put:
        agent.ok("revoke", "guest", "--undo", "--yes")
    assert before.works()
    assert agent.snapshot()["problems"] == []
    agent.ok("revoke", "guest", "--with", "admin", "--yes")
    assert not before.works()


def test_moto_keeps_the_policy_that_was_put(request, machine):
    moto = doubles.Moto(machine)
    endpoint = moto.start_open()
    root = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    account = doubles.set_up(endpoint, **root)
    may_revoke = policy(allow(REVOKE))
    root_iam = account.client("iam", **root)
    root_iam.put_user_policy(UserName="user", PolicyName="revoke", PolicyDocument=json.dumps(may_revoke))
    moto.be_strict(endpoint)
    agent = Agent(machine)
    agent.write_settings(endpoint=endpoint)
    agent.write_roles(guest=account.role("guest"))
    agent.start()
    agent.add_key("user", account)
    request.addfinalizer(Allower(machine).end)
    agent.ok("assume", "guest")
    agent.ok("revoke", "guest", "--with", "user", "--yes")
    iam = account.client("iam")
    put = iam.get_role_policy(RoleName="guest", PolicyName=POLICY)["PolicyDocument"]
    assert put["Statement"][0]["Effect"] == "Deny"
    assert agent.session("guest") is None
    agent.ok("revoke", "guest", "--undo", "--yes")
    assert POLICY not in iam.list_role_policies(RoleName="guest")["PolicyNames"]
