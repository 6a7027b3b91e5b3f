"""Time that passes in a zone: from local wall time to an instant and back.

Not here: working time (working_time).
"""

import polars as pl

_HOUR = 3_600_000
_DAY = 24 * _HOUR


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


def wall_time(instant: pl.Expr, zone: str) -> pl.Expr:
    """What clocks in a zone show at an instant (milliseconds since 1970 in UTC): Datetime ms."""
    placed = instant.cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone)
    return placed.dt.replace_time_zone(None)
