"""Labels of roles on a real terminal: in words, and in colour if enabled."""

import pytest

from harness.agent import Agent
from harness.rolecall import binary
from harness.terminal import Terminal

PAINTED = "\x1b[1;31mproduction\x1b[0m, \x1b[38;5;68m● blue\x1b[0m"
PLAIN = "production, ● blue"


@pytest.fixture
def agent(desktop, keychain):
    """An agent with a marked role."""
    agent = Agent(desktop)
    agent.write_roles(guest={"arn": "arn:aws:iam::808768216571:role/guest", "source": "user"})
    (agent.config_dir / "marks.toml").write_text('[roles.guest]\ncolour = "blue"\nproduction = true\n')
    return agent.start()


def listed(desktop, **env):
    """Returns what `rolecall list` shows on a terminal."""
    terminal = Terminal(desktop, binary("rolecall"), "list", env={"TERM": "xterm-256color", **env})
    terminal.expect("LABELS")
    assert terminal.end() == 0
    terminal.expect("blue")
    return terminal.everything()


def test_b78_the_list_is_coloured_only_on_a_terminal_and_if_the_user_allows_it(desktop, agent):
    assert PAINTED in listed(desktop)
    assert PLAIN in listed(desktop, NO_COLOR="1")
    assert PLAIN in listed(desktop, TERM="dumb")
    assert PLAIN in agent.ok("list") and "\x1b" not in agent.ok("list")
