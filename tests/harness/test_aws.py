"""The real AWS CLIs against the independent doubles, without Rolecall: the ritual it replaces."""

import pytest

from harness import aws, doubles

ROLE_SESSION = "my-temporary-role"


@pytest.fixture(params=["Ministack", "Moto"])
def any_account(request, desktop):
    """The tutorials' account in each double."""
    return getattr(doubles, request.param)(desktop).start()


@pytest.mark.parametrize("version", aws.clients())
def test_the_ritual_by_hand_works_and_only_the_role_may_list(desktop, any_account, version):
    client = aws.Aws(desktop, any_account.endpoint, aws.clients()[version])
    user = {"AWS_ACCESS_KEY_ID": any_account.access_key_id, "AWS_SECRET_ACCESS_KEY": any_account.secret_access_key}
    assert client.run("sts", "get-caller-identity").returncode != 0
    assert client.run("s3", "ls", env=user).returncode != 0
    answer = client.json(
        *["sts", "assume-role", "--role-arn", any_account.roles["guest"], "--role-session-name", ROLE_SESSION], env=user
    )
    role = {
        "AWS_ACCESS_KEY_ID": answer["Credentials"]["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": answer["Credentials"]["SecretAccessKey"],
        "AWS_SESSION_TOKEN": answer["Credentials"]["SessionToken"],
    }
    identity = client.json("sts", "get-caller-identity", env=role)
    assert identity["Arn"].endswith(f"assumed-role/guest/{ROLE_SESSION}")
    assert doubles.BUCKET in client.run("s3", "ls", env=role).stdout


@pytest.mark.parametrize("double", [doubles.Ministack, doubles.Moto])
def test_a_double_listens_on_loopback_only(desktop, double):
    double = double(desktop)
    double.start()
    listeners = double.process.listeners()
    assert listeners and [address for address in listeners if not address.startswith("0100007F:")] == []
