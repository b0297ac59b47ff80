"""Every scan finds a planted secret, and nothing where there is none."""

import base64

from gi.repository import GLib

from harness.leak_scan import ArgumentSampler, BusRecorder, Canary, files, memory
from harness.wait import until

CANARY = Canary("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")


def test_every_encoding_is_seen_at_every_offset():
    for offset in range(3):
        text = b"x" * offset + CANARY.secret.encode() + b"tail"
        assert CANARY.seen_in(base64.b64encode(text)), offset
    assert CANARY.seen_in(CANARY.secret.encode("utf-16-le")) == ["utf-16"]
    assert CANARY.seen_in("wJalrXUtnFEMI%2FK7MDENG%2BbPxRfiCYEXAMPLEKEY") == ["percent-encoded"]
    assert CANARY.seen_in("something else") == []


def test_files_are_searched_with_their_folders(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "log").write_text(f"key={CANARY.secret}\n")
    (tmp_path / "clean").write_text("nothing")
    assert files(CANARY, tmp_path) == {str(tmp_path / "deep" / "log"): ["utf-8"]}


def test_argument_lists_are_sampled(desktop):
    with ArgumentSampler(CANARY) as sampler:
        desktop.run("sh", "-c", "sleep 0.2; true", CANARY.secret)
        until(lambda: sampler.found, "a sample of the argument list", 5)
    with ArgumentSampler(CANARY) as clean:
        until(lambda: clean.samples > 3, "a few samples")
    assert clean.found == {}


def test_memory_of_a_process_is_read(desktop):
    process = desktop.start("holder", "bash", "-c", "read secret; echo got; while :; do read -t 60 < /dev/fd/3; done",
                            stdin=CANARY.secret.encode() + b"\n")
    until(lambda: "got" in process.log(), "the secret to be read")
    assert memory(CANARY, process.pid) == ["utf-8"]
    assert memory(Canary("another secret that nobody has read"), process.pid) == []


def test_bus_messages_are_recorded_but_the_keychains_spared(desktop):
    recorder, bus, keychain = BusRecorder(desktop).start(), desktop.bus(), desktop.bus()
    keychain.own("org.freedesktop.secrets")
    text = GLib.Variant("(s)", (CANARY.secret,))
    bus.emit("/leak", "tests.Leak", "Private", text, destination=keychain.connection.get_unique_name())
    assert recorder.leaks(CANARY, allowed=["org.freedesktop.secrets"]) == []
    bus.emit("/leak", "tests.Leak", "Public", text)
    (leak,) = recorder.leaks(CANARY, allowed=["org.freedesktop.secrets"])
    assert leak.endswith("tests.Leak.Public")
