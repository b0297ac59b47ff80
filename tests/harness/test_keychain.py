"""The real gnome-keyring, in each state the journeys need."""

import subprocess

import pytest

from harness.bus import BusError


def store(desktop, timeout=10):
    """Keeps a secret through libsecret's own tool."""
    return desktop.run("secret-tool", "store", "--label=l", "who", "me", input="s3cret", timeout=timeout)


def test_keeps_and_lists_a_secret(desktop, keychain):
    assert store(desktop).returncode == 0
    assert desktop.run("secret-tool", "lookup", "who", "me").stdout == "s3cret"
    assert [item["who"] for item in keychain.items()] == ["me"]


def test_locks_and_unlocks(desktop, keychain):
    store(desktop)
    keychain.lock()
    assert keychain.is_locked()
    keychain.unlock()
    assert desktop.run("secret-tool", "lookup", "who", "me").stdout == "s3cret"


def test_freezes_thaws_and_dies(desktop, keychain):
    keychain.freeze()
    with pytest.raises(subprocess.TimeoutExpired):
        store(desktop, timeout=0.5)
    keychain.thaw()
    assert store(desktop).returncode == 0
    keychain.kill()
    with pytest.raises(BusError):
        keychain.is_locked()
