"""Searches for a canary secret where it must not be: files, arguments, bus messages, process memory."""

import base64
import json
import mmap
import os
import struct
import sys
import time
import urllib.parse
from array import array
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from gi.repository import Gio

from harness import root
from harness.background import Background
from harness.wait import until

SAMPLE_SECONDS = 0.005
PAGE, PAGEMAP_ENTRY = mmap.PAGESIZE, 8
PCAP_HEADER, PCAP_RECORD = 24, struct.Struct("=IIII")


@dataclass(frozen=True)
class Canary:
    """A secret to search for in every encoding in which it could leak."""

    secret: str

    def encodings(self):
        """Returns the byte strings that reveal it, by encoding."""
        raw = self.secret.encode()
        found = {
            "utf-8": raw,
            "utf-16": self.secret.encode("utf-16-le"),
            "percent-encoded": urllib.parse.quote(self.secret, safe="").encode(),
            "hex": raw.hex().encode(),
        }
        # In a longer text, base64 of the same bytes differs by their offset; the middle is always the same.
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + raw)
            found[f"base64 at {offset}"] = coded[4 if offset else 0 : -4]
        return found

    def seen_in(self, data):
        """Returns the encodings in which `data` (bytes or text) holds it."""
        data = data.encode() if isinstance(data, str) else data
        return [name for name, traces in self.encodings().items() if traces in data]


def files(canary, *roots):
    """Returns {path: encodings} of every regular file below the roots that holds the canary."""
    found = {}
    for root in roots:
        for folder, _, names in os.walk(root):
            for path in (Path(folder, name) for name in names):
                if path.is_file() and not path.is_symlink() and (seen := canary.seen_in(path.read_bytes())):
                    found[str(path)] = seen
    return found


def memory(canary, pid):
    """Returns the encodings in which a process's resident memory holds the canary. Ours show theirs to root only."""
    try:
        return _memory(canary, pid)
    except PermissionError:
        command = [sys.executable, "-m", "harness.leak_scan", pid]
        return json.loads(root.ok(*command, input=canary.secret, cwd=Path(__file__).resolve().parents[1]))


def _memory(canary, pid):
    seen = set()
    with (
        open(f"/proc/{pid}/maps") as maps,
        open(f"/proc/{pid}/pagemap", "rb", buffering=0) as pagemap,
        open(f"/proc/{pid}/mem", "rb", buffering=0) as mem,
    ):
        for line in maps:
            bounds, permissions, *_ = line.split()
            if permissions.startswith("r") and "[v" not in line:
                start, end = (int(bound, 16) for bound in bounds.split("-"))
                for first, length in _resident(pagemap, start, end):
                    seen.update(canary.seen_in(_read(mem, first, length)))
    return sorted(seen)


def _resident(pagemap, start, end):
    """Yields the runs of pages that are in memory or swapped out, as (address, length)."""
    pagemap.seek(start // PAGE * PAGEMAP_ENTRY)
    entries = array("Q", pagemap.read((end - start) // PAGE * PAGEMAP_ENTRY))
    for is_there, run in groupby(enumerate(entries), lambda entry: entry[1] >> 62 != 0):
        numbers = [number for number, _ in run] if is_there else []
        if numbers:
            yield start + numbers[0] * PAGE, len(numbers) * PAGE


def _read(mem, first, length):
    try:
        mem.seek(first)
        return mem.read(length)
    except OSError:
        return b""


class ArgumentSampler(Background):
    """Samples the argument lists of all processes while its `with` block runs."""

    def __init__(self, canary):
        super().__init__()
        self.canary = canary
        self.found = {}
        self.samples = 0

    def _run(self):
        while not self._end.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    arguments = path.read_bytes()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                if self.canary.seen_in(arguments):
                    self.found[path.parent.name] = arguments.replace(b"\0", b" ").decode(errors="replace")
            self.samples += 1
            time.sleep(SAMPLE_SECONDS)


class BusRecorder:
    """Records every message on a desktop's bus, as dbus-monitor sees it."""

    def __init__(self, desktop):
        self.desktop = desktop
        self.bus = desktop.bus()

    def start(self):
        """Starts recording; returns once it does."""
        self.process = self.desktop.start("monitor", "dbus-monitor", "--pcap")
        until(lambda: self._reaches("start", 0.2), self.process.log)
        return self

    def messages(self):
        """Returns all messages so far, as (Gio.DBusMessage, raw bytes)."""
        data, position, found = self.process.log_path.read_bytes(), PCAP_HEADER, []
        while position + PCAP_RECORD.size <= len(data):
            *_, length, _ = PCAP_RECORD.unpack_from(data, position)
            position += PCAP_RECORD.size
            blob = data[position : position + length]
            position += length
            if len(blob) == length:
                found.append((Gio.DBusMessage.new_from_blob(blob, Gio.DBusCapabilityFlags.NONE), blob))
        return found

    def leaks(self, canary, allowed):
        """Returns the messages that hold the canary, but for those from or to the names in `allowed`."""
        self._reaches("end", 5)
        spared = {self.bus.owner(name) for name in allowed} | set(allowed)
        return [
            f"{message.get_sender()} → {message.get_destination()} {message.get_interface()}.{message.get_member()}"
            for message, blob in self.messages()
            if canary.seen_in(blob) and not spared & {message.get_sender(), message.get_destination()}
        ]

    def _reaches(self, word, deadline):
        """Sends a mark over the bus and waits until the recording has it."""
        path = f"/mark/{word}{time.monotonic_ns()}"
        self.bus.emit(path, "tests.Mark", "Mark", None)
        return until(lambda: path.encode() in self.process.log_path.read_bytes(), f"{path} in the recording", deadline)


if __name__ == "__main__":
    print(json.dumps(_memory(Canary(sys.stdin.read()), int(sys.argv[1]))))
