"""Working days and hours: what one calendar counts.

Not here: where a calendar is written down (loading), time that passes day and night (zones).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cached_property
from itertools import pairwise

import polars as pl

from pipeline.calendar.zones import hours_between
from pipeline.errors import PlainError

DAYS = pl.Schema({"date": pl.Date(), "kind": pl.String(), "known_from": pl.Date()})
"""The columns of a calendar's days."""
HOLIDAY = "holiday"
WORKED_SATURDAY = "worked_saturday"
SATURDAY, SUNDAY = 5, 6
"""Days of the week as Python numbers them, Monday being 0."""
OFFICE_HOURS = ((time(8), time(12)), (time(13), time(17)))
"""When each half of a working day opens and closes [ours]: offices differ by an hour at either end
and in the length of their noon break."""

_QUARTER = 15
_DAY_MINUTES = 24 * 60
_WORKING_DAY_MINUTES = 8 * 60
_MINUTE = 60_000
_DAY = _DAY_MINUTES * _MINUTE
_FIRST, _LAST = date(1900, 1, 1), date(2100, 12, 31)
"""The first and the last day that are counted."""
_BEFORE_EPOCH = (date(1970, 1, 1) - _FIRST).days


class CalendarError(PlainError):
    """A calendar cannot be used; the message names the day or key and the cure."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Working days: all but weekends and holidays, and worked Saturdays; 8 hours to each.

    `days` has the columns DAYS, one row a day and change: `date`, `kind` (holiday or
    worked_saturday: a day worked although it is in the weekend) and `known_from` (the first day on
    which that was known; null = always). In years that `days` does not list only weekends are off,
    so a span that leaves the listed years is counted too long by its holidays. `weekend` has days
    of the week, Monday being 0. `digest` tells one calendar from another; it is empty for the
    built-in one, which is part of the source.

    Raises:
        CalendarError: an unknown kind, a day listed twice, a week without work, or office hours
            out of order, off the quarter hour, or of another length than 8 hours.
    """

    days: pl.DataFrame
    office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    weekend: frozenset[int] = frozenset({SATURDAY, SUNDAY})
    digest: str = ""

    def __post_init__(self) -> None:
        unknown = self.days.filter(~pl.col("kind").is_in([HOLIDAY, WORKED_SATURDAY]))
        if unknown.height:
            day, kind = unknown.select("date", "kind").row(0)
            raise CalendarError(
                f"{day} is a {kind!r} in the calendar: write {HOLIDAY} or {WORKED_SATURDAY}"
            )
        twice = self.days.filter(pl.struct("date", "known_from").is_duplicated())
        if twice.height:
            raise CalendarError(f"{twice['date'][0]} is in the calendar twice: remove one row")
        if self.weekend >= set(range(7)):
            raise CalendarError("every day of the week is in weekend: leave the working days out")
        self._check_office_hours()

    def _check_office_hours(self) -> None:
        edges = [_minutes(edge) for half in self.office_hours for edge in half]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise CalendarError("office_hours are not one after the other: put them in order")
        if any(edge % _QUARTER for edge in edges):
            raise CalendarError("office_hours are off the quarter hour: write them like 07:30")
        minutes = sum(edges[1::2]) - sum(edges[::2])
        if minutes != _WORKING_DAY_MINUTES:
            raise CalendarError(
                f"office_hours add up to {minutes / 60:g} hours: make them add up to 8, which is "
                "what a working day counts"
            )

    @property
    def years(self) -> tuple[int, int] | None:
        """First and last year that the calendar lists; None where it lists no day."""
        listed = self.days.select(
            first=pl.col("date").min().dt.year(), last=pl.col("date").max().dt.year()
        )
        return None if self.days.is_empty() else listed.row(0)

    # ---- What was known when

    def as_known_on(self, day: date) -> "Calendar":
        """The calendar without the changes that were not known yet on a day."""
        return replace(self, days=self.days.filter(pl.col("known_from").fill_null(day) <= day))

    def as_known_at(self, moment: pl.Expr, measure: Callable[["Calendar"], pl.Expr]) -> pl.Expr:
        """What `measure` gives for the calendar that was known at each row's own moment.

        Changes become known on few days, so this is one expression for each span between them.
        """
        measured = measure(self)
        for known_from, before in self._earlier_calendars:
            is_before = moment.dt.date() < known_from
            measured = pl.when(is_before).then(measure(before)).otherwise(measured)
        return measured

    @cached_property
    def _earlier_calendars(self) -> list[tuple[date, "Calendar"]]:
        """Each day on which a change became known, latest first, and the calendar before it."""
        known = self.days.get_column("known_from").drop_nulls().unique().sort(descending=True)
        return [(day, self.as_known_on(day - timedelta(days=1))) for day in known]

    # ---- Working days

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on a day."""
        return self._kinds.get(day, "") == WORKED_SATURDAY or (
            day.weekday() not in self.weekend and day not in self._kinds
        )

    def working_days_after(self, day: date, days: int) -> date:
        """The day that lies a number of working days after a day, which is day 0.

        Day 0 may be a day off; 0 days after it is the day itself. A negative number raises
        ValueError.
        """
        if days < 0:
            raise ValueError(f"{days} working days: the number cannot be negative")
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return day

    @cached_property
    def _kinds(self) -> dict[date, str]:
        """What a listed day is, by the change that was known last."""
        latest = self.days.sort("known_from", nulls_last=False)
        return dict(latest.select("date", "kind").iter_rows())

    @cached_property
    def _is_worked(self) -> pl.Series:
        """1 for each day from _FIRST to _LAST that is worked, else 0: Int64."""
        numbers = range((_LAST - _FIRST).days + 1)
        worked = [self.is_working_day(_FIRST + timedelta(days=number)) for number in numbers]
        return pl.Series(worked).cast(pl.Int64)

    # ---- Working time

    def working_hours(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Working hours from start to end: Float64, 8 to a working day; null where either is null.

        Both are local wall time without a zone. Negative where the end lies before the start,
        so that hours(a, c) = hours(a, b) + hours(b, c) for any three moments. Counts the days from
        1900 to 2100.
        """
        return hours_between(self.worked_milliseconds(start), self.worked_milliseconds(end))

    def worked_milliseconds(self, moment: pl.Expr) -> pl.Expr:
        """Working milliseconds from 1900 to a moment of local wall time: Int64; null where null.

        Only differences mean something.
        """
        before, is_worked = self._slots_worked
        since_first = moment.cast(pl.Datetime("ms")).to_physical() + _BEFORE_EPOCH * _DAY
        slot = (since_first // self._slot).clip(0, len(before) - 1)
        return pl.lit(before).gather(slot) + pl.lit(is_worked).gather(slot) * (
            since_first - slot * self._slot
        )

    def first_moment(self, worked: pl.Expr) -> pl.Expr:
        """The first moment at which so many `worked_milliseconds` are reached: Datetime ms.

        Null where they are null. What is to be done in the eight hours of a day is done at their
        end, not when the next working day opens.
        """
        starts = self._starts_of_worked_slots
        slot = ((worked - 1) // self._slot).clip(0, len(starts) - 1)
        since_first = pl.lit(starts).gather(slot) + worked - slot * self._slot
        return (since_first - _BEFORE_EPOCH * _DAY).cast(pl.Datetime("ms"))

    @cached_property
    def _slot(self) -> int:
        """Milliseconds of the longest slot of an hour that office hours begin and end with."""
        edges = (_minutes(edge) for half in self.office_hours for edge in half)
        return math.gcd(60, *edges) * _MINUTE

    @cached_property
    def _slots_worked(self) -> tuple[pl.Series, pl.Series]:
        """By slot from _FIRST to _LAST: milliseconds worked before it, and whether it is worked.

        A table by the slot needs no sums over the halves of a day for each moment.
        """
        step = self._slot // _MINUTE
        is_open = [
            any(_minutes(opens) <= minute < _minutes(closes) for opens, closes in self.office_hours)
            for minute in range(0, _DAY_MINUTES, step)
        ]
        slots = pl.select(pl.lit(self._is_worked).repeat_by(len(is_open)).explode()).to_series()
        worked = slots * pl.Series(is_open * len(self._is_worked)).cast(pl.Int64)
        return (worked.cum_sum() - worked) * self._slot, worked

    @cached_property
    def _starts_of_worked_slots(self) -> pl.Series:
        """Milliseconds from _FIRST to the start of each slot that is worked, in order: Int64."""
        return (self._slots_worked[1] == 1).arg_true().cast(pl.Int64) * self._slot


def _minutes(moment: time) -> int:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute
