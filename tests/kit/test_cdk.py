"""`rolecall setup --format cdk`: compiled, synthesised, and deployed to doubles of AWS."""

import json
import shutil

import pytest

from harness import aws
from harness.agent import Agent
from harness.desktop import Desktop
from harness.doubles import Account
from harness.keychain import Keychain
from harness.kit import BUCKET, CALLER_ACCOUNT, ROLE_ACCOUNT, TwoAccounts
from harness.rolecall import REPOSITORY

PACKAGES = REPOSITORY / "tests/cdk/node_modules"
KIT = ["--account", ROLE_ACCOUNT, "--role", "guest"]


@pytest.fixture
def machine():
    """A machine without a display, whose user has a keychain."""
    with Desktop(display=False) as machine:
        Keychain(machine).start()
        yield machine


def synthesised(machine, folder):
    """Compiles and synthesises an application, and returns its templates by the names of their stacks."""
    assert PACKAGES.exists(), "run `make kit`"
    (folder / "node_modules").symlink_to(PACKAGES)
    env = {"PATH": f"{PACKAGES}/.bin:{machine.env['PATH']}", "CDK_DISABLE_CLI_TELEMETRY": "true"}
    node = shutil.which("node")
    env["PATH"] = f"{node.rsplit('/', 1)[0]}:{env['PATH']}"
    for command in (["tsc", "-p", folder], ["cdk", "synth", "--quiet", "--no-version-reporting", "--no-notices"]):
        done = machine.run("sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", folder, *command, env=env, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "deprecated" not in done.stderr, done.stderr
    found = {}
    for path in (folder / "cdk.out").glob("*.template.json"):
        template = json.loads(path.read_text())
        # They only check that the account is prepared for assets, and there are none.
        found[path.name.removesuffix(".template.json")] = {key: template[key] for key in ("Resources", "Outputs") if key in template}
    return found


def deploy(accounts, templates):
    """Deploys the templates, each in its account."""
    for name, template in sorted(templates.items(), reverse=True):
        profile = "role-account" if name.endswith("-role") else "caller-account"
        cloudformation = accounts.client(profile, "cloudformation")
        text = json.dumps(template)
        cloudformation.create_stack(StackName=name, TemplateBody=text, Capabilities=["CAPABILITY_NAMED_IAM"])
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack


def test_the_stacks_have_the_documents_of_the_kit(machine):
    options = ["--who", CALLER_ACCOUNT, "--user", "bob", "--path", "/team/", "--allow", f"bucket:{BUCKET},ReadOnlyAccess"]
    options += ["--external-id", "tutorial-42", "--session-name", "${aws:username}", "--grant", "group:Developers"]
    accounts = TwoAccounts.on_moto(machine)
    outline = accounts.outline(*KIT, *options)
    templates = synthesised(machine, accounts.setup(*KIT, *options, format="cdk"))
    role = templates["setup-guest-role"]["Resources"]["Role"]["Properties"]
    assert role["AssumeRolePolicyDocument"] == outline["trust_policy"]["document"]
    (attached, inline) = outline["permissions"]
    assert role["ManagedPolicyArns"] == [attached["arn"]]
    assert role["Policies"] == [{"PolicyName": inline["name"], "PolicyDocument": inline["document"]}]
    caller = templates["setup-guest-caller"]["Resources"]
    assert caller["AssumeRolePolicy"]["Properties"]["PolicyDocument"] == outline["caller_policy"]["document"]
    assert caller["Member"]["DependsOn"] == ["Callers"]


def test_the_tutorial_with_the_cdk_leads_to_a_listing(machine):
    accounts = TwoAccounts.on_ministack(machine)
    key = accounts.iam("caller-account").create_access_key(UserName="bob")["AccessKey"]
    agent = Agent(machine)
    agent.write_settings(endpoint=accounts.endpoint)
    secret = key["SecretAccessKey"]
    agent.add_key("user", Account(accounts.endpoint, key["AccessKeyId"], secret, CALLER_ACCOUNT, {}))
    agent.ok("setup", *KIT, "--who", "user", "--allow", "s3-read", "--save", "guest", "--format", "cdk", "--out", "kit")
    deploy(accounts, synthesised(machine, machine.home / "kit"))
    program = next(iter(aws.clients().values()))
    shown = agent.cli("exec", "guest", "--", "aws", "s3", "ls", env=accounts.with_aws(program), timeout=60)
    assert shown.returncode == 0, shown.stderr
    assert BUCKET in shown.stdout
