"""`make bench`: a month of the nation from its exports to the published edition, site apart.

Here belongs the run of nation_exports' home in a process of its own, step by step, and filling the
warehouse from its edition. Not here: what lies in the home (nation_exports), the pages (site).
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from assets import dagster_home
from assets.command_line.run import run_month
from assets.month import edition, feedback
from assets.month.installation import Installation
from bench.memory import MemoryWatch, peak_gib
from bench.nation import MONTH
from pipeline import bulletin
from pipeline.editions import Editions
from pipeline.home import Home
from pipeline.warehouse import Warehouse
from reports import site
from reports.site import MadeSite

_STEPS = ("exports", "records", "tallies", "indices", "rankings", "bulletin")


class Timer:
    """How long some functions took, by name, each time they were called."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, float, float]] = []

    def wrap(self, place: Any, name: str) -> None:
        """Measures a function of a module or class from now on."""
        function = getattr(place, name)

        @wraps(function)
        def measured(*arguments: Any, **named: Any) -> Any:
            begun = time.time()
            try:
                return function(*arguments, **named)
            finally:
                self.spans.append((name, begun, time.time()))

        setattr(place, name, measured)


def run(home: Home) -> dict[str, Any]:
    """Runs the month without its pages; the seconds and memory of each step.

    `seconds` are those until the run ended, without filling the warehouse.
    """
    timer = Timer()
    from assets import bulletin as asset  # noqa: PLC0415 -- imported by the run

    site.make_site = _make_no_pages
    for place, name in (
        (edition, "read_content"),
        (asset, "data_files"),
        (edition, "read_published_tables"),
        (edition, "publish"),
        (Editions, "publish"),
        (feedback, "bring_up_to_date"),
        (asset, "fill_warehouse"),
    ):
        timer.wrap(place, name)
    begun, cpu = time.time(), time.process_time()
    with MemoryWatch() as memory:
        run_month(Installation(home), MONTH)
    ended = time.time()
    spans = [*_read_steps(home), *timer.spans]
    filling = sum(end - start for name, start, end in timer.spans if name == "fill_warehouse")
    return {
        "seconds": ended - begun - filling,
        "cpu_seconds": time.process_time() - cpu,
        "peak_gib": memory.peak_gib,
        "steps": [
            (name, end - start, memory.peak_between(start, end)) for name, start, end in spans
        ],
    }


def _make_no_pages(*_: object, **__: object) -> MadeSite:
    return MadeSite({}, {}, frozenset())


def _read_steps(home: Home) -> Iterator[tuple[str, float, float]]:
    """When each asset began and ended, from Dagster's own record."""
    with dagster_home.open_instance(home) as instance:
        [newest] = instance.get_runs(limit=1)
        stats = {each.step_key: each for each in instance.get_run_step_stats(newest.run_id)}
    for step in _STEPS:
        yield step, stats[step].start_time or 0.0, stats[step].end_time or 0.0


def fill(home: Home, url: str) -> dict[str, Any]:
    """Fills a warehouse with the month's edition."""
    installation = Installation(home)
    data = installation.editions.data(MONTH) or {}
    warehouse = Warehouse(url)
    warehouse.migrate()
    begun, cpu, before = time.time(), time.process_time(), peak_gib()
    warehouse.fill(MONTH, 1, data, installation.register)
    return {
        "seconds": time.time() - begun,
        "cpu_seconds": time.process_time() - cpu,
        "peak_gib": peak_gib(),
        "steps": [("read", 0.0, before)],
    }


_ = (bulletin, json, subprocess, tempfile, Callable, contextmanager)


def main() -> None:
    home = Home.at(Path(sys.argv[2]))
    found = run(home) if sys.argv[1] == "run" else fill(home, sys.argv[3])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
