"""From counts to the published rows of a scorecard.

Here belongs the shape that its indicators share with all others (tables.INDICES). Not here: how
counts become points (formulas, sums) or how sure they are (errors).
"""

from datetime import timedelta

import polars as pl

from pipeline import months
from pipeline.indices.scope import ScorecardScope
from pipeline.indices.scorecards import counts, errors, sums
from pipeline.indices.scorecards.counts import KEYS
from pipeline.methods import ScoringMethod
from pipeline.statistics import intervals
from pipeline.tables import INDICES
from pipeline.tallies import Tallies

_MORE_DECIMALS = 2
"""Standard errors are given to so many decimals more than their value."""
_MILLIONTHS = 1_000_000


def compute(of_month: Tallies, scope: ScorecardScope) -> pl.DataFrame:
    """All that a scorecard publishes of a month; columns of tables.INDICES.

    `of_month` are the cells of `select_month`. One row is a unit and indicator, for each unit with
    data of any indicator itself or below it: the indicators (null with a note where one is
    missing), the groups, the total, and the sum of the known indicators where the total is missing.
    """
    method = scope.method
    counted = counts.count_cases(of_month, scope)
    if counted.is_empty():
        return INDICES.empty()
    scored = sums.score_indicators(counted, method)
    groups = sums.sum_groups(scored, method)
    totals = _note_changed_law(sums.sum_totals(scored, groups, method), scope)
    rows = pl.concat([_select_counts(scored), groups, totals], how="diagonal")
    error = intervals.round_half_up(pl.col("standard_error"), method.decimals + _MORE_DECIMALS)
    return INDICES.conform(
        rows.join(errors.standard_errors(scored, method), on=KEYS, how="left")
        .join(scope.pooling.agencies, on="unit_code")
        .with_columns(
            month=pl.lit(scope.month),
            method=pl.lit(method.name),
            unit=pl.lit("points"),
            value=_to_points("score", method),
            maximum=_to_points("maximum", method),
            standard_error=pl.when(pl.col("score").is_not_null()).then(error),
        )
    )


def _to_points(name: str, method: ScoringMethod) -> pl.Expr:
    """Whole numbers of the last decimal as points: the double nearest to the decimal."""
    return (pl.col(name) / method.scale).round(method.decimals)


def _note_changed_law(totals: pl.DataFrame, scope: ScorecardScope) -> pl.DataFrame:
    """Totals, with a note from the month on in which the law changed to a text not seen."""
    last_day = months.end(scope.month).date() - timedelta(days=1)
    if not scope.method.is_past_open_boundary(last_day):
        return totals
    note = pl.when(pl.col("score").is_not_null()).then(pl.lit("law_changed"))
    return totals.with_columns(note=pl.col("note").fill_null(note))


def _select_counts(scored: pl.DataFrame) -> pl.DataFrame:
    """Indicators with their counts as published: answers count with their weights."""
    is_of_answers = pl.col("respondents").is_not_null()
    published = [
        pl.when(is_of_answers).then(pl.col(name) / _MILLIONTHS).otherwise(pl.col(name)).alias(name)
        for name in ("numerator", "denominator")
    ]
    left_out = pl.when(pl.col("has_left_out") > 0).then("left_out").alias("left_out")
    return scored.with_columns(*published, left_out).select(
        *KEYS,
        "score",
        "maximum",
        "note",
        "numerator",
        "denominator",
        "left_out",
        "effective_n",
        "scale",
    )
