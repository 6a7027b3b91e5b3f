"""Verdicts: what became of a dossier in a month, and whether its first due date was met.

Here belongs the outcome by the due date in force and the verdict by the first one, of a dossier as
it stood at the month's end. Not here: what earlier exports showed of it (ledger), counting
(dossiers).
"""

import polars as pl

from pipeline import months
from pipeline.tables import (
    APART,
    ENDED_BEFORE_MONTH,
    FINISHED,
    INTAKES,
    NOT_SERVED,
    OPEN,
    SERVED_TIMES,
    VERDICTS,
)

_WORDS = pl.Enum([*INTAKES, *FINISHED, *OPEN, *APART, *VERDICTS])
SERVED = pl.Enum([*SERVED_TIMES, NOT_SERVED])
NO_DUE_DOSSIERS = pl.DataFrame(
    schema={
        "sender_code": pl.Categorical(),
        "dossier_id": pl.String(),
        "dossier_verdict": _WORDS,
    }
)
"""What `due_dossiers` gives where nothing is due."""


def with_verdicts(dossiers: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """Rows of tallies.at_month_end with `verdict`; null where the month does not judge them."""
    verdict = pl.when(~pl.col("is_already_judged")).then(_verdict_by_first_due(month))
    return dossiers.with_columns(verdict=verdict)


def due_dossiers(dossiers: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """The dossiers due in the month by their first due date that did not leave by then.

    Takes rows of tallies.at_month_end, whether this month judges them or an earlier one did. One
    row a dossier: sender_code, dossier_id, dossier_verdict (on_time or late).
    """
    verdict, first_due = pl.col("dossier_verdict"), pl.col("first_due_at")
    is_due = first_due.is_between(months.start(month), months.end(month), closed="left")
    return (
        dossiers.filter(is_due)
        .select("sender_code", "dossier_id", dossier_verdict=_verdict_by_first_due(month))
        .filter(verdict.is_in(["on_time", "late"]))
    )


def enum_literal(word: str) -> pl.Expr:
    """An intake, outcome or verdict, kept as a number until it is counted."""
    return pl.lit(word, _WORDS)


def outcome_by_due_in_force(month: str) -> pl.Expr:
    """What became of a dossier in the month, by the due date in force."""
    due, ended, has_result = pl.col("due_at"), pl.col("ended_at"), pl.col("has_result")
    return (
        pl.when("has_ended_before_month")
        .then(enum_literal(ENDED_BEFORE_MONTH))
        .when(pl.col("has_left"))
        .then(enum_literal("left"))
        .when(has_result & due.is_null())
        .then(enum_literal("finished_without_due"))
        .when(has_result & (ended > due))
        .then(enum_literal("finished_overdue"))
        .when(has_result & (ended.dt.date() < due.dt.date()))
        .then(enum_literal("finished_early"))
        .when(has_result)
        .then(enum_literal("finished_on_due_date"))
        .when(due.is_null())
        .then(enum_literal("open_without_due"))
        .when(due < months.end(month))
        .then(enum_literal("open_overdue"))
        .otherwise(enum_literal("open_not_due"))
    )


def served_by_first_due(month: str) -> pl.Expr:
    """One of tables.SERVED_TIMES, of a dossier that got its result in the month; else null.

    Takes rows of with_verdicts. A dossier that another month judged is placed by the end that this
    month shows: one that was opened again and ended once more may still have met its due date.
    """
    first_due, is_judged = pl.col("first_due_at"), pl.col("verdict").is_not_null()
    is_met = pl.col("ended_at") <= first_due
    served = (
        pl.when(first_due.is_null())
        .then(pl.lit("without_due", SERVED))
        .when(is_met & is_judged & (first_due < months.end(month)))
        .then(pl.lit("on_time", SERVED))
        .when(is_met)
        .then(pl.lit("early", SERVED))
        .when(is_judged)
        .then(pl.lit("late", SERVED))
        .otherwise(pl.lit("late_before", SERVED))
    )
    return pl.when(pl.col("has_result") & ~pl.col("has_ended_before_month")).then(served)


def _verdict_by_first_due(month: str) -> pl.Expr:
    first_due = pl.col("first_due_at")
    is_by_then = (pl.col("ended_at") <= first_due).fill_null(False)
    return (
        pl.when(pl.col("has_result") & is_by_then)
        .then(enum_literal("on_time"))
        .when(pl.col("has_left") & is_by_then)
        .then(enum_literal("left"))
        .when(first_due < months.end(month))
        .then(enum_literal("late"))
    )
