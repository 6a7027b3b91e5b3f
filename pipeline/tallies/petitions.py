"""Tallies of petitions: what became of each by the month's end, and what the petitioner thinks.

Here belongs counting accepted petitions. Not here: the points and rates made of them (indices).
"""

from datetime import datetime, time

import polars as pl

from pipeline import months
from pipeline.calendar import Calendar
from pipeline.columns import MOMENT
from pipeline.tables import CLOSED_STATUSES, NOT_ASKED, PETITION_COUNTS, REFUSED
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells

PETITION_WORKING_DAYS = 15
"""Working days from receipt within which a petition must be handled [open: Decision 766, 5.2]."""


def count_petitions(petitions: pl.LazyFrame, month: str, calendar: Calendar) -> pl.DataFrame:
    """Petitions by subject, outcome and opinion: cells of tables.PETITION_COUNTS.

    Takes accepted rows of tables.PETITIONS. A petition closed at or after the month's end is open
    at it, and its petitioner was not asked yet. A petition without a due date is due at the end of
    the fifteenth working day after its receipt [open].
    """
    end = months.end(month)
    rows = petitions.collect()
    due = pl.coalesce("due_at", _legal_due_date(rows, calendar))
    closed = pl.col("handled_at")
    is_closed = pl.col("status").is_in(CLOSED_STATUSES) & (closed < end).fill_null(False)
    outcome = (
        pl.when(is_closed & (pl.col("status") == REFUSED))
        .then(pl.lit(REFUSED))
        .when(is_closed & (closed <= due))
        .then(pl.lit("handled_on_time"))
        .when(is_closed)
        .then(pl.lit("handled_late"))
        .when(due < end)
        .then(pl.lit("open_overdue"))
        .otherwise(pl.lit("open_not_due"))
    )
    opinion = pl.when(is_closed).then(pl.col("satisfied").cast(pl.String))
    cells = (
        rows.lazy()
        .with_columns(outcome=outcome, satisfied=opinion.fill_null(NOT_ASKED))
        .group_by(*FILE_AND_UNIT, "subject", "outcome", "satisfied")
        .agg(petitions=pl.len())
    )
    return sort_cells(cells, month, PETITION_COUNTS)


def _legal_due_date(petitions: pl.DataFrame, calendar: Calendar) -> pl.Expr:
    """The last second in which each petition must be handled by law, from its day of receipt."""
    days = petitions.get_column("received_at").dt.date().unique().sort().to_list()
    last = time(23, 59, 59)
    due = [
        datetime.combine(calendar.working_days_after(day, PETITION_WORKING_DAYS), last)
        for day in days
    ]
    dates = pl.Series(days, dtype=pl.Date)
    return (
        pl.col("received_at")
        .dt.date()
        .replace_strict(dates, pl.Series(due, dtype=MOMENT), return_dtype=MOMENT)
    )
