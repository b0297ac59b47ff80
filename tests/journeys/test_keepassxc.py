"""KeePassXC with its defaults: it asks once, its locked database is waited for, and it may end at any time."""

import pytest

from harness.agent import Agent
from harness.keepassxc import KeePassXC
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import stays

pytestmark = pytest.mark.readable

UNLOCK = ("dialog", "Unlock Database - KeePassXC")
REQUEST = ("dialog", "KeePassXC -  Access Request")
ALWAYS = ("push button", "Allow All & Future")
ONCE = ("push button", "Allow Selected")
# A call of the keychain without a dialog ends long before this.
PATIENCE_SECONDS = 6
# How long a person waits for words about a keychain that ended.
ANSWER_SECONDS = 8


@pytest.fixture
def keepassxc(desktop):
    """KeePassXC on it, with its database open."""
    keepassxc = KeePassXC(desktop).start()
    yield keepassxc
    # With an open database it ends too slowly.
    keepassxc.kill()


@pytest.fixture
def agent(desktop, keepassxc):
    """An agent with a key in the database, three roles, and a connection to which KeePassXC allowed nothing yet."""
    practice = Practice(desktop).start()
    agent = Agent(desktop)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(**{name: practice.role("guest") for name in ("guest", "second", "third")})
    agent.start()
    agent.add_key("user", practice)
    agent.stop()
    return agent.start()


def assume(agent, role):
    """Starts to assume a role, which waits for a dialog."""
    return agent.desktop.start("rolecall", binary("rolecall"), "assume", role)


def succeed(command):
    """Waits for the end of a command without a failure."""
    assert command.wait_exit(20) == 0, command.log()


def test_one_request_is_allowed_for_all_roles_and_as_long_as_the_agent_runs(agent, keepassxc):
    first = assume(agent, "guest")
    keepassxc.reader.press(*ALWAYS)
    succeed(first)
    for role in ("second", "third"):
        assert agent.ok("assume", role).startswith(f"{role}: ")
    assert not keepassxc.shows(*REQUEST)


def test_an_entry_that_was_allowed_once_is_not_asked_for_again(agent, keepassxc):
    first = assume(agent, "guest")
    keepassxc.reader.press(*ONCE)
    succeed(first)
    succeed(assume(agent, "second"))


def test_a_locked_database_is_waited_for(agent, keepassxc):
    keepassxc.lock()
    waiting = assume(agent, "guest")
    keepassxc.wait_for(*UNLOCK)
    stays(waiting.is_running, "assume waits for the password", PATIENCE_SECONDS)
    keepassxc.unlock()
    keepassxc.reader.press(*ALWAYS)
    succeed(waiting)


@pytest.mark.parametrize("dialog", [UNLOCK, REQUEST])
def test_it_may_end_at_a_dialog_and_start_again(agent, keepassxc, dialog):
    if dialog == UNLOCK:
        keepassxc.lock()
    waiting = assume(agent, "guest")
    keepassxc.wait_for(*dialog)
    keepassxc.kill()
    assert waiting.wait_exit(ANSWER_SECONDS) == 1
    assert waiting.log().startswith("No keychain is running in this desktop session.")
    keepassxc.start()
    after = assume(agent, "guest")
    keepassxc.reader.press(*ALWAYS)
    succeed(after)
    assert agent.ok("assume", "second").startswith("second: ")


def test_an_access_request_that_is_denied_is_said(agent, keepassxc):
    denied = assume(agent, "guest")
    keepassxc.reader.press("push button", "Deny All & Future")
    assert denied.wait_exit(ANSWER_SECONDS) == 1
    assert denied.log().startswith("The keychain reported an error: the access was not allowed. ")
