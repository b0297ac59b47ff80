"""Roles that act on production: nobody and no program gets a session of one by a reflex."""

import json
import subprocess

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import binary
from harness.terminal import Terminal
from harness.wait import until
from harness.webdriver import ENTER, Window

ACCOUNT = "808768216571"
MARKS = f'[roles.guest]\nproduction = true\n\n[accounts]\n"{ACCOUNT}" = "shop"\n'


def mark(rolecall):
    """Labels the role guest as production, and its account."""
    rolecall.config_dir.mkdir(parents=True, exist_ok=True)
    (rolecall.config_dir / "marks.toml").write_text(MARKS)


@pytest.fixture
def agent(machine):
    """Returns a function that starts an agent with a role of production, and one that is none."""

    def begin(**sections):
        practice = Practice(machine).start()
        agent = Agent(machine)
        agent.write_settings(endpoint=practice.endpoint, **sections)
        agent.write_roles(guest=practice.role("guest"), archive=practice.role("archive"))
        mark(agent)
        agent.start()
        agent.add_key("user", practice)
        return agent

    return begin


def test_assume_asks_for_the_account_at_the_terminal(machine, agent):
    agent = agent()
    assuming = Terminal(machine, binary("rolecall"), "assume", "guest")
    assuming.expect(f"guest acts on production in account shop ({ACCOUNT}).")
    assuming.answer("Type shop: ", "yes")
    assuming.answer("Type shop: ", "shop")
    assert assuming.end() == 0, assuming.everything()
    assert agent.session("guest")["production"] is True
    assert agent.cli("assume", "guest").returncode == 0, "a live session is renewed without a question"


def test_enter_alone_assumes_nothing(machine, agent):
    agent = agent()
    assuming = Terminal(machine, binary("rolecall"), "assume", "guest")
    assuming.answer("Type shop: ", "")
    assert assuming.end() == 1
    assert agent.session("guest") is None or agent.session("guest")["phase"] != "active"


@pytest.mark.parametrize("words", [("assume", "guest"), ("exec", "guest", "--", "true"), ("env", "guest")])
def test_without_a_terminal_nothing_is_assumed_and_the_next_command_works(agent, words):
    agent = agent()
    refused = agent.cli(*words)
    assert refused.returncode != 0
    assert "production" in refused.stderr and "terminal" in refused.stderr, refused
    agent.ok("assume", "archive")


def test_yes_confirms_only_if_the_settings_allow_it(agent):
    begin = agent
    agent = begin()
    refused = agent.cli("assume", "guest", "--yes")
    assert refused.returncode != 0 and "allow_yes" in refused.stderr, refused
    agent.write_settings(endpoint=agent.snapshot()["endpoint"], production={"allow_yes": True})
    until(lambda: agent.cli("assume", "guest", "--yes").returncode == 0, "the setting to take effect")
    assert agent.session("guest")["phase"] == "active"


def test_a_program_is_put_to_the_user_although_the_policy_allows_it(machine, agent):
    agent = agent(**{"ask.roles": {"guest": "allow", "archive": "allow"}})
    for role in ("archive", "guest"):
        got = subprocess.run(
            [binary("rolecall"), "credentials", role],
            env=machine.env, cwd=machine.home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            start_new_session=True, timeout=60,
        )
        if role == "archive":
            assert json.loads(got.stdout)["AccessKeyId"]
        else:
            assert got.returncode == 1 and "AccessKeyId" not in got.stdout, got


def test_the_window_takes_the_accounts_name_and_no_enter(desktop, rolecall, keychain, tray, notifications):
    practice = Practice(desktop).start()
    rolecall.write_settings(endpoint=practice.endpoint)
    rolecall.write_roles(guest=practice.role("guest"))
    mark(rolecall)
    window = Window(desktop, binary("rolecall-desktop"), "--window").start()
    try:
        rolecall.add_key("user", practice)
        window.wait_for_text("guest")
        window.type("Search sessions and roles", "guest")
        window.press(ENTER)
        window.find("dialog", "Assume guest? It acts on production.")
        window.press(ENTER)
        window.press(ENTER)
        window.type("Type shop to assume it", "sho")
        window.press(ENTER)
        assert rolecall.session("guest") is None or rolecall.session("guest")["phase"] != "active"
        window.type("Type shop to assume it", "shop")
        window.press(ENTER)
        assert rolecall.wait_for_session("guest")["production"] is True
    finally:
        window.close()
