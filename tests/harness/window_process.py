"""The processes behind the app's window."""

from pathlib import Path

from harness.process import arguments, descendants


def windows_of(rolecall):
    """Returns the ids of the processes of the app's window."""
    return [pid for pid in descendants(rolecall.process.pid) if "--window-of-parent" in arguments(pid)]


def engine_of(rolecall, name):
    """Returns the ids of the processes of the window's browser engine with this name."""
    return [pid for pid in descendants(rolecall.process.pid) if Path(arguments(pid)[0]).name == name]
