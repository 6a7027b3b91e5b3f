"""The ranks of earlier months in an edition: as the data are now, however they were come by."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.month import results
from assets.month.inputs import read_inputs
from assets.month.installation import Installation
from pipeline import months
from pipeline.tables.comparisons import RANKS_BY_MONTH

from ..conftest import LAST_MONTH

pytestmark = pytest.mark.runs

MONTH = LAST_MONTH
MONTHS = [*months.before(MONTH, 2), MONTH]
UNITS = {"T": 80, "U": 70, "V": 60}
"""Dossiers on time of a hundred, by sender."""


def send(home: Path, month: str, unit: str, on_time: int) -> None:
    folder = home / "inbox" / unit / month
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["unit_code,indicator,breakdown,month,numerator,denominator"]
    lines.append(f"{unit},due_on_time,,{month},{on_time},100")
    (folder / "figures.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")


def publish(home: Path, month: str) -> pl.DataFrame:
    """The ranks by the share on time in the edition of a month that is now in force."""
    number = run_month(Installation.at(home), month).published.number
    path = home / "published" / "editions" / month / str(number) / "data" / "ranks_by_month.csv"
    table = pl.read_csv(path, schema=RANKS_BY_MONTH.schema)
    return table.filter(indicator="due_on_time")


def ranks_of(table: pl.DataFrame, unit: str) -> dict[str, int | None]:
    return dict(table.filter(unit_code=unit).select("series_month", "rank").iter_rows())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Three senders and three months, of which none was run."""
    agencies = ["code,name_vi,kind,parent_code"]
    agencies += [f"{unit},Tỉnh {unit},province," for unit in UNITS]
    (tmp_path / "agencies.csv").write_text("\n".join([*agencies, ""]), encoding="utf-8")
    for month in MONTHS:
        for unit, on_time in UNITS.items():
            send(tmp_path, month, unit, on_time)
    return tmp_path


def test_months_that_were_never_run_are_ranked_too(home: Path) -> None:
    table = publish(home, MONTH)
    assert ranks_of(table, "U") == dict.fromkeys(MONTHS, 2)
    assert set(table["ranked_units"]) == {3}


def test_ranks_from_the_store_are_those_computed_anew(home: Path) -> None:
    anew = publish(home, MONTH)
    for month in MONTHS[:-1]:
        publish(home, month)
    inputs = read_inputs(Installation.at(home), MONTH)
    assert all(results.are_current(inputs.without_later_months(m), "rankings") for m in MONTHS[:-1])
    (stored,) = (home / "store" / "rankings" / MONTH,)
    shutil.rmtree(stored)
    assert publish(home, MONTH).equals(anew)


def test_a_correction_of_an_earlier_month_changes_its_rank_in_the_next_edition(
    home: Path,
) -> None:
    for month in MONTHS:
        publish(home, month)
    send(home, MONTHS[0], "V", 95)
    # The earlier month itself is not run again.
    table = publish(home, MONTH)
    assert ranks_of(table, "V") == {MONTHS[0]: 1, MONTHS[1]: 3, MONTHS[2]: 3}
    assert ranks_of(table, "T") == {MONTHS[0]: 2, MONTHS[1]: 1, MONTHS[2]: 1}


def test_a_month_in_which_a_unit_sent_nothing_has_no_rank_and_says_why(home: Path) -> None:
    shutil.rmtree(home / "inbox" / "V" / MONTHS[1])
    table = publish(home, MONTH)
    assert ranks_of(table, "V") == {MONTHS[0]: 3, MONTHS[1]: None, MONTHS[2]: 3}
    then = table.filter(unit_code="V", series_month=MONTHS[1])
    assert then["note"].item() == "no_export"
    assert then["ranked_units"].item() == 2


def test_a_month_of_which_nothing_was_ever_sent_has_no_row(home: Path) -> None:
    for unit in UNITS:
        shutil.rmtree(home / "inbox" / unit / MONTHS[1])
    table = publish(home, MONTH)
    assert ranks_of(table, "T") == {MONTHS[0]: 1, MONTHS[2]: 1}


@pytest.mark.slow
def test_a_new_month_of_a_long_history_computes_the_ranks_of_one_earlier_month(home: Path) -> None:
    """The 26 months that a rank rests on are in the history of all editions that show it."""
    before = months.before(MONTHS[0], 39)
    for month in before:
        for unit, on_time in UNITS.items():
            send(home, month, unit, on_time)
    stored = home / "store" / "earlier_ranks"
    publish(home, MONTHS[0])
    first = {path.name: path.stat().st_ino for path in stored.iterdir()}
    assert sorted(first) == before[-11:]
    publish(home, MONTHS[1])
    second = {path.name: path.stat().st_ino for path in stored.iterdir()}
    assert {name: second[name] for name in before[-10:]} == {
        name: first[name] for name in before[-10:]
    }
    assert set(second) - set(first) == {MONTHS[0]}
