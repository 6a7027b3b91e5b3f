"""`make bench`: exports of one month to tallies and to the edition, beside DuckDB.

Each step runs three times in a fresh process on files that the system has read before; the table
has medians of wall time once the modules are imported, peak memory of the process, and the ratios
to DuckDB in the same run: to its bare counts, and to the same work done by it. Not here: the steps
(steps), the second peer (peer).
"""

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.steps import MONTH, STEPS, find_other_cells
from pipeline import simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

SIZES = (1_000_000, 10_000_000)
_TIMES = 3
_RECEIVED_SHARE = 0.807
"""Of an export's rows, those received in the month: the others are carried over."""
_SENDER_CORRECTED = "H27"


@dataclass(frozen=True)
class Measured:
    """Medians of a step."""

    wall_seconds: float
    peak_gib: float
    counts: dict[str, int]


def simulated(root: Path, dossiers: int) -> Home:
    """A home with one month's exports of 34 senders, the largest with 15 %."""
    root.mkdir(parents=True)
    home = Home.at(root)
    begun = time.perf_counter()
    received = round(dossiers * _RECEIVED_SHARE)
    summary = simulator.simulate(
        home,
        Parameters((MONTH,), received, 1, faults_share=0, has_ratings=False, has_petitions=False),
    )
    print(f"\nsimulated {summary.dossier_rows:,} rows in {time.perf_counter() - begun:.0f} s")
    return home


def measured(home: Home, times: int) -> dict[str, Measured]:
    """Every step several times, each time from a home without results.

    The steps take turns, so that a slow minute of the machine is not one step's alone.
    """
    found: dict[str, list[dict[str, Any]]] = {step: [] for step in STEPS}
    for _ in range(times):
        for step, runs in found.items():
            for folder in (home.store, home.published, home.archive, home.dagster):
                shutil.rmtree(folder, ignore_errors=True)
            home.warehouse_file.unlink(missing_ok=True)
            runs.append(_run(step, home))
    return {step: _median(runs) for step, runs in found.items()}


def corrected(step: str, home: Home, times: int) -> Measured:
    """A step again, on a home with results, after a sender of middling size sent a correction."""
    runs = []
    for _ in range(times):
        correct_export(home)
        runs.append(_run(step, home))
    return _median(runs)


def correct_export(home: Home) -> None:
    """Takes the last row out of the export of a sender of middling size."""
    export = home.inbox / _SENDER_CORRECTED / MONTH / "dossiers.csv"
    lines = export.read_bytes().splitlines(keepends=True)
    export.write_bytes(b"".join(lines[:-1]))


def _median(runs: list[dict[str, Any]]) -> Measured:
    return Measured(
        statistics.median(run["seconds"] for run in runs),
        statistics.median(run["peak_gib"] for run in runs),
        runs[-1]["counts"],
    )


def _run(step: str, home: Home) -> dict[str, Any]:
    """What a step prints: seconds, peak_gib of its own process, counts."""
    command = [sys.executable, "-m", "bench.steps", step, str(home.root)]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"{step} failed")
    found: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return found


def report(dossiers: int, root: Path) -> None:
    """Measures all steps at one size and prints the table."""
    home = simulated(root / str(dossiers), dossiers)
    found = measured(home, _TIMES)
    if differing := find_other_cells(home):
        raise SystemExit(f"the peer counts otherwise: {', '.join(differing)}")
    for step in ("tallies_with_rules", "edition"):
        found[f"{step}, one delivery corrected"] = corrected(step, home, _TIMES)
    peers = [found["duckdb_counts"], found["duckdb_same_work"]]
    for step in STEPS:
        if found[step].counts != peers[0].counts:
            raise SystemExit(f"{step} counts otherwise: {found[step].counts} {peers[0].counts}")
    print(f"\n| {dossiers:,} dossiers | wall | x counts | x same work | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for step, one in found.items():
        ratios = " | ".join(f"{one.wall_seconds / peer.wall_seconds:.2f}" for peer in peers)
        name = step.replace("_", " ")
        print(f"| {name} | {one.wall_seconds:.1f} s | {ratios} | {one.peak_gib:.2f} GiB |")


def main() -> None:
    """Measures at the sizes named on the command line, else at one and ten million."""
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        for size in sizes:
            report(size, Path(root))


if __name__ == "__main__":
    main()
