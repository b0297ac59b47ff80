"""A terminal whose `AWS_CONFIG_FILE` is not the one that Rolecall started with."""

import pytest

from harness.agent import Agent
from harness.practice import Practice

PROFILE = "[profile dev]\nrole_arn = {arn}\nsource_profile = user\n"


@pytest.fixture
def practice(machine):
    """The practice account."""
    return Practice(machine).start()


@pytest.fixture
def agent(machine, practice):
    """An agent that the command line starts on demand, with a key."""
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.add_key("user", practice)
    return agent


@pytest.fixture
def config(machine, practice):
    """A config file that only the terminal knows, with a role that the practice account has."""
    path = machine.home / "work place" / "config"
    path.parent.mkdir()
    path.write_text(PROFILE.format(arn=practice.role("guest")["arn"]))
    return path


def test_the_difference_is_said_and_its_advice_works(machine, agent, config):
    env = {"AWS_CONFIG_FILE": str(config)}
    for words in (("assume", "dev"), ("list",), ("catalogue",), ("disconnect", "dev", "--yes"), ("keys", "import", "--all")):
        done = agent.cli(*words, env=env)
        said = done.stdout + done.stderr
        assert said.count(f"read {config}, but Rolecall reads {machine.home}/.aws/config") == 1, (words, said)
        assert f"AWS_CONFIG_FILE='{config}'" in said, (words, said)
    report = agent.cli("doctor", env=env).stdout
    assert "AWS's tools in this terminal read other files than Rolecall." in report
    assert f"AWS_CONFIG_FILE='{config}'" in report
    usable = agent.cli("catalogue", env=env).stdout
    assert "needs setup" not in usable and "dev" in usable
    agent.ok("agent", "--stop")
    done = agent.cli("assume", "dev", env=env)
    assert done.returncode == 0 and done.stdout.startswith("dev: "), done.stderr
    for words in (("list",), ("catalogue",), ("disconnect", "--all", "--yes")):
        assert "but Rolecall reads" not in agent.cli(*words, env=env).stderr, words
    assert "other files than Rolecall" not in agent.cli("doctor", env=env).stdout


def test_an_agent_reads_the_file_of_a_relative_path(machine, agent, config):
    agent.ok("agent", "--stop")
    relative = str(config.relative_to(machine.home))
    done = agent.cli("assume", "dev", env={"AWS_CONFIG_FILE": relative})
    assert done.returncode == 0 and done.stdout.startswith("dev: "), done.stderr
