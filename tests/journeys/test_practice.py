"""The practice account: a simulated AWS that leaves no trace."""

import pytest

from harness import aws
from harness.aws import Aws
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.shell import Shell
from harness.wait import until


CACHES = (".cache/fontconfig/", ".cache/mesa_shader_cache", ".config/dconf/")


@pytest.fixture
def practice(desktop, keychain, tray, notifications):
    """A running practice instance."""
    return Rolecall(desktop, practice=True).start()


def files_below(folder):
    """Returns every file below a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_its_window_opens_by_itself(desktop, keychain, tray, notifications):
    desktop.start("rolecall-desktop", binary("rolecall-desktop"), "--practice")
    until(lambda: "Rolecall – practice account" in desktop.windows(), desktop.logs)


def test_it_leaves_no_trace_in_the_users_own_folders(desktop, keychain, tray, notifications):
    before, items = files_below(desktop.home), keychain.items()
    practice = Rolecall(desktop, practice=True).start()
    practice.ok("assume", "guest")
    practice.ok("keys", "list")
    tray.wait_for_item().click("Open Rolecall")
    until(lambda: "Rolecall – practice account" in desktop.windows(), desktop.logs)
    practice.ok("status")
    practice.stop()
    # The toolkit's own caches, as of every program.
    new = {path for path in files_below(desktop.home) - before if not path.startswith(CACHES)}
    assert new == set()
    assert keychain.items() == items


@pytest.mark.parametrize("version", aws.clients())
def test_a_real_aws_cli_works_with_its_sessions(desktop, practice, version):
    client = Aws(desktop, practice.snapshot()["endpoint"], aws.clients()[version])
    who, list_buckets = client.line("sts", "get-caller-identity"), client.line("s3", "ls")
    (identity, buckets) = Shell(desktop).paste(practice.ok("env", "guest", "--shell", "bash"), who, list_buckets)
    assert identity[0] == 0 and ":assumed-role/guest/" in identity[1], identity
    assert "808768216571" in identity[1]
    assert buckets[0] == 0 and buckets[1], buckets


def test_it_reads_objects_and_refuses_what_the_role_does_not_allow(desktop, practice):
    aws.write_profile(desktop, "p", credential_process=practice.credential_process("guest"), region="us-east-1")
    client = Aws(desktop, practice.snapshot()["endpoint"])
    bucket = client.json("--profile", "p", "s3api", "list-buckets")["Buckets"][0]["Name"]
    (first, *_) = client.json("--profile", "p", "s3api", "list-objects-v2", "--bucket", bucket)["Contents"]
    got = client.run("--profile", "p", "s3", "cp", f"s3://{bucket}/{first['Key']}", "-")
    assert got.returncode == 0 and got.stdout, got.stderr


def test_a_chained_role_works_through_the_role_before_it(practice):
    chained = next(role for role in practice.snapshot()["roles"] if len(role["chain"]) > 2)
    practice.ok("assume", chained["name"])
    assert practice.wait_for_session(chained["name"])["identity"]
    assert chained["planned_s"] <= 3600


@pytest.fixture
def by_hand(desktop):
    """Returns a function that runs the AWS CLI as the user of its own practice account, and that account."""
    account = Practice(desktop).start()
    key = {"AWS_ACCESS_KEY_ID": account.access_key_id, "AWS_SECRET_ACCESS_KEY": account.secret_access_key}

    def assume(name, *options, version=None):
        client = Aws(desktop, account.endpoint, aws.clients().get(version), env=key)
        role = ["--role-arn", account.role(name)["arn"], "--role-session-name", "by-hand"]
        return client.run("sts", "assume-role", *role, *options)

    return assume, account


@pytest.mark.parametrize("version", aws.clients())
def test_the_tutorials_ritual_by_hand_works_on_it(by_hand, version):
    assume, _account = by_hand
    done = assume("guest", version=version)
    assert done.returncode == 0 and ":assumed-role/guest/by-hand" in done.stdout, done.stderr


def test_it_enforces_what_no_other_double_does(by_hand):
    assume, account = by_hand
    serial = account.role("operator")["mfa_serial"]
    code = ["--serial-number", serial, "--token-code", account.code(serial)]
    refusals = {
        "no external ID": assume("contractor"),
        "no code": assume("operator"),
        "not trusted": assume("vault"),
        "not permitted": assume("finance"),
        "too long": assume("guest", "--duration-seconds", "7200"),
        "policy": assume("guest", "--policy", "{"),
    }
    assert [name for name, done in refusals.items() if done.returncode == 0] == []
    assert "MaxSessionDuration" in refusals["too long"].stderr
    assert assume("contractor", "--external-id", "practice-4711").returncode == 0
    assert assume("operator", *code).returncode == 0
    again = assume("operator", *code)
    assert again.returncode != 0 and "one time pass code" in again.stderr, "a code works once"
