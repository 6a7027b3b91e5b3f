"""Ages in whole hours at which dossiers enter and leave a month's observation."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from pipeline import tables

from .conftest import AgesOf, Row

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
INSTANT = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
HOURS_OF_OCTOBER = 31 * 24


def bins(cells: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Entry and exit bins."""
    entries = cells.filter(pl.col("entered") > 0)["age_hours"].to_list()
    exits = cells.filter(pl.sum_horizontal("finished", "left", "still_open") > 0)
    return entries, exits["age_hours"].to_list()


@pytest.mark.parametrize(
    ("received_at", "ended_at", "entry", "exit_"),
    [
        # Received in the month: in from 0, out at the age rounded up, at least 1.
        (START, START, 0, 1),
        (START, START + INSTANT, 0, 1),
        (START, START + HOUR, 0, 1),
        (START, START + HOUR + INSTANT, 0, 2),
        (START, START + 30 * HOUR, 0, 30),
        # Carried over: in at the age at the month's start, rounded up.
        (START - INSTANT, START + 3 * HOUR, 1, 4),
        (START - HOUR, START + 3 * HOUR, 1, 4),
        (START - HOUR - INSTANT, START + 3 * HOUR, 2, 5),
        (START - 10 * HOUR, START + 3 * HOUR, 10, 13),
        # In and out within an hour: in one bin below the exit.
        (START - 10 * HOUR, START, 9, 10),
        (START - 10 * HOUR + INSTANT, START, 9, 10),
        (START - 10 * HOUR, START + INSTANT, 10, 11),
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
        ({"status": "finished", "ended_at": END - INSTANT}, "finished", HOURS_OF_OCTOBER),
        # From the month's end on it is open, at the age that it has then.
        ({"status": "finished", "ended_at": END}, "still_open", HOURS_OF_OCTOBER),
        ({"status": "in_progress"}, "still_open", HOURS_OF_OCTOBER),
        ({"status": "in_progress", "received_at": END - INSTANT}, "still_open", 1),
        ({"status": "withdrawn", "ended_at": START + 2 * HOUR}, "left", 2),
        ({"status": "stopped", "ended_at": START + 2 * HOUR}, "left", 2),
    ],
)
def test_a_dossier_finishes_leaves_or_is_still_open(
    ages_of: AgesOf, dossier: Row, column: str, exit_: int
) -> None:
    cells = ages_of(dossier)
    assert bins(cells) == ([0], [exit_])
    assert cells.filter(age_hours=exit_)[column].to_list() == [1]


def test_dossiers_of_the_same_age_share_a_cell(ages_of: AgesOf) -> None:
    ended = {"status": "finished", "ended_at": START + 5 * HOUR}
    cells = ages_of(ended, ended, ended | {"status": "withdrawn"}, {"received_at": END - 5 * HOUR})
    counts = cells.select("age_hours", "entered", "finished", "left", "still_open").rows()
    assert counts == [(0, 4, 0, 0, 0), (5, 0, 2, 1, 1)]


def test_dossiers_that_count_nowhere_have_no_age(ages_of: AgesOf) -> None:
    assert ages_of({"status": "newly_registered"}, {"status": "not_received"}).equals(
        tables.AGES.empty()
    )
