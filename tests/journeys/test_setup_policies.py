"""The policies of `rolecall setup`, read and decided by tools of others."""

import importlib
import json
import os
import subprocess
import sys

import pytest
import yaml

from harness.clients import FOLDER, NODE_MODULES
from harness.rolecall import binary

BOB, EVE = (f"arn:aws:iam::177634097045:user/{name}" for name in ("bob", "eve"))
GUEST = "arn:aws:iam::808768216571:role/guest"
KIT = ["--account", "808768216571", "--role", "guest"]


def setup(*options, format="json"):
    """Returns what the kit is in a format."""
    command = [binary("rolecall"), "setup", *KIT, *options, "--format", format]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": "/nonexistent"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def missing(what, part):
    """Skips the test without its packages, but fails it in CI."""
    text = f"{what} is missing: run `scripts/setup {part}`"
    pytest.fail(text) if os.environ.get("CI") else pytest.skip(text)


def decisions(cases):
    """Returns what an independent evaluator decides."""
    if not (NODE_MODULES / "@cloud-copilot").exists():
        missing("the evaluator of policies", "clients")
    command = ["node", FOLDER / "simulate.mjs"]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def request(action, resource, principal, **context):
    """Returns a request of the evaluator."""
    context = {name.replace("__", ":").replace("_of_", "/"): value for name, value in context.items()}
    where = {"resource": resource, "accountId": "808768216571"}
    return {"action": action, "resource": where, "principal": principal, "contextVariables": context}


@pytest.mark.parametrize(
    "options, good, others",
    [
        (["--external-id", "tutorial-42"], {"sts__ExternalId": "tutorial-42"}, [{}, {"sts__ExternalId": "x"}]),
        (
            ["--mfa-age", "1h"],
            {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "60"},
            [{}, {"aws__MultiFactorAuthPresent": "true", "aws__MultiFactorAuthAge": "4000"}],
        ),
        (["--source-ip", "203.0.113.0/24"], {"aws__SourceIp": "203.0.113.7"}, [{}, {"aws__SourceIp": "203.0.114.7"}]),
        (
            ["--session-name", "${aws:username}"],
            {"aws__username": "bob", "sts__RoleSessionName": "bob"},
            [{"aws__username": "bob", "sts__RoleSessionName": "eve"}],
        ),
        (["--tags", "Team=blue"], {"aws__RequestTag_of_Team": "blue"}, [{}, {"aws__RequestTag_of_Team": "red"}]),
        (["--source-identity", "dev-*"], {"sts__SourceIdentity": "dev-bob"}, [{}, {"sts__SourceIdentity": "bob"}]),
        (["--organization", "o-a1b2c3d4e5"], {"aws__PrincipalOrgID": "o-a1b2c3d4e5"}, [{}]),
    ],
)
def test_a_condition_lets_in_what_meets_it_and_nothing_else(options, good, others):
    kit = json.loads(setup("--who", BOB, "--allow", "s3-read", *options))
    identity, trust = [kit["caller_policy"]["document"]], kit["trust_policy"]["document"]
    requests = [request("sts:AssumeRole", GUEST, BOB, **context) for context in (good, *others)]
    requests.append(request("sts:AssumeRole", GUEST, EVE, **good))
    found = decisions([{"identity": identity, "trust": trust, **it} for it in requests])
    assert found == ["Allowed", *["ImplicitlyDenied"] * (len(others) + 1)]


def test_sessions_may_do_what_was_allowed_and_nothing_else():
    session = "arn:aws:sts::808768216571:assumed-role/guest/bob"
    wanted = [
        ("s3-read", "s3:ListAllMyBuckets", "*", "Allowed"),
        ("s3-read", "s3:GetObject", "arn:aws:s3:::any/key", "Allowed"),
        ("s3-read", "s3:PutObject", "arn:aws:s3:::any/key", "ImplicitlyDenied"),
        ("bucket:guest-bucket", "s3:ListBucket", "arn:aws:s3:::guest-bucket", "Allowed"),
        ("bucket:guest-bucket", "s3:PutObject", "arn:aws:s3:::guest-bucket/key", "Allowed"),
        ("bucket:guest-bucket", "s3:DeleteBucket", "arn:aws:s3:::guest-bucket", "ImplicitlyDenied"),
        ("bucket:guest-bucket", "s3:GetObject", "arn:aws:s3:::other/key", "ImplicitlyDenied"),
    ]
    cases = []
    for allow, action, resource, _ in wanted:
        (policy,) = json.loads(setup("--who", BOB, "--allow", allow))["permissions"]
        cases.append({"identity": [policy["document"]], **request(action, resource, session)})
    assert decisions(cases) == [decision for *_, decision in wanted]


