"""Control charts: which months of a unit's series differ from its other months.

Here belongs splitting a unit's series into charts, a new chart after each break. Not here: the
formulas (statistics), counting a series (series), comparing units (rankings).
"""

import polars as pl

from pipeline.methods import Method
from pipeline.statistics import control_charts
from pipeline.tables import BASES, RATE_INDICATORS
from pipeline.tables.comparisons import CONTROL_CHARTS

MINIMUM_POINTS = 12
"""Fewest months that limits are taken from."""

_SERIES_KEYS = ["month", "unit_code", "indicator"]
_DECIMALS = 6


def compute(series: pl.DataFrame, method: Method) -> pl.DataFrame:
    """The charts of every unit and indicator of the method; columns of
    tables.comparisons.CONTROL_CHARTS.

    `series` has the columns of tables.SERIES; its rows as published are used, so a merger is a
    break. One row is a month with a value, sorted. Each break begins a new chart. Centre, limits
    and signal of a chart of fewer than MINIMUM_POINTS months are empty; a series of which no chart
    has so many has no rows. Counts among counts have p' charts, other values XmR charts; months
    without a value are left out, as if the next month followed directly.
    """
    charts = _split_into_charts(series.filter(pl.col("indicator").is_in(method.names)))
    is_share = _is_share()
    long = charts.filter(pl.col("points") >= MINIMUM_POINTS)
    charted = pl.concat(
        [
            control_charts.xmr_charts(long.filter(~is_share)),
            control_charts.p_prime_charts(long.filter(is_share)),
            charts.filter(pl.col("points") < MINIMUM_POINTS),
        ],
        how="diagonal",
    ).filter(pl.col("points").max().over("series") >= MINIMUM_POINTS)
    lines = pl.col("centre", "lower", "upper")
    return CONTROL_CHARTS.conform(
        charted.with_columns(
            pl.col("published").alias("value"),
            lines.round(_DECIMALS, mode="half_away_from_zero"),
            pl.when(is_share).then("denominator").alias("denominator"),
        )
    ).sort(*_SERIES_KEYS, "series_month")


def _split_into_charts(series: pl.DataFrame) -> pl.DataFrame:
    """Months with a value, in order, with `series` and `chart` numbers and the chart's `points`."""
    is_count = (pl.col("denominator") > 0) & pl.col("numerator").is_not_null()
    has_cases = ~_is_share() | is_count.fill_null(value=False)
    ordered = (
        series.filter(pl.col("basis") == BASES[0])
        .sort(*_SERIES_KEYS, "series_month")
        .with_columns(pl.struct(_SERIES_KEYS).rle_id().alias("series"))
    )
    # A break in a month without a value is a break in the next month that has a value.
    breaks = pl.col("is_break").cast(pl.Int64).cum_sum().over("series")
    valued = ordered.with_columns(breaks.alias("breaks")).filter(
        pl.col("value").is_not_null() & has_cases
    )
    is_rebased = (pl.col("breaks") != pl.col("breaks").shift(1)).over("series")
    return valued.with_columns(
        pl.struct("series", "breaks").rle_id().alias("chart"),
        is_rebased.fill_null(value=False).alias("is_rebased"),
        pl.col("value").alias("published"),
    ).with_columns(pl.len().over("chart").alias("points"))


def _is_share() -> pl.Expr:
    return pl.col("indicator").is_in(RATE_INDICATORS)
