"""Start-up files that set AWS's variables: the shell that `exec` starts keeps the session that its prompt shows."""

import pytest

from harness import aws, shells
from harness.agent import Agent
from harness.clients import FOLDER, NODE_MODULES
from harness.practice import Practice
from harness.rolecall import binary
from harness.typist import Typist

# What people write there: a profile, exported keys, another account, a local service, the endpoint of a container.
SET = {
    "AWS_PROFILE": "dev",
    "AWS_DEFAULT_PROFILE": "dev",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_SESSION_TOKEN": "x",
    "AWS_ACCOUNT_ID": "111122223333",
    "AWS_BEARER_TOKEN_BEDROCK": "x",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN": "x",
    "ROLECALL_ROLE": "dev",
}
POSIX = "".join(f"export {name}={value}\n" for name, value in SET.items())
FISH = "".join(f"set -gx {name} {value}\n" for name, value in SET.items())
NUSHELL = "".join(f"$env.{name} = '{value}'\n" for name, value in SET.items())
UNIVERSAL = "".join(f"set -Ux {name} {value}\n" for name, value in SET.items())
FILES = {
    "bash": (".bashrc", f"{POSIX}PS1='own> '\n"),
    "zsh": (".zshrc", f"{POSIX}PROMPT='own> '\n"),
    "zsh by its environment": (".zshenv", f"{POSIX}PROMPT='own> '\n"),
    "fish": (".config/fish/config.fish", f"{FISH}function fish_prompt; echo -n 'own> '; end\n"),
    "fish by universal variables": (".config/fish/config.fish", "function fish_prompt; echo -n 'own> '; end\n"),
    "nu": (
        ".config/nushell/config.nu",
        f"{NUSHELL}$env.PROMPT_COMMAND = {{|| 'own' }}\n$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.show_banner = false\n",
    ),
    "nu by its own file": (
        ".config/nushell/autoload/own.nu",
        f"{NUSHELL}$env.PROMPT_COMMAND = 'own'\n$env.PROMPT_COMMAND_RIGHT = ''\n$env.config.show_banner = false\n",
    ),
}
# What is left of these variables beside a session.
OF_SESSION = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID", "ROLECALL_ROLE")
OF_ENDPOINT = ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN", "ROLECALL_ROLE")


@pytest.fixture
def rolecall(desktop):
    """Rolecall without a display: the code that serves shells is the same."""
    return Agent(desktop)


@pytest.fixture
def practice(desktop, rolecall, keychain):
    """A running app with a role on a practice account, and a profile `dev` of the access key's user."""
    practice = Practice(desktop).start()
    without_region = {key: value for key, value in practice.role("contractor").items() if key != "region"}
    rolecall.start_on(practice, "guest", **{"without region": without_region})
    keys = {"aws_access_key_id": practice.access_key_id, "aws_secret_access_key": practice.secret_access_key}
    aws.write_profile(desktop, "dev", **keys)
    return practice


@pytest.fixture
def start(desktop, practice):
    """Returns a function that starts a shell of a kind with these words of `rolecall exec`."""
    terminals = []

    def begin(kind, *words):
        shell = shells.program(kind)
        name, text = FILES[kind]
        path = desktop.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if kind == "fish by universal variables":
            desktop.run(shell, "-c", UNIVERSAL)
        env = {**desktop.env, "SHELL": shell, "TERM": "xterm", "AWS_EC2_METADATA_DISABLED": "true"}
        terminal = Typist([binary("rolecall"), "exec", *words], env, desktop.home)
        terminals.append(terminal)
        return terminal

    yield begin
    for terminal in terminals:
        terminal.end()


def variables(desktop, terminal):
    """Returns what a program sees of the variables in SET, and the names of Rolecall's own."""
    terminal.type("""sh -c "env -0 > seen; echo do''ne" """)
    terminal.wait_for(r"\n\r*done")
    seen = dict(line.split("=", 1) for line in (desktop.home / "seen").read_text().split("\0") if line)
    return {name: value for name, value in seen.items() if name in SET or name.startswith("ROLECALL_SET_")}


@pytest.mark.parametrize("kind", FILES)
def test_the_session_of_the_prompt_is_what_programs_see(desktop, start, rolecall, kind):
    terminal = start(kind, "guest")
    terminal.wait_for(r"\(guest (1h|59m)\) [\s\S]*$", quiet=0.3)
    seen = variables(desktop, terminal)
    assert seen.keys() == set(OF_SESSION)
    assert seen["ROLECALL_ROLE"] == "guest"
    assert seen["AWS_ACCESS_KEY_ID"] == rolecall.handed_out("guest")["AccessKeyId"]
    assert seen["AWS_ACCOUNT_ID"] == rolecall.handed_out("guest")["AccountId"]


