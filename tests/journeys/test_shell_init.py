"""`assume` and completions in real shells with simulated input, after the line from the help."""

import os
import re
import subprocess
import tomllib

import pytest

from harness import shells
from harness.agent import Agent
from harness.practice import Practice
from harness.rolecall import binary
from harness.typist import Typist
from harness.wait import until

NASTY = """it's "$(touch ran)" `touch ran` %n \\; #"""
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
# The same in bash with the completions of other programs, which a package of its own brings.
BASH_COMPLETION = "/usr/share/bash-completion/bash_completion"
SET_UP["bash with bash-completion"] = (".bashrc", f". {BASH_COMPLETION}\n{SET_UP['bash'][1]}")
KINDS = [kind for kind in SET_UP if " " not in kind]
# Characters at which bash splits words, and what is typed of a name.
SPLIT = ("acme:admin@prod", "acme:audit=eu", "a@b.example:x=y z")
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
    rolecall.start_on(practice, "guest", "operator", **{name: practice.role("contractor") for name in (NASTY, *SPLIT)})
    return practice


@pytest.fixture
def start(desktop, practice, rolecall):
    """Returns a function that starts a shell with its integration."""
    started = []

    def begin(kind, set_up=SET_UP, before=""):
        program = shells.program(kind)
        name, text = set_up[kind]
        text = before + text
        path = desktop.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if kind == "nu":
            autoload = desktop.home / ".config/nushell/autoload/rolecall.nu"
            autoload.parent.mkdir(exist_ok=True)
            if not autoload.exists():
                autoload.write_text(rolecall.ok("shell-init", "nu"))
        env = {**desktop.env, "PATH": search_path(desktop), "TERM": "xterm", "AWS_PROFILE": "before"}
        shell = Typist([program], env, desktop.home)
        started.append(shell)
        ready(shell)
        return shell

    yield begin
    for shell in started:
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


@pytest.mark.parametrize("kind", KINDS)
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


