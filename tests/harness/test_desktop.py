"""The harness itself: what it starts works, and what it starts it ends."""

import os

import pytest

from harness.bus import Bus, BusError
from harness.desktop import Desktop
from harness.wait import until


def test_a_desktop_has_its_own_home_display_and_bus(desktop):
    done = desktop.run("sh", "-c", "echo $HOME $XDG_RUNTIME_DIR; xrdb -query && echo shown; env | grep ^AWS || true")
    home, run = done.stdout.split()[:2]
    assert home.startswith(str(desktop.root)) and run.startswith(str(desktop.root))
    assert "shown" in done.stdout, done.stderr
    assert "AWS_" not in done.stdout
    assert desktop.bus().owner("org.freedesktop.DBus")


def test_v1_a_display_shows_nothing_without_its_cookie(desktop):
    assert desktop.run("xdotool", "getdisplaygeometry").stdout == "1280 800\n"
    refused = desktop.run("xdotool", "getdisplaygeometry", env={"XAUTHORITY": "/dev/null"})
    assert refused.returncode != 0 and "1280" not in refused.stdout, refused


def test_a_desktop_ends_everything_it_started_and_removes_its_folders():
    with Desktop() as desktop:
        parent = desktop.start("parent", "sh", "-c", "sleep 600 & sleep 600")
        until(lambda: len(parent.tree()) == 3, "both children")
        pids = [pid for process in desktop.processes for pid in process.tree()]
    assert len(pids) >= 5
    until(lambda: not [pid for pid in pids if os.path.exists(f"/proc/{pid}")], "all processes to be gone")
    assert not desktop.root.exists()


def test_a_bus_has_no_services_unless_asked(desktop):
    bus = desktop.bus()
    assert bus.owner("org.freedesktop.secrets") is None
    with pytest.raises(BusError) as refused:
        bus.call("org.freedesktop.secrets", "/", "org.freedesktop.DBus.Peer", "Ping")
    assert refused.value.name.endswith("NameHasNoOwner")


def test_a_broken_service_is_started_and_never_answers():
    with Desktop(broken=["org.freedesktop.Notifications"], display=False) as desktop:
        done = desktop.run(
            *"gdbus call --session -t 1 -d org.freedesktop.Notifications -o / -m org.freedesktop.DBus.Peer.Ping".split()
        )
        assert "Timeout" in done.stderr, done


def test_a_bus_ends_without_ending_its_users():
    with Desktop(display=False) as desktop:
        bus = Bus(desktop.env["DBUS_SESSION_BUS_ADDRESS"])
        desktop.bus_process.end()
        until(bus.connection.is_closed, "the connection to be closed")


def test_until_names_what_it_waited_for():
    with pytest.raises(AssertionError, match="waited 0.1 s for a miracle"):
        until(lambda: False, "a miracle", 0.1)
