"""`make bench-growth`: do time and memory of records and tallies hold over many large months?

Here belong exports of several months of ten million dossiers each, received, judged and counted in
one run from nothing. Not here: one month beside its peers (measure), the parts of an edition
(nation_growth).
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from assets.month import deliveries, receive
from assets.month.installation import Installation
from bench.memory import peak_gib
from bench.steps import MONTH
from pipeline import months, planning, simulator, tables
from pipeline.home import Home
from pipeline.simulator import Parameters

DOSSIERS = 10_000_000
MONTHS = 10
_RECEIVED_SHARE = 0.807
"""Of an export's rows, those received in the month: the others are carried over."""


def count(home: Home, month: str) -> dict[str, Any]:
    """Receives, judges and counts every export up to a month, from a home without results.

    Seconds by the clock and of processors, memory, and the rows of dossiers that were accepted.
    """
    begun, used = time.perf_counter(), time.process_time()
    installation = Installation(home)
    inputs = receive.receive_exports(installation, month)
    received = time.perf_counter()
    inputs = deliveries.record_pending(inputs).inputs
    recorded = time.perf_counter()
    inputs = deliveries.tally_pending(inputs).inputs
    return {
        "exports": received - begun,
        "records": recorded - received,
        "tallies": time.perf_counter() - recorded,
        "cpu_seconds": time.process_time() - used,
        "peak_gib": peak_gib(),
        "rows": _count_accepted(installation, [*inputs.known_plans.values()]),
    }


def _count_accepted(installation: Installation, plans: list[planning.Plan]) -> int:
    keys = [key for plan in plans for key in plan["key"].unique().to_list()]
    delivered = installation.store.scan_all("records", keys, "delivered", tables.DELIVERED.schema)
    return int(delivered.filter(kind="dossiers").collect()["accepted"].sum())


def _count_apart(home: Home, month: str) -> dict[str, Any]:
    """What `count` finds in a process of its own, from a home without results."""
    for folder in (home.store, home.archive):
        shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "bench.growth", "count", str(home.root), month]
    process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if process.returncode:
        raise SystemExit(f"counting up to {month} failed")
    found: dict[str, Any] = json.loads(process.stdout.strip().splitlines()[-1])
    return found


def report(root: Path, dossiers: int, most_months: int) -> None:
    """Measures one month, half of them, and all, and prints a table."""
    names = months.span(months.shifted(MONTH, 1 - most_months), MONTH)
    home = Home.at(root)
    received = round(dossiers * most_months * _RECEIVED_SHARE)
    parameters = Parameters(
        tuple(names), received, 1, faults_share=0, has_ratings=False, has_petitions=False
    )
    begun = time.perf_counter()
    summary = simulator.simulate(home, parameters)
    print(f"\nsimulated {summary.dossier_rows:,} rows in {time.perf_counter() - begun:.0f} s")
    steps = ("exports", "records", "tallies")
    head = ("months", "dossiers", *steps, "all", "processors", "a million", "peak memory")
    print(f"\n| {' | '.join(head)} |\n{'| ---: ' * len(head)}|")
    for length in sorted({1, (most_months + 1) // 2, most_months}):
        found = _count_apart(home, names[length - 1])
        seconds = [found[step] for step in steps]
        cells = " | ".join(f"{each:.1f} s" for each in (*seconds, sum(seconds)))
        print(
            f"| {length} | {found['rows']:,} | {cells} | {found['cpu_seconds']:.0f} s "
            f"| {1e6 * sum(seconds) / found['rows']:.2f} s | {found['peak_gib']:.2f} GiB |",
            flush=True,
        )


def main() -> None:
    """Arguments: none; or dossiers a month and months."""
    if sys.argv[1:2] == ["count"]:
        print(json.dumps(count(Home.at(Path(sys.argv[2])), sys.argv[3])))
        return
    dossiers, most_months = [int(text) for text in sys.argv[1:]] or (DOSSIERS, MONTHS)
    with tempfile.TemporaryDirectory(prefix="reform-index-bench-") as root:
        report(Path(root), dossiers, most_months)


if __name__ == "__main__":
    main()
