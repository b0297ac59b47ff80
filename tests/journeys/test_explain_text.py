"""`rolecall explain --text -`: what real tools print, explained."""

import pytest

from harness import aws
from harness.aws import Aws
from harness.practice import Practice


@pytest.fixture
def practice(desktop):
    """A practice account."""
    return Practice(desktop).start()


def signed_by(practice):
    return {"AWS_ACCESS_KEY_ID": practice.access_key_id, "AWS_SECRET_ACCESS_KEY": practice.secret_access_key}


@pytest.mark.parametrize("version", aws.clients())
@pytest.mark.parametrize(
    "command, said",
    [
        (["s3", "ls"], ["may not call s3:ListAllMyBuckets", "1. Cause: No policy of \"user\" allows"]),
        (["s3", "cp", "-", "s3://practice-welcome/x"], ["AWS denied the call PutObject.", "does not name the action"]),
        (
            ["sts", "assume-role", "--role-session-name", "me", "--role-arn", "arn:aws:iam::808768216571:role/vault"],
            ["may not assume vault in account 808768216571", "the trust policy of vault"],
        ),
    ],
)
def test_what_the_aws_cli_printed_is_explained_without_an_application(practice, rolecall, desktop, version, command, said):
    done = Aws(desktop, practice.endpoint, aws.clients()[version], env=signed_by(practice)).run(*command)
    assert done.returncode != 0, done.stdout
    explained = rolecall.cli("explain", "--text", "-", input=done.stderr)
    assert explained.returncode == 0, explained.stderr
    assert [words for words in said if words not in explained.stdout] == [], explained.stdout
