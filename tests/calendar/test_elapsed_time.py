"""Elapsed hours over clock changes."""

from datetime import datetime

import polars as pl
import pytest

from pipeline.calendar import hours_between, to_instant
from pipeline.columns import MOMENT


def elapsed(start: str | None, end: str | None, zone: str) -> float | None:
    moments = {
        name: [datetime.fromisoformat(text) if text else None]
        for name, text in (("start", start), ("end", end))
    }
    frame = pl.DataFrame(moments, schema={"start": MOMENT, "end": MOMENT})
    instants = (to_instant(pl.col(name), zone) for name in ("start", "end"))
    hours: float | None = frame.select(hours_between(*instants)).item()
    return hours


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2011-11-05 12:00", "2011-11-06 12:00", 24 + 1),  # clocks went back at 02:00
        ("2011-11-06 00:30", "2011-11-06 01:30", 1),  # 01:30 was twice: the earlier
        ("2011-11-06 01:30", "2011-11-06 02:30", 1 + 1),
        ("2012-03-10 12:00", "2012-03-11 12:00", 24 - 1),  # clocks went forward at 02:00
        ("2012-03-11 01:59", "2012-03-11 03:00", 1 / 60),
        ("2012-03-11 01:30", "2012-03-11 02:30", 1),  # 02:30 was not: read as 03:30
        ("2012-03-11 02:30", "2012-03-11 03:30", 0),
        ("2012-03-11 02:30", "2012-03-11 02:45", 0.25),
    ],
)
def test_hours_in_new_york_are_differences_of_instants(start: str, end: str, hours: float) -> None:
    assert elapsed(start, end, "America/New_York") == pytest.approx(hours, abs=1e-9)


def test_a_zone_without_clock_changes_gives_the_difference_of_the_clocks() -> None:
    assert elapsed("2026-02-13 17:00", "2026-02-23 08:00", "Asia/Ho_Chi_Minh") == 9 * 24 + 15


def test_a_missing_moment_gives_no_hours() -> None:
    assert elapsed(None, "2026-01-01 00:00", "America/New_York") is None
