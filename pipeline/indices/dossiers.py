"""Counts of dossiers: what became of a month's dossiers, and of the dossiers due in it.

Here belongs reading the outcomes tally: one row is a unit. Not here: rates of these counts (rates,
processing).
"""

import polars as pl

from pipeline import months
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.tables import FINISHED, OPEN

OUTCOMES = (*FINISHED, *OPEN)
"""What is counted by the due date in force. Dossiers that left are counted apart."""
_COUNTS = ("dossiers", "saved_thousandths", "saved_squared_millionths")


def own_counts(outcomes: pl.LazyFrame, scope: IndexScope, *by: str) -> pl.LazyFrame:
    """Dossiers of each unit that has cells of its own: a row for each unit_code and `by`.

    `by` are further dimensions of the cells, such as channel.

    A column for each of OUTCOMES counts this month's dossiers by the due date in force. By the
    first due date, where that date is in this month: due_on_time (ended with a result by then, in
    this month or a month before), due_late, due_left (left by then); saved_thousandths and
    saved_squared_millionths are sums over due_on_time. Senders without cells in this month are
    left out: of their dossiers only the early endings are known, and no late one.
    """
    history = outcomes.filter(is_in_history(scope.month, scope.method))
    placed = place_in_months(history, scope.month, scope.month, *by)
    return count_by_month(placed, *by).drop("series_month")


def place_in_months(outcomes: pl.LazyFrame, first: str, last: str, *by: str) -> pl.LazyFrame:
    """Cells with `series_month`, each month from first to last in which they count.

    A cell counts in its own month, where `is_of_month`, and a cell of dossiers that ended early
    also in the month of their first due date.
    """
    cells = outcomes.select(
        "month", "sender_code", "unit_code", *by, "outcome", "verdict", "due_month", *_COUNTS
    )
    month, due_month = pl.col("month"), pl.col("due_month")
    own = cells.filter(month.is_between(pl.lit(first), pl.lit(last)))
    early = cells.filter((month < due_month) & due_month.is_between(pl.lit(first), pl.lit(last)))
    return pl.concat(
        [
            own.with_columns(series_month="month", is_of_month=pl.lit(value=True)),
            early.with_columns(series_month="due_month", is_of_month=pl.lit(value=False)),
        ]
    )


def count_by_month(cells: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """As `own_counts`, of the cells of `place_in_months`: a row for each unit, series_month and
    `by`.
    """
    is_of_month, dossiers, verdict = pl.col("is_of_month"), pl.col("dossiers"), pl.col("verdict")
    is_due = pl.col("due_month") == pl.col("series_month")
    is_on_time = is_due & (verdict == "on_time")
    senders = cells.filter(is_of_month).select("series_month", "sender_code").unique()
    return (
        cells.join(senders, on=["series_month", "sender_code"], how="semi")
        .group_by("unit_code", "series_month", *by)
        .agg(
            *[
                dossiers.filter(is_of_month & (pl.col("outcome") == name)).sum().alias(name)
                for name in OUTCOMES
            ],
            dossiers.filter(is_on_time).sum().alias("due_on_time"),
            dossiers.filter(is_of_month & is_due & (verdict == "late")).sum().alias("due_late"),
            dossiers.filter(is_due & (verdict == "left")).sum().alias("due_left"),
            pl.col("saved_thousandths").filter(is_on_time).sum(),
            pl.col("saved_squared_millionths").filter(is_on_time).sum(),
        )
    )


def own_due_counts(outcomes: pl.LazyFrame, scope: IndexScope) -> pl.LazyFrame:
    """Dossiers first due in the month, of each unit that has cells of its own, by case mix.

    A row for each unit_code, procedure_code and channel: `due` (due_on_time and due_late of
    `own_counts` together) and `late`.
    """
    this_month = pl.col("month") == scope.month
    senders = outcomes.filter(this_month).select("sender_code").unique()
    is_late = this_month & (pl.col("verdict") == "late")
    return (
        outcomes.filter(_is_of_month_or_due_in_it(scope) & (pl.col("due_month") == scope.month))
        .filter((pl.col("verdict") == "on_time") | is_late)
        .join(senders, on="sender_code", how="semi")
        .group_by("unit_code", "procedure_code", "channel")
        .agg(
            pl.col("dossiers").sum().alias("due"),
            pl.col("dossiers").filter(is_late).sum().alias("late"),
        )
    )


def pooled_counts(outcomes: pl.LazyFrame, scope: IndexScope) -> pl.DataFrame:
    """As `own_counts`, for every unit with cells itself or below it; sorted."""
    return scope.pools.pool_counts(own_counts(outcomes, scope)).sort("unit_code").collect()


def monthly_counts(outcomes: pl.LazyFrame, scope: IndexScope) -> pl.LazyFrame:
    """As `pooled_counts`, of each month of the history: a row for each unit and series_month."""
    first = months.shifted(scope.month, -scope.method.history_months)
    history = outcomes.filter(is_in_history(scope.month, scope.method))
    own = count_by_month(place_in_months(history, first, scope.month))
    return scope.pools.pool_counts(own, "series_month")


def provisional_units(outcomes: pl.LazyFrame, scope: IndexScope) -> pl.Series:
    """Codes of units one of whose senders lacks one of the required months of history.

    A dossier that ended early counts by its first due date, which may lie months later: without
    the cells of those months some of the dossiers due are not known.
    """
    required = months.before(scope.month, scope.method.required_history_months)
    present = (
        outcomes.filter(pl.col("month").is_in(required))
        .group_by("sender_code")
        .agg(pl.col("month").n_unique().alias("months"))
    )
    incomplete = (
        outcomes.filter(_is_of_month_or_due_in_it(scope))
        .select("unit_code", "sender_code")
        .unique()
        .join(present, on="sender_code", how="left")
        .filter(pl.col("months").fill_null(0) < len(required))
    )
    return scope.pools.add_agencies_above(incomplete).collect()["unit_code"].sort()


def _is_of_month_or_due_in_it(scope: IndexScope) -> pl.Expr:
    """Cells of this month, and cells of its history whose dossiers are first due in it."""
    is_early = is_in_history(scope.month, scope.method) & (pl.col("due_month") == scope.month)
    return (pl.col("month") == scope.month) | is_early
