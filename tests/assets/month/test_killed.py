"""A run killed at any moment loses nothing, shows nothing half done, and is made good by the next.

A process dies by SIGKILL before its n-th own write on the disk below the home (Dagster's files
apart). The points are spread evenly over the steps of an undisturbed run: over a month's first
run, and over one that replaces its edition after a correction.
"""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

import dagster as dg
import pytest

from assets import dagster_home
from assets.command_line.run import run_month
from assets.month.installation import Installation
from pipeline.editions import Editions
from pipeline.home import Home
from pipeline.tables.comparisons import COMPARISONS

from ...editions.killing import STEPS as STEPS_ON_DISK

pytestmark = pytest.mark.slow

MONTH = "2026-06"
STEPS = STEPS_ON_DISK | {"sqlite3.connect"}
"""Steps before which a run is killed."""
DATA_FILES = {
    "datapackage.json",
    *(f"{name}.csv" for name in ("indices", "rankings", "deliveries", *COMPARISONS)),
}
WORKERS = 2


def run_counting(home: str, last_step: int, told: Path) -> None:
    """Runs the month, dying before the given step; writes how many steps there were."""
    seen = 0

    def count(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS and _is_below(home, arguments[0]) and not _is_reading(event, arguments):
            seen += 1
            if seen == last_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    run_month(Installation.at(home), MONTH)
    told.write_text(str(seen))


def _is_reading(event: str, arguments: tuple[object, ...]) -> bool:
    return event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)


def _is_below(home: str, path: object) -> bool:
    if not isinstance(path, str | Path):
        return False
    place = Path(path)
    return place.is_relative_to(home) and not place.is_relative_to(f"{home}/dagster")


