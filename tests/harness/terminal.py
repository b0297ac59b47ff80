"""A terminal with simulated input: a pseudo-terminal that the program under test belongs to."""

import fcntl
import os
import subprocess
import termios
import threading

from harness.wait import until


class Terminal:
    """A program on its own terminal. Its standard input is the terminal, or `stdin` in a pipe."""

    def __init__(self, desktop, *command, stdin=None, env=None):
        controller, terminal = os.openpty()
        self._controller = controller
        self._seen = bytearray()
        self._all = bytearray()
        self._popen = subprocess.Popen(
            [str(part) for part in command],
            env={**desktop.env, **(env or {})},
            cwd=desktop.home,
            stdin=subprocess.PIPE if stdin is not None else terminal,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY, 0),
            pass_fds=(terminal,),
        )
        os.close(terminal)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if stdin is not None:
            self._popen.stdin.write(stdin.encode())
            self._popen.stdin.close()

    @property
    def pid(self):
        """The process id."""
        return self._popen.pid

    def shown(self):
        """Returns everything that the terminal shows."""
        return self._seen.decode(errors="replace").replace("\r\n", "\n")

    def everything(self):
        """Returns all output, including what `expect` has consumed."""
        return self._all.decode(errors="replace").replace("\r\n", "\n")

    def expect(self, text):
        """Waits for a text after all that was waited for before."""
        sought = text.encode()
        until(lambda: sought in self._seen, lambda: f"{text!r}; the terminal shows {self.shown()!r}", 15)
        del self._seen[: self._seen.index(sought) + len(sought)]

    def answer(self, question, text):
        """Waits for a question and types a line."""
        self.expect(question)
        self.send(f"{text}\n")

    def send(self, keys):
        """Types keys, whatever is shown."""
        os.write(self._controller, keys.encode())

    def end(self, deadline=30.0):
        """Returns the exit code, once the program has ended."""
        code = self._popen.wait(deadline)
        # What it said last may not be read yet. A program that it started may keep the terminal open.
        self._reader.join(2)
        return code

    def kill(self):
        """Kills the program."""
        self._popen.kill()
        self._popen.wait()

    def is_running(self):
        """Returns whether the program has not ended."""
        return self._popen.poll() is None

    def _read(self):
        while True:
            try:
                part = os.read(self._controller, 4096)
            except OSError:
                return
            if not part:
                return
            self._seen += part
            self._all += part
