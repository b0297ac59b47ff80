"""`rolecall reset` leaves a home folder and a keychain as they were before Rolecall was first used."""

import json
import os
import shutil

import pytest

from harness.agent import Agent, is_alive
from harness.practice import Practice
from harness.rolecall import Rolecall, binary
from harness.terminal import Terminal
from harness.wait import until

KEY = "[{}]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n"
CONFIG = "# mine\r\n[profile mine]\r\nregion = eu-west-1"
NOTHING = "There is nothing of Rolecall on this machine."


def snapshot(root):
    """Returns all folders, files and links below a folder, with modes and contents."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            mode = oct(os.lstat(path).st_mode)
            if os.path.islink(path):
                found[path] = (mode, os.readlink(path))
            elif os.path.isfile(path):
                with open(path, "rb") as file:
                    found[path] = (mode, file.read())
            else:
                found[path] = (mode, None)
    return found


class Before:
    """The home folder, the runtime folder and the keychain of a machine, to compare with later."""

    def __init__(self, machine):
        self.machine = machine
        self.state = self._state()

    def _state(self):
        keyrings = str(self.machine.home / ".local/share/keyrings")
        files = {**snapshot(self.machine.home), **snapshot(self.machine.runtime_dir)}
        files = {path: what for path, what in files.items() if not path.startswith(keyrings)}
        return files, self.machine.keychain.items()

    def assert_same(self):
        files, items = self._state()
        before, items_before = self.state
        assert items == items_before
        assert files == before, set(files.items()) ^ set(before.items())


@pytest.fixture
def practice(machine):
    """The practice account."""
    return Practice(machine).start()


@pytest.fixture
def bare(machine):
    """A machine whose user has neither the folders of the desktop's specification nor `~/.aws`."""
    for name in (".config", ".local/state"):
        shutil.rmtree(machine.home / name)
    return machine


def use_all(agent, practice):
    """Uses whatever leaves something behind: keys, a session, profiles, a moved key, a team, labels."""
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    (agent.config_dir / "marks.toml").write_text('[roles.guest]\nlabel = "prod"\n')
    agent.add_key("user", practice)
    agent.ok("assume", "guest")
    agent.ok("credentials", "guest")
    agent.ok("connect", "guest", "--yes")
    agent.ok("history")


def reset(agent, *flags):
    """Resets without a question."""
    done = agent.cli("reset", "--yes", "--delete-keys", *flags)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_a_used_machine_is_as_before(machine, practice):
    aws = machine.home / ".aws"
    aws.mkdir(mode=0o750)
    (aws / "config").write_bytes(CONFIG.encode())
    before = Before(machine)
    agent = Agent(machine)
    use_all(agent, practice)
    assert machine.keychain.items() and b"guest" in (aws / "config").read_bytes()
    pid = agent.pid()
    shown = agent.ok("reset", "--dry-run")
    for part in ("~/.config/rolecall/roles.toml", "~/.local/state/rolecall/state.db", 'The access key "user" (', "the agent"):
        assert part in shown, shown
    assert '~/.aws/config: the profile "guest"' in shown and "lost for good" in shown
    assert is_alive(pid)
    done = reset(agent)
    assert f"Stopped: the agent (process {pid})." in done.stderr
    assert "Everything of Rolecall was removed" in done.stdout
    before.assert_same()
    assert NOTHING in agent.ok("reset", "--yes")
    before.assert_same()


def test_folders_that_rolecall_made_go_too(bare, practice):
    before = Before(bare)
    agent = Agent(bare)
    # The first command makes them, as on a new machine.
    agent.cli("list")
    agent.ok("agent", "--stop")
    until(lambda: not bare.agents(), "the agent to end")
    use_all(agent, practice)
    assert (bare.home / ".aws/config").exists()
    reset(agent)
    before.assert_same()


def test_a_moved_key_can_be_put_back_first(machine, practice):
    aws = machine.home / ".aws"
    aws.mkdir(mode=0o700)
    text = f"[old]\naws_access_key_id = {practice.access_key_id}\naws_secret_access_key = {practice.secret_access_key}\n"
    (aws / "credentials").write_text(text)
    (aws / "credentials").chmod(0o600)
    before = Before(machine)
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.ok("keys", "import", "--profile", "old", "--yes")
    shown = agent.ok("reset", "--dry-run")
    assert "rolecall keys undo-import old" in shown, shown
    agent.ok("keys", "undo-import", "old", "--yes")
    assert "lost for good" not in agent.ok("reset", "--dry-run")
    assert agent.cli("reset", "--yes").returncode == 0
    before.assert_same()


