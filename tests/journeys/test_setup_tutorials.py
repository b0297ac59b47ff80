"""The tutorials on AssumeRole with the kit in their place: from a user with a key to `aws s3 ls` with the role."""

import pytest

from harness import aws
from harness.agent import Agent
from harness.doubles import Account
from harness.kit import BUCKET, ROLE_ACCOUNT, TwoAccounts

# What the tutorial makes, and what `aws s3 ls` is given.
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
def test_a_kit_leads_to_a_listing(machine, tutorial):
    options, listed = TUTORIALS[tutorial]
    accounts = TwoAccounts.on_ministack(machine)
    accounts.client("role-account", "s3").put_object(Bucket=BUCKET, Key="hello.txt", Body=b"hello")
    key = accounts.iam("caller-account").create_access_key(UserName="bob")["AccessKey"]
    agent = Agent(machine)
    agent.write_settings(endpoint=accounts.endpoint)
    agent.add_key("user", account(accounts, key))

    options = [*options, "--account", ROLE_ACCOUNT, "--role", "guest", "--format", "cli", "--out", "kit"]
    done = agent.cli("setup", *options, "--save", "guest")
    assert done.returncode == 0, done.stderr
    assert "Added the role guest." in done.stderr
    # The key's account is known to be the user's own.
    assert "confused deputy" not in done.stderr
    program = next(iter(aws.clients().values()))
    made = accounts.run_script(machine.home / "kit", program)
    assert made.returncode == 0, made.stderr

    shown = agent.cli("exec", "guest", "--", "aws", "s3", "ls", *listed, env=accounts.with_aws(program), timeout=60)
    assert shown.returncode == 0, shown.stderr
    assert ("hello.txt" if listed else BUCKET) in shown.stdout


def account(accounts, key):
    """Returns bob's key as the account of a double."""
    return Account(accounts.endpoint, key["AccessKeyId"], key["SecretAccessKey"], accounts.caller_account, {})
