"""The command line starts without loading a library, since it is linked statically where the linker can."""

import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from harness.rolecall import binary

LOADER, DYNAMIC = 3, 2
SHARED_OBJECT = 3
# A static C library looks users and hosts up with libraries of the system that runs it, which may not fit.
LOOKS_UP = re.compile(r"get(addrinfo|nameinfo|pw(nam|uid|ent)|gr(nam|gid|ent)|host(byname|byaddr)2?|serv(byname|byport))(_r)?")


def headers(program):
    """Returns the type of a 64-bit ELF file, and the types of its program headers."""
    data = Path(program).read_bytes()
    assert data[:5] == b"\x7fELF\x02", program
    kind = struct.unpack_from("<H", data, 16)[0]
    offset = struct.unpack_from("<Q", data, 32)[0]
    size, count = struct.unpack_from("<HH", data, 54)
    return kind, {struct.unpack_from("<I", data, offset + number * size)[0] for number in range(count)}


def symbols(program):
    """Returns the names of the functions in a program that was not stripped."""
    done = subprocess.run(["nm", program], capture_output=True, text=True, check=True)
    return [line.split()[-1] for line in done.stdout.splitlines()]


def has_static_libc():
    """Returns whether this machine's compiler finds a static C library; a machine without one links dynamically."""
    compiler = shutil.which("cc")
    if not sys.platform.startswith("linux") or not compiler:
        return False
    found = subprocess.run([compiler, "-print-file-name=libc.a"], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip()).is_file()


pytestmark = pytest.mark.skipif(not has_static_libc(), reason="there is no static C library here (libc6-dev)")


def test_the_command_line_loads_no_library_and_its_place_in_memory_is_random():
    kind, segments = headers(binary("rolecall"))
    assert LOADER not in segments, "it loads libraries: build it with scripts/build-command-line"
    assert kind == SHARED_OBJECT and DYNAMIC in segments, "it is not position-independent"


def test_the_command_line_looks_up_no_user_and_no_host():
    names = symbols(binary("rolecall"))
    if not names:
        pytest.skip("its symbols were stripped: this is for the debug build")
    assert [name for name in names if LOOKS_UP.fullmatch(name)] == []


def test_another_program_that_loads_libraries_and_looks_hosts_up_would_be_noticed():
    agent = binary("rolecall-agent")
    _kind, segments = headers(agent)
    assert LOADER in segments
    names = [name.partition("@")[0] for name in symbols(agent)]
    assert not names or any(LOOKS_UP.fullmatch(name) for name in names)
