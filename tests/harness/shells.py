"""The shells that tests drive."""

import os
import shutil

import pytest

from harness.clients import NODE_MODULES

_NUSHELL = NODE_MODULES / "@nushell/linux-x64/bin/nu"


def program(kind):
    """Returns the program of a shell, whose name is the first word of `kind`; a test without it fails in CI, and is skipped
    elsewhere."""
    name = kind.split(" ")[0]
    found = shutil.which(_NUSHELL if name == "nu" else name)
    if found is None:
        pytest.fail(f"no {name}") if os.environ.get("CI") else pytest.skip(f"no {name}")
    return found
