"""Working days counted: spreadsheets, a slow reference, and what was known when."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import calendar
from pipeline.calendar import Calendar, CalendarError
from pipeline.columns import MOMENT

from .conftest import holidays

VIETNAM = calendar.vietnam()
NO_DAYS = VIETNAM.days.clear()
DAYS = st.dates(date(2023, 12, 20), date(2027, 1, 10))


def counted(by: Calendar, first: date, last: date) -> float:
    """Working days from one day to another, both counted; below zero backwards, as NETWORKDAYS."""
    if last < first:
        return -counted(by, last, first)
    edges = [datetime.combine(day, time()) for day in (first, last + timedelta(days=1))]
    return float(pl.select(by.working_hours(*map(pl.lit, edges))).item()) / 8


def test_every_published_count_of_spreadsheets_comes_out(oracles: Path) -> None:
    cases = pl.read_csv(oracles / "workdays" / "networkdays_published.csv", infer_schema=False)
    assert cases.height >= 17
    for case in cases.iter_rows(named=True):
        expected = int(case["expected"])
        listed = [date.fromisoformat(day) for day in (case["holidays"] or "").split(";") if day]
        off = frozenset(n for n, is_off in enumerate(case["weekend_mask_mon_sun"]) if is_off == "1")
        first, last = (date.fromisoformat(case[edge]) for edge in ("start", "end"))
        assert counted(Calendar(holidays(*listed), weekend=off), first, last) == expected, case


@given(DAYS, DAYS)
@settings(max_examples=60)
def test_working_days_are_those_between_two_days_and_backwards_the_same_below_zero(
    first: date, last: date
) -> None:
    first, last = sorted([first, min(last, first + timedelta(days=60))])
    span = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    expected = sum(map(VIETNAM.is_working_day, span))
    assert counted(VIETNAM, first, last) == expected
    assert counted(VIETNAM, last, first) == (expected if first == last else -expected)


# ---- What was known when


@pytest.mark.parametrize(
    ("known_on", "due", "is_saturday_worked"),
    [
        # 24, 25, 26, 29, 30, 31 December and then 2 January, or 5 once it was taken away.
        (date(2025, 12, 24), date(2026, 1, 2), False),
        (date(2025, 12, 25), date(2026, 1, 5), True),
    ],
)
def test_the_swap_of_january_2026_was_decided_eight_days_before(
    known_on: date, due: date, *, is_saturday_worked: bool
) -> None:
    then = VIETNAM.as_known_on(known_on)
    assert then.working_days_after(date(2025, 12, 23), 7) == due
    assert then.is_working_day(date(2026, 1, 10)) == is_saturday_worked


def test_each_row_is_counted_by_the_calendar_of_its_own_moment() -> None:
    moments = [datetime(2025, 12, 24, 23, 59), datetime(2025, 12, 25), None]
    frame = pl.DataFrame({"known_at": moments}, {"known_at": MOMENT})
    friday, saturday = pl.lit(datetime(2026, 1, 2)), pl.lit(datetime(2026, 1, 3))
    hours = VIETNAM.as_known_at(
        pl.col("known_at"), lambda known: known.working_hours(friday, saturday)
    )
    # A moment that is not known leaves the calendar as it is now.
    assert frame.select(hours / 8).to_series().to_list() == [1, 0, 0]


def test_of_two_changes_of_a_day_the_one_known_last_holds() -> None:
    day = date(2026, 3, 6)
    changes = {"kind": ["worked_saturday", "holiday"], "known_from": [date(2026, 3, 5), None]}
    by = Calendar(pl.DataFrame({"date": [day, day], **changes}, NO_DAYS.schema))
    assert by.is_working_day(day)
    assert not by.as_known_on(date(2026, 3, 4)).is_working_day(day)
    again = pl.concat([by.days, by.days.head(1)])
    with pytest.raises(CalendarError, match="2026-03-06 is in the calendar twice"):
        Calendar(again)


# ---- Office hours


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute)


EARLY = Calendar(NO_DAYS, ((time(7, 30), time(11, 30)), (time(13, 15), time(17, 15))))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (at(7), at(7, 45), 0.25),
        (at(11), at(13, 30), 0.5 + 0.25),
        (at(0), at(0, day=3), 8),
        (at(17, 15), at(7, 30, day=3), 0),
    ],
)
def test_working_hours_are_those_of_the_office(
    start: datetime, end: datetime, hours: float
) -> None:
    frame = pl.DataFrame({"start": [start], "end": [end]})
    assert frame.select(EARLY.working_hours(pl.col("start"), pl.col("end"))).item() == hours


@pytest.mark.parametrize("by", [VIETNAM, EARLY], ids=["8 to 17", "7:30 to 17:15"])
def test_work_of_eight_hours_is_done_at_the_end_of_the_day(by: Calendar) -> None:
    opens = datetime.combine(date(2026, 3, 2), by.office_hours[0][0])
    closes = datetime.combine(date(2026, 3, 2), by.office_hours[-1][1])
    frame = pl.DataFrame({"opens": [opens]}, {"opens": MOMENT})
    for hours, expected in ((8, closes), (16, closes + timedelta(days=1))):
        worked = by.worked_milliseconds(pl.col("opens")) + hours * 3_600_000
        assert frame.select(by.first_moment(worked)).item() == expected


@given(st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 31)))
@settings(max_examples=60)
def test_the_first_moment_of_what_was_worked_is_that_moment_or_the_last_one_worked(
    moment: datetime,
) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    frame = pl.DataFrame({"moment": [moment]}, {"moment": MOMENT})
    first = frame.select(VIETNAM.first_moment(VIETNAM.worked_milliseconds(pl.col("moment")))).item()
    assert first <= moment
    between = VIETNAM.working_hours(pl.lit(first), pl.lit(moment))
    just_before = VIETNAM.working_hours(pl.lit(first - timedelta(milliseconds=1)), pl.lit(moment))
    assert pl.select(between).item() == 0
    assert pl.select(just_before).item() > 0


@pytest.mark.parametrize(
    ("office_hours", "said"),
    [
        (((time(8), time(12)), (time(13), time(16, 30))), "add up to 7.5 hours: make them"),
        (((time(13), time(17)), (time(8), time(12))), "not one after the other: put them in order"),
        (((time(8), time(12)), (time(12, 50), time(16, 50))), "write them like 07:30"),
    ],
)
def test_office_hours_at_fault_are_refused_with_the_cure(
    office_hours: tuple[tuple[time, time], ...], said: str
) -> None:
    with pytest.raises(CalendarError, match=said):
        Calendar(NO_DAYS, office_hours)


def test_a_week_without_work_is_refused() -> None:
    with pytest.raises(CalendarError, match="leave the working days out"):
        Calendar(NO_DAYS, weekend=frozenset(range(7)))
