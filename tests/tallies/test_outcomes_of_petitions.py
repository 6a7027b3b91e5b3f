"""What became of a petition by the month's end: each outcome from both sides of its edge."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import calendar, tables

from .conftest import PetitionsOf, Row

DUE, END = datetime(2026, 10, 20, 17), datetime(2026, 11, 1)
A_SECOND = timedelta(seconds=1)
NO_DUE: Row = {"received_at": datetime(2026, 10, 5, 9), "due_at": None}
LAST_SECOND = datetime(2026, 10, 26, 23, 59, 59)
"""Of the fifteenth working day after Monday 5 October 2026: three weeks without a day off."""


def closed(status: str, at: datetime, **more: object) -> Row:
    return {"status": status, "handled_at": at} | more


def handled(at: datetime, **more: object) -> Row:
    return closed("handled", at, **more)


@pytest.mark.parametrize(
    ("petition", "outcome"),
    [
        (handled(DUE), "handled_on_time"),
        (handled(DUE + A_SECOND), "handled_late"),
        (handled(END - A_SECOND), "handled_late"),
        (handled(END - A_SECOND, due_at=END), "handled_on_time"),
        # Handled when the month is over: open at its end.
        (handled(END), "open_overdue"),
        (handled(END, due_at=END), "open_not_due"),
        (closed("refused", DUE), "refused"),
        (closed("refused", DUE + A_SECOND), "refused"),
        (closed("refused", END - A_SECOND), "refused"),
        (closed("refused", END), "open_overdue"),
        ({"status": "received"}, "open_overdue"),
        ({"due_at": END - A_SECOND}, "open_overdue"),
        ({"due_at": END}, "open_not_due"),
    ],
)
def test_a_petition_is_judged_by_its_due_date_and_the_months_end(
    petitions_of: PetitionsOf, petition: Row, outcome: str
) -> None:
    assert petitions_of(petition)["outcome"].to_list() == [outcome]


@pytest.mark.parametrize(
    ("petition", "outcome"),
    [
        (handled(LAST_SECOND), "handled_on_time"),
        (handled(LAST_SECOND + A_SECOND), "handled_late"),
        ({}, "open_overdue"),
        # 15 working days after Monday 12 October are Monday 2 November, in the next month,
        ({"received_at": datetime(2026, 10, 12)}, "open_not_due"),
        # and after Friday 9 October Friday 30 October, whatever the hour of receipt.
        ({"received_at": datetime(2026, 10, 9, 23, 59)}, "open_overdue"),
        # Received on a Saturday: the Monday after it is the first working day.
        ({"received_at": datetime(2026, 10, 10)}, "open_overdue"),
    ],
)
def test_without_a_due_date_fifteen_working_days_are_allowed(
    petitions_of: PetitionsOf, petition: Row, outcome: str
) -> None:
    assert petitions_of(NO_DUE | petition)["outcome"].to_list() == [outcome]


def test_days_off_are_no_working_days(petitions_of: PetitionsOf) -> None:
    received = date(2026, 4, 20)
    days = [received + timedelta(days=number) for number in range(1, 30)]
    working = [day for day in days if calendar.vietnam().is_working_day(day)]
    # The holidays at the end of April make the fifteenth a later one than three weeks on.
    assert working[14] > received + timedelta(days=21)
    last = datetime.combine(working[14], LAST_SECOND.time())
    petition = {"received_at": datetime(2026, 4, 20, 8), "due_at": None}
    for at, outcome in ((last, "handled_on_time"), (last + A_SECOND, "handled_late")):
        cells = petitions_of(petition | handled(at), month="2026-05")
        assert cells["outcome"].to_list() == [outcome]


@pytest.mark.parametrize(
    ("petition", "satisfied"),
    [
        (handled(DUE, satisfied="yes"), "yes"),
        (handled(DUE, satisfied="no"), "no"),
        (handled(DUE), ""),
        (closed("refused", DUE, satisfied="no"), "no"),
        # Open at the month's end: whoever answered did so later, or before there was an answer.
        (handled(END, satisfied="yes"), ""),
        ({"satisfied": "no"}, ""),
    ],
)
def test_opinions_count_of_petitions_closed_by_the_months_end(
    petitions_of: PetitionsOf, petition: Row, satisfied: str
) -> None:
    assert petitions_of(petition)["satisfied"].to_list() == [satisfied]


def test_petitions_are_counted_by_file_unit_subject_outcome_and_opinion(
    petitions_of: PetitionsOf,
) -> None:
    one = handled(DUE, satisfied="yes")
    cells = petitions_of(
        one,
        one,
        one | {"satisfied": "no"},
        one | {"subject": "procedures"},
        one | {"unit_code": "H01.2"},
        one | {"sha256": "g"},
        {},
    )
    assert cells.schema == tables.PETITION_COUNTS.schema
    columns = ("sha256", "unit_code", "subject", "outcome", "satisfied", "petitions")
    assert cells.select(columns).rows() == [
        ("f", "H01.1", "conduct", "handled_on_time", "no", 1),
        ("f", "H01.1", "conduct", "handled_on_time", "yes", 2),
        ("f", "H01.1", "conduct", "open_overdue", "", 1),
        ("f", "H01.1", "procedures", "handled_on_time", "yes", 1),
        ("f", "H01.2", "conduct", "handled_on_time", "yes", 1),
        ("g", "H01.1", "conduct", "handled_on_time", "yes", 1),
    ]
    assert set(cells["month"]) == {"2026-10"}


def test_no_petitions_are_no_cells(petitions_of: PetitionsOf) -> None:
    assert petitions_of().equals(tables.PETITION_COUNTS.empty())


@st.composite
def petitions(draw: st.DrawFn) -> Row:
    """A petition that is in the export of October 2026."""

    def moments(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
        seconds = int((last - first).total_seconds())
        return st.integers(0, seconds).map(lambda count: first + timedelta(seconds=count))

    received = draw(moments(datetime(2026, 8, 1), END - A_SECOND))
    status = draw(st.sampled_from(tables.PETITION_STATUSES))
    at = draw(moments(max(received, datetime(2026, 10, 1)), datetime(2026, 11, 9)))
    return {
        "sha256": draw(st.sampled_from("fg")),
        "unit_code": draw(st.sampled_from(["H01.1", "H01.2"])),
        "subject": draw(st.sampled_from(tables.SUBJECTS)),
        "received_at": received,
        "due_at": draw(st.none() | moments(received, datetime(2026, 12, 1))),
        "status": status,
        "handled_at": at if status in tables.CLOSED_STATUSES else None,
        "satisfied": draw(st.sampled_from([*tables.YES_NO, None])),
    }


LAW = settings(max_examples=30)


@LAW
@given(st.lists(petitions(), max_size=8), st.data())
def test_the_order_of_rows_does_not_matter(
    petitions_of: PetitionsOf, rows: list[Row], data: st.DataObject
) -> None:
    assert petitions_of(*rows).equals(petitions_of(*data.draw(st.permutations(rows))))


@LAW
@given(st.lists(petitions(), max_size=6), st.lists(petitions(), max_size=6))
def test_the_counts_of_two_parts_add_up_to_those_of_the_whole(
    petitions_of: PetitionsOf, one: list[Row], two: list[Row]
) -> None:
    keys = [name for name in tables.PETITION_COUNTS.names if name != "petitions"]
    parts = pl.concat([petitions_of(*one), petitions_of(*two)])
    added = parts.group_by(keys).agg(pl.col("petitions").sum()).sort(keys)
    assert added.equals(petitions_of(*one, *two))
    # Every petition has exactly one outcome.
    assert added["petitions"].sum() == len(one) + len(two)


@LAW
@given(petitions())
def test_a_petition_that_states_the_legal_time_limit_counts_as_one_that_states_none(
    petitions_of: PetitionsOf, petition: Row
) -> None:
    received = petition["received_at"]
    assert isinstance(received, datetime)
    day = calendar.vietnam().working_days_after(received.date(), 15)
    stated = petition | {"due_at": datetime.combine(day, LAST_SECOND.time())}
    assert petitions_of(petition | {"due_at": None}).equals(petitions_of(stated))
