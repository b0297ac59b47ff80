"""What the doctor says about a sound machine, and about one with planted faults."""

import json

import pytest

from harness.agent import Agent
from harness.practice import Practice

KEY = "[{}]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"


@pytest.fixture
def practice(machine):
    """The practice account in the agent's settings."""
    practice = Practice(machine).start()
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"), contractor=practice.role("contractor", external_id="wrong"))
    return practice


@pytest.fixture
def agent(machine, practice):
    """An agent that the command line starts on demand, with a key."""
    agent = Agent(machine)
    agent.add_key("user", practice)
    return agent


def ids(agent, *arguments):
    """Returns the ids of what the doctor finds."""
    done = agent.cli("doctor", *arguments, "--json")
    found = [finding["id"] for finding in json.loads(done.stdout)["findings"]]
    assert done.returncode == (1 if found else 0), done.stderr
    return found


def test_a_sound_machine_has_nothing_wrong(agent):
    assert ids(agent) == []
    assert ids(agent, "guest") == []
    assert "Rolecall found nothing wrong." in agent.ok("doctor")


def test_each_planted_fault_is_found(machine, practice, agent):
    config = machine.home / ".aws/config"
    config.parent.mkdir(exist_ok=True)
    config.write_text("[profile work]\ncredential_process = /usr/bin/true\n")
    config.chmod(0o600)
    credentials = machine.home / ".aws/credentials"
    credentials.write_text(KEY.format("work") + KEY.format("plain"))
    credentials.chmod(0o644)
    assert ids(agent) == ["readable_by_others", "shadowed_profile", "plaintext_key"]
    credentials.unlink()
    practice.set_faults("skew=1200")
    assert ids(agent) == ["clock_skewed"]
    practice.set_faults()
    # With a session in the role's account, its trust policy can be read.
    agent.ok("assume", "guest")
    assert ids(agent, "contractor") == ["external_id"]


def test_an_endpoint_that_nobody_serves_is_found(agent, practice):
    practice.process.kill()
    assert ids(agent) == ["offline"]
