"""The shell that `exec` starts on a terminal: its prompt shows role and time left, and the user's own configuration stays."""

import time

import pytest

from harness import shells
from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import binary
from harness.typist import Typist

# A user's own prompt, set in the plain way and by a hook, with the exit code that they like to see.
OWN_FILES = {
    "bash": {".bashrc": "PS1='own:$? '\nalias mine='echo own-alias'\n"},
    "bash with a hook": {
        ".bashrc": "PROMPT_COMMAND='PS1=\"own:$? \"'\nalias mine='echo own-alias'\n",
    },
    "bash with hooks": {
        ".bashrc": "hook() { PS1=\"own:$? \"; }\nPROMPT_COMMAND=(hook)\nalias mine='echo own-alias'\n",
    },
    "zsh": {".zshrc": "PROMPT='own:%? '\nalias mine='echo own-alias'\n", ".zshenv": "export OWN_ENV=1\n"},
    "zsh with a hook": {
        ".zshrc": "setopt prompt_subst\nhook() { PROMPT='own:%? ' }\nprecmd_functions+=(hook)\nalias mine='echo own-alias'\n",
    },
    "zsh elsewhere": {"zsh/.zshrc": "PROMPT='own:%? '\nalias mine='echo own-alias'\n"},
    "fish": {
        ".config/fish/config.fish": "function fish_prompt; echo -n \"own:$status \"; end\nalias mine='echo own-alias'\n"
    },
    "nu": {
        ".config/nushell/config.nu": "$env.PROMPT_COMMAND = {|| $'own:($env.LAST_EXIT_CODE)' }\n"
        "$env.PROMPT_INDICATOR = ' '\n$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.show_banner = false\n"
        "alias mine = print own-alias\n"
    },
    "nu with a text": {
        ".config/nushell/config.nu": "$env.PROMPT_COMMAND = 'own:'\n$env.PROMPT_INDICATOR = {|| $'($env.LAST_EXIT_CODE) ' }\n"
        "$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.show_banner = false\nalias mine = print own-alias\n"
    },
}


@pytest.fixture
def rolecall(desktop):
    """Rolecall without a display: the code that serves programs is the same."""
    return Agent(desktop)


@pytest.fixture
def app(desktop, rolecall, keychain):
    """A running app with a role on a practice account, and the account."""
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest", **{"$(touch ran) %n `touch ran`": practice.role("contractor")})
    rolecall.practice = practice
    return rolecall


@pytest.fixture
def start(desktop, app):
    """Returns a function that starts a subshell of a kind on a terminal."""
    terminals = []

    def begin(kind, *flags, role="guest"):
        shell = shells.program(kind)
        for name, text in OWN_FILES[kind].items():
            path = desktop.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        env = {**desktop.env, "SHELL": shell, "TERM": "xterm"}
        if kind == "zsh elsewhere":
            env["ZDOTDIR"] = str(desktop.home / "zsh")
        terminal = Typist([binary("rolecall"), "exec", *flags, role], env, desktop.home)
        terminals.append(terminal)
        return terminal

    yield begin
    for terminal in terminals:
        terminal.end()


@pytest.mark.parametrize("kind", OWN_FILES)
def test_the_prompt_shows_role_and_time_before_the_users_own(start, kind):
    terminal = start(kind)
    terminal.wait_for(r"\(guest (1h|59m)\) own:0 ")
    terminal.type("mine; sh -c 'exit 3'")
    terminal.wait_for(r"own-alias\s[\s\S]*\(guest (1h|59m)\) own:3 ")
    terminal.type("""sh -c 'echo "role=$ROLECALL_ROLE zdot=$ZDOTDIR program=$ROLECALL_PROGRAM."'""")
    found = terminal.wait_for(r"role=guest zdot=(\S*) program=\.")
    assert found.group(1).endswith("/home/zsh") == (kind == "zsh elsewhere") and "shells" not in found.group(1)
    terminal.type("exit 5")
    assert terminal.exit_code() == 5


@pytest.mark.parametrize("kind", ["bash", "zsh", "zsh with a hook", "fish", "nu"])
def test_t22_a_prompt_never_executes_the_name_of_a_role(desktop, start, kind):
    terminal = start(kind, role="$(touch ran) %n `touch ran`")
    terminal.wait_for(r"\(\$\(touch ran\) %n `touch ran` (1h|59m)\) own:0 ")
    assert not (desktop.home / "ran").exists()


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish", "nu"])
def test_with_an_endpoint_the_time_follows_renewals(start, app, kind):
    terminal = start(kind, "--server")
    terminal.wait_for(r"\(guest (1h|59m)\) own:0 ")
    app.practice.set_faults("skew=2400")
    app.ok("assume", "$(touch ran) %n `touch ran`")
    terminal.type("true")
    terminal.wait_for(r"\(guest (20m|19m)\) own:0 ")
    app.ok("assume", "guest")
    terminal.type("true")
    terminal.wait_for(r"\(guest (1h|59m)\) own:0 ")


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish", "nu"])
def test_without_an_endpoint_the_time_is_that_of_the_shells_own_credentials(start, app, kind):
    terminal = start(kind)
    terminal.wait_for(r"\(guest (1h|59m)\) own:0 ")
    app.practice.set_faults("skew=2400")
    app.ok("assume", "guest")
    terminal.type("true")
    terminal.wait_for(r"\(guest (20m|19m), renewed\) own:0 ")
    app.practice.set_faults("skew=3660")
    app.ok("assume", "guest")
    terminal.type("true")
    terminal.wait_for(r"\(guest expired\) own:0 ")


def test_the_terminal_is_the_programs_own(start):
    terminal = start("bash", "--server")
    terminal.wait_for("own:0 ")
    terminal.type("sleep 60")
    terminal.wait_for("sleep 60")
    time.sleep(0.3)
    terminal.key("\x03")
    terminal.wait_for("own:130 ")
    terminal.type("sleep 61")
    time.sleep(0.3)
    terminal.key("\x1a")
    terminal.wait_for("Stopped")
    terminal.type("kill %1; wait; echo waited-$?")
    terminal.wait_for("waited-")
