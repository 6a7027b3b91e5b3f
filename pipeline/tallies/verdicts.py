"""Verdicts: what became of a dossier in a month, and whether its first due date was met.

Here belongs the outcome by the due date in force and the verdict by the first one, of a dossier as
it stood at the month's end. Not here: what earlier exports showed of it (ledger), counting
(tallies).
"""

import polars as pl

from pipeline import months
from pipeline.tables import APART, ENDED_BEFORE_MONTH, FINISHED, INTAKES, OPEN, VERDICTS

_WORDS = pl.Enum([*INTAKES, *FINISHED, *OPEN, *APART, *VERDICTS])


def judged(dossiers: pl.DataFrame, month: str) -> pl.DataFrame:
    """Rows of tallies.at_month_end with how the month judges them, in `verdict`."""
    return dossiers.with_columns(verdict=verdict_in(month))


def word(name: str) -> pl.Expr:
    """An intake, outcome or verdict, kept as a number until it is counted."""
    return pl.lit(name, _WORDS)


def outcome_in(month: str) -> pl.Expr:
    """What became of a dossier in the month, by the due date in force."""
    due, ended, has_result = pl.col("due_at"), pl.col("ended_at"), pl.col("has_result")
    return (
        pl.when("is_before_month")
        .then(word(ENDED_BEFORE_MONTH))
        .when(pl.col("has_left"))
        .then(word("left"))
        .when(has_result & due.is_null())
        .then(word("finished_without_due"))
        .when(has_result & (ended > due))
        .then(word("finished_overdue"))
        .when(has_result & (ended.dt.date() < due.dt.date()))
        .then(word("finished_early"))
        .when(has_result)
        .then(word("finished_on_due_date"))
        .when(due.is_null())
        .then(word("open_without_due"))
        .when(due < months.end(month))
        .then(word("open_overdue"))
        .otherwise(word("open_not_due"))
    )


def verdict_in(month: str) -> pl.Expr:
    """How a dossier is judged by its first due date; null when this month does not judge it."""
    return pl.when(~pl.col("is_settled")).then(_by_first_due(month))


def due_in(dossiers: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """The dossiers due in the month by their first due date that did not leave by then.

    Takes rows of tallies.at_month_end, whether the month judges them or an earlier one did; one
    row a dossier: sender_code, dossier_id, dossier_verdict (on_time or late).
    """
    verdict, first_due = pl.col("dossier_verdict"), pl.col("first_due_at")
    is_due = first_due.is_between(months.start(month), months.end(month), closed="left")
    return (
        dossiers.filter(is_due)
        .select("sender_code", "dossier_id", dossier_verdict=_by_first_due(month))
        .filter(verdict.is_in(["on_time", "late"]))
    )


def _by_first_due(month: str) -> pl.Expr:
    first_due = pl.col("first_due_at")
    is_by_then = (pl.col("ended_at") <= first_due).fill_null(False)
    return (
        pl.when(pl.col("has_result") & is_by_then)
        .then(word("on_time"))
        .when(pl.col("has_left") & is_by_then)
        .then(word("left"))
        .when(first_due < months.end(month))
        .then(word("late"))
    )
