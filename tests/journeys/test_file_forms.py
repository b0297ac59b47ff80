"""Forms of ~/.aws/config on which AWS's tools differ: Rolecall reads what the AWS CLI reads, and says who differs."""

import pytest

from harness import aws
from harness.agent import Agent
from harness.desktop import Desktop
from harness.wait import until

ROLE = "role_arn = arn:aws:iam::808768216571:role/guest\nsource_profile = user\nregion = eu-west-3\n"
INDENTED = "".join(f"  {line}\n" for line in ROLE.splitlines())
# What the AWS CLI reads, and words of the notice.
READ = {
    "indented": (f"[profile a]\n{INDENTED}", "indented line"),
    "colon": (f"[profile a]\n{ROLE.replace(' =', ':')}", 'read ":" here'),
    "indented comment": (f"[profile a]\n  # mine\n{ROLE}", "indented line"),
    "defaults": (f"[DEFAULT]\nregion = eu-west-3\n[profile a]\n{ROLE.replace('region = eu-west-3', '')}", "[DEFAULT]"),
}
# What it rejects, and words of the notice.
REJECTED = {
    "duplicate section": (f"[profile a]\n{ROLE}[profile a]\noutput = json\n", "AWS CLI and boto3 reject the whole file"),
    "duplicate setting": (f"[profile a]\n{ROLE}region = eu-west-3\n", "AWS CLI and boto3 reject the whole file"),
    "spaces inside the brackets": (f"[ profile a ]\n{ROLE}", "AWS CLI and boto3 do not read the profile"),
    "upper case": (f"[Profile a]\n{ROLE}", "Write it in lower case"),
    "no delimiter": (f"[profile a]\n{ROLE}nothing\n", "the AWS CLI and boto3 reject the file"),
}


@pytest.fixture(scope="module")
def agent():
    """An agent on a machine without a display."""
    with Desktop(display=False) as machine:
        (machine.home / ".aws").mkdir(mode=0o700)
        agent = Agent(machine)
        agent.write_any_role()
        agent.start()
        yield agent


def region_in_cli(agent, program):
    """Returns the region of profile `a` in an AWS CLI; None if it does not read the profile."""
    done = agent.desktop.run(str(program), "configure", "get", "region", "--profile", "a", timeout=60)
    return done.stdout.strip() if done.returncode == 0 else None


def write(agent, text):
    """Writes the config file and returns the notices about it and the region of role `a`, once they are of this text."""
    config = agent.desktop.home / ".aws" / "config"
    config.write_text("")
    until(lambda: not agent.snapshot()["aws"]["notices"], "no notice")
    config.write_text(text)
    until(lambda: agent.snapshot()["aws"]["notices"], "a notice")
    snapshot = agent.snapshot()
    regions = {role["name"]: role["region"] for role in snapshot["roles"]}
    return [notice["text"] for notice in snapshot["aws"]["notices"]], regions.get("a")


@pytest.mark.parametrize("form", READ)
def test_what_the_aws_cli_reads_is_a_role(agent, form):
    text, words = READ[form]
    notices, region = write(agent, text)
    assert region == "eu-west-3"
    assert len(notices) == 1 and words in notices[0], notices
    assert not [problem for problem in agent.snapshot()["problems"] if problem["code"] == "invalid_aws_file"]
    for version, program in aws.clients().items():
        assert region_in_cli(agent, program) == "eu-west-3", version


@pytest.mark.parametrize("form", REJECTED)
def test_what_the_aws_cli_rejects_has_one_notice_that_says_so(agent, form):
    text, words = REJECTED[form]
    notices, region = write(agent, text)
    assert region is None, "what the AWS CLI does not read is no role"
    assert len(notices) == 1 and words in notices[0], notices
    for version, program in aws.clients().items():
        assert region_in_cli(agent, program) is None, version
