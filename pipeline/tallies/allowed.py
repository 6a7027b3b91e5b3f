"""The tally of allowed times: how long units allow themselves for each procedure.

Here belongs counting the dossiers received in a month by their allowed time. Not here: which
allowed time is far above that of other units (rankings.allowed_times), how a dossier is judged
(verdicts).
"""

import polars as pl

from pipeline import months
from pipeline.calendar import Clock
from pipeline.tables import ALLOWED, CLOCKS, UNCOUNTED_STATUSES
from pipeline.tallies.age_bins import MINUTE
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells

MOST_DAYS = 400
"""Longer times count as this many days, so that a cell is one of so many at most."""


def count_allowed(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.DataFrame:
    """Dossiers received in the month, by procedure and allowed time: cells of tables.ALLOWED.

    Takes rows of ledger.with_history, all of the one clock. The allowed time goes from receipt to
    the first due date that an export showed, before any deadline rule moves it; halves of a day
    count up. Counted are dossiers with a first due date and a procedure, so each dossier in one
    month only. Where more papers were asked for, the due date may have been extended for the wait:
    such a dossier counts only if an earlier due date is known than the one in force. A first due
    date before the receipt allows nothing.
    """
    received, due = pl.col("received_at"), pl.col("shown_first_due_at")
    is_new = received.is_between(months.start(month), months.end(month), closed="left")
    is_counted = ~pl.col("status").is_in(UNCOUNTED_STATUSES)
    is_first = pl.col("supplement_requested_at").is_null() | (due < pl.col("shown_due_at"))
    is_known = due.is_not_null() & is_first & pl.col("procedure_code").is_not_null()
    day = CLOCKS[clock.name] * MINUTE
    passed = clock.milliseconds_passed(received, due).clip(lower_bound=0)
    cells = (
        dossiers.filter(is_new, is_counted, is_known)
        .select(
            *FILE_AND_UNIT,
            "procedure_code",
            allowed_days=((passed + day // 2) // day).clip(upper_bound=MOST_DAYS),
        )
        .group_by(*FILE_AND_UNIT, "procedure_code", "allowed_days")
        .agg(dossiers=pl.len())
        .with_columns(clock=pl.lit(clock.name))
    )
    return sort_cells(cells, month, ALLOWED)
