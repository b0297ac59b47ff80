"""Rolecall without a display: the agent in the foreground, or as the command line starts it."""

import os

from harness.rolecall import Rolecall, binary
from harness.wait import until


class Agent(Rolecall):
    """One user's agent on one machine, not started."""

    def launch(self, *arguments, env=None, **options):
        """Starts it in the foreground, as a service does, without waiting for anything."""
        program = binary("rolecall-agent")
        self.process = self.desktop.start("rolecall-agent", program, *arguments, env=env, **options)
        return self.process

    @property
    def log_path(self):
        """The log of an agent that the command line started."""
        return self.state_dir / "agent.log"

    def pid(self):
        """Returns the ID of the process that answers."""
        return self.ask("host")["host"]["pid"]

    def kind(self):
        """Returns which program answers: `agent` or `desktop`."""
        return self.ask("host")["host"]["kind"]

    def the_only_one(self):
        """Returns the id of the only agent on this machine, which answers."""
        until(lambda: len(self.desktop.agents()) == 1, lambda: f"one agent; there are {self.desktop.agents()}")
        (pid,) = self.desktop.agents()
        assert pid == self.pid()
        return pid


def is_alive(pid):
    """Returns whether a process that is not our child still runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
