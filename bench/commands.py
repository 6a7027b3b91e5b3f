"""`make bench`: whole commands as the shell runs them, imports included.

A month of 34 senders with ten million dossiers: nothing changed, one delivery corrected. Sixty
months of history with 300,000 dossiers in all: nothing changed, what has arrived, a new month; the
new month also with six months of history, the peer of its row. Not here: steps without imports
(measure).
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.measure import correct_export, simulated
from bench.steps import MONTH
from pipeline import months, simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

_TIMES = 3
_DOSSIERS = 10_000_000
_HISTORY_MONTHS, _SHORT_MONTHS = 60, 6
_DOSSIERS_A_MONTH = 5_000
_COMMAND = [str(Path(sys.executable).with_name("reform-index"))]
_PUBLISHED = {0, 3}
"""Exit statuses of a run that published, all or with gaps."""


def run_command(home: Home, *arguments: str) -> float:
    """Seconds that a command takes, from the shell's point of view."""
    begun = time.perf_counter()
    ended = subprocess.run(
        [*_COMMAND, *arguments, "--home", str(home.root)], capture_output=True, check=False
    )
    seconds = time.perf_counter() - begun
    if ended.returncode not in _PUBLISHED:
        raise SystemExit(f"{' '.join(arguments)} failed: {ended.stderr.decode()}")
    return seconds


def median_seconds(command: Callable[[], float]) -> float:
    """The median of some runs of a command."""
    return statistics.median(command() for _ in range(_TIMES))


def measure_large_month(root: Path) -> list[tuple[str, float]]:
    """A month of ten million dossiers: the first run, nothing changed, one delivery corrected."""
    home = simulated(root / "large", _DOSSIERS)
    first = run_command(home, "run", "--month", MONTH)

    def run_corrected() -> float:
        correct_export(home)
        return run_command(home, "run", "--month", MONTH)

    return [
        ("10,000,000 dossiers, first run", first),
        (
            "10,000,000 dossiers, nothing changed",
            median_seconds(lambda: run_command(home, "run", "--month", MONTH)),
        ),
        ("10,000,000 dossiers, one delivery corrected", median_seconds(run_corrected)),
    ]


def measure_history(root: Path) -> list[tuple[str, float]]:
    """Sixty months of history: nothing changed, status, and a new month beside a short history."""
    long_home = _home_with_history(root / "long", _HISTORY_MONTHS)
    nothing = median_seconds(lambda: run_command(long_home, "run", "--month", MONTH))
    status = median_seconds(lambda: run_command(long_home, "status"))
    short_home = _home_with_history(root / "short", _SHORT_MONTHS)
    new_long = median_seconds(lambda: _run_new_month(long_home))
    new_short = median_seconds(lambda: _run_new_month(short_home))
    return [
        (f"{_HISTORY_MONTHS} months of history, nothing changed", nothing),
        (f"{_HISTORY_MONTHS} months of history, status", status),
        (f"{_HISTORY_MONTHS} months of history, a new month", new_long),
        (f"{_SHORT_MONTHS} months of history, a new month", new_short),
        ("the ratio of the two", new_long / new_short),
    ]


def _home_with_history(root: Path, count: int) -> Home:
    """A home in which so many months are published, and one more has been sent."""
    root.mkdir(parents=True)
    home = Home.at(root)
    first, new = months.shifted(MONTH, 1 - count), months.shifted(MONTH, 1)
    total = _DOSSIERS_A_MONTH * (count + 1)
    simulator.simulate(home, Parameters(tuple(months.span(first, new)), total, 1))
    waiting = root / "waiting"
    for folder in sorted(home.inbox.glob(f"*/{new}")):
        (waiting / folder.parent.name).mkdir(parents=True)
        shutil.move(folder, waiting / folder.parent.name / new)
    run_command(home, "run", "--from", first, "--to", MONTH)
    return home


def _run_new_month(home: Home) -> float:
    """Seconds of the run of a month that was not there before, on a copy of the home."""
    new = months.shifted(MONTH, 1)
    with tempfile.TemporaryDirectory(dir=home.root.parent) as folder:
        copy = Home.at(shutil.copytree(home.root, Path(folder) / "home", symlinks=True))
        for sender in sorted((copy.root / "waiting").iterdir()):
            shutil.move(sender / new, copy.inbox / sender.name / new)
        return run_command(copy, "run", "--month", new)


def main() -> None:
    """Measures all and prints the table."""
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        rows = [*measure_large_month(Path(root)), *measure_history(Path(root))]
    print("\n| command, from the shell | wall |\n| --- | ---: |")
    for name, figure in rows:
        print(f"| {name} | {figure:.2f} |" if "ratio" in name else f"| {name} | {figure:.1f} s |")


if __name__ == "__main__":
    main()
