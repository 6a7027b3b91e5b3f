"""Working days and hours against published checks, a slow reference and their laws."""

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import calendar
from pipeline.calendar import Calendar, CalendarError
from pipeline.columns import MOMENT

from .conftest import holidays

VIETNAM = calendar.vietnam()
MOMENTS = st.datetimes(datetime(2020, 12, 20), datetime(2027, 1, 10)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


def working_hours(start: datetime | None, end: datetime | None) -> float | None:
    frame = pl.DataFrame({"start": [start], "end": [end]}, schema={"start": MOMENT, "end": MOMENT})
    hours = VIETNAM.working_hours(pl.col("start"), pl.col("end"))
    found: float | None = frame.select(hours).item()
    return found


def slow_working_hours(start: datetime, end: datetime) -> float:
    """Each half day's overlap with the span, day by day."""
    if end < start:
        return -slow_working_hours(end, start)
    total = timedelta()
    for offset in range((end.date() - start.date()).days + 1):
        midnight = datetime(start.year, start.month, start.day) + timedelta(days=offset)
        if VIETNAM.is_working_day(midnight.date()):
            for opens, closes in ((8, 12), (13, 17)):
                first = max(start, midnight + timedelta(hours=opens))
                last = min(end, midnight + timedelta(hours=closes))
                total += max(last - first, timedelta())
    return total / timedelta(hours=1)


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (date(2025, 4, 24), 3, date(2025, 4, 28)),  # worked Saturday 26 April
        (date(2024, 4, 26), 3, date(2024, 5, 4)),  # 29 April to 1 May off, Saturday 4 worked
        (date(2025, 12, 30), 5, date(2026, 1, 8)),  # 1 and 2 January off
        (date(2026, 8, 20), 5, date(2026, 8, 26)),  # worked Saturday 22 August
        (date(2023, 1, 17), 5, date(2023, 1, 31)),  # Tet 20 to 26 January
        (date(2026, 2, 12), 3, date(2026, 2, 24)),  # Tet 16 to 20 February
    ],
)
def test_the_due_day_lies_so_many_working_days_after_receipt(
    received: date, days: int, due: date
) -> None:
    assert VIETNAM.working_days_after(received, days) == due


def test_no_working_days_after_a_day_is_that_day_and_fewer_is_an_error() -> None:
    assert VIETNAM.working_days_after(date(2026, 2, 17), 0) == date(2026, 2, 17)
    with pytest.raises(ValueError, match="cannot be negative"):
        VIETNAM.working_days_after(date(2026, 2, 17), -1)


def test_the_swap_of_january_2026_is_known() -> None:
    assert not VIETNAM.is_working_day(date(2026, 1, 2))
    assert VIETNAM.is_working_day(date(2026, 1, 10))
    assert not VIETNAM.is_working_day(date(2026, 1, 11))


def test_outside_the_listed_years_only_weekends_are_off() -> None:
    assert VIETNAM.is_working_day(date(2020, 9, 2))
    assert VIETNAM.is_working_day(date(2027, 1, 1))
    assert not VIETNAM.is_working_day(date(2027, 1, 2))


def test_the_calendar_names_the_years_that_it_lists() -> None:
    assert VIETNAM.years == (2021, 2026)
    first = holidays(date(2024, 12, 31))
    assert Calendar(first).years == (2024, 2024)
    assert Calendar(first.clear()).years is None


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-02 08:00", "2026-03-02 17:00", 8),
        ("2026-03-02 00:00", "2026-03-03 00:00", 8),
        ("2026-03-02 07:59", "2026-03-02 08:00", 0),
        ("2026-03-02 11:30", "2026-03-02 13:30", 0.5 + 0.5),
        ("2026-03-02 12:00", "2026-03-02 13:00", 0),
        ("2026-03-06 16:00", "2026-03-09 09:00", 1 + 1),  # over a weekend
        ("2026-02-13 16:00", "2026-02-23 09:00", 1 + 1),  # over Tet
        ("2026-08-21 16:00", "2026-08-22 09:00", 1 + 1),  # into a worked Saturday
        ("2026-01-01 00:00", "2026-01-05 00:00", 0),
        ("2026-03-03 00:00", "2026-03-02 00:00", -8),
        ("1969-12-29 00:00", "1970-01-05 00:00", 5 * 8),
    ],
)
def test_working_hours_count_office_hours_of_working_days(
    start: str, end: str, hours: float
) -> None:
    assert working_hours(datetime.fromisoformat(start), datetime.fromisoformat(end)) == hours


@given(MOMENTS, MOMENTS)
@settings(max_examples=60)
def test_working_hours_agree_with_counting_day_by_day(start: datetime, end: datetime) -> None:
    end = min(end, start + timedelta(days=90))
    assert working_hours(start, end) == pytest.approx(slow_working_hours(start, end), abs=1e-9)


@given(MOMENTS, MOMENTS, MOMENTS)
@settings(max_examples=60)
def test_working_hours_add_up(first: datetime, second: datetime, third: datetime) -> None:
    whole = working_hours(first, third)
    parts = [working_hours(first, second), working_hours(second, third)]
    assert whole == pytest.approx(sum(hours or 0 for hours in parts), abs=1e-9)


def test_a_moment_that_is_missing_gives_no_hours() -> None:
    assert working_hours(None, datetime(2026, 3, 2)) is None
    assert working_hours(datetime(2026, 3, 2), None) is None


def test_an_empty_frame_stays_empty_and_the_streaming_engine_gives_the_same() -> None:
    frame = pl.LazyFrame(
        {"start": [datetime(2026, 3, 2, 9), None], "end": [datetime(2026, 3, 3, 9)] * 2},
        schema={"start": MOMENT, "end": MOMENT},
    )
    hours = VIETNAM.working_hours(pl.col("start"), pl.col("end")).alias("hours")
    assert frame.select(hours).collect(engine="streaming")["hours"].to_list() == [8.0, None]
    assert frame.clear().select(hours).collect().height == 0
    assert frame.filter(hours > 0).collect().height == 1


def test_a_calendar_without_days_knows_weekends_only() -> None:
    plain = Calendar(holidays())
    frame = pl.DataFrame({"start": [datetime(2026, 2, 13)], "end": [datetime(2026, 2, 23)]})
    hours = frame.select(plain.working_hours(pl.col("start"), pl.col("end"))).item()
    assert hours == (1 + 5) * 8


def test_a_calendar_at_fault_is_refused_with_the_cure() -> None:
    day = date(2026, 1, 1)
    with pytest.raises(CalendarError, match="write holiday or worked_saturday"):
        Calendar(holidays(day).with_columns(kind=pl.lit("feast")))
    with pytest.raises(CalendarError, match="2026-01-01 is in the calendar twice"):
        Calendar(holidays(day, day))
