"""KWallet: its own default wallet, its dialogs, and what it says when it cannot encrypt."""

import pytest

from harness.agent import Agent
from harness.kwallet import KWallet
from harness.practice import Practice
from harness.rolecall import binary
from harness.wait import until

pytestmark = pytest.mark.readable

# How long a person waits for words about a keychain that does not work.
ANSWER_SECONDS = 8


@pytest.fixture
def kwallet(desktop):
    """KWallet on it, not started."""
    return KWallet(desktop)


@pytest.fixture
def practice(desktop):
    """The practice account."""
    return Practice(desktop).start()


@pytest.fixture
def agent(desktop, practice):
    """A running agent with two roles, and no key yet."""
    agent = Agent(desktop)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"), again=practice.role("guest"))
    return agent.start()


def begin(agent, *arguments, stdin=b""):
    """Starts a command that waits for a dialog."""
    return agent.desktop.start("rolecall", binary("rolecall"), *arguments, stdin=stdin)


def succeed(command):
    """Waits for the end of a command without a failure."""
    assert command.wait_exit(20) == 0, command.log()


def add_key(agent, practice):
    """Starts to add the user's key."""
    return begin(
        agent, "keys", "add", "user", stdin=f"{practice.access_key_id}\n{practice.secret_access_key}\n".encode()
    )


@pytest.mark.parametrize("own_default", ["kdewallet", "work"])
def test_a_key_goes_into_kwallets_own_default_wallet(agent, practice, kwallet, own_default):
    if own_default != "kdewallet":
        kwallet.configuration.write_text(f"[Wallet]\nDefault Wallet={own_default}\n")
    kwallet.start()
    adding = add_key(agent, practice)
    kwallet.wait_for_text(f"create a new wallet named '{own_default}'")
    kwallet.create()
    succeed(adding)
    assert kwallet.wallets() == [own_default]
    assert "Default keyring" not in kwallet.configuration.read_text()
    assert agent.ok("assume", "guest").startswith("guest: ")


def test_a_closed_wallet_asks_for_its_password_and_the_role_is_assumed(agent, practice, kwallet):
    kwallet.start()
    adding = add_key(agent, practice)
    kwallet.create()
    succeed(adding)
    kwallet.close()
    assuming = begin(agent, "assume", "guest")
    kwallet.open()
    succeed(assuming)
    assert agent.ok("assume", "again").startswith("again: ")


def test_what_kwallet_says_is_shown_if_it_cannot_encrypt(agent, practice, kwallet):
    kwallet.start_without_encryption()
    adding = add_key(agent, practice)
    assert adding.wait_exit(ANSWER_SECONDS) == 1
    until(adding.log, "its words")
    assert "The keychain reported an error: createDLGroup failed: maybe libqca-ossl is missing. " in adding.log()
    assert kwallet.wallets() == []
