"""The same exports give the same bytes; a correction one new edition that says what changed."""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from assets import dagster_home
from assets.command_line.run import run_month
from assets.month.fill_warehouse import fill_warehouse
from assets.month.installation import Installation
from assets.month.report import RunResult
from pipeline.editions import Editions
from pipeline.home import Home

from ..conftest import stale_months

pytestmark = pytest.mark.runs

MONTH, LATER_MONTH = "2026-05", "2026-06"
RESULTS = ("data/indices.csv", "data/rankings.csv")


def copy(home: Path, to: Path) -> Path:
    return shutil.copytree(home, to, symlinks=True)


def data(home: Path) -> dict[str, dict[str, bytes] | None]:
    """The data of every edition in force, by month."""
    editions = Editions(home / "published")
    return {month: editions.data(month) for month in editions.months()}


def edition_folders(home: Path) -> list[str]:
    editions = home / "published" / "editions"
    return sorted(str(path.relative_to(editions)) for path in editions.glob("*/[0-9]*"))


def warehouse_rows(home: Path) -> list[str]:
    """Every row of every table, as SQL."""
    with sqlite3.connect(home / "warehouse.db") as connection:
        return sorted(connection.iterdump())


def last_told(home: Path, asset: str) -> dict[str, object]:
    """What an asset told when it was last built."""
    with dagster_home.open_instance(Home.at(home)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: value.value for name, value in event.asset_materialization.metadata.items()}


# ---- Everything but the exports and the editions is lost, and the months are run in turn


@dataclass(frozen=True)
class Rebuilt:
    home: Path
    results: dict[str, RunResult]


