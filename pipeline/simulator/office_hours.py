"""Office hours: wall time converted to open time and back.

Here belongs the arithmetic between local wall time and open seconds, on arrays. Not here: which
days are open (calendar), and what happens at a moment (dossiers).

Wall time is seconds since 1970-01-01 00:00 local time; open time is the seconds in which offices
were open since the first day. Both are int64 arrays.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from pipeline.calendar import Calendar

Seconds = npt.NDArray[np.int64]

HOUR = 3600
DAY = 24 * HOUR
OPEN_DAY = 8 * HOUR
_HALF_DAY = 4 * HOUR
_OPENS, _REOPENS = 8 * HOUR, 13 * HOUR
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class OfficeHours:
    """The open days of a span.

    `first_day` is the day number (since 1970-01-01) on which open time is zero, `is_open` has
    one element a day from it on, `open_before` the open days before each, and `open_days` the
    numbers of the open days.
    """

    first_day: int
    is_open: Seconds
    open_before: Seconds
    open_days: Seconds

    @staticmethod
    def of(calendar: Calendar, first: date, last: date) -> "OfficeHours":
        """The office hours from the first to the last day, both included."""
        count = (last - first).days + 1
        days = [first + timedelta(days=offset) for offset in range(count)]
        is_open = np.array([calendar.is_working_day(day) for day in days], dtype=np.int64)
        first_day = (first - _EPOCH).days
        return OfficeHours(
            first_day,
            is_open,
            np.concatenate([[0], np.cumsum(is_open)[:-1]]),
            np.flatnonzero(is_open) + first_day,
        )

    @property
    def end(self) -> int:
        """Open seconds of the whole span: the last open time that has a wall time."""
        return len(self.open_days) * OPEN_DAY

    def open_time(self, wall: Seconds) -> Seconds:
        """Open seconds that have passed at a wall time."""
        day, time = np.divmod(wall, DAY)
        day -= self.first_day
        today = np.clip(time - _OPENS, 0, _HALF_DAY) + np.clip(time - _REOPENS, 0, _HALF_DAY)
        passed: Seconds = self.open_before[day] * OPEN_DAY + self.is_open[day] * today
        return passed

    def wall_time(self, open_time: Seconds) -> Seconds:
        """The first wall time at which so many open seconds (at least one) have passed."""
        day, time = np.divmod(open_time - 1, OPEN_DAY)
        time += 1
        after_noon = (time > _HALF_DAY) * (_REOPENS - _OPENS - _HALF_DAY)
        return self.open_days[day] * DAY + _OPENS + time + after_noon
