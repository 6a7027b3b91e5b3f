"""Clocks: what time is counted by, working time of a calendar or time that passes in a zone.

Here belongs measuring on either clock in the same words. Not here: how each of the two counts
(working_time, zones), which sender has which clock (profiles).
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from pipeline.calendar.working_time import Calendar
from pipeline.calendar.zones import to_instant, to_wall_time

ClockName = Literal["working", "elapsed"]


@dataclass(frozen=True)
class Clock:
    """The clock of a sender's files: `working` counts by `calendar`, `elapsed` in `time_zone`.

    Moments are local wall time in the zone.
    """

    name: ClockName
    calendar: Calendar
    time_zone: str

    def milliseconds(self, moment: pl.Expr) -> pl.Expr:
        """What the clock shows at a moment: Int64, null where it is. Only differences count."""
        if self.name == "working":
            return self.calendar.worked_milliseconds(moment)
        return to_instant(moment, self.time_zone)

    def milliseconds_passed(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Milliseconds from one moment to another, as they came to pass."""
        return self.milliseconds(end) - self.milliseconds(start)

    def milliseconds_promised(self, start: pl.Expr, end: pl.Expr) -> pl.Expr:
        """Milliseconds from one moment to another, by the calendar that was known at the first."""
        if self.name == "elapsed":
            return self.milliseconds_passed(start, end)
        return self.calendar.as_known_at(
            start, lambda known: known.worked_milliseconds(end) - known.worked_milliseconds(start)
        )

    def moment_promised(
        self, start: pl.Expr, milliseconds: pl.Expr, promised_at: pl.Expr
    ) -> pl.Expr:
        """The moment so many milliseconds after `start`, by the calendar known at `promised_at`."""
        if self.name == "elapsed":
            instant = to_instant(start, self.time_zone) + milliseconds
            return to_wall_time(instant, self.time_zone)
        return self.calendar.as_known_at(
            promised_at,
            lambda known: known.first_moment(known.worked_milliseconds(start) + milliseconds),
        )