@pytest.fixture(scope="module")
def rebuilt(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rebuilt:
    """A home that lost store, warehouse and Dagster's memory, its months run one after another."""
    home = copy(small_home_template, tmp_path_factory.mktemp("rebuilt") / "home")
    for folder in ("store", "dagster"):
        shutil.rmtree(home / folder)
    (home / "warehouse.db").unlink()
    results = {month: run_month(Installation.at(home), month) for month in (MONTH, LATER_MONTH)}
    return Rebuilt(home, results)


def test_a_home_rebuilt_from_what_was_sent_has_the_same_bytes(
    rebuilt: Rebuilt, small_home_template: Path
) -> None:
    before = data(small_home_template)
    assert set(before) == {MONTH, LATER_MONTH}
    assert data(rebuilt.home) == before


def test_a_home_rebuilt_makes_no_new_edition_of_what_was_published(rebuilt: Rebuilt) -> None:
    told = {month: (run.published.number, run.is_new) for month, run in rebuilt.results.items()}
    assert told == {MONTH: (1, False), LATER_MONTH: (1, False)}
    assert edition_folders(rebuilt.home) == [f"{MONTH}/1", f"{LATER_MONTH}/1"]


def test_a_home_rebuilt_has_the_same_warehouse(rebuilt: Rebuilt, small_home_template: Path) -> None:
    assert warehouse_rows(rebuilt.home) == warehouse_rows(small_home_template)


def test_a_home_rebuilt_has_no_stale_editions(rebuilt: Rebuilt) -> None:
    assert {run.published.stale_months for run in rebuilt.results.values()} == {()}


def test_months_run_one_after_the_other_are_each_known_to_dagster(rebuilt: Rebuilt) -> None:
    with dagster_home.open_instance(Home.at(rebuilt.home)) as instance:
        runs = instance.get_runs()
        built = instance.get_materialized_partitions(dg.AssetKey("bulletin"))
    assert [run.status for run in runs] == [dg.DagsterRunStatus.SUCCESS] * 2
    assert built == {MONTH, LATER_MONTH}


# ---- The same rows in other files and another order


def rearranged(home: Path, to: Path) -> Path:
    """The exports of a home alone: rows in another order, each dossiers.csv in two files."""
    shuffled = random.Random(766)
    to.mkdir()
    for name in ("agencies.csv", "simulation.json"):
        shutil.copy(home / name, to / name)
    # The senders are written from the last to the first, and their months too.
    for path in sorted(home.glob("inbox/*/*/*"), reverse=True):
        place = to / path.relative_to(home)
        place.parent.mkdir(parents=True, exist_ok=True)
        header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        assert not any('"' in row for row in rows), "a quoted line break would be torn apart"
        shuffled.shuffle(rows)
        half = len(rows) // 2
        parts = {"-1": rows[half:], "-2": rows[:half]} if path.stem == "dossiers" else {"": rows}
        for number, part in parts.items():
            file = place.with_name(f"{path.stem}{number}.csv")
            file.write_text("".join([header, *part]), encoding="utf-8")
    return to


def swap_parts(home: Path) -> None:
    """Gives the two parts of every delivery each other's name."""
    for first in home.glob("inbox/*/*/dossiers-1.csv"):
        second = first.with_name("dossiers-2.csv")
        aside = first.rename(first.with_name("aside"))
        second.rename(first)
        aside.rename(second)


def test_the_order_of_rows_and_files_does_not_matter(
    small_home_template: Path, tmp_path: Path
) -> None:
    home = rearranged(small_home_template, tmp_path / "home")
    run_month(Installation.at(home), LATER_MONTH)
    ordered, otherwise = data(small_home_template)[LATER_MONTH], data(home)[LATER_MONTH]
    assert ordered is not None
    assert otherwise is not None
    for name in RESULTS:
        assert otherwise[name].decode().splitlines() == ordered[name].decode().splitlines()

    swap_parts(home)
    result = run_month(Installation.at(home), LATER_MONTH)
    assert (result.published.number, result.is_new) == (1, False)
    assert last_told(home, "records")["deliveries recomputed"] == 0


# ---- One sender corrects one file


@dataclass(frozen=True)
class Corrected:
    """What three runs after a correction of MONTH told, and the home that they left."""

    home: Path
    sender: str
    old_sha256: str
    result: RunResult
    records: dict[str, object]
    tallies: dict[str, object]
    later: RunResult
    later_rows: list[str]
    again: RunResult


@pytest.fixture(scope="module")
def corrected(small_home_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Corrected:
    """One delivery of MONTH is corrected; MONTH is run, the later month, and MONTH again.

    Before the last run the warehouse is put back to what it was before the correction, as if
    the runs had been killed before they came to it.
    """
    home = copy(small_home_template, tmp_path_factory.mktemp("corrected") / "home")
    (path, *_) = sorted(home.glob(f"inbox/*/{MONTH}/dossiers.csv"))
    installation = Installation.at(home)
    sender = path.parent.parent.name
    (old,) = [
        file.sha256
        for file in installation.archive.in_force(MONTH)
        if (file.sender_code, file.file_name) == (sender, path.name)
    ]
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-30]))
    result = run_month(Installation.at(home), MONTH)
    records, tallies = last_told(home, "records"), last_told(home, "tallies")
    later = run_month(Installation.at(home), LATER_MONTH)
    rows = warehouse_rows(home)
    shutil.copy(small_home_template / "warehouse.db", home / "warehouse.db")
    assert warehouse_rows(home) != rows
    again = run_month(Installation.at(home), MONTH)
    return Corrected(home, sender, old, result, records, tallies, later, rows, again)


def test_a_correction_recomputes_one_delivery(corrected: Corrected) -> None:
    assert corrected.records["deliveries recomputed"] == 1
    assert corrected.tallies["deliveries recomputed"] == 1


def test_a_correction_makes_one_new_edition_and_keeps_the_old_one(
    corrected: Corrected, small_home_template: Path
) -> None:
    assert (corrected.result.published.number, corrected.result.is_new) == (2, True)
    assert edition_folders(corrected.home)[:2] == [f"{MONTH}/1", f"{MONTH}/2"]
    old = corrected.home / "published" / "editions" / MONTH / "1"
    same = small_home_template / "published" / "editions" / MONTH / "1"
    files = [path.relative_to(same) for path in same.rglob("*") if path.is_file()]
    assert {path: (old / path).read_bytes() for path in files} == {
        path: (same / path).read_bytes() for path in files
    }


