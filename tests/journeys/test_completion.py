"""Completion of roles in real shells, at a real terminal, against a real agent: prefix matches, else search results."""

import pytest

from harness.agent import Agent
from harness.rolecall import BIN_DIR
from harness.terminal import Terminal

ARN = "arn:aws:iam::808768216571:role/x"
ROLES = ["shop-prod-admin", "shop-prod-read-only", "shop-test-admin", "pay-prod-admin", "odd $(touch ran) name"]
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "--no-rcs", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SET_UP = {
    "bash": "PS1='READY '; eval \"$(rolecall shell-init bash)\"",
    "zsh": "PROMPT='READY '; autoload -Uz compinit; compinit -u; eval \"$(rolecall shell-init zsh)\"",
    "fish": "function fish_prompt; echo -n 'READY '; end; rolecall shell-init fish | source",
}
SAYS = {"bash": 'assume() { echo "given=[$*]"; }', "fish": 'function assume; echo "given=[$argv]"; end'}


@pytest.fixture
def agent(desktop, keychain):
    """An agent with a few roles."""
    agent = Agent(desktop)
    agent.write_roles(**{name: {"arn": ARN, "source": "user"} for name in ROLES})
    agent.start()
    agent.ask("sessions")
    return agent


@pytest.fixture(params=SHELLS)
def shell(request, desktop, agent):
    """A shell at a terminal, in which `assume` only prints its arguments."""
    terminal = start(desktop, request.param)
    yield terminal
    terminal.kill()


def start(desktop, name):
    """Starts a shell; its prompt is shown once it has read everything."""
    env = {"PATH": f"{BIN_DIR}:{desktop.env['PATH']}", "TERM": "xterm", "COLUMNS": "200"}
    terminal = Terminal(desktop, *SHELLS[name], env=env)
    terminal.send(f"{SET_UP[name]}; {SAYS.get(name, SAYS['bash'])}; echo set up | tr a-z A-Z\n")
    terminal.expect("SET UP")
    terminal.expect("READY ")
    return terminal


def test_a_word_that_roles_begin_with_is_completed(shell):
    shell.send("assume pay\t\n")
    shell.expect("given=[pay-prod-admin]")


def test_letters_of_only_one_role_find_it(shell):
    shell.send("assume shread\t\n")
    shell.expect("given=[shop-prod-read-only]")


def test_where_several_are_found_bash_keeps_what_was_typed_and_lists_them(desktop, agent):
    shell = start(desktop, "bash")
    shell.send("assume prodadmin\t\t")
    shell.expect("pay-prod-admin")
    shell.expect("shop-prod-admin")
    shell.send("\n")
    shell.expect("given=[prodadmin]")
    shell.kill()


def test_where_several_are_found_zsh_takes_them_in_turn_the_best_first(desktop, agent):
    shell = start(desktop, "zsh")
    shell.send("assume prodadmin\t\n")
    shell.expect("given=[pay-prod-admin]")
    shell.send("assume prodadmin\t\t\n")
    shell.expect("given=[shop-prod-admin]")
    shell.kill()


def test_where_several_are_found_fish_offers_them(desktop, agent):
    shell = start(desktop, "fish")
    shell.send("assume prodadmin\t")
    shell.expect("pay-prod-admin  shop-prod-admin")
    shell.kill()


def test_b10_the_name_of_a_role_is_not_executed(desktop, shell):
    shell.send("assume odd\t\n")
    shell.expect("given=[odd $(touch ran) name]")
    assert not (desktop.home / "ran").exists()
