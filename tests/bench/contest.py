"""Programs that do the same work, timed in turns so that the machine's moods strike all alike."""

import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Contender:
    """A command, and what its runs took."""

    name: str
    command: list
    runs: int
    wall_ms: list = field(default_factory=list)
    cpu_ms: list = field(default_factory=list)
    peak_mib: float = 0.0

    def median_ms(self):
        """Returns the median wall time."""
        return statistics.median(self.wall_ms)


def compiled(name, folder):
    """Builds one of the C programs here and returns its path."""
    program = folder / name
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-o", program, HERE / f"{name}.c"], check=True)
    return program


def hold(contenders, spawn, env, rounds):
    """Runs all contenders in turns; each round, every one runs its share."""
    for _ in range(rounds):
        for contender in contenders:
            share = max(contender.runs // rounds, 1)
            _run(contender, spawn, env, share)


def _run(contender, spawn, env, share):
    command = [spawn, share, *contender.command]
    done = subprocess.run([str(part) for part in command], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{contender.name} failed: {done.stderr}"
    for line in done.stdout.splitlines():
        wall, cpu, peak = (int(number) for number in line.split())
        contender.wall_ms.append(wall / 1000)
        contender.cpu_ms.append(cpu / 1000)
        contender.peak_mib = max(contender.peak_mib, peak / 1024)
