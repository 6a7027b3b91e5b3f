"""What became of a dossier: its outcome by the due date in force, its verdict by the first one."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from pipeline import tables

from .conftest import OutcomesOf, Row

START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
DUE = datetime(2026, 10, 20, 17)
INSTANT = timedelta(milliseconds=1)
DAY = timedelta(days=1)


def ended(at: datetime, due: datetime | None = DUE, **more: object) -> Row:
    return {"status": "finished", "ended_at": at, "due_at": due} | more


def left(at: datetime, due: datetime | None = DUE) -> Row:
    return {"status": "withdrawn", "ended_at": at, "due_at": due}


def open_(due: datetime | None, **more: object) -> Row:
    return {"due_at": due} | more


def judged(cells: pl.DataFrame) -> tuple[str, str | None, str | None]:
    """Outcome, verdict and due month of the only dossier."""
    assert cells["dossiers"].to_list() == [1]
    return cells.select("outcome", "verdict", "due_month").row(0)


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        # Ended, against its due instant.
        (ended(DUE), ("finished_on_due_date", "on_time", "2026-10")),
        (ended(DUE + INSTANT), ("finished_overdue", "late", "2026-10")),
        (ended(datetime(2026, 10, 20)), ("finished_on_due_date", "on_time", "2026-10")),
        (ended(datetime(2026, 10, 20) - INSTANT), ("finished_early", "on_time", "2026-10")),
        # Due in a later month: judged now, and counted in the month of its due date.
        (ended(DUE, END), ("finished_early", "on_time", "2026-11")),
        (ended(DUE, datetime(2027, 2, 1)), ("finished_early", "on_time", "2027-02")),
        # Due in an earlier month: judged then.
        (ended(DUE, START - INSTANT), ("finished_overdue", None, None)),
        (ended(START, START), ("finished_on_due_date", "on_time", "2026-10")),
        (ended(START + INSTANT, START), ("finished_overdue", "late", "2026-10")),
        # The month's end is the next month's beginning.
        (ended(END - INSTANT, END - INSTANT), ("finished_on_due_date", "on_time", "2026-10")),
        (ended(END, END - INSTANT), ("open_overdue", "late", "2026-10")),
        (ended(END, END), ("open_not_due", None, None)),
        # Open at the month's end.
        (open_(DUE), ("open_overdue", "late", "2026-10")),
        (open_(START), ("open_overdue", "late", "2026-10")),
        (open_(START - INSTANT), ("open_overdue", None, None)),
        (open_(END - INSTANT), ("open_overdue", "late", "2026-10")),
        (open_(END), ("open_not_due", None, None)),
        # Left: apart if by its due date, late if after.
        (left(DUE), ("left", "left", "2026-10")),
        (left(DUE + INSTANT), ("left", "late", "2026-10")),
        (left(DUE, END), ("left", "left", "2026-11")),
        (left(DUE, START - INSTANT), ("left", None, None)),
        (left(END, END), ("open_not_due", None, None)),
        # Without a due date: in no on-time rate.
        (ended(DUE, None), ("finished_without_due", None, None)),
        (open_(None), ("open_without_due", None, None)),
        (left(DUE, None), ("left", None, None)),
    ],
)
def test_every_edge_of_a_verdict(
    outcomes_of: OutcomesOf,
    dossier: Row,
    expected: tuple[str, str | None, str | None],
) -> None:
    assert judged(outcomes_of(dossier)) == expected


@pytest.mark.parametrize(
    ("dossier", "expected"),
    [
        # Moved later: officially on time, and late by the date first shown.
        (ended(DUE, first_due_at=DUE - DAY), ("finished_on_due_date", "late", "2026-10")),
        (open_(END, first_due_at=DUE), ("open_not_due", "late", "2026-10")),
        (ended(DUE, first_due_at=START - DAY), ("finished_on_due_date", None, None)),
        # Moved earlier: officially overdue, and on time by the date first shown.
        (ended(DUE + DAY, first_due_at=DUE + DAY), ("finished_overdue", "on_time", "2026-10")),
        # Taken away.
        (ended(DUE, None, first_due_at=DUE), ("finished_without_due", "on_time", "2026-10")),
        (open_(None, first_due_at=DUE), ("open_without_due", "late", "2026-10")),
    ],
)
def test_moving_a_due_date_changes_the_outcome_and_never_the_verdict(
    outcomes_of: OutcomesOf,
    dossier: Row,
    expected: tuple[str, str | None, str | None],
) -> None:
    assert judged(outcomes_of(dossier)) == expected


@pytest.mark.parametrize("status", tables.STATUSES)
def test_a_status_ends_leaves_stays_open_or_is_counted_nowhere(
    outcomes_of: OutcomesOf, status: str
) -> None:
    cells = outcomes_of(ended(DUE, status=status))
    expected = {
        "newly_registered": [],
        "not_received": [],
        "withdrawn": ["left"],
        "stopped": ["left"],
        "finished": ["finished_on_due_date"],
        "handed_over": ["finished_on_due_date"],
    }
    assert cells["outcome"].to_list() == expected.get(status, ["open_overdue"])


@pytest.mark.parametrize(
    ("received_at", "intake"), [(START, "received"), (START - INSTANT, "carried_over")]
)
def test_a_dossier_is_received_from_the_months_first_instant_on(
    outcomes_of: OutcomesOf, received_at: datetime, intake: str
) -> None:
    assert outcomes_of({"received_at": received_at})["intake"].to_list() == [intake]


def saved(cells: pl.DataFrame) -> tuple[int, int]:
    return cells.select("saved_thousandths", "saved_squared_millionths").row(0)


@pytest.mark.parametrize(
    ("hours_used", "hours_allowed", "thousandths"),
    [
        (0, 10, 1000),
        (3, 10, 700),  # 1 - 3 / 10
        (10, 10, 0),
        (1, 3, 667),  # 1 - 1 / 3 = 0.6667
        (2, 3, 333),  # 1 - 2 / 3 = 0.3333
        (0, 0, 0),  # no time was allowed, so none can be saved
    ],
)
def test_time_saved_is_the_share_of_the_allowed_time_that_was_not_used(
    outcomes_of: OutcomesOf, hours_used: int, hours_allowed: int, thousandths: int
) -> None:
    cells = outcomes_of(
        ended(START + timedelta(hours=hours_used), START + timedelta(hours=hours_allowed))
    )
    assert cells["verdict"].to_list() == ["on_time"]
    assert saved(cells) == (thousandths, thousandths**2)


def test_time_allowed_runs_to_the_first_due_date(outcomes_of: OutcomesOf) -> None:
    # 1 - 4 / 10; against the date in force it would be 1 - 4 / 40.
    hours = [START + timedelta(hours=count) for count in (4, 10, 40)]
    cells = outcomes_of(ended(hours[0], hours[2], first_due_at=hours[1]))
    assert saved(cells) == (600, 600**2)


@pytest.mark.parametrize(
    "dossier", [ended(DUE + INSTANT), open_(DUE), left(START + INSTANT), ended(DUE, None)]
)
def test_only_a_dossier_that_ended_on_time_saves_any(outcomes_of: OutcomesOf, dossier: Row) -> None:
    assert saved(outcomes_of(dossier)) == (0, 0)


def test_sums_of_shares_and_of_their_squares_are_exact(outcomes_of: OutcomesOf) -> None:
    due = START + timedelta(hours=10)
    cells = outcomes_of(*(ended(START + timedelta(hours=hours), due) for hours in (3, 3, 5)))
    # All three ended early in the day that they were due on: one cell.
    assert cells["dossiers"].to_list() == [3]
    assert saved(cells) == (700 + 700 + 500, 700**2 + 700**2 + 500**2)


def test_on_the_working_clock_nights_and_weekends_are_no_time(outcomes_of: OutcomesOf) -> None:
    friday, monday = datetime(2026, 10, 9), datetime(2026, 10, 12)
    dossier = ended(friday.replace(hour=16), monday.replace(hour=17))
    cells = outcomes_of(dossier | {"received_at": friday.replace(hour=13)}, clock="working")
    # Friday 13-16 of Friday 13-17 and Monday 8 hours: 1 - 3 / 12.
    assert saved(cells) == (750, 750**2)
    assert cells["clock"].to_list() == ["working"]


def test_what_is_not_sent_is_another_channel_another_applicant_and_no_procedure(
    outcomes_of: OutcomesOf,
) -> None:
    empty = {"channel": None, "applicant": None, "procedure_code": None}
    cells = outcomes_of(empty, empty | {"channel": "other"}, empty | {"applicant": "other"})
    # One cell of three, however it was said.
    named = cells.select("channel", "applicant", "procedure_code", "dossiers")
    assert named.rows() == [("other", "other", "", 3)]


def test_no_dossiers_are_no_cells(outcomes_of: OutcomesOf) -> None:
    assert outcomes_of().equals(tables.OUTCOMES.empty())
    assert outcomes_of({"status": "not_received"}).equals(tables.OUTCOMES.empty())
