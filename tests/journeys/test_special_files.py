"""FIFOs, folders, devices and dead links in the place of our own files: a clear error at once, and nothing that hangs."""

import os
import shutil
import signal
import time

import pytest

from harness.agent import Agent
from harness.desktop import Desktop
from harness.keychain import Keychain
from harness.practice import Practice
from harness.wait import until

KINDS = {
    "fifo": os.mkfifo,
    "folder": os.mkdir,
    "device": lambda path: os.symlink("/dev/zero", path),
    "dead link": lambda path: os.symlink("nothing/there", path),
}
# Each file that we lock, log to or read, by its folder.
FILES = {
    "runtime": ["starting.lock", "instance.lock", "agent.lock", "agent.sock", "shells"],
    "state": ["agent.log", "aws-files.lock", "files.lock", "state.db", "moved-keys.json", "backups", "teams"],
    "config": ["settings.toml", "roles.toml", "keys.toml", "marks.toml"],
    "data": ["keys.sealed"],
}
# The longest that a command may take, in seconds: it waits up to ten for a program that starts.
LIMIT = 15


@pytest.fixture(scope="module")
def machine():
    """A machine without a display, whose user has a keychain."""
    with Desktop(display=False) as machine:
        Keychain(machine).start()
        yield machine


@pytest.fixture(scope="module")
def practice(machine):
    """The practice account."""
    return Practice(machine).start()


@pytest.fixture
def agent(machine, practice):
    """An agent that the command line starts, with a key and a role. It does not run yet."""
    agent = Agent(machine)
    for folder in folders(agent).values():
        shutil.rmtree(folder, ignore_errors=True)
    agent.write_settings(endpoint=practice.endpoint)
    agent.write_roles(guest=practice.role("guest"))
    agent.add_key("user", practice)
    stop(agent)
    yield agent
    stop(agent)


def folders(agent):
    """Returns our folders."""
    return {
        "runtime": agent.socket_path.parent,
        "state": agent.state_dir,
        "config": agent.config_dir,
        "data": agent.desktop.home / ".local" / "share" / "rolecall",
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", FILES)
def test_nothing_hangs_on_what_is_no_file(agent, place, kind):
    folder = folders(agent)[place]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in FILES[place]:
        path, kept = folder / name, folder / f"kept-{name}"
        if path.exists():
            path.rename(kept)
        KINDS[kind](path)
        for words in (["assume", "guest"], ["exec", "guest", "--", "true"]):
            begun = time.monotonic()
            done = agent.cli(*words, timeout=2 * LIMIT)
            took = time.monotonic() - begun
            assert took < LIMIT, f"{words} took {took:.0f}s with a {kind} at {name}: {done.stderr}"
            if done.returncode != 0:
                assert done.stderr.strip(), f"{words} with a {kind} at {name}"
        stop(agent)
        remove(path)
        if kept.exists():
            kept.rename(path)
    assert agent.ok("assume", "guest").startswith("guest: "), f"after a {kind}"


def test_a_fifo_named_like_the_lock_of_a_start_is_named(agent):
    path = agent.socket_path.parent / "starting.lock"
    path.unlink()
    os.mkfifo(path)
    done = agent.cli("list", timeout=LIMIT)
    assert done.returncode == 1
    assert done.stderr == f"{path} cannot be locked: it is not a file. Move it away, then try again.\n"


def stop(agent):
    """Ends the agent, if it runs, and waits until it has."""
    for pid in agent.desktop.agents():
        os.kill(pid, signal.SIGTERM)
    until(lambda: not agent.desktop.agents(), "no agent")


def remove(path):
    """Removes a link, a folder or a file, also what was put into a folder meanwhile."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
