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
    left out: of theirs only the early endings are known, and none that is late.
    """
    this_month = pl.col("month") == month
    due = pl.col("due_month") == month
    verdict = pl.col("verdict")
    on_time = due & (verdict == "on_time")
    dossiers = pl.col("dossiers")
    of_month = outcomes.filter(this_month).select("sender_code").unique()
    return (
        outcomes.filter(_is_read(month, method))
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


def own_due(outcomes: pl.LazyFrame, month: str, method: Method) -> pl.LazyFrame:
    """Dossiers first due in the month, of each unit that has cells of its own, by mix.

    A row for each unit_code, procedure_code and channel: `due` (due_on_time and due_late of
    `own_counts` together) and `late`.
    """
    this_month = pl.col("month") == month
    of_month = outcomes.filter(this_month).select("sender_code").unique()
    is_late = this_month & (pl.col("verdict") == "late")
    return (
        outcomes.filter(_is_read(month, method) & (pl.col("due_month") == month))
        .filter((pl.col("verdict") == "on_time") | is_late)
        .join(of_month, on="sender_code", how="semi")
        .group_by("unit_code", "procedure_code", "channel")
        .agg(
            pl.col("dossiers").sum().alias("due"),
            pl.col("dossiers").filter(is_late).sum().alias("late"),
        )
    )


def pooled_counts(
    outcomes: pl.LazyFrame, month: str, method: Method, pooling: Pooling
) -> pl.DataFrame:
    """As `own_counts`, for every unit with cells itself or below it; sorted."""
    return pooling.pooled(own_counts(outcomes, month, method)).sort("unit_code").collect()


def own_monthly_counts(outcomes: pl.LazyFrame, month: str, method: Method) -> pl.LazyFrame:
    """As `own_counts`, of each month up to this one: a row for each unit_code and series_month."""
    dossiers, verdict = pl.col("dossiers"), pl.col("verdict")
    first = months.shifted(month, -method.history_months)
    cells = outcomes.filter(pl.col("month").is_between(pl.lit(first), pl.lit(month)))
    key = ("unit_code", "series_month")
    of_month = cells.group_by("unit_code", series_month="month").agg(
        *[dossiers.filter(pl.col("outcome") == name).sum().alias(name) for name in OUTCOMES],
        dossiers.filter((verdict == "late") & (pl.col("due_month") == pl.col("month")))
        .sum()
        .alias("due_late"),
    )
    sent = cells.select("sender_code", due_month="month").unique()
    by_due_month = (
        cells.filter(verdict.is_in(["on_time", "left"]))
        .join(sent, on=["sender_code", "due_month"], how="semi")
        .group_by("unit_code", series_month="due_month")
        .agg(
            dossiers.filter(verdict == "on_time").sum().alias("due_on_time"),
            dossiers.filter(verdict == "left").sum().alias("due_left"),
            pl.col("saved_thousandths").sum(),
            pl.col("saved_squared_millionths").sum(),
        )
    )
    return of_month.join(by_due_month, on=key, how="full", coalesce=True).fill_null(0)


def monthly_counts(
    outcomes: pl.LazyFrame, month: str, method: Method, pooling: Pooling
) -> pl.LazyFrame:
    """As `own_monthly_counts`, for every unit with cells itself or below it."""
    return pooling.pooled(own_monthly_counts(outcomes, month, method), "series_month")


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
        outcomes.filter(_is_read(month, method))
        .select("unit_code", "sender_code")
        .unique()
        .join(present, on="sender_code", how="left")
        .filter(pl.col("months").fill_null(0) < len(required))
    )
    return pooling.all_above(incomplete).collect()["unit_code"].sort()


def _is_read(month: str, method: Method) -> pl.Expr:
    """Cells of this month, and of those due in it that ended in a month before."""
    first = months.shifted(month, -method.history_months)
    earlier = pl.col("month").is_between(pl.lit(first), pl.lit(month))
    return (pl.col("month") == month) | (earlier & (pl.col("due_month") == month))
