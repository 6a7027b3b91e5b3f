"""A run in which nothing changed starts no Dagster run, and misses nothing that changed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets import dagster_home
from assets.command_line.run import find_unchanged, run_month
from assets.month import lock
from assets.month.installation import Installation
from pipeline.editions import Editions
from pipeline.home import Home

from ..conftest import RUN_MONTHS

pytestmark = pytest.mark.runs

MONTH = RUN_MONTHS[-1]


def dagster_runs(home: Path) -> int:
    with dagster_home.open_instance(Home.at(home)) as instance:
        return instance.get_runs_count()


def some_export(home: Path) -> Path:
    return sorted(home.glob(f"inbox/*/{MONTH}/dossiers.csv"))[0]


def test_a_run_in_which_nothing_changed_starts_no_dagster_run(small_home: Path) -> None:
    before = dagster_runs(small_home)
    result = run_month(Installation.at(small_home), MONTH)
    assert (result.is_new, result.published.number) == (False, 1)
    assert result.published.changed_values == 0
    assert dagster_runs(small_home) == before


def test_it_tells_the_same_as_the_run_before_it(small_home: Path) -> None:
    installation = Installation.at(small_home)
    again = run_month(installation, MONTH).published
    delivered = again.deliveries.filter(status="accepted")
    assert delivered["sender_code"].n_unique() == 3
    assert again.stale_months == ()
    assert again.row_count > 0


def change_a_row(home: Path) -> None:
    export = some_export(home)
    export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:-1]))


def change_bytes_and_keep_size_and_time(home: Path) -> None:
    export = some_export(home)
    stat, content = export.stat(), export.read_bytes()
    lines = content.splitlines(keepends=True)
    # Two rows of the same length in the other order: another file, as large and as old.
    first, second = next(
        (a, b)
        for a in range(1, len(lines))
        for b in range(a + 1, len(lines))
        if len(lines[a]) == len(lines[b]) and lines[a] != lines[b]
    )
    lines[first], lines[second] = lines[second], lines[first]
    export.write_bytes(b"".join(lines))
    os.utime(export, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert (export.stat().st_size, export.stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns)


def add_a_file(home: Path) -> None:
    shutil.copy(some_export(home), some_export(home).with_name("dossiers-2.csv"))
    with some_export(home).with_name("dossiers-2.csv").open("ab") as file:
        file.write(b"\n")


def remove_a_file(home: Path) -> None:
    some_export(home).unlink()


def change_the_register(home: Path) -> None:
    (home / "agencies.csv").write_text(
        "code,name_vi,kind,parent_code\nH01.99,Sở thử nghiệm,department,H01\n", encoding="utf-8"
    )


def change_the_method(home: Path) -> None:
    built_in = Path("pipeline/methods/reform-index.toml").read_text(encoding="utf-8")
    (home / "methods").mkdir()
    (home / "methods" / "reform-index.toml").write_text(
        built_in.replace("minimum_due = 30", "minimum_due = 31"), encoding="utf-8"
    )


def lose_the_store(home: Path) -> None:
    shutil.rmtree(home / "store")


def lose_what_came_of_a_delivery(home: Path, stage: str) -> None:
    shutil.rmtree(sorted((home / "store" / stage).iterdir())[0])


def lose_records(home: Path) -> None:
    lose_what_came_of_a_delivery(home, "records")


def lose_tallies(home: Path) -> None:
    lose_what_came_of_a_delivery(home, "tallies")


def lose_a_merged_month(home: Path) -> None:
    lose_what_came_of_a_delivery(home, "merged")


def alter_the_edition(home: Path) -> None:
    table = home / "published" / MONTH / "data" / "indices.csv"
    table.chmod(0o644)
    table.write_bytes(table.read_bytes().replace(b"0.", b"1.", 1))


@pytest.mark.parametrize(
    "change",
    [
        change_a_row,
        change_bytes_and_keep_size_and_time,
        add_a_file,
        remove_a_file,
        change_the_register,
        change_the_method,
        lose_the_store,
        lose_records,
        lose_tallies,
        lose_a_merged_month,
        alter_the_edition,
    ],
)
def test_whatever_changed_starts_one(small_home: Path, change: Callable[[Path], None]) -> None:
    assert find_unchanged(Installation.at(small_home), MONTH) is not None
    change(small_home)
    assert find_unchanged(Installation.at(small_home), MONTH) is None


def test_a_warehouse_that_is_behind_is_filled_without_one(small_home: Path) -> None:
    before = dagster_runs(small_home)
    (small_home / "warehouse.db").unlink()
    run_month(Installation.at(small_home), MONTH)
    assert (small_home / "warehouse.db").is_file()
    assert dagster_runs(small_home) == before
    in_force = Editions(small_home / "published").months()
    assert in_force == list(RUN_MONTHS)


@pytest.mark.parametrize("state", [None, dg.DagsterRunStatus.SUCCESS])
def test_a_sign_of_life_that_tells_dagster_nothing_new_is_removed_by_the_next_run(
    small_home: Path, state: dg.DagsterRunStatus | None
) -> None:
    home = Home.at(small_home)
    run_id = "killed before Dagster knew of it"
    if state is not None:
        # Killed when all was done, before it could take its sign of life away.
        with dagster_home.open_instance(home) as instance:
            job = dg.job(name="killed")(lambda: None)
            run_id = instance.create_run_for_job(job, status=state).run_id
    (home.dagster / "alive").mkdir(exist_ok=True)
    (home.dagster / "alive" / run_id).touch()
    before = dagster_runs(small_home)
    for _ in range(2):
        run_month(Installation.at(small_home), MONTH)
    # The first run of the job finds it; the second command runs no job.
    assert dagster_runs(small_home) == before + 1
    assert not lock.has_killed_runs(home)


def test_a_run_that_was_killed_is_told_to_dagster_though_nothing_changed(small_home: Path) -> None:
    home = Home.at(small_home)
    with dagster_home.open_instance(home) as instance:
        killed = instance.create_run_for_job(
            dg.job(name="killed")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
    # The sign of life of a process that is gone: nobody holds its lock.
    (home.dagster / "alive").mkdir(exist_ok=True)
    (home.dagster / "alive" / killed.run_id).touch()
    assert lock.has_killed_runs(home)
    run_month(Installation.at(small_home), MONTH)
    with dagster_home.open_instance(home) as instance:
        run = instance.get_run_by_id(killed.run_id)
        assert run is not None
        assert run.status == dg.DagsterRunStatus.FAILURE
    assert not lock.has_killed_runs(home)
