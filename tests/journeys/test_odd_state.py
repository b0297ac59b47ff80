"""State and lists that no Rolecall wrote: sessions twice, for a role that is gone, and names that look like formulas."""

import sqlite3

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.wait import until

# The longest that a list may take, in seconds.
LIMIT = 15
FORMULAS = ["=cmd|'/C calc'!A0", "+1+1", "-2", "@SUM(1)", "=HYPERLINK(\"http://evil.test\")", "\tx", "%0A"]


@pytest.fixture
def practice(machine):
    """The practice account."""
    return Practice(machine).start()


@pytest.fixture
def agent(machine, practice):
    """A running agent with a session."""
    agent = Agent(machine).start_on(practice, "guest", "contractor")
    agent.ok("assume", "guest")
    return agent


def stopped(agent):
    """Ends the agent and returns its state."""
    agent.stop()
    return sqlite3.connect(agent.state_dir / "state.db")


def sessions(agent):
    """Returns the roles with a session."""
    return [session["role"] for session in agent.snapshot()["sessions"]]


def test_b82_a_session_that_is_there_twice_is_one(agent):
    with stopped(agent) as state:
        state.execute("ALTER TABLE sessions RENAME TO before")
        state.execute("CREATE TABLE sessions (role TEXT NOT NULL, sealed BLOB NOT NULL)")
        state.executescript("INSERT INTO sessions SELECT role, sealed FROM before; INSERT INTO sessions SELECT role, sealed FROM before;")
        state.execute("DROP TABLE before")
        assert state.execute("SELECT count(*) FROM sessions").fetchone() == (2,)
    state.close()
    agent.start()
    until(lambda: sessions(agent) == ["guest"], lambda: f"one session; there are {sessions(agent)}")
    assert agent.handed_out("guest")
    agent.ok("end", "guest")
    agent.stop()
    agent.start()
    assert sessions(agent) == []


def test_b82_a_session_whose_role_is_gone_is_shown_and_can_be_ended(agent, practice):
    agent.stop()
    agent.write_roles(contractor=practice.role("contractor"))
    agent.start()
    until(lambda: sessions(agent) == ["guest"], lambda: f"the session; there are {sessions(agent)}")
    assert "guest" in agent.ok("status")
    agent.ok("end", "guest")
    assert sessions(agent) == []
    agent.stop()
    agent.start()
    assert sessions(agent) == []


def catalogue(names, partition="aws"):
    """Returns a list of roles with these names."""
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") for name in names]
    entry = '[roles."{}"]\narn = "arn:{}:iam::808768216571:role/r{}"\nsource = "user"\n'
    return "".join(entry.format(name, partition, number) for number, name in enumerate(quoted))


def test_b83_formulas_in_a_list_are_text_and_each_row_that_is_wrong_is_named(agent, machine):
    path = machine.home / "list.toml"
    path.write_text(catalogue(FORMULAS) + catalogue(["china"], "aws-cn") + catalogue(["moon"], "aws-moon"))
    done = agent.cli("roles", "import", path, "--source", "user")
    refused = [line for line in done.stdout.splitlines() if line.startswith("not imported")]
    assert ['The role "-2"' in line or 'The role "moon"' in line for line in refused] == [True, True], done.stdout
    assert "line 7" in refused[0] and '"aws-moon"' in refused[1], "each with its line and reason"
    names = {role["name"] for role in agent.json("list")}
    assert names == {"guest", "contractor", "china", "x"} | set(FORMULAS) - {"-2", "\tx"}
    exported = machine.home / "export.toml"
    exported.write_text(agent.ok("roles", "export"))
    again = agent.ok("roles", "import", exported, "--source", "user")
    assert again.count("already") >= len(names), again


def test_b83_a_list_with_very_many_rows_is_refused_at_once_and_says_how_to_go_on(agent, machine):
    path = machine.home / "list.toml"
    for rows, words in ((5_000, "Import it in parts of at most 50 KiB."), (100_000, "Use a catalogue file of at most 4 MiB.")):
        path.write_text(catalogue(f"role-{number}" for number in range(rows)))
        done = agent.cli("roles", "import", path, "--source", "user", timeout=LIMIT)
        assert done.returncode == 1 and words in done.stderr, done
    path.write_text(catalogue(f"role-{number}" for number in range(300)))
    assert path.stat().st_size > 20_000
    agent.ok("roles", "import", path, "--source", "user")
    assert len(agent.json("list")) == 302
