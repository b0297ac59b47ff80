"""What runs beside a test."""

import threading


class Background:
    """Calls its method `_run` on a thread while its `with` block runs. `_run` returns soon after `_end` is set."""

    def __init__(self):
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