def test_a_moved_key_that_is_not_put_back_leaves_no_line_of_ours(machine, practice):
    aws = machine.home / ".aws"
    aws.mkdir(mode=0o700)
    lines = f"aws_access_key_id = {practice.access_key_id}\naws_secret_access_key = {practice.secret_access_key}\n"
    (aws / "credentials").write_text(f"[old]\n{lines}region = us-east-1\n")
    agent = Agent(machine)
    agent.write_settings(endpoint=practice.endpoint)
    agent.ok("keys", "import", "--profile", "old", "--yes")
    reset(agent)
    assert (aws / "credentials").read_text() == "[old]\nregion = us-east-1\n"


def test_it_asks_and_asks_apart_for_keys(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    before = Before(machine)
    refused = agent.cli("reset", "--yes")
    assert refused.returncode == 1 and "--delete-keys" in refused.stderr
    assert "no terminal" in agent.cli("reset").stderr
    for answers in (["no"], ["reset", "no"]):
        terminal = Terminal(machine, binary("rolecall"), "reset")
        terminal.answer("Type reset to remove all of this: ", answers[0])
        for answer in answers[1:]:
            terminal.answer("Type delete keys to lose them: ", answer)
        terminal.expect("Nothing was removed.")
        assert terminal.end() == 0
    terminal = Terminal(machine, binary("rolecall"), "reset")
    terminal.expect("Type reset to remove all of this: ")
    terminal.send("\x03")
    assert terminal.end() != 0
    before.assert_same()
    terminal = Terminal(machine, binary("rolecall"), "reset")
    terminal.answer("Type reset to remove all of this: ", "reset")
    terminal.answer("Type delete keys to lose them: ", "delete keys")
    terminal.expect("Everything of Rolecall was removed")
    assert terminal.end() == 0
    assert machine.keychain.items() == []


def test_a_list_of_keys_that_cannot_be_read_stops_the_reset(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    agent.ok("agent", "--stop")
    until(lambda: not machine.agents(), "the agent to end")
    with (agent.config_dir / "keys.toml").open("a") as file:
        file.write("[keys.bad]\n")
    before = Before(machine)
    refused = agent.cli("reset", "--yes")
    assert refused.returncode == 1 and "--delete-keys" in refused.stderr, refused.stderr
    assert "keys.toml, line " in refused.stderr and 'key "bad"' in refused.stderr, refused.stderr
    before.assert_same()
    reset(agent)
    assert machine.keychain.items() == []


def test_roles_can_stay(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    reset(agent, "--keep-roles")
    names = sorted(path.name for path in agent.config_dir.iterdir())
    assert names == ["marks.toml", "roles.toml", "settings.toml"]
    assert machine.keychain.items() == []
    assert not agent.state_dir.exists()


def test_files_of_others_and_targets_of_links_stay(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    dotfiles = machine.home / "dotfiles"
    documents = machine.home / "documents"
    for folder in (dotfiles, documents):
        folder.mkdir()
        (folder / "config.1").write_text("mine")
    (agent.config_dir / "roles.toml").rename(dotfiles / "roles.toml")
    (agent.config_dir / "roles.toml").symlink_to(dotfiles / "roles.toml")
    shutil.rmtree(agent.state_dir / "backups", ignore_errors=True)
    (agent.state_dir / "backups").symlink_to(documents)
    (agent.state_dir / "teams").mkdir(exist_ok=True)
    (agent.state_dir / "teams/notes.txt").write_text("mine")
    (agent.config_dir / "keys.toml.swp").mkdir()
    bashrc = machine.home / ".bashrc"
    bashrc.write_text('# mine\neval "$(rolecall shell-init bash)"\n')
    shown = agent.ok("reset", "--dry-run")
    for kept in ("~/dotfiles/roles.toml", "~/.local/state/rolecall/teams/notes.txt", "~/.bashrc, line 2"):
        assert kept in shown.split("What stays:")[1], shown
    reset(agent)
    assert (dotfiles / "roles.toml").read_text().startswith("[roles.guest]")
    assert not (agent.config_dir / "roles.toml").is_symlink()
    assert (documents / "config.1").read_text() == "mine"
    assert (agent.state_dir / "teams/notes.txt").read_text() == "mine"
    left = sorted(path.name for path in agent.state_dir.rglob("*"))
    assert left == ["backups", "notes.txt", "teams"]
    assert bashrc.read_text().count("rolecall") == 1


def test_an_item_with_our_service_that_we_did_not_make_stays(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    machine.keychain.store("mine", "secret", {"service": "rolecall", "username": "phone bill"})
    assert 'The item "phone bill" in the keychain' in agent.ok("reset", "--dry-run")
    reset(agent)
    assert [item["username"] for item in machine.keychain.items()] == ["phone bill"]


def test_an_interrupted_reset_can_be_repeated(machine, practice):
    before = Before(machine)
    agent = Agent(machine)
    use_all(agent, practice)
    program = str(binary("rolecall-agent"))
    plan = machine.run(program, "--reset-plan").stdout
    agent.ok("agent", "--stop")
    until(lambda: not machine.agents(), "the agent to end")
    for kill_after in range(2, 30, 3):
        calls = ["-e", f"inject=unlink,rmdir,unlinkat:signal=KILL:when={kill_after}"]
        machine.run("strace", "-f", "-qq", "-o", "/dev/null", *calls, program, "--reset", input=plan)
    reset(agent)
    before.assert_same()


def test_what_cannot_be_removed_is_named(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    agent.ok("agent", "--stop")
    machine.keychain.kill()
    done = agent.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 1 and "Rolecall's items in the keychain" in done.stdout, done.stdout
    assert not agent.config_dir.exists()


def test_a_locked_keychain_keeps_only_its_items(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    machine.keychain.lock()
    assert "The keychain is locked." in agent.ok("reset", "--dry-run")
    done = agent.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 1 and "repeat: rolecall reset" in done.stdout, done.stdout
    assert not agent.config_dir.exists() and not agent.state_dir.exists()
    machine.keychain.unlock()
    assert agent.cli("reset", "--yes").returncode == 1
    reset(agent)
    assert machine.keychain.items() == []


def test_a_home_folder_that_cannot_be_written_is_named(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    agent.ok("agent", "--stop")
    until(lambda: not machine.agents(), "the agent to end")
    agent.config_dir.chmod(0o500)
    done = agent.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 1 and "You may not remove it." in done.stdout, done.stdout
    assert (agent.config_dir / "roles.toml").exists() and not agent.state_dir.exists()
    agent.config_dir.chmod(0o700)
    reset(agent)
    assert not agent.config_dir.exists()


def test_a_running_endpoint_stops_the_reset(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    program = machine.start("program", "sleep", "60")
    agent.ok("endpoint", "guest", "--while", str(program.pid))
    token = until(lambda: next((machine.runtime_dir / "rolecall").glob("endpoint-*.token"), None), "an endpoint")
    done = agent.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 1 and "serves a session to a program" in done.stderr, done.stderr
    assert (agent.config_dir / "roles.toml").exists()
    program.kill()
    until(lambda: not token.exists(), "the endpoint to end")
    reset(agent)


def test_another_instance_that_uses_the_folder_stops_the_reset(machine, practice):
    agent = Agent(machine)
    use_all(agent, practice)
    agent.ok("agent", "--stop")
    elsewhere = machine.root / "other-run"
    elsewhere.mkdir(mode=0o700)
    other = Agent(machine)
    other.launch(env={"XDG_RUNTIME_DIR": str(elsewhere)})
    until((elsewhere / "rolecall/agent.sock").exists, "the other agent to serve")
    done = agent.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 1 and "another Rolecall uses" in done.stderr, done.stderr
    assert (agent.config_dir / "roles.toml").exists()


def test_the_practice_account_and_root_are_refused(machine):
    agent = Agent(machine)
    assert "exists in memory only" in agent.cli("reset", "--practice").stderr
    assert "without sudo" in agent.cli("reset", env={"SUDO_UID": "1000"}).stderr


def test_the_tray_application_is_quit_first(desktop, keychain, tray, notifications):
    practice = Practice(desktop).start()
    rolecall = Rolecall(desktop)
    desktop.keychain = keychain
    before = Before(desktop)
    rolecall.start_on(practice, "guest")
    rolecall.ok("assume", "guest")
    done = rolecall.cli("reset", "--yes", "--delete-keys")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Stopped: the tray application" in done.stderr
    assert rolecall.process.wait_exit() == 0
    files, _ = before.state
    left = {path for path in snapshot(desktop.home) if path not in files and "rolecall" in path.lower()}
    assert left == set(), json.dumps(sorted(left))
    assert keychain.items() == []
