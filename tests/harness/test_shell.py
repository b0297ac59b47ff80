"""Pasting into every real shell there is."""

import pytest

from harness.shell import Shell

POSIX = "unset AWS_PROFILE\nexport AWS_REGION='eu-west-1'\n"
FISH = "set -e AWS_PROFILE\nset -gx AWS_REGION 'eu-west-1'\n"


@pytest.mark.parametrize("kind, block", [("bash", POSIX), ("sh", POSIX), ("zsh", POSIX), ("fish", FISH)])
def test_a_pasted_block_sets_and_unsets(desktop, kind, block):
    shell = Shell(desktop, kind)
    assert shell.environment(block, ["AWS_REGION", "AWS_PROFILE", "OTHER"]) == {
        "AWS_REGION": "eu-west-1",
        "AWS_PROFILE": None,
        "OTHER": "ambient",
    }


def test_tells_codes_and_outputs_of_commands_apart(desktop):
    (first, second) = Shell(desktop).paste("x=1", "echo out $x; echo err >&2", "false")
    assert first == (0, "out 1", "err\n")
    assert second[0] == 1
