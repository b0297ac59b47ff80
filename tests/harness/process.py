"""A program under test: started with a log, inspected through /proc, ended by its id."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from harness import root
from harness.wait import until

# A socket's state in /proc/net/tcp.
LISTENING = "0A"

class Process:
    """A running program. It dies with this test run even if the run is killed.

    It reads `stdin` and then its end; with `hold_stdin` there is nothing to read and no end.
    """

    def __init__(self, name, command, env, log_path, cwd=None, stdin=None, hold_stdin=False, pass_fds=()):
        self.name = name
        self.log_path = Path(log_path)
        command = [str(part) for part in command]
        if shutil.which(command[0], path=env.get("PATH")) is None:
            raise FileNotFoundError(f"{name}: no program {command[0]}")
        with open(self.log_path, "ab") as log:
            self._popen = subprocess.Popen(
                # The kernel ends the program when this test run dies.
                ["setpriv", "--pdeathsig", "TERM", "--", *command],
                env=env,
                cwd=cwd,
                stdin=subprocess.PIPE if hold_stdin or stdin is not None else subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
                start_new_session=True,
            )
        if stdin is not None:
            self._popen.stdin.write(stdin)
            self._popen.stdin.close()

    @property
    def pid(self):
        """The process id."""
        return self._popen.pid

    def log(self):
        """Returns all it wrote to standard output and error."""
        return self.log_path.read_text(errors="replace")

    def is_running(self):
        """Returns whether it has not ended."""
        return self._popen.poll() is None

    def wait_exit(self, deadline=10.0):
        """Returns its exit code; fails when it does not end in time."""
        until(lambda: not self.is_running(), lambda: f"{self.name} to exit; log:\n{self.log()}", deadline)
        return self._popen.returncode

    def signal(self, number):
        """Sends a signal, if it still runs."""
        if self.is_running():
            os.kill(self.pid, number)

    def freeze(self):
        """Freezes it."""
        self.signal(signal.SIGSTOP)
        until(lambda: self.state() == "T", f"{self.name} to stop")

    def thaw(self):
        """Resumes it."""
        self.signal(signal.SIGCONT)

    def kill(self):
        """Kills it."""
        self.signal(signal.SIGKILL)
        return self._popen.wait()

    def state(self):
        """Returns the kernel's one-letter state, or "" if it has ended."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(") ")[2][:1]
        except FileNotFoundError:
            return ""

    def tree(self):
        """Returns its id and those of all its descendants."""
        return [self.pid, *descendants(self.pid)]

    def listeners(self):
        """Returns the local addresses, as /proc/net/tcp writes them, on which it and its descendants listen."""
        own = {file for pid in self.tree() for file in open_files(pid)}
        return sorted(
            fields[1]
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for fields in (line.split() for line in Path(table).read_text().splitlines()[1:])
            if fields[3] == LISTENING and f"socket:[{fields[9]}]" in own
        )

    def end(self, deadline=5.0):
        """Ends it and its children, first with SIGTERM."""
        left = descendants(self.pid)
        if self.is_running():
            self.thaw()
            self._popen.terminate()
            try:
                self._popen.wait(deadline)
            except subprocess.TimeoutExpired:
                self.kill()
        for pid in left:
            end_orphan(pid, self.pid)
        return self._popen.returncode


def descendants(pid):
    """Returns the ids of all processes below `pid`, nearest first."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(0), [])
        found += below
        queue += below
    return found


def running(name):
    """Returns the ids of all processes of a program."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        try:
            # The kernel keeps fifteen characters.
            if comm.read_text().strip() == name[:15]:
                found.append(int(comm.parent.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)


def open_files(pid):
    """Returns the targets of the file descriptors of a process, none if it has ended.

    Only root can read those of a process that hides its memory. A descriptor that is closed meanwhile is left out.
    """
    folder = Path(f"/proc/{pid}/fd")
    try:
        return [target for descriptor in folder.iterdir() if (target := _link_target(descriptor))]
    except FileNotFoundError:
        return []
    except PermissionError:
        # `find` prints all others when a descriptor is closed meanwhile, and then returns 1.
        found = root.run("find", folder, "-type", "l", "-printf", "%l\\n")
        assert found.stdout or not folder.exists(), found
        return found.stdout.splitlines()


def _link_target(descriptor):
    try:
        return os.readlink(descriptor)
    except FileNotFoundError:
        return None


def arguments(pid):
    """Returns the words that a process was started with; none if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def lock_holders(path):
    """Returns the ids of the processes that locked a file with flock, which every user may know."""
    try:
        inode = path.stat().st_ino
    except FileNotFoundError:
        return []
    fields = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return [int(it[4]) for it in fields if it[1] == "FLOCK" and it[5].rpartition(":")[2] == str(inode)]


def end_orphan(pid, session):
    """Kills `pid` if it still belongs to the session that `session` led."""
    try:
        if os.getsid(pid) == session:
            os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
