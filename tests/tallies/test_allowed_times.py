"""The tally of allowed times: which dossiers of the month are counted, under how many days."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import calendar
from pipeline.calendar import Clock, ClockName
from pipeline.tallies import ledger
from pipeline.tallies.allowed import MOST_DAYS, count_allowed

from .patterns import DOSSIER, MONTH, RECEIVED, ZONE, Row, build, shown_before

USUAL: Row = DOSSIER | {"procedure_code": "1.004873"}


def counted(
    *rows: Row, clock: ClockName = "elapsed", history: ledger.History = ledger.NO_HISTORY
) -> Mapping[int, int]:
    """Dossiers by allowed days, of dossiers in October 2026."""
    found = ledger.with_history(build("dossiers", USUAL, rows), MONTH, history)
    cells = count_allowed(found, MONTH, Clock(clock, calendar.vietnam(), ZONE))
    assert set(cells["clock"]) <= {clock}
    return dict(cells.select("allowed_days", "dossiers").iter_rows())


def due_after(hours: float) -> Row:
    return {"due_at": RECEIVED + timedelta(hours=hours)}


@pytest.mark.parametrize(
    ("hours", "days"),
    [(0, 0), (11.99, 0), (12, 1), (24, 1), (35.99, 1), (36, 2), (24 * 30, 30), (-5, 0)],
)
def test_the_allowed_time_is_to_the_nearest_day(hours: float, days: int) -> None:
    assert counted(due_after(hours)) == {days: 1}


@pytest.mark.parametrize(("days", "expected"), [(MOST_DAYS - 1,) * 2, (MOST_DAYS + 1, MOST_DAYS)])
def test_very_long_times_count_as_one(days: int, expected: int) -> None:
    assert counted(due_after(24 * days)) == {expected: 1}


def test_a_working_day_has_eight_hours_and_days_off_are_none() -> None:
    # Received on Monday the 5th at 9, due on Monday the 12th at 9: five working days.
    assert counted({"due_at": datetime(2026, 10, 12, 9)}, clock="working") == {5: 1}
    assert counted({"due_at": datetime(2026, 10, 12, 9)}) == {7: 1}


def test_the_first_due_date_counts_and_not_the_one_in_force() -> None:
    assert counted({**due_after(24 * 9), "first_due_at": RECEIVED + timedelta(days=2)}) == {2: 1}
    # An export of this very month, sent before and replaced, showed an earlier one.
    shown = shown_before({"received_at": RECEIVED}, RECEIVED + timedelta(days=4))
    assert counted(due_after(24 * 9), history=shown) == {4: 1}


def test_a_due_date_that_may_have_been_extended_for_papers_is_no_allowed_time() -> None:
    # Papers asked for after a day and brought after 16: the date in force has the wait in it.
    asked = {
        **due_after(24 * 18),
        "supplement_requested_at": RECEIVED + timedelta(days=1),
        "supplement_received_at": RECEIVED + timedelta(days=16),
        "ended_at": RECEIVED + timedelta(days=17),
    }
    assert counted(asked) == {}
    # The first due date is known from this export, or from an earlier one.
    assert counted({**asked, "first_due_at": RECEIVED + timedelta(days=3)}) == {3: 1}
    shown = shown_before({"received_at": RECEIVED}, RECEIVED + timedelta(days=4))
    assert counted(asked, history=shown) == {4: 1}
    assert counted({**asked, "supplement_requested_at": None}) == {18: 1}


@pytest.mark.parametrize(
    ("received", "is_counted"),
    [
        (datetime(2026, 9, 30, 23, 59), False),
        (datetime(2026, 10, 1), True),
        (datetime(2026, 10, 31, 23, 59), True),
        (datetime(2026, 11, 1), False),
    ],
)
def test_each_dossier_counts_in_the_month_of_receipt(received: datetime, is_counted: bool) -> None:
    row = {"received_at": received, "due_at": received + timedelta(days=3), "ended_at": None}
    assert counted({**row, "status": "in_progress"}) == ({3: 1} if is_counted else {})


@pytest.mark.parametrize(
    "row",
    [{"due_at": None}, {"procedure_code": None}, {"status": "not_received"}],
)
def test_what_has_no_due_date_no_procedure_or_no_receipt_does_not_count(row: Row) -> None:
    assert counted(row) == {}


@settings(max_examples=25, deadline=None)
@given(days=st.lists(st.integers(0, 40), min_size=1, max_size=30), cut=st.integers(0, 30))
def test_the_counts_of_files_add_up_whatever_their_order(days: list[int], cut: int) -> None:
    rows = [due_after(24 * each) for each in days]
    files = [{**row, "sha256": "f" if number < cut else "g"} for number, row in enumerate(rows)]
    found = ledger.with_history(build("dossiers", USUAL, list(reversed(files))), MONTH)
    cells = count_allowed(found, MONTH, Clock("elapsed", calendar.vietnam(), ZONE))
    together = cells.group_by("allowed_days").agg(pl.col("dossiers").sum())
    assert dict(together.iter_rows()) == counted(*rows)
