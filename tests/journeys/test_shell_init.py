"""`assume` and completions in real shells with simulated input, after the line from the help."""

import re
import shutil
import subprocess
import tomllib

import pytest

from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import REPOSITORY, binary
from harness.typist import Typist

NASTY = """it's "$(touch ran)" `touch ran` %n \\; #"""
NU = REPOSITORY / "tests/clients/node_modules/@nushell/linux-x64/bin/nu"
# The file and the line that the help names, and how the shell says that it is ready.
SET_UP = {
    "bash": (".bashrc", "PS1='ready> '\neval \"$(rolecall shell-init bash)\"\n"),
    "zsh": (".zshrc", "PROMPT='ready> '\nautoload -U compinit; compinit -u\neval \"$(rolecall shell-init zsh)\"\n"),
    "fish": (
        ".config/fish/config.fish",
        "function fish_prompt; echo -n 'ready> '; end\nrolecall shell-init fish | source\n",
    ),
    "nu": (
        ".config/nushell/config.nu",
        "$env.PROMPT_COMMAND = {|| 'ready' }\n$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.show_banner = false\n",
    ),
}
# The same with the completions alone, where a package puts them.
INSTALLED = {
    "bash": (".bashrc", "PS1='ready> '\n. ~/completions/_rolecall\n"),
    "zsh": (".zshrc", "PROMPT='ready> '\nfpath+=(~/completions)\nautoload -U compinit; compinit -u\n"),
    "fish": (
        ".config/fish/config.fish",
        "function fish_prompt; echo -n 'ready> '; end\nset -p fish_complete_path ~/completions\n",
    ),
}
QUOTED = {
    "bash": """'it'\\''s "$(touch ran)" `touch ran` %n \\; #'""",
    "zsh": """'it'\\''s "$(touch ran)" `touch ran` %n \\; #'""",
    "fish": """'it\\'s "$(touch ran)" `touch ran` %n \\\\; #'""",
    "nu": """r#'it's "$(touch ran)" `touch ran` %n \\; #'#""",
}