def test_the_file_that_was_replaced_stays_in_the_archive(corrected: Corrected) -> None:
    archive = Installation.at(corrected.home).archive
    assert archive.read(corrected.old_sha256)
    received = [
        (event.sender_code, event.month, event.file_name)
        for event in archive.events()
        if (event.event, event.sha256) == ("received", corrected.old_sha256)
    ]
    assert received == [(corrected.sender, MONTH, "dossiers.csv")]


def test_the_new_edition_says_what_changed(corrected: Corrected) -> None:
    edition = corrected.home / "published" / "editions" / MONTH / "2"
    told = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))
    assert told["edition"] == {"month": MONTH, "number": 2, "replaces": 1}
    assert told["changes"]["deliveries"] == [
        {"sender_code": corrected.sender, "kind": "dossiers", "change": "replaced"}
    ]
    changed = {value["unit_code"] for value in told["changes"]["values"]}
    assert corrected.sender in changed
    # Units of no other sender: theirs begin with the sender's code.
    assert {code.split(".")[0] for code in changed} == {corrected.sender}
    assert told["stale_later_editions"] == [LATER_MONTH]
    for page, named in (("index.html", "tháng 6 năm 2026"), ("en/index.html", "June 2026")):
        text = (edition / page).read_text(encoding="utf-8")
        (warning,) = [line for line in text.splitlines() if '<p class="warning">' in line]
        assert named in warning


def test_a_correction_makes_later_months_stale_and_running_them_clears_it(
    corrected: Corrected,
) -> None:
    assert corrected.result.published.stale_months == (LATER_MONTH,)
    assert corrected.later.published.stale_months == ()
    assert (corrected.later.published.number, corrected.later.is_new) == (2, True)


def test_stale_editions_are_known_without_the_store_from_their_manifests(small_home: Path) -> None:
    shutil.rmtree(small_home / "store")
    assert stale_months(small_home, MONTH) == []
    (path, *_) = sorted(small_home.glob(f"inbox/*/{MONTH}/dossiers.csv"))
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert stale_months(small_home, MONTH) == [LATER_MONTH]


def test_running_again_after_a_correction_changes_nothing(corrected: Corrected) -> None:
    again = corrected.again
    assert (again.published.number, again.is_new, again.published.stale_months) == (2, False, ())
    assert edition_folders(corrected.home) == [
        f"{MONTH}/1",
        f"{MONTH}/2",
        f"{LATER_MONTH}/1",
        f"{LATER_MONTH}/2",
    ]


def test_a_run_that_finds_the_warehouse_behind_fills_it(corrected: Corrected) -> None:
    assert warehouse_rows(corrected.home) == corrected.later_rows


# ---- The warehouse follows the editions


@pytest.fixture
def warehouse_before(small_home: Path) -> Iterator[list[str]]:
    yield warehouse_rows(small_home)


def test_the_warehouse_holds_what_is_published(small_home: Path) -> None:
    published = data(small_home)
    with sqlite3.connect(small_home / "warehouse.db") as connection:
        for month, files in published.items():
            assert files is not None
            for table in ("indices", "rankings", "deliveries"):
                # A line of the file is a row of the table, the header apart.
                lines = len(files[f"data/{table}.csv"].decode().splitlines()) - 1
                query = f"SELECT count(*) FROM {table} WHERE month = ?"
                assert connection.execute(query, (month,)).fetchone() == (lines,)


def test_a_lost_warehouse_is_filled_from_the_editions_alone(
    small_home: Path, warehouse_before: list[str]
) -> None:
    (small_home / "warehouse.db").unlink()
    shutil.rmtree(small_home / "store")
    shutil.rmtree(small_home / "inbox")
    assert fill_warehouse(Installation.at(small_home)) == [MONTH, LATER_MONTH]
    assert warehouse_rows(small_home) == warehouse_before
    assert fill_warehouse(Installation.at(small_home)) == []
