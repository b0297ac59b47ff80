"""Many programs that ask for the same credentials at once."""

import subprocess

from harness.rolecall import binary


def ask(place, count):
    """Starts that many programs, each of which asks for the same credentials."""
    command = [str(binary("rolecall")), "credentials", "guest"]
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return [subprocess.Popen(command, env=place.env, cwd=place.home, **options) for _ in range(count)]


def answers(programs):
    """Returns exit code, output and errors of each, once all have ended."""
    done = []
    for program in programs:
        output, errors = program.communicate(timeout=60)
        done.append((program.returncode, output, errors))
    return done
