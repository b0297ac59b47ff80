"""The cost of an idle app: memory of all its processes, and their wake-ups."""

import re
import time
from pathlib import Path

# Times that are shown change once a minute.
WATCHED_SECONDS = 60


def pss_mib(pids):
    """Returns the proportional set size of the processes together, in MiB."""
    return sum(_number(f"/proc/{pid}/smaps_rollup", r"^Pss:\s+(\d+) kB") for pid in pids) / 1024


def wake_ups_per_minute(process, seconds=WATCHED_SECONDS):
    """Returns how often all threads of the app's processes woke up, per minute."""
    before, start = _switches(process.tree()), time.monotonic()
    time.sleep(seconds)
    return _woken(before, _switches(process.tree())) * 60 / (time.monotonic() - start)


def settle(process, look=10, deadline=60):
    """Waits, with a limit, until the app wakes up no more often than in the previous sample. A connection to AWS takes some
    seconds to close."""
    end, last = time.monotonic() + deadline, None
    while time.monotonic() < end:
        before = _switches(process.tree())
        time.sleep(look)
        woken = _woken(before, _switches(process.tree()))
        if last is not None and woken <= last * 1.2 + 1:
            return
        last = woken


def _woken(before, after):
    """Returns the wake-ups between two samples; threads that ended in between are not counted."""
    return sum(count - before.get(task, 0) for task, count in after.items())


def _switches(pids):
    tasks = [task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/status")]
    return {task: _number(task, r"^voluntary_ctxt_switches:\s+(\d+)") for task in tasks}


def _number(path, pattern):
    try:
        return int(re.search(pattern, Path(path).read_text(), re.M).group(1))
    except (FileNotFoundError, ProcessLookupError, AttributeError):
        return 0
