"""Spans of working time that a month's numbers rest on.

Here belongs whether the calendar lists their days off. Not here: how hours are counted
(calendar), how long dossiers take (times).
"""

from datetime import datetime

import polars as pl

from pipeline import months
from pipeline.calendar import Calendar
from pipeline.tallies import Tallies

_MINUTES_OF_AN_HOUR = 60


def exceeds_calendar(tallies: Tallies, month: str, calendar: Calendar) -> bool:
    """Whether a span of working time of the month exceeds the years that the calendar lists.

    Spans run from a dossier's receipt to its end or the month's end, and to its first due date
    where it is judged. A span that exceeds the listed years is counted too long by the days off
    that are not known. Elapsed time needs no calendar. Receipts are known by the bin of their age:
    one that is before the listed years by less than 1 % of that age may pass.
    """
    is_working, is_of_month = pl.col("clock") == "working", pl.col("month") == month
    first, last = (
        tallies.outcomes.filter(is_working & (is_of_month | (pl.col("due_month") == month)))
        .select(first=pl.col("month").min(), last=pl.max_horizontal("month", "due_month").max())
        .collect()
        .row(0)
    )
    if first is None:
        return False
    years = calendar.years
    if years is None or int(first[:4]) < years[0] or int(last[:4]) > years[1]:
        return True
    oldest = (
        tallies.ages.filter(is_working & is_of_month & (pl.col("entered") > 0))
        .select(pl.col("age_minutes").max())
        .collect()
        .item()
    )
    listed = calendar.working_hours(pl.lit(datetime(years[0], 1, 1)), pl.lit(months.start(month)))
    return oldest is not None and oldest > pl.select(listed).item() * _MINUTES_OF_AN_HOUR
