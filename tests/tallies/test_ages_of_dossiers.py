"""Ages in minutes at which dossiers enter and leave a month's observation."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from pipeline import tables
from pipeline.statistics import survival

from .conftest import AgesOf, Row

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
INSTANT = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# 31 days are 44,640 minutes: between 25,600 and 51,200 bins are 256 wide, and 44,640 / 256 = 174.4
EDGE_OF_OCTOBER = 175 * 256


def bins(cells: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Entry and exit bins."""
    entries = cells.filter(pl.col("entered") > 0)["age_minutes"].to_list()
    exits = cells.filter(pl.sum_horizontal("finished", "left", "still_open") > 0)
    return entries, exits["age_minutes"].to_list()


@pytest.mark.parametrize(
    ("received_at", "ended_at", "entry", "exit_"),
    [
        # Received in the month: in from 0, out in the bin that holds the age, at least 1.
        (START, START, 0, 1),
        (START, START + INSTANT, 0, 1),
        (START, START + MINUTE, 0, 1),
        (START, START + MINUTE + INSTANT, 0, 2),
        (START, START + 30 * MINUTE, 0, 30),
        # 30 hours are 1,800 minutes; from 1,600 on bins are 16 wide: 112.5 x 16
        (START, START + 30 * HOUR, 0, 113 * 16),
        # Carried over: in with the first bin that ends at or above the age at the month's start.
        (START - INSTANT, START + 3 * MINUTE, 1, 4),
        (START - MINUTE, START + 3 * MINUTE, 1, 4),
        (START - MINUTE - INSTANT, START + 3 * MINUTE, 2, 5),
        (START - 10 * MINUTE, START + 3 * MINUTE, 10, 13),
        (START - 30 * HOUR, START + HOUR, 113 * 16, 117 * 16),
        # In and out within a bin: in with the one below the exit.
        (START - 30 * HOUR, START + 3 * MINUTE, 112 * 16, 113 * 16),
        (START - 10 * MINUTE, START, 9, 10),
        (START - 10 * MINUTE + INSTANT, START, 9, 10),
        (START - 10 * MINUTE, START + INSTANT, 10, 11),
        (START - INSTANT, START, 0, 1),
    ],
)
def test_every_edge_of_a_bin(
    ages_of: AgesOf, received_at: datetime, ended_at: datetime, entry: int, exit_: int
) -> None:
    dossier = {"received_at": received_at, "ended_at": ended_at, "status": "finished"}
    cells = ages_of(dossier)
    assert bins(cells) == ([entry], [exit_])
    assert cells.select(pl.col("finished").sum(), pl.col("left", "still_open").sum()).row(0) == (
        1,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("dossier", "column", "exit_"),
    [
        ({"status": "finished", "ended_at": END - INSTANT}, "finished", EDGE_OF_OCTOBER),
        # From the month's end on it is open, at the age that it has then.
        ({"status": "finished", "ended_at": END}, "still_open", EDGE_OF_OCTOBER),
        ({"status": "in_progress"}, "still_open", EDGE_OF_OCTOBER),
        ({"status": "in_progress", "received_at": END - INSTANT}, "still_open", 1),
        ({"status": "withdrawn", "ended_at": START + 2 * HOUR}, "left", 120),
        ({"status": "stopped", "ended_at": START + 2 * HOUR}, "left", 120),
    ],
)
def test_a_dossier_finishes_leaves_or_is_still_open(
    ages_of: AgesOf, dossier: Row, column: str, exit_: int
) -> None:
    cells = ages_of(dossier)
    assert bins(cells) == ([0], [exit_])
    assert cells.filter(age_minutes=exit_)[column].to_list() == [1]


def test_dossiers_of_the_same_age_share_a_cell(ages_of: AgesOf) -> None:
    ended = {"status": "finished", "ended_at": START + 5 * MINUTE}
    cells = ages_of(
        ended, ended, ended | {"status": "withdrawn"}, {"received_at": END - 5 * MINUTE}
    )
    counts = cells.select("age_minutes", "entered", "finished", "left", "still_open").rows()
    assert counts == [(0, 4, 0, 0, 0), (5, 0, 2, 1, 1)]


def finished(received_at: datetime, ended_at: datetime, **more: object) -> Row:
    return {"received_at": received_at, "ended_at": ended_at, "status": "finished"} | more


def still_open(received_at: datetime, **more: object) -> Row:
    return {"received_at": received_at, "status": "in_progress"} | more


def at_risk(cells: pl.DataFrame) -> list[tuple[int, int, int]]:
    """Age, dossiers at risk and dossiers ended, at each age at which one ended."""
    curve = survival.curves(cells.lazy()).collect()
    return curve.select("age_minutes", "at_risk", "finished").rows()


def test_what_enters_at_an_age_is_not_at_risk_of_what_ends_at_that_very_age(
    ages_of: AgesOf,
) -> None:
    # Two come in at 10 minutes, one of them ends at 12; another, received in the month, at 10.
    ten_before = START - 10 * MINUTE
    cells = ages_of(
        finished(ten_before, START + 2 * MINUTE),
        still_open(ten_before),
        finished(START + HOUR, START + HOUR + 10 * MINUTE),
    )
    assert at_risk(cells) == [(10, 1, 1), (12, 2, 1)]


def test_where_receipts_are_known_by_the_day_all_open_at_its_start_are_at_risk_on_it(
    ages_of: AgesOf,
) -> None:
    # Received a day before, ended on the month's first day: beside it the other of the same day.
    # Received in the month, ended a day later: beside it both, and itself; one of them is gone.
    day_before = START - DAY
    cells = ages_of(
        finished(day_before, START),
        still_open(day_before),
        still_open(day_before),
        finished(START + 3 * DAY, START + 4 * DAY, sha256="f"),
    )
    assert at_risk(cells) == [(1440, 4, 2)]


def test_a_receipt_at_an_instant_is_not_at_risk_at_the_age_at_which_it_enters(
    ages_of: AgesOf,
) -> None:
    minute_before_midnight = START - DAY - MINUTE
    # 1,441 minutes: bins are 8 wide from 800 on, and 181 x 8 = 1,448.
    cells = ages_of(
        finished(START + 3 * DAY, START + 4 * DAY + MINUTE), still_open(minute_before_midnight)
    )
    assert at_risk(cells) == [(1448, 1, 1)]


def test_one_file_does_not_change_who_is_at_risk_in_another(ages_of: AgesOf) -> None:
    day_before = START - DAY
    by_day = [finished(day_before, START, sha256="d"), still_open(day_before, sha256="d")]
    by_instant = [
        finished(START, START + HOUR + INSTANT, sha256="i"),
        still_open(day_before, sha256="i"),
    ]
    together = ages_of(*by_day, *by_instant)
    apart = pl.concat([ages_of(*by_day), ages_of(*by_instant)])
    assert together.equals(apart.sort(together.columns[:5], nulls_last=False))


def test_dossiers_that_count_nowhere_have_no_age(ages_of: AgesOf) -> None:
    assert ages_of({"status": "newly_registered"}, {"status": "not_received"}).equals(
        tables.AGES.empty()
    )
