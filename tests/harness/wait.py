"""Waiting: for a condition with a deadline, never for a length of time."""

import time

STEP_SECONDS = 0.02


def until(condition, what, deadline=10.0):
    """Returns the first truthy value of `condition()`; fails, naming `what`, when none came in time.

    A condition may raise: its last exception is part of the failure. `what` may be a function,
    called only on failure, to show what was there instead.
    """
    end = time.monotonic() + deadline
    while True:
        value, problem = _attempt(condition)
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(_complaint(what, deadline, value, problem)) from problem
        time.sleep(STEP_SECONDS)


def stays(condition, what, seconds):
    """Fails, naming `what`, when `condition()` turns false within `seconds`.

    Only for promises that something does not happen; keep `seconds` short.
    """
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert condition(), f"{what}: was true for {seconds - (end - time.monotonic()):.2f} s only"
        time.sleep(STEP_SECONDS)


def _attempt(condition):
    try:
        return condition(), None
    except Exception as problem:  # noqa: BLE001 - shown when the deadline passes
        return None, problem


def _complaint(what, deadline, value, problem):
    text = what() if callable(what) else what
    seen = f"it raised {problem!r}" if problem else f"last seen: {value!r}"
    return f"waited {deadline} s for {text}; {seen}"
