"""`rolecall setup`: what it writes, run by the tools that it is written for."""

import ast
import json

import botocore.exceptions
import pytest
import yaml

from harness import aws
from harness.desktop import Desktop
from harness.kit import BUCKET, ROLE_ACCOUNT, TwoAccounts

GUEST = ["--account", ROLE_ACCOUNT, "--role", "guest"]


@pytest.fixture
def machine():
    """A machine without a display and without a bus."""
    with Desktop(display=False, bus=False) as machine:
        yield machine


@pytest.fixture(params=["ministack", "moto"])
def accounts(request, machine):
    """Two accounts in each of the doubles."""
    return getattr(TwoAccounts, f"on_{request.param}")(machine)


def documents(accounts):
    """Returns what IAM has of the role guest and of its caller: documents by their names."""
    iam = accounts.iam("role-account")
    role = iam.get_role(RoleName="guest")["Role"]
    names = iam.list_role_policies(RoleName="guest")["PolicyNames"]
    found = {name: iam.get_role_policy(RoleName="guest", PolicyName=name)["PolicyDocument"] for name in names}
    # moto keeps the document of a template as Python's own text.
    found = {name: ast.literal_eval(it) if isinstance(it, str) else it for name, it in found.items()}
    return {"trust": role["AssumeRolePolicyDocument"], **found}


@pytest.mark.parametrize("version", aws.clients())
def test_the_commands_make_what_the_kit_says(accounts, version):
    options = ["--who", accounts.bob, *GUEST, "--path", "/team/", "--allow", f"bucket:{BUCKET},s3-read"]
    options += ["--external-id", "tutorial-42", "--longest-session", "4h"]
    done = accounts.run_script(accounts.setup(*options), aws.clients()[version])
    assert done.returncode == 0, done.stdout + done.stderr

    outline = accounts.outline(*options)
    wanted = {policy["name"]: policy["document"] for policy in outline["permissions"]}
    assert documents(accounts) == {"trust": outline["trust_policy"]["document"], **wanted}
    role = accounts.iam("role-account").get_role(RoleName="guest")["Role"]
    assert (role["Arn"], role["MaxSessionDuration"]) == (outline["role_arn"], 14400)
    caller = accounts.iam("caller-account").get_user_policy(UserName="bob", PolicyName="AssumeRole-guest")
    assert caller["PolicyDocument"] == outline["caller_policy"]["document"]


def test_the_commands_give_the_policy_through_a_group(accounts):
    options = ["--who", accounts.caller_account, "--user", "bob", *GUEST, "--allow", "ReadOnlyAccess"]
    options += ["--mfa", "--grant", "group:Developers"]
    done = accounts.run_script(accounts.setup(*options), next(iter(aws.clients().values())))
    assert done.returncode == 0, done.stdout + done.stderr
    iam = accounts.iam("caller-account")
    assert [user["UserName"] for user in iam.get_group(GroupName="Developers")["Users"]] == ["bob"]
    (policy,) = iam.list_attached_group_policies(GroupName="Developers")["AttachedPolicies"]
    assert policy["PolicyName"] == "AssumeRole-guest"
    (attached,) = accounts.iam("role-account").list_attached_role_policies(RoleName="guest")["AttachedPolicies"]
    assert attached["PolicyName"] == "ReadOnlyAccess"


def test_the_commands_change_nothing_with_a_profile_of_another_account(machine):
    accounts = TwoAccounts.on_ministack(machine)
    options = ["--who", accounts.bob, *GUEST, "--allow", "s3-read"]
    options += ["--role-profile", "caller-account"]
    done = accounts.run_script(accounts.setup(*options), next(iter(aws.clients().values())))
    assert done.returncode == 1
    assert f"belongs to account {accounts.caller_account}, not to {ROLE_ACCOUNT}" in done.stderr
    assert [role["RoleName"] for role in accounts.iam("caller-account").list_roles()["Roles"]] == []


def test_what_was_made_lets_in_whom_it_should_and_nobody_else(machine):
    accounts = TwoAccounts.on_ministack(machine)
    options = ["--who", accounts.bob, *GUEST, "--allow", f"bucket:{BUCKET}", "--external-id", "tutorial-42"]
    done = accounts.run_script(accounts.setup(*options), next(iter(aws.clients().values())))
    assert done.returncode == 0, done.stderr
    iam = accounts.iam("caller-account")
    iam.create_user(UserName="eve")
    policy = iam.get_user_policy(UserName="bob", PolicyName="AssumeRole-guest")["PolicyDocument"]
    iam.put_user_policy(UserName="eve", PolicyName="same", PolicyDocument=json.dumps(policy))
    bob, eve = (iam.create_access_key(UserName=name)["AccessKey"] for name in ("bob", "eve"))
    arn = f"arn:aws:iam::{ROLE_ACCOUNT}:role/guest"

    s3 = accounts.s3(accounts.assume(bob, arn, ExternalId="tutorial-42"))
    s3.put_object(Bucket=BUCKET, Key="hello.txt", Body=b"hello")
    assert s3.get_object(Bucket=BUCKET, Key="hello.txt")["Body"].read() == b"hello"
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        s3.delete_bucket(Bucket=BUCKET)
    for key, request in [(bob, {}), (bob, {"ExternalId": "wrong"}), (eve, {"ExternalId": "tutorial-42"})]:
        with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
            accounts.assume(key, arn, **request)


def test_cloudformation_makes_the_same(machine):
    accounts = TwoAccounts.on_moto(machine)
    options = ["--who", accounts.bob, *GUEST, "--path", "/team/", "--allow", f"bucket:{BUCKET},ReadOnlyAccess"]
    options += ["--external-id", "tutorial-42", "--session-name", "${aws:username}"]
    folder = accounts.setup(*options, format="cloudformation")
    for profile, file in [("role-account", "role"), ("caller-account", "caller")]:
        cloudformation = accounts.client(profile, "cloudformation")
        text = (folder / f"{file}.yaml").read_text()
        cloudformation.create_stack(StackName=file, TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"])
        (stack,) = cloudformation.describe_stacks(StackName=file)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE"
    outline = accounts.outline(*options)
    (attached, inline) = outline["permissions"]
    assert documents(accounts) == {"trust": outline["trust_policy"]["document"], inline["name"]: inline["document"]}
    # moto attaches no managed policies of a template.
    template = yaml.safe_load((folder / "role.yaml").read_text())
    assert template["Resources"]["Role"]["Properties"]["ManagedPolicyArns"] == [attached["arn"]]
    caller = accounts.iam("caller-account").get_user_policy(UserName="bob", PolicyName="AssumeRole-guest")
    assert caller["PolicyDocument"] == outline["caller_policy"]["document"]
