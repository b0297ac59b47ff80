"""Somebody who allows whatever programs ask for, with `rolecall answer` at a terminal of their own."""

import os
import threading

from harness.rolecall import binary
from harness.terminal import Terminal

QUESTION = "[o] allow once"


class Allower:
    """Answers each question with yes, until it is ended."""

    def __init__(self, machine):
        self._terminal = Terminal(machine, binary("rolecall"), "answer")
        self._terminal.expect("Waiting for programs")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)
        self._thread.start()

    def questions(self):
        """Returns all that was asked."""
        return self._terminal.everything()

    def end(self):
        """Leaves."""
        self._over.set()
        self._thread.join(5)
        if self._terminal.is_running():
            os.kill(self._terminal.pid, 2)
            self._terminal.end()

    def _answer(self):
        answered = 0
        while not self._over.wait(0.05):
            asked = self._terminal.everything().count(QUESTION)
            for _ in range(asked - answered):
                self._terminal.send("o\n")
            answered = asked
