"""Counts of dossiers: what became of a month's dossiers, and of those due in it.

Here belongs reading the outcomes tally: one row a unit. Not here: rates of these counts (rates,
processing).
"""

import polars as pl

from pipeline import months
from pipeline.indices.pooling import Pooling
from pipeline.methods import Method
from pipeline.tables import FINISHED, OPEN

OUTCOMES = (*FINISHED, *OPEN)
"""What is counted by the due date in force; what left is counted apart."""


def own_counts(outcomes: pl.LazyFrame, month: str, method: Method) -> pl.LazyFrame:
    """Dossiers of each unit that has cells of its own: a row for each unit_code.

    A column for each of OUTCOMES counts this month's dossiers by the due date in force. By the
    first due date, where that lies in this month: due_on_time (ended with a result by then, in
    this month or a month before), due_late, due_left (left by then); saved_thousandths and
    saved_squared_millionths are sums over due_on_time. Senders without cells in this month are
    left out: of theirs only the early endings are known, and none that is late. These count in
    the next month that has cells of theirs, beside those late then, so that a month that was
    never sent hides nobody.
    """
    this_month = pl.col("month") == month
    due = _is_due(month)
    verdict = pl.col("verdict")
    on_time = due & (verdict == "on_time")
    dossiers = pl.col("dossiers")
    of_month = outcomes.filter(this_month).select("sender_code").unique()
    return (
        _read(outcomes, month, method)
        .join(of_month, on="sender_code", how="semi")
        .group_by("unit_code")
        .agg(
            *[
                dossiers.filter(this_month & (pl.col("outcome") == name)).sum().alias(name)
                for name in OUTCOMES
            ],
            dossiers.filter(on_time).sum().alias("due_on_time"),
            dossiers.filter(this_month & due & (verdict == "late")).sum().alias("due_late"),
            dossiers.filter(due & (verdict == "left")).sum().alias("due_left"),
            pl.col("saved_thousandths").filter(on_time).sum(),
            pl.col("saved_squared_millionths").filter(on_time).sum(),
        )
    )


def pooled_counts(
    outcomes: pl.LazyFrame, month: str, method: Method, pooling: Pooling
) -> pl.DataFrame:
    """As `own_counts`, for every unit with cells itself or below it; sorted."""
    return pooling.pooled(own_counts(outcomes, month, method)).sort("unit_code").collect()


def provisional_units(
    outcomes: pl.LazyFrame, month: str, method: Method, pooling: Pooling
) -> pl.Series:
    """Codes of units one of whose senders lacks one of the required months of history.

    A dossier that ended early counts by its first due date, which may lie months later: without
    those months' cells the dossiers due are not all known.
    """
    required = months.before(month, method.required_history_months)
    present = (
        outcomes.filter(pl.col("month").is_in(required))
        .group_by("sender_code")
        .agg(pl.col("month").n_unique().alias("months"))
    )
    incomplete = (
        _read(outcomes, month, method)
        .select("unit_code", "sender_code")
        .unique()
        .join(present, on="sender_code", how="left")
        .filter(pl.col("months").fill_null(0) < len(required))
    )
    return pooling.all_above(incomplete).collect()["unit_code"].sort()


def _read(outcomes: pl.LazyFrame, month: str, method: Method) -> pl.LazyFrame:
    """Cells of this month, and those of months before that are due in it.

    With `month_before`: the last earlier month with cells of the sender, null where there is none.
    """
    first = months.shifted(month, -method.history_months)
    of_history = outcomes.filter(pl.col("month").is_between(pl.lit(first), pl.lit(month)))
    before = (
        of_history.filter(pl.col("month") < month)
        .group_by("sender_code")
        .agg(month_before=pl.col("month").max())
    )
    return of_history.join(before, on="sender_code", how="left").filter(
        (pl.col("month") == month) | _is_due(month)
    )


def _is_due(month: str) -> pl.Expr:
    """Whether a judged cell is due in the month, or in one between that the sender did not send."""
    is_after = (pl.col("due_month") > pl.col("month_before")).fill_null(value=True)
    return is_after & (pl.col("due_month") <= month)
