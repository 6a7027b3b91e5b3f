"""What a dossier shows alone: both sides of each edge, and what cannot show it."""

from datetime import datetime, timedelta

import pytest

from pipeline.tallies.patterns import LAST_DAY, LONG_PAUSE

from .patterns import DOSSIER, RECEIVED, Row, counted, shown_before, totals

DUE = datetime(2026, 10, 20, 17)


def of(finding: str, *rows: Row, **options: object) -> tuple[int, int] | None:
    """Cases and looked at of a finding; None where it has no cell."""
    return totals(counted(*rows, **options)).get(finding)  # type: ignore[arg-type]


# ---- Ended in the second of receipt

TIMED: Row = {}
"""A dossier whose end has a time of day of its own."""


@pytest.mark.parametrize(
    ("ended", "cases"),
    [
        (RECEIVED, 1),
        (RECEIVED + timedelta(milliseconds=999), 1),
        (RECEIVED + timedelta(seconds=1), 0),
    ],
)
def test_an_end_in_the_second_of_receipt_is_found(ended: datetime, cases: int) -> None:
    # Three dossiers, two of which say that times of day are sent.
    assert of("ended_at_receipt", TIMED, TIMED, {"ended_at": ended}) == (cases, 3)


def test_an_end_at_receipt_is_not_looked_for_where_ends_are_days() -> None:
    """An end that is a day is read as midnight, or as the receipt on that day."""
    same_day = {"ended_at": RECEIVED}
    day = {"ended_at": datetime(2026, 10, 7)}
    assert of("ended_at_receipt", same_day, day) is None
    # One of two ends has a time of its own: not most. Two of three are most.
    assert of("ended_at_receipt", same_day, TIMED) is None
    assert of("ended_at_receipt", same_day, TIMED, TIMED) == (1, 3)


@pytest.mark.parametrize(
    "row",
    [
        {"status": "in_progress", "ended_at": None},
        {"status": "withdrawn"},
        {"ended_at": datetime(2026, 9, 30, 10), "received_at": datetime(2026, 9, 30, 10)},
        {"ended_at": datetime(2026, 11, 1)},
    ],
)
def test_only_ends_with_a_result_in_the_month_are_looked_at(row: Row) -> None:
    assert of("ended_at_receipt", TIMED, row) == (0, 1)
    assert of("ended_on_day_off", TIMED, row) == (0, 1)


# ---- Ended on a day off


@pytest.mark.parametrize(
    ("ended", "cases"),
    [
        (datetime(2026, 10, 9, 23, 59, 59), 0),  # Friday
        (datetime(2026, 10, 10), 1),  # Saturday
        (datetime(2026, 10, 11, 23, 59, 59), 1),  # Sunday
        (datetime(2026, 10, 12), 0),  # Monday
    ],
)
def test_an_end_on_a_day_off_is_found(ended: datetime, cases: int) -> None:
    assert of("ended_on_day_off", {"ended_at": ended}) == (cases, 1)


def test_where_time_passes_day_and_night_there_is_no_day_off() -> None:
    saturday = {"ended_at": datetime(2026, 10, 10, 9)}
    assert of("ended_on_day_off", saturday, clock="elapsed") is None


# ---- Papers asked for


@pytest.mark.parametrize(
    ("requests", "expected"), [(None, None), (0, None), (1, (0, 1)), (2, (1, 1))]
)
def test_papers_asked_for_twice_are_found(
    requests: int | None, expected: tuple[int, int] | None
) -> None:
    assert of("asked_more_than_once", {"supplement_requests": requests}) == expected


OPEN: Row = {"status": "supplement_requested", "ended_at": None, "first_due_at": DUE}


@pytest.mark.parametrize(
    ("before_due", "cases"),
    [
        (timedelta(0), 1),
        (timedelta(seconds=-1), 0),
        (LAST_DAY, 1),
        (LAST_DAY + timedelta(seconds=1), 0),
    ],
)
def test_papers_asked_for_in_the_last_day_are_found(before_due: timedelta, cases: int) -> None:
    assert of("paused_before_due", {**OPEN, "supplement_requested_at": DUE - before_due}) == (
        cases,
        1,
    )


