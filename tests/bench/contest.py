"""Programs that do the same work, timed in turns so that changes of the machine's load affect all equally."""

import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass
class Contender:
    """A command with the times of its runs."""

    name: str
    command: list
    runs: int
    # Setup before each run, which is not timed.
    before: Callable = None
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
            if contender.before:
                for _ in range(share):
                    contender.before()
                    _run(contender, spawn, env, 1)
            else:
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


def print_table(title, contenders, reference):
    """Prints the times of the runs, each as a multiple of the reference."""
    print(f"\n| {title} | median ms | CPU ms | peak MiB | × {reference.name} |\n|---|---|---|---|---|")
    for one in contenders:
        cpu, ratio = statistics.median(one.cpu_ms), one.median_ms() / reference.median_ms()
        print(f"| {one.name} | {one.median_ms():.2f} | {cpu:.2f} | {one.peak_mib:.1f} | {ratio:.2f} |")
