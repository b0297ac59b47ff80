"""A shell with simulated input: a program on a pseudo-terminal, and its text without control sequences."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

# Output that is not text: escape sequences, and what shells draw and erase.
ESCAPES = re.compile(r"\x1b(\[[0-9;?>=]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B]|[=>78])|[\x00-\x08\x0e-\x1f]")


class Typist:
    """A program on its own terminal."""

    def __init__(self, command, env, cwd):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.execvpe(str(command[0]), [str(word) for word in command], env)
        self.resize(40, 160)
        self.shown = ""

    def resize(self, rows, columns):
        """Resizes the terminal."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        """Types a line, and forgets what was shown before."""
        self.shown = ""
        os.write(self.fd, text.encode() + b"\r")

    def key(self, key):
        """Types one key."""
        os.write(self.fd, key.encode())

    def wait_for(self, pattern, deadline=20.0, quiet=0.0):
        """Returns the match of what is shown, once nothing more is shown for so many seconds."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            found = re.search(pattern, ESCAPES.sub("", self.shown))
            if found and not select.select([self.fd], [], [], quiet)[0]:
                return found
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    part = os.read(self.fd, 1 << 16).decode(errors="replace")
                except OSError:
                    break
                self._answer(part)
                self.shown += part
        raise AssertionError(f"{pattern} is not in {ESCAPES.sub('', self.shown)!r}")

    def _answer(self, part):
        # Some shells ask where the cursor is before they show anything.
        for _ in range(part.count("\x1b[6n")):
            os.write(self.fd, b"\x1b[1;1R")

    def exit_code(self):
        """Waits for the end of the program."""
        try:
            while part := os.read(self.fd, 1 << 16):
                self._answer(part.decode(errors="replace"))
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def end(self):
        """Hangs up."""
        os.close(self.fd)
        try:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