HOSTILE = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::b/${aws:username}/*",
        "Condition": {"StringLike": {"aws:PrincipalTag/x": ['%{if}"\\\n$${y}', "'; $(id) `id` #", "é */ <<EOT"]}},
    },
}


@pytest.fixture
def hostile(tmp_path):
    """Options for a kit with what shells, YAML and Terraform could read as their own."""
    own = tmp_path / "own.json"
    own.write_text(json.dumps(HOSTILE))
    options = ["--who", "177634097045", "--user", "bob", "--allow", "s3-read", "--policy", str(own)]
    options += ["--path", "/a';$(id)`id`/", "--external-id", "tutorial-42", "--session-name", "${aws:username}"]
    return [*options, "--grant", "group:Developers"]


def test_cloudformation_has_the_same_documents(hostile):
    kit = json.loads(setup(*hostile))
    role, caller = setup(*hostile, format="cloudformation").split("# ---- caller.yaml\n")
    role = yaml.safe_load(role)["Resources"]["Role"]["Properties"]
    assert role["AssumeRolePolicyDocument"] == kit["trust_policy"]["document"]
    assert role["Path"] == "/a';$(id)`id`/"
    assert [policy["PolicyDocument"] for policy in role["Policies"]] == [it["document"] for it in kit["permissions"]]
    policy = yaml.safe_load(caller)["Resources"]["AssumeRolePolicy"]["Properties"]["PolicyDocument"]
    assert policy == kit["caller_policy"]["document"]


def test_the_script_gives_the_same_documents_to_the_command(hostile, tmp_path):
    kit = json.loads(setup(*hostile))
    log = tmp_path / "log"
    command = tmp_path / "aws"
    # Says what it is given, and that each profile belongs to the account that the script wants.
    command.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"open({str(log)!r}, 'a').write(json.dumps(sys.argv[1:]) + chr(10))\n"
        "accounts = {'role-account': '808768216571', 'caller-account': '177634097045'}\n"
        "print(accounts[sys.argv[2]])\n"
    )
    command.chmod(0o755)
    script = setup(*hostile, format="cli")
    done = subprocess.run(["bash"], input=script, capture_output=True, text=True, check=False, env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in log.read_text().splitlines()]
    documents = [json.loads(word) for call in calls for word in call if word.startswith("{")]
    policies = [*(it["document"] for it in kit["permissions"]), kit["caller_policy"]["document"]]
    assert documents == [kit["trust_policy"]["document"], *policies]
    assert "/a';$(id)`id`/" in next(call for call in calls if "create-role" in call)


@pytest.fixture
def hcl2():
    """The parser of Terraform's language."""
    try:
        return importlib.import_module("hcl2")
    except ImportError:
        missing("python-hcl2", "python")


def test_terraform_has_the_same_documents(hostile, hcl2):
    kit = json.loads(setup(*hostile))
    main = hcl2.loads(setup(*hostile, format="terraform"))
    resources = {f"{kind}.{name}": block for it in plain(main["resource"]) for kind, own in it.items() for name, block in own.items()}
    (s3, custom) = kit["permissions"]
    assert documents(hcl2, resources) == {
        "aws_iam_role.role": kit["trust_policy"]["document"],
        "aws_iam_role_policy.inline_1": s3["document"],
        "aws_iam_role_policy.inline_2": custom["document"],
        "aws_iam_policy.assume_role": kit["caller_policy"]["document"],
    }
    assert custom["document"] == HOSTILE
    assert resources["aws_iam_group_policy_attachment.assume_role"]["policy_arn"] == "${aws_iam_policy.assume_role.arn}"


def documents(hcl2, resources):
    """Returns the documents of Terraform resources."""
    found = {}
    for name, block in resources.items():
        text = block.get("assume_role_policy") or block.get("policy")
        if text:
            inner = text.removeprefix("${jsonencode(").removesuffix(")}")
            found[name] = plain(hcl2.loads(f"x = {inner}\n")["x"])
    return found


def plain(value):
    """Returns a value of the parser without its quotes, escapes and marks."""
    if isinstance(value, dict):
        return {plain(key): plain(it) for key, it in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [plain(it) for it in value]
    if isinstance(value, str) and value.startswith('"'):
        return json.loads(value).replace("$${", "${").replace("%%{", "%{")
    return value