@dataclass(frozen=True)
class Undisturbed:
    """A home before a run, what the run leaves in it, and how many steps it takes."""

    before: Path
    published: dict[str, bytes]
    warehouse: list[str]
    steps: int

    def points(self, count: int) -> list[int]:
        """Steps, evenly spread from the first to the last."""
        return sorted({1 + index * (self.steps - 1) // (count - 1) for index in range(count)})


def published_data(home: Path) -> dict[str, bytes]:
    """The data of every edition in force, by path."""
    files = sorted((home / "published").glob("????-??/data/*"))
    return {str(path.relative_to(home)): path.read_bytes() for path in files}


def warehouse_rows(home: Path) -> list[str]:
    with sqlite3.connect(home / "warehouse.db") as connection:
        return sorted(connection.iterdump())


@pytest.fixture(scope="module")
def first_run(
    small_home_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    processes: ForkServerContext,
) -> Undisturbed:
    """Exports of one month, nothing else: no store, no archive, nothing published."""
    before = tmp_path_factory.mktemp("first_run") / "home"
    for folder in sorted(small_home_template.glob(f"inbox/*/{MONTH}")):
        shutil.copytree(folder, before / folder.relative_to(small_home_template))
    for name in ("agencies.csv", "simulation.json"):
        shutil.copy(small_home_template / name, before / name)
    return undisturbed(before, processes)


@pytest.fixture(scope="module")
def corrected_run(
    small_home_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
    processes: ForkServerContext,
) -> Undisturbed:
    """Published months, and since then a correction of one sender's file."""
    before = tmp_path_factory.mktemp("corrected_run") / "home"
    shutil.copytree(small_home_template, before, symlinks=True)
    shutil.rmtree(before / "dagster")
    (sent, *_) = sorted(before.glob(f"inbox/*/{MONTH}/dossiers.csv"))
    sent.write_text("".join(sent.read_text().splitlines(keepends=True)[:-20]))
    return undisturbed(before, processes)


def undisturbed(before: Path, processes: ForkServerContext) -> Undisturbed:
    after = shutil.copytree(before, before.with_name("after"), symlinks=True)
    told = before.with_name("steps")
    process = processes.Process(target=run_counting, args=(str(after), 0, told))
    process.start()
    process.join()
    assert process.exitcode == 0
    return Undisturbed(before, published_data(after), warehouse_rows(after), int(told.read_text()))


def killed_and_run_again(
    run: Undisturbed, step: int, folder: Path, processes: ForkServerContext
) -> None:
    """Kills a run before a step, looks at what it left, runs again, looks at what is there now."""
    home = shutil.copytree(run.before, folder / str(step), symlinks=True)
    told = folder / f"{step}.steps"
    killed = processes.Process(target=run_counting, args=(str(home), step, told))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    begun = dagster_states(home)
    assert set(begun) <= {dg.DagsterRunStatus.STARTED}
    expect_whole_editions(home)
    expect_nothing_lost(run.before, home)
    assert (
        published_data(home).items() <= run.published.items() | published_data(run.before).items()
    )

    again = processes.Process(target=run_counting, args=(str(home), 0, told))
    again.start()
    again.join()
    assert again.exitcode == 0
    expect_whole_editions(home)
    expect_nothing_lost(run.before, home)
    expect_nothing_lost(home, home)
    assert published_data(home) == run.published
    assert warehouse_rows(home) == run.warehouse
    # Newest first; a run that was killed before Dagster had begun it is known to nobody.
    reported = [dg.DagsterRunStatus.FAILURE] * len(begun)
    assert dagster_states(home) == [dg.DagsterRunStatus.SUCCESS, *reported]
    shutil.rmtree(home)


def dagster_states(home: Path) -> list[dg.DagsterRunStatus]:
    """The states of the runs that Dagster knows of, newest first."""
    with dagster_home.open_instance(Home.at(home)) as instance:
        return [run.status for run in instance.get_runs()]


def expect_whole_editions(home: Path) -> None:
    """Every month published leads to an edition with all its data and a manifest."""
    for month in Editions(home / "published").months():
        place = home / "published" / month
        assert {path.name for path in (place / "data").iterdir()} == DATA_FILES
        edition = json.loads((place / "manifest.json").read_bytes())["edition"]
        assert edition["month"] == month
        assert place.readlink() == Path("editions", month, str(edition["number"]))
        assert (place / "index.html").stat().st_size > 0
        assert (place / "en" / "index.html").stat().st_size > 0


def expect_nothing_lost(before: Path, home: Path) -> None:
    """The archive has what it had; what bears a hash as its name has the bytes of that hash."""
    archived = before.glob("archive/files/*/*")
    kept = [path for path in archived if len(path.name) == 64]
    for path in kept:
        bytes_now = (home / path.relative_to(before)).read_bytes()
        assert hashlib.sha256(bytes_now).hexdigest() == path.name
    lines = (before / "archive" / "deliveries.jsonl").read_text() if kept else ""
    if lines:
        assert (home / "archive" / "deliveries.jsonl").read_text().startswith(lines)


def kill_at_each(run: Undisturbed, count: int, folder: Path, processes: ForkServerContext) -> None:
    def at(step: int) -> None:
        try:
            killed_and_run_again(run, step, folder, processes)
        except AssertionError as error:
            raise AssertionError(f"killed before step {step} of {run.steps}: {error}") from error

    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(at, run.points(count)))


@pytest.mark.parametrize("count", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_a_first_run_killed_at_any_moment_is_made_good_by_the_next(
    first_run: Undisturbed, count: int, tmp_path: Path, processes: ForkServerContext
) -> None:
    assert first_run.steps > 100
    kill_at_each(first_run, count, tmp_path, processes)


@pytest.mark.parametrize("count", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_a_correction_killed_at_any_moment_is_made_good_by_the_next(
    corrected_run: Undisturbed, count: int, tmp_path: Path, processes: ForkServerContext
) -> None:
    assert corrected_run.steps > 100
    kill_at_each(corrected_run, count, tmp_path, processes)
