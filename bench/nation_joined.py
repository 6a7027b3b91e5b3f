"""`make bench`: what joining ratings with dossiers adds to counting a month of the nation.

Here belongs counting the month of a home of nation_exports with and without it, each in a process
of its own, in turn. Not here: the run as a whole (nation_run).
"""

import json
import sys
import time
from pathlib import Path
from statistics import median

import polars as pl

from assets.month.deliveries import forget_tallies, record_pending, tally_pending
from assets.month.installation import Installation
from assets.month.receive import receive_exports
from bench.apart import count_cpu_seconds, run_apart
from bench.nation import MONTH
from pipeline import tables
from pipeline.home import Home
from pipeline.tallies import rated

TIMES = 5
"""The median of so many counts: they differ by a tenth from one to the next."""


def count(home: Home, *, is_joined: bool) -> dict[str, float]:
    """Counts the recorded deliveries of the month: seconds, and seconds of processors.

    Without joining, nothing is counted of rated dossiers; all other counts are the same.
    """
    if not is_joined:
        for name, instead in (("count_rated", _count_none), ("select_served", _select_none)):
            setattr(rated, name, instead)
    inputs = receive_exports(Installation(home), MONTH)
    inputs = record_pending(inputs).inputs
    forget_tallies(inputs, ())
    begun, used = time.perf_counter(), count_cpu_seconds()
    done = tally_pending(inputs)
    ended, used = time.perf_counter(), count_cpu_seconds() - used
    forget_tallies(done.inputs, done.recomputed)
    return {"seconds": ended - begun, "cpu_seconds": used}


def _count_none(*_: object) -> dict[str, pl.DataFrame]:
    return {table.name: table.empty() for table in (tables.RATED, tables.RATED_PAIRS)}


def _select_none(*_: object) -> pl.LazyFrame:
    return rated.NO_SERVED_DOSSIERS.lazy()


def report_joined(home: Home) -> None:
    """Counts with and without, in turn, and prints the medians."""
    found: dict[str, list[tuple[float, float]]] = {"without": [], "with": []}
    for _ in range(TIMES):
        for name, counts in found.items():
            said = run_apart("bench.nation_joined", name, str(home.root))
            counts.append((said["seconds"], said["cpu_seconds"]))
    print("\n| tallies of the nation's month | wall | processors |\n| --- | ---: | ---: |")
    medians = {
        name: [median(each) for each in zip(*counts, strict=True)] for name, counts in found.items()
    }
    for name, (wall, processor) in medians.items():
        print(f"| {name} joining ratings with dossiers | {wall:.1f} s | {processor:.1f} s |")
    ratios = [of_all / bare for of_all, bare in zip(*reversed(medians.values()), strict=True)]
    print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} |")


if __name__ == "__main__":
    print(json.dumps(count(Home.at(Path(sys.argv[2])), is_joined=sys.argv[1] == "with")))
