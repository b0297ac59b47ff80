"""What a running app costs at rest: memory of all its processes, and how often they wake up."""

import re
import time
from pathlib import Path

from harness.wait import until

WATCHED_SECONDS = 30


def pss_mib(pids):
    """Returns the proportional set size of the processes together, in MiB."""
    return sum(_number(f"/proc/{pid}/smaps_rollup", r"^Pss:\s+(\d+) kB") for pid in pids) / 1024


def wake_ups_per_minute(process, seconds=WATCHED_SECONDS):
    """Returns how often all threads of the app's processes woke up, per minute."""
    before, start = _switches(process.tree()), time.monotonic()
    time.sleep(seconds)
    return (_switches(process.tree()) - before) * 60 / (time.monotonic() - start)


def settle(process, deadline=20):
    """Returns once the app has hardly anything left to do."""

    def is_quiet():
        before = _switches(process.tree())
        time.sleep(1)
        return _switches(process.tree()) - before < 20

    until(is_quiet, "the app to come to rest", deadline)


def _switches(pids):
    tasks = (task for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/status"))
    return sum(_number(task, r"^voluntary_ctxt_switches:\s+(\d+)") for task in tasks)


def _number(path, pattern):
    try:
        return int(re.search(pattern, Path(path).read_text(), re.M).group(1))
    except (FileNotFoundError, ProcessLookupError, AttributeError):
        return 0
