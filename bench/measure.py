"""`make bench`: exports of one month to tallies and to the edition, beside DuckDB.

Each step runs in a fresh process on files that the system has read before, three times at a
million and once at ten; the table has medians of wall time once the modules are imported, peak
memory of the process, and the ratio to DuckDB in the same run. Not here: the steps (steps).
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.steps import MONTH, STEPS
from pipeline import simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

SIZES = {1_000_000: 3, 10_000_000: 1}
"""Dossiers, and how often each step runs."""
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
        home, Parameters((MONTH,), received, seed=1, faults_share=0, has_ratings=False)
    )
    print(f"\nsimulated {summary.dossier_rows:,} rows in {time.perf_counter() - begun:.0f} s")
    return home


def measured(step: str, home: Home, times: int) -> Measured:
    """Runs a step several times, each from a home without results."""
    walls, peaks, counts = [], [], {}
    for _ in range(times):
        for folder in (home.store, home.published, home.archive, home.dagster):
            shutil.rmtree(folder, ignore_errors=True)
        home.warehouse_file.unlink(missing_ok=True)
        found, peak = _run(step, home)
        walls.append(found["seconds"])
        peaks.append(peak)
        counts = found["counts"]
    return Measured(statistics.median(walls), statistics.median(peaks), counts)


def _run(step: str, home: Home) -> tuple[dict[str, Any], float]:
    """What a step prints, and its process's own peak memory in GiB."""
    command = [sys.executable, "-m", "bench.steps", step, str(home.root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{step} failed")
    return json.loads(output.strip().splitlines()[-1]), _gib(usage)


def _gib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / 1024 / 1024


def corrected(step: str, home: Home, times: int) -> Measured:
    """A step again, on a home with results, after a sender of middling size sent a correction."""
    export = home.inbox / _SENDER_CORRECTED / MONTH / "dossiers.csv"
    walls, peaks = [], []
    for _ in range(times):
        lines = export.read_bytes().splitlines(keepends=True)
        export.write_bytes(b"".join(lines[:-1]))
        found, peak = _run(step, home)
        walls.append(found["seconds"])
        peaks.append(peak)
    return Measured(statistics.median(walls), statistics.median(peaks), {})


def report(dossiers: int, times: int, root: Path) -> None:
    """Measures all steps at one size and prints the table."""
    home = simulated(root / str(dossiers), dossiers)
    found = {step: measured(step, home, times) for step in STEPS}
    for step in ("tallies_with_rules", "edition"):
        found[f"{step}, one delivery corrected"] = corrected(step, home, times)
    peer = found["duckdb_counts"]
    for step in STEPS:
        if found[step].counts != peer.counts:
            raise SystemExit(f"{step} counts otherwise: {found[step].counts} {peer.counts}")
    print(
        f"\n| {dossiers:,} dossiers | wall | x DuckDB | peak memory |\n| --- | ---: | ---: | ---: |"
    )
    for step, one in found.items():
        ratio = one.wall_seconds / peer.wall_seconds
        name = step.replace("_", " ")
        print(f"| {name} | {one.wall_seconds:.1f} s | {ratio:.1f} | {one.peak_gib:.2f} GiB |")


def main() -> None:
    """Measures at the sizes named on the command line, else at one and ten million."""
    sizes = {int(size): 1 for size in sys.argv[1:]} or SIZES
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        for size, times in sizes.items():
            report(size, times, Path(root))


if __name__ == "__main__":
    main()