@pytest.mark.parametrize(
    ("waited", "cases"), [(LONG_PAUSE, 1), (LONG_PAUSE - timedelta(seconds=1), 0)]
)
def test_only_long_waiting_for_papers_is_found(waited: timedelta, cases: int) -> None:
    asked = DUE - timedelta(hours=3)
    answered: Row = {"supplement_requested_at": asked, "supplement_received_at": asked + waited}
    assert of("paused_before_due", {**OPEN, **answered}) == (cases, 1)
    ended: Row = {
        "supplement_requested_at": asked,
        "status": "finished",
        "ended_at": asked + waited,
    }
    assert of("paused_before_due", {**OPEN, **ended}) == (cases, 1)


@pytest.mark.parametrize(
    ("asked", "is_looked_at"),
    [
        # Waiting becomes long five days after the request: in October from the 26th of September.
        (datetime(2026, 9, 25, 23, 59, 59), False),
        (datetime(2026, 9, 26), True),
        (datetime(2026, 10, 26, 23, 59, 59), True),
        (datetime(2026, 10, 27), False),
    ],
)
def test_a_request_is_looked_at_in_the_month_in_which_waiting_becomes_long(
    asked: datetime, is_looked_at: bool
) -> None:
    row = {**OPEN, "supplement_requested_at": asked, "received_at": datetime(2026, 9, 1)}
    assert of("paused_before_due", row) == ((0, 1) if is_looked_at else None)


# ---- A due date that is moved

CARRIED: Row = {
    **DOSSIER,
    "status": "in_progress",
    "ended_at": None,
    "received_at": datetime(2026, 9, 1),
}


@pytest.mark.parametrize(
    ("due_then", "due_now", "expected"),
    [
        # The export before shows the end of September: a due date on the 1st is in its last day.
        (datetime(2026, 10, 1, 23, 59, 59), datetime(2026, 10, 9), (1, 1)),
        (datetime(2026, 10, 2), datetime(2026, 10, 9), None),
        (datetime(2026, 9, 15), datetime(2026, 10, 9), (1, 1)),
        (datetime(2026, 9, 15), datetime(2026, 9, 15), (0, 1)),
        (datetime(2026, 9, 15), datetime(2026, 9, 14), (0, 1)),
    ],
)
def test_a_due_date_moved_on_its_last_day_or_later_is_found(
    due_then: datetime, due_now: datetime, expected: tuple[int, int] | None
) -> None:
    history = shown_before(CARRIED, due_then)
    assert of("due_moved_at_the_end", {**CARRIED, "due_at": due_now}, history=history) == expected


def test_a_first_export_shows_no_moved_due_date() -> None:
    found = totals(counted(CARRIED))
    assert "due_moved_at_the_end" not in found
    assert "due_moved_more_than_once" not in found
    assert "unseen" not in found


def test_an_end_that_was_entered_late_is_no_end_of_this_month() -> None:
    """The export of September showed it open; it says now that it ended in September."""
    row = {**CARRIED, "status": "finished", "ended_at": datetime(2026, 9, 20, 9)}
    found = totals(counted(row, history=shown_before(row, DUE)))
    assert "ended_on_day_off" not in found
    assert "ended_in_one_minute" not in found


def test_the_findings_of_the_ledger_are_looked_for_among_the_dossiers_shown() -> None:
    found = totals(counted(CARRIED, {"dossier_id": "e"}, history=shown_before(CARRIED, DUE)))
    assert found["unseen"] == found["due_moved_more_than_once"] == (0, 1)
    assert found["reopened"] == found["ended_before_shown"] == (0, 2)
    assert found["code_of_several"] == (0, 2)


def test_a_dossier_that_never_was_received_shows_nothing() -> None:
    assert counted({"status": "newly_registered", "ended_at": None}).is_empty()