@pytest.mark.parametrize("kind", FILES)
def test_an_endpoint_is_what_programs_see(desktop, start, kind):
    terminal = start(kind, "--server", "guest")
    terminal.wait_for(r"\(guest (1h|59m)\) [\s\S]*$", quiet=0.3)
    seen = variables(desktop, terminal)
    assert seen.keys() == set(OF_ENDPOINT)
    assert seen["AWS_CONTAINER_CREDENTIALS_FULL_URI"] != SET["AWS_CONTAINER_CREDENTIALS_FULL_URI"]


@pytest.mark.parametrize("server", [[], ["--server"]], ids=["variables", "endpoint"])
@pytest.mark.parametrize("kind", ["bash", "zsh", "fish", "nu"])
def test_real_clients_are_the_role_of_the_prompt(start, kind, server):
    clients = {f"{aws.V1} sts get-caller-identity --query Arn --output text": aws.V1}
    clients[f"sh -c 'echo | node {FOLDER}/identity.mjs'"] = NODE_MODULES
    terminal = start(kind, *server, "guest")
    terminal.wait_for(r"\(guest (1h|59m)\) [\s\S]*$", quiet=0.3)
    for command, needed in clients.items():
        if needed.exists():
            terminal.type(command)
            assert ":assumed-role/guest/" in terminal.wait_for(r"(arn:aws:\S+|rror)[\s\S]*own> \s*$", quiet=0.3).group()


@pytest.mark.parametrize("words", [["zsh", "-c"], ["fish", "-c"]], ids=["zsh", "fish"])
def test_a_command_of_a_named_shell_keeps_the_session(desktop, practice, rolecall, words):
    for name, text in (FILES["zsh by its environment"], FILES["fish"]):
        path = desktop.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    printed = rolecall.ok("exec", "guest", "--", *words, "echo $AWS_ACCESS_KEY_ID $ROLECALL_ROLE; env")
    assert printed.startswith(f"{rolecall.handed_out('guest')['AccessKeyId']} guest\n")
    assert "AWS_PROFILE" not in printed and "ROLECALL_SET_" not in printed and "ROLECALL_PROGRAM" not in printed


def test_a_nested_exec_without_a_region_does_not_keep_the_region_before(rolecall, practice):
    inner = [binary("rolecall"), "exec", "without region", "sh", "-c", "echo ${AWS_REGION-none} ${AWS_DEFAULT_REGION-none}"]
    assert rolecall.ok("exec", "guest", "--", *inner).strip() == "none none"
    outer = {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "ap-south-1"}
    done = rolecall.cli("exec", "without region", "sh", "-c", "echo $AWS_REGION $AWS_DEFAULT_REGION", env=outer)
    assert done.stdout.strip() == "ap-south-1 ap-south-1"


# A hook that sets a variable before each prompt, or a variable that nobody can unset.
REPLACING = {
    "bash": (".bashrc", "PROMPT_COMMAND='export AWS_PROFILE=dev'\nPS1='own> '\n"),
    "bash with a readonly variable": (".bashrc", "readonly AWS_PROFILE=dev; export AWS_PROFILE\nPS1='own> '\n"),
    "zsh": (".zshrc", "precmd() { export AWS_PROFILE=dev }\nPROMPT='own> '\n"),
    "zsh with a readonly variable": (".zshrc", "typeset -rx AWS_PROFILE=dev\nPROMPT='own> '\n"),
    "fish": (
        ".config/fish/config.fish",
        "function f --on-event fish_prompt; set -gx AWS_PROFILE dev; end\nfunction fish_prompt; echo -n 'own> '; end\n",
    ),
}


@pytest.mark.parametrize("kind", REPLACING)
def test_a_prompt_does_not_claim_a_session_that_is_replaced(desktop, practice, kind):
    path, text = REPLACING[kind]
    file = desktop.home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    env = {**desktop.env, "SHELL": shells.program(kind.split()[0]), "TERM": "xterm"}
    terminal = Typist([binary("rolecall"), "exec", "guest"], env, desktop.home)
    shown = ""
    for _ in range(2):
        terminal.wait_for(r"\(guest replaced\) [\s\S]*own> \s*$", quiet=0.5)
        shown += terminal.shown
        terminal.type("true")
    assert shown.count("this shell sets AWS_PROFILE") == 1, shown
    terminal.end()


def test_a_bashrc_that_starts_zsh_keeps_the_session_and_leaves_no_copies(desktop, practice, rolecall):
    (desktop.home / ".bashrc").write_text(f"exec {shells.program('zsh')}\n")
    (desktop.home / ".zshrc").write_text(f"{POSIX}PROMPT='own> '\n")
    env = {**desktop.env, "SHELL": shells.program("bash"), "TERM": "xterm"}
    terminal = Typist([binary("rolecall"), "exec", "guest"], env, desktop.home)
    terminal.wait_for(r"\(guest (1h|59m)\) [\s\S]*own> \s*$", quiet=0.5)
    found = variables(desktop, terminal)
    assert found["AWS_ACCESS_KEY_ID"] == rolecall.handed_out("guest")["AccessKeyId"]
    assert found.keys() == set(OF_SESSION), "no copies are left"
    terminal.end()
