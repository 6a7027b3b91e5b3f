"""Time that passes in a zone: from local wall time to an instant and back.

Not here: working time (working_time).
"""

import polars as pl

_HOUR = 3_600_000
_DAY = 24 * _HOUR


def hours_between(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Hours from one reading of a clock in milliseconds to another: Float64; null where one is."""
    return (end - start) / _HOUR


def to_instant(moment: pl.Expr, zone: str) -> pl.Expr:
    """Milliseconds since 1970 in UTC at a moment of local wall time: Int64; null where it is null.

    An hour that a clock change repeats means the earlier of the two. An hour that a clock change
    skips is read on the clock as it went before the change: 02:30 in New York on 2012-03-11 is the
    instant that clocks there showed as 03:30.
    """
    wall = moment.cast(pl.Datetime("ms"))

    def in_utc(moment: pl.Expr) -> pl.Expr:
        in_zone = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return in_zone.to_physical()

    # The day before has no gap at that hour, and a skipped wall time is 24 hours after it.
    return in_utc(wall).fill_null(in_utc(wall.dt.offset_by("-24h")) + _DAY)


def to_wall_time(instant: pl.Expr, zone: str) -> pl.Expr:
    """What clocks in a zone show at an instant (milliseconds since 1970 in UTC): Datetime ms."""
    in_zone = instant.cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone(zone)
    return in_zone.dt.replace_time_zone(None)