@pytest.fixture
def rolecall(desktop):
    """Rolecall without a display: the code that serves shells is the same."""
    return Agent(desktop)


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app with two roles on a practice account."""
    practice = Practice(desktop).start()
    rolecall.start_on(practice, "guest", "operator", **{NASTY: practice.role("contractor")})
    return practice


@pytest.fixture
def start(desktop, practice, rolecall):
    """Returns a function that starts a shell with its integration."""
    shells = []

    def begin(kind, set_up=SET_UP):
        program = str(NU) if kind == "nu" else shutil.which(kind)
        name, text = set_up[kind]
        path = desktop.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if kind == "nu":
            autoload = desktop.home / ".config/nushell/autoload/rolecall.nu"
            autoload.parent.mkdir()
            autoload.write_text(rolecall.ok("shell-init", "nu"))
        env = {**desktop.env, "PATH": search_path(desktop), "TERM": "xterm", "AWS_PROFILE": "before"}
        shell = Typist([program], env, desktop.home)
        shells.append(shell)
        ready(shell)
        return shell

    yield begin
    for shell in shells:
        shell.end()


def search_path(desktop):
    return f"{binary('rolecall').parent}:{desktop.env['PATH']}"


def ready(shell, after=""):
    """Waits for an output and the prompt after it; returns both."""
    # Some shells draw the prompt again for each key, and lose what is typed while a command runs.
    return shell.wait_for(f"{after}[\\s\\S]*ready> \\s*$", quiet=0.3).group()


def shown(shell):
    """Returns what a program sees of role, key and profile."""
    shell.type("""sh -c 'echo "<${ROLECALL_ROLE-none}|${AWS_ACCESS_KEY_ID-none}|${AWS_PROFILE-none}>"'""")
    return shell.wait_for(r"\n\r*<(.*)\|(.*)\|(.*)>").groups()


@pytest.mark.parametrize("kind", SET_UP)
def test_assume_sets_a_session_and_removes_it(start, rolecall, kind):
    shell = start(kind)
    shell.type("assume guest")
    ready(shell)
    assert shown(shell) == ("guest", rolecall.handed_out("guest")["AccessKeyId"], "none")
    shell.type("assume nobody")
    ready(shell, "no role")
    assert shown(shell)[0] == "guest"
    shell.type("assume --end")
    ready(shell)
    assert shown(shell) == ("none", "none", "none")


@pytest.mark.parametrize("kind", SET_UP)
def test_t22_assume_never_executes_the_name_of_a_role(desktop, start, rolecall, kind):
    shell = start(kind)
    shell.type(f"assume {QUOTED[kind]}")
    ready(shell)
    assert shown(shell)[:2] == (NASTY, rolecall.handed_out(NASTY)["AccessKeyId"])
    assert not (desktop.home / "ran").exists()


@pytest.mark.parametrize("kind", SET_UP)
def test_a_code_is_asked_for_in_the_shell(start, practice, rolecall, kind):
    shell = start(kind)
    shell.type("assume operator")
    shell.wait_for("[Cc]ode[^\n]*: ?$")
    shell.type(practice.code(practice.role("operator")["mfa_serial"]))
    ready(shell)
    assert shown(shell)[0] == "operator"


@pytest.mark.parametrize("kind", SET_UP)
def test_the_tab_key_completes_commands_and_roles(start, kind):
    shell = start(kind)
    for typed, said in [("rolecall sta", "No session"), ("rolecall explain gu", 'did not refuse "guest"')]:
        shell.key(typed)
        shell.type("\t")
        ready(shell, said)
    for letters in ("gu", "gst"):
        shell.key(f"assume {letters}\t")
        shell.type("")
        ready(shell)
        assert shown(shell)[0] == "guest"
        shell.type("assume --end")
        ready(shell)


@pytest.mark.parametrize("kind", INSTALLED)
def test_a_package_brings_the_completions(desktop, start, rolecall, kind):
    folder = desktop.home / "completions"
    folder.mkdir()
    name = "rolecall.fish" if kind == "fish" else "_rolecall"
    (folder / name).write_text(rolecall.ok("shell-init", kind, "--completions"))
    shell = start(kind, INSTALLED)
    for typed, said in [("rolecall sta", "No session"), ("rolecall explain gst", 'did not refuse "guest"')]:
        shell.key(typed)
        shell.type("\t")
        ready(shell, said)


@pytest.mark.parametrize("kind", SET_UP)
def test_without_a_name_assume_offers_roles_by_letters(start, rolecall, kind):
    shell = start(kind)
    # As a person does it: a key once the list is drawn, and Enter once what it finds is.
    shell.type("assume")
    shell.wait_for("operator", quiet=0.3)
    shell.key("gst")
    shell.wait_for("gst", quiet=0.3)
    shell.type("")
    picked = ready(shell)
    assert shown(shell)[0] == "guest", picked


def recipe(rolecall, heading):
    """Returns the file content from the help."""
    text = rolecall.ok("help", "status").split(f"{heading}", 1)[1].split(":\n\n", 1)[1]
    return "\n".join(line[2:] for line in re.match(r"(?:  .*\n?)+", text).group().splitlines())


def test_prompts_of_starship_and_p10k_follow_a_renewal(desktop, practice, rolecall):
    env = {**desktop.env, "PATH": search_path(desktop)}
    starship = tomllib.loads(recipe(rolecall, "starship.toml"))["custom"]["rolecall"]
    assert starship["when"] is True
    # p10k shows what the function gives it, as zsh shows a prompt.
    p10k = 'p10k() { while (( $# )); do [[ $1 == -t ]] && print -rP -- $2; shift; done }\n'
    segment = f"{p10k}{recipe(rolecall, '.p10k.zsh')}\nprompt_rolecall"

    def shown(role):
        texts = []
        for command in (["sh", "-c", starship["command"]], ["zsh", "-fc", segment]):
            done = subprocess.run(
                command, env={**env, "ROLECALL_ROLE": role}, capture_output=True, text=True, timeout=20, check=False
            )
            assert done.stderr == "" and done.returncode == 0
            texts.append(done.stdout.strip())
        assert texts[0] == texts[1]
        return texts[0]

    assert shown("guest") == ""
    rolecall.ok("assume", "guest")
    assert shown("guest") in ("guest 1h", "guest 59m")
    practice.set_faults("skew=2400")
    rolecall.ok("assume", NASTY)
    assert shown("guest") in ("guest 20m", "guest 19m")
    rolecall.ok("assume", "guest")
    assert shown("guest") in ("guest 1h", "guest 59m")
    assert shown(NASTY).rpartition(" ")[0] == NASTY
    assert not (desktop.home / "ran").exists()
