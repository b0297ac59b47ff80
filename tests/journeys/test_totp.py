"""Codes from a seed in the keychain: a role that requires MFA is assumed without asking."""

import pytest

from harness.agent import Agent
from harness.desktop import Desktop
from harness.keychain import Keychain
from harness.practice import Practice


@pytest.fixture
def machine():
    """A machine without a display."""
    with Desktop(display=False) as machine:
        yield machine


def test_a_stored_seed_generates_codes_and_is_removed_with_one_command(machine):
    keychain = Keychain(machine).start()
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    operator = practice.role("operator", mfa_code="own")
    agent.write_roles(operator=operator, shared=practice.role("operator"))
    agent.start()
    agent.add_key("user", practice)
    serial = operator["mfa_serial"]
    seed = practice.seed(serial)

    wrong = agent.cli("keys", "add-totp", "user", serial, input="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n")
    assert wrong.returncode == 1 and "refused the code" in wrong.stderr
    assert not any("totp" in str(item) for item in keychain.items())

    kept = agent.cli("keys", "add-totp", "user", serial, input=f"{seed.lower()}\n")
    assert kept.returncode == 0, kept.stderr
    assert "puts both factors on this computer" in kept.stderr and seed not in kept.stdout + kept.stderr
    assert agent.json("keys", "list")[0]["totp"] == serial
    assert f"Rolecall generates codes for user from the seed of {serial}." in agent.ok("keys", "list")
    assert any("totp" in str(item) for item in keychain.items())

    agent.ok("assume", "shared")
    # The code was used a moment ago: this waits for the next.
    assert agent.cli("assume", "operator", timeout=60).returncode == 0
    assert agent.snapshot()["prompts"] == []
    for path in [*agent.config_dir.rglob("*"), *agent.state_dir.rglob("*")]:
        assert not path.is_file() or seed.encode() not in path.read_bytes(), path
    assert seed not in agent.process.log()

    agent.ok("keys", "remove-totp", "user")
    assert not any("totp" in str(item) for item in keychain.items())
    assert "totp" not in agent.json("keys", "list")[0]