def phase(shell):
    """Returns what a prompt says of the session that the shell holds."""
    shell.type("rolecall status --format '<<{phase}>>'")
    return shell.wait_for(r"\n\r*<<(\w+)>>").group(1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_shell_knows_that_its_session_was_renewed_or_ended_and_refreshes_it(start, rolecall, kind):
    shell = start(kind)
    shell.type("assume --refresh")
    ready(shell, "no session")
    shell.type("assume guest")
    ready(shell)
    first = shown(shell)[1]
    assert phase(shell) == "active"
    rolecall.ok("assume", "guest")
    second = rolecall.handed_out("guest")["AccessKeyId"]
    assert second != first and phase(shell) == "renewed"
    shell.type("assume --refresh")
    ready(shell)
    assert shown(shell)[1] == second and phase(shell) == "active"
    shell.type("assume --refresh")
    ready(shell)
    third = rolecall.handed_out("guest")["AccessKeyId"]
    assert shown(shell)[1] == third != second
    rolecall.ok("end", "guest")
    assert phase(shell) == "ended"
    shell.type("assume --refresh")
    ready(shell)
    assert shown(shell)[1] == rolecall.handed_out("guest")["AccessKeyId"] and phase(shell) == "active"


@pytest.mark.parametrize("kind", KINDS)
def test_t22_assume_never_executes_the_name_of_a_role(desktop, start, rolecall, kind):
    shell = start(kind)
    shell.type(f"assume {QUOTED[kind]}")
    ready(shell)
    assert shown(shell)[:2] == (NASTY, rolecall.handed_out(NASTY)["AccessKeyId"])
    assert not (desktop.home / "ran").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_is_asked_for_in_the_shell(start, practice, rolecall, kind):
    shell = start(kind)
    shell.type("assume operator")
    shell.wait_for("[Cc]ode[^\n]*: ?$")
    shell.type(practice.code(practice.role("operator")["mfa_serial"]))
    ready(shell)
    assert shown(shell)[0] == "operator"


@pytest.mark.parametrize("kind", KINDS)
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


# What is typed before the tab key, and the role that it finds.
TYPED = {
    "acme:ad": "acme:admin@prod",
    "acme:admin@p": "acme:admin@prod",
    "acme:audit=": "acme:audit=eu",
    "ac:ad": None,
    "'acme:ad": "acme:admin@prod",
    '"acme:audit=': "acme:audit=eu",
    '"a@b': "a@b.example:x=y z",
    "'a@b.example:x=": "a@b.example:x=y z",
    "a@b.example:": "a@b.example:x=y z",
}


@pytest.mark.parametrize("kind", SET_UP)
def test_the_tab_key_completes_names_that_bash_splits(start, kind):
    if kind == "bash with bash-completion" and not os.path.exists(BASH_COMPLETION):
        pytest.fail("no bash-completion") if os.environ.get("CI") else pytest.skip("no bash-completion")
    shell = start(kind)
    for typed, role in TYPED.items():
        if role is None or (kind == "nu" and typed[0] in "'\""):
            continue
        shell.key(f"assume {typed}\t")
        shell.wait_for(re.escape(role.split(" ")[0]), quiet=0.3)
        if kind == "nu":
            # The first Enter takes the name from the menu.
            shell.key("\r")
            shell.wait_for(".", quiet=0.3)
        shell.type("")
        ready(shell)
        assert shown(shell)[0] == role, typed
        shell.type("assume --end")
        ready(shell)


def test_nushell_offers_the_best_role_first_and_not_the_first_of_the_alphabet(start, practice, rolecall):
    rolecall.write_roles(**{name: practice.role("guest") for name in ("a-dream-in", "zz-admin")})
    until(lambda: "zz-admin" in rolecall.ok("list"), "the roles")
    shell = start("nu")
    shell.key("assume admin\t")
    shell.wait_for("zz-admin", quiet=0.3)
    # The first Enter takes the name from the menu.
    shell.key("\r")
    shell.wait_for(".", quiet=0.3)
    shell.type("")
    ready(shell)
    assert shown(shell)[0] == "zz-admin"


@pytest.mark.parametrize("kind", ["bash", "bash with bash-completion", "zsh", "fish"])
def test_the_tab_key_completes_the_value_of_a_flag(start, kind):
    shell = start(kind)
    shell.key("rolecall env --unset --shell=dote\t")
    shell.wait_for("--shell=dotenv", quiet=0.3)
    shell.type("")
    ready(shell, "cannot be unset")


OLDER = {
    "bash": "alias assume='source assume'\n",
    "bash with bash-completion": "assume() { echo older; }\n",
    "zsh": "alias assume='source assume'\n",
    "fish": "alias assume='source assume.fish'\n",
    "nu": "alias assume = echo older\n",
}


@pytest.mark.parametrize("kind", OLDER)
def test_an_older_alias_or_function_of_the_name_is_replaced(desktop, start, kind):
    shell = start(kind, before=OLDER[kind])
    shown_once = desktop.state_dir / "rolecall" / "replaced-assume"
    assert shown_once.exists() or kind == "nu"
    shell.type("assume guest")
    ready(shell)
    assert shown(shell)[0] == "guest"
    shell.key("assume --end; assume gu\t")
    shell.type("")
    ready(shell)
    assert shown(shell)[0] == "guest"


@pytest.mark.parametrize("kind", ["bash", "zsh", "fish"])
def test_a_replacement_is_shown_once(desktop, rolecall, kind):
    init = {"fish": "rolecall shell-init fish | source"}.get(kind, f'eval "$(rolecall shell-init {kind})"')
    aliases = "shopt -s expand_aliases\n" if kind == "bash" else ""
    script = f"{aliases}{OLDER[kind]}{init}\n"
    env = {"PATH": search_path(desktop)}
    first, second = (desktop.run(kind, "-c" if kind == "fish" else "-s", *([script] if kind == "fish" else []),
                                 env=env, input=script) for _ in range(2))
    assert 'replaced the ' in first.stderr and f"shell-init {kind} --name" in first.stderr, first.stderr
    assert second.stderr == "" and first.returncode == second.returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_function_can_have_another_name(desktop, start, rolecall, kind):
    name, text = SET_UP[kind]
    other = {kind: (name, text.replace(f"shell-init {kind}", f"shell-init {kind} --name as-role"))}
    older = OLDER[kind]
    if kind == "nu":
        autoload = desktop.home / ".config/nushell/autoload/rolecall.nu"
        autoload.parent.mkdir(parents=True)
        autoload.write_text(rolecall.ok("shell-init", "nu", "--name", "as-role"))
    shell = start(kind, other, before=older)
    shell.key("as-role gu\t")
    shell.type("")
    ready(shell)
    assert shown(shell)[0] == "guest"


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


@pytest.mark.parametrize("kind", KINDS)
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
