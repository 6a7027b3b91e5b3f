"""Time as agencies count it: working days and hours, and elapsed hours in a zone.

Here belong the calendar of days off and worked Saturdays and the expressions that measure with
it. Not here: months (months), or what is measured and judged (tallies).

A working day has 8 hours, 08:00-12:00 and 13:00-17:00: our choice, as offices differ by an
hour at either end and in the length of their noon break.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from importlib import resources

import polars as pl

BUILT_IN = "reference/vietnam_holidays.csv"
"""Days off and worked Saturdays of Viet Nam 2021-2026, with source and confidence."""

HOLIDAY = "holiday"
WORKED_SATURDAY = "worked_saturday"
OFFICE_HOURS = ((8, 12), (13, 17))
"""First and last hour of each half of a working day."""

_HOUR = 3_600_000
_CLOCK = range(24)
_DAY = len(_CLOCK) * _HOUR
_SATURDAY = 5
_FIRST, _LAST = date(1900, 1, 1), date(2100, 12, 31)
"""The days that are counted."""
_BEFORE_EPOCH = (date(1970, 1, 1) - _FIRST).days * _DAY


class CalendarError(Exception):
    """A table of days cannot be used; the message names the day and the cure."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days: Monday to Friday without holidays, and worked Saturdays.

    `days` has the columns `date` (pl.Date) and `kind` (holiday or worked_saturday), one row a
    day. In years that it does not list only weekends are off, so a span that leaves the
    listed years is counted too long by its holidays.

    Raises:
        CalendarError: an unknown kind, or a day listed twice.
    """

    days: pl.DataFrame

    def __post_init__(self) -> None:
        unknown = self.days.filter(~pl.col("kind").is_in([HOLIDAY, WORKED_SATURDAY]))
        if unknown.height:
            day, kind = unknown.select("date", "kind").row(0)
            raise CalendarError(
                f"{day} is a {kind!r} in the calendar: write {HOLIDAY} or {WORKED_SATURDAY}"
            )
        twice = self.days.filter(pl.col("date").is_duplicated())
        if twice.height:
            raise CalendarError(f"{twice['date'][0]} is in the calendar twice: remove one row")

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year that the calendar lists; None where it lists no day."""
        listed = self.days.select(
            first=pl.col("date").min().dt.year(), last=pl.col("date").max().dt.year()
        )
        return None if self.days.is_empty() else listed.row(0)

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on a day."""
        return self._kinds.get(day, "") == WORKED_SATURDAY or (
            day.weekday() < _SATURDAY and day not in self._kinds
        )

    def working_days_after(self, day: date, days: int) -> date:
        """The day that lies a number of working days after another, which is day 0.

        Day 0 may be a day off; 0 days after it is the day itself. A negative number raises
        ValueError.
        """
        if days < 0:
            raise ValueError(f"{days} working days: the number cannot be negative")
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    def working_hours(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Working hours from start to end: Float64, 8 to a working day, null where either is.

        Both are local wall time without a zone. Negative where the end lies before the start,
        so that hours(a, c) = hours(a, b) + hours(b, c) for any three moments. Counts the days from
        1900 to 2100.
        """
        return hours_between(self.worked(start), self.worked(end))

    def worked(self, moment: pl.Expr) -> pl.Expr:
        """Working milliseconds from 1900 to a moment of local wall time: Int64, null where it is.

        Only differences mean something.
        """
        before, is_worked = self._hours_worked
        since_first = moment.cast(pl.Datetime("ms")).to_physical() + _BEFORE_EPOCH
        hour = (since_first // _HOUR).clip(0, len(before) - 1)
        return pl.lit(before).gather(hour) + pl.lit(is_worked).gather(hour) * (
            since_first - hour * _HOUR
        )

    @cached_property
    def _kinds(self) -> dict[date, str]:
        return dict(self.days.select("date", "kind").iter_rows())

    @cached_property
    def _hours_worked(self) -> tuple[pl.Series, pl.Series]:
        """By hour from _FIRST to _LAST: milliseconds worked before it, and whether it is worked.

        A table by the hour needs no sums over the halves of a day for each moment.
        """
        days = pl.Series(
            [
                self.is_working_day(_FIRST + timedelta(days=number))
                for number in range((_LAST - _FIRST).days + 1)
            ]
        )
        is_open = [any(opens <= hour < closes for opens, closes in OFFICE_HOURS) for hour in _CLOCK]
        hours = pl.select(pl.lit(days).repeat_by(len(_CLOCK)).explode()).to_series()
        worked = (hours & pl.Series(is_open * len(days))).cast(pl.Int64)
        return (worked.cum_sum() - worked) * _HOUR, worked


def vietnam() -> Calendar:
    """The built-in calendar of Viet Nam, 2021-2026."""
    text = (resources.files("pipeline") / BUILT_IN).read_bytes()
    return Calendar(pl.read_csv(text, schema_overrides={"date": pl.Date}).select("date", "kind"))


def hours_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Hours from one reading of a clock in milliseconds to another: Float64, null as either is."""
    return (end - start) / _HOUR


def instant(moment: pl.Expr, zone: str) -> pl.Expr:
    """Milliseconds since 1970 in UTC at a moment of local wall time: Int64, null where it is.

    Of an hour that a clock change repeats the earlier one is meant. An hour that it skips is read
    on the clock as it went before the change: 02:30 in New York on 2012-03-11 is the instant that
    clocks there showed as 03:30.
    """
    wall = moment.cast(pl.Datetime("ms"))

    def read(moment: pl.Expr) -> pl.Expr:
        placed = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return placed.to_physical()

    # The day before has no gap at that hour, and a skipped wall time is 24 hours after it.
    return read(wall).fill_null(read(wall.dt.offset_by("-24h")) + _DAY)
