"""From counts to published rows of a method of points.

Here belongs the shape that its indicators share with all others (tables.INDICES). Not here: how
counts become points (formulas, sums) or how sure they are (errors).
"""

from datetime import timedelta

import polars as pl

from pipeline import months
from pipeline.indices.pooling import Pooling
from pipeline.indices.scorecards import counts, errors, sums
from pipeline.indices.scorecards.counts import KEYS
from pipeline.methods import PointsMethod
from pipeline.statistics import intervals
from pipeline.tables import INDICES
from pipeline.tallies import Tallies

_MORE_DECIMALS = 2
"""Standard errors are given to so many decimals more than their value."""
_MILLIONTHS = 1_000_000


def compute(tallies: Tallies, month: str, method: PointsMethod, pooling: Pooling) -> pl.DataFrame:
    """All that a method of points publishes of a month; columns of tables.INDICES.

    One row a unit and indicator, for each unit with data of any indicator itself or below it: the
    indicators (null with a note where one is missing), the groups, the total, and the sum of the
    known indicators where the total is missing.
    """
    counted = counts.of(tallies, month, method, pooling)
    if counted.is_empty():
        return INDICES.empty()
    scored = sums.of_indicators(counted, method)
    groups = sums.of_groups(scored, method)
    totals = _with_law(sums.of_totals(scored, groups, method), month, method)
    rows = pl.concat([_with_counts(scored), groups, totals], how="diagonal")
    decimals = method.decimals
    error = intervals.rounded(pl.col("standard_error"), decimals + _MORE_DECIMALS)
    return INDICES.conform(
        rows.join(errors.of_points(scored, method), on=KEYS, how="left")
        .join(pooling.agencies, on="unit_code")
        .with_columns(
            month=pl.lit(month),
            method=pl.lit(method.name),
            unit=pl.lit("points"),
            value=_points("score", method),
            maximum=_points("maximum", method),
            standard_error=pl.when(pl.col("score").is_not_null()).then(error),
        )
    )


def _points(name: str, method: PointsMethod) -> pl.Expr:
    """Whole numbers of the last decimal as points: the double nearest to the decimal."""
    return (pl.col(name) / method.scale).round(method.decimals)


def _with_law(totals: pl.DataFrame, month: str, method: PointsMethod) -> pl.DataFrame:
    """Totals, noted from the month on in which the law changed and the new text was not seen."""
    last_day = months.end(month).date() - timedelta(days=1)
    if not method.is_past_open_boundary(last_day):
        return totals
    noted = pl.when(pl.col("score").is_not_null()).then(pl.lit("law_changed"))
    return totals.with_columns(note=pl.col("note").fill_null(noted))


def _with_counts(scored: pl.DataFrame) -> pl.DataFrame:
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
