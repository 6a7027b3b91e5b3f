"""`make bench`: a month of the nation from its exports to the published edition, site apart.

Here belongs the run of a home of nation_exports in a process of its own, step by step, and filling
databases from its edition. Not here: what lies in the home (nation_exports), the pages (site), the
parts of an edition one by one (nation).
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

from assets import bulletin, dagster_home
from assets.command_line.run import run_month
from assets.month import edition
from assets.month.installation import Installation
from bench.apart import count_cpu_seconds, run_apart
from bench.memory import MemoryWatch
from bench.nation import MONTH
from bench.nation_exports import Size, make
from bench.nation_joined import report_joined
from pipeline.editions import Editions
from pipeline.home import Home
from pipeline.warehouse import Warehouse
from reports import site
from reports.site import MadeSite

_STEPS = ("exports", "records", "tallies", "indices", "rankings", "bulletin")
_PARTS: tuple[tuple[Any, str, str], ...] = (
    (edition, "read_content", "results read"),
    (bulletin, "data_files", "data files"),
    (edition, "read_published_tables", "data files read back"),
    (Editions, "publish", "files written"),
    (bulletin, "fill_warehouse", "SQLite filled"),
)
"""Functions that the asset bulletin calls, and what they do."""

Span = tuple[str, float, float]
"""What was done, and the moments of its begin and end."""


def run(home: Home) -> dict[str, Any]:
    """Runs the month without making pages: seconds, CPU seconds and memory, whole and by step.

    The whole is without filling the warehouse: that is no part of the edition.
    """
    site.make_site = _make_no_pages
    spans: list[Span] = []
    for place, name, done in _PARTS:
        setattr(place, name, _measure(getattr(place, name), done, spans))
    begun, used = time.time(), count_cpu_seconds()
    with MemoryWatch() as memory:
        run_month(Installation(home), MONTH)
    ended, used = time.time(), count_cpu_seconds() - used
    fillings = [(start, end) for done, start, end in spans if done == "SQLite filled"]
    return {
        "seconds": ended - begun - sum(end - start for start, end in fillings),
        "cpu_seconds": used - sum(memory.cpu_between(*filling) for filling in fillings),
        "peak_gib": memory.peak_gib,
        "steps": [
            (
                name,
                end - start,
                memory.cpu_between(start, end),
                memory.peak_between(start, end),
            )
            for name, start, end in [*_read_steps(home), *spans]
        ],
    }


def _measure(function: Callable[..., Any], done: str, spans: list[Span]) -> Callable[..., Any]:
    """The function, which adds a span whenever it is called."""

    @wraps(function)
    def measured(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 -- those of any function
        begun = time.time()
        try:
            return function(*arguments, **named)
        finally:
            spans.append((done, begun, time.time()))

    return measured


def _make_no_pages(*_: object, **__: object) -> MadeSite:
    return MadeSite({}, {}, frozenset())


def _read_steps(home: Home) -> Iterator[Span]:
    """When each asset began and ended, from Dagster's own record."""
    with dagster_home.open_instance(home) as instance:
        [newest] = instance.get_runs(limit=1)
        stats = {each.step_key: each for each in instance.get_run_step_stats(newest.run_id)}
    for step in _STEPS:
        yield step, stats[step].start_time or 0.0, stats[step].end_time or 0.0


def fill(home: Home, url: str) -> dict[str, Any]:
    """Fills a database with the month's edition: seconds, CPU seconds and memory."""
    installation = Installation(home)
    data = installation.editions.data(MONTH) or {}
    warehouse = Warehouse(url)
    warehouse.migrate()
    begun, used = time.time(), count_cpu_seconds()
    with MemoryWatch() as memory:
        warehouse.fill(MONTH, 1, data, installation.register)
    return {
        "seconds": time.time() - begun,
        "cpu_seconds": count_cpu_seconds() - used,
        "peak_gib": memory.peak_gib,
        "steps": [],
    }


def report_run(home: Home, written: dict[str, int]) -> None:
    """Runs the month and prints its table."""
    found = run_apart("bench.nation_run", "run", str(home.root))
    rows = ", ".join(f"{rows:,} {kind}" for kind, rows in written.items())
    print(f"\n| {rows} | wall | processors | peak memory |\n| --- | ---: | ---: | ---: |")
    for name, seconds, used, peak in found["steps"]:
        part = name if name in _STEPS else f"of it: {name}"
        print(f"| {part} | {seconds:.1f} s | {used:.1f} s | {peak:.2f} GiB |")
    print(
        f"| exports to the edition | {found['seconds']:.0f} s | {found['cpu_seconds']:.0f} s "
        f"| {found['peak_gib']:.2f} GiB |"
    )


def report_filling(home: Home, root: Path) -> None:
    """Fills both databases, first empty and then in the place of the same month; prints a table."""
    from pgserver.postgres_server import get_server  # noqa: PLC0415 -- for measurements alone

    root.chmod(0o711)  # the server is another user's where this one is root
    server = get_server(root / "postgresql", cleanup_mode="delete")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    print("\n| the edition in a database | wall | processors | of the server | peak memory |")
    print("| --- | ---: | ---: | ---: | ---: |")
    pid = int((root / "postgresql" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    for name, url in (("PostgreSQL", address), ("SQLite", f"sqlite:///{root / 'warehouse.db'}")):
        for state in ("empty", "filled before"):
            before = _count_server_seconds(pid)
            found = run_apart("bench.nation_run", "fill", str(home.root), url)
            used = _count_server_seconds(pid) - before
            print(
                f"| {name}, {state} | {found['seconds']:.1f} s | {found['cpu_seconds']:.1f} s "
                f"| {used:.1f} s | {found['peak_gib']:.2f} GiB |"
            )
    server.cleanup()


def _count_server_seconds(pid: int) -> float:
    """The seconds of processors of a server and of its processes, those that ended too."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ticks = 0
    for process in (str(pid), *children):
        try:
            stat = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
        except OSError:  # it has ended since
            continue
        ticks += sum(int(count) for count in stat.rpartition(")")[2].split()[11:15])
    return ticks / 100


def main() -> None:
    """Makes a home and measures; or one measurement of a home, whose result it prints as JSON.

    Arguments: none; or rows of dossiers, rows of ratings, communes and months before.
    """
    match sys.argv[1:]:
        case ["run", root]:
            print(json.dumps(run(Home.at(root))))
        case ["fill", root, url]:
            print(json.dumps(fill(Home.at(root), url)))
        case sizes:
            with tempfile.TemporaryDirectory(prefix="reform-index-nation-") as folder:
                place = Path(folder)
                (place / "home").mkdir()
                home = Home.at(place / "home")
                written = make(home, Size(*map(int, sizes)))
                report_run(home, written)
                report_filling(home, place)
                report_joined(home)


if __name__ == "__main__":
    main()
