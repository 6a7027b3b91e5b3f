"""Funnels: which units of a league lie further from the rest than their size explains.

Here belongs laying the shares of a league into a funnel, and shrinking them by their reliability.
Not here: the formulas (statistics), who is in a league (leagues).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import leagues
from pipeline.statistics import funnel, intervals, shrinkage
from pipeline.tables import RATE_INDICATORS
from pipeline.tables.comparisons import FUNNELS, OUTSIDE

MINIMUM_UNITS = 5
"""Fewest units that tell chance from difference."""

SHARES = (*RATE_INDICATORS, "satisfaction_index")
"""Indicators that are a count among a count; time saved is a mean, and has no funnel."""

_INNER, _OUTER = 0.95, 0.998
_POINTS = 100.0
_SHARE_DECIMALS, _POINTS_DECIMALS, _MORE_DECIMALS = 6, 4, 8
_IN_ITS_UNIT = ("centre", "lower_95", "upper_95", "lower_998", "upper_998", "shrunken_value")


def compute(
    indices: pl.DataFrame, ranked: pl.DataFrame, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """The funnels of a month; columns of tables.comparisons.FUNNELS, by league, indicator, unit.

    One row a league, share and unit that is ranked by it in `ranked` (league, indicator,
    unit_code), where there are five such units. A rating's limits rest on its effective sample, a
    count of dossiers on all of them: between-month variation, where it is in effective_n, is not
    what units differ by.
    """
    keys = ["league", "indicator", "unit_code"]
    entries = leagues.entries(indices, register, method, month).join(ranked, on=keys, how="semi")
    units = indices.select("unit_code", "indicator", "unit", "interval_source")
    sized = (
        entries.filter(pl.col("indicator").is_in(SHARES))
        .join(units, on=["unit_code", "indicator"], how="left")
        .with_columns(_sample().alias("sample"))
        .filter(pl.col("sample") > 0)
        .filter(pl.len().over("league", "indicator") >= MINIMUM_UNITS)
        .sort("league", "indicator", "unit_code")
    )
    if sized.is_empty():
        return FUNNELS.empty()
    leagues_apart = sized.partition_by("league", "indicator", maintain_order=True)
    laid = pl.concat(_laid(league) for league in leagues_apart)
    return FUNNELS.conform(_rounded(laid).with_columns(pl.lit(month).alias("month")))


def _sample() -> pl.Expr:
    is_sampled = (pl.col("interval_source") == "sampling").fill_null(value=False)
    return pl.when(is_sampled).then("effective_n").otherwise("denominator")


def _laid(league: pl.DataFrame) -> pl.DataFrame:
    """The units of one league and indicator with all columns of FUNNELS."""
    sample: NDArray[np.float64] = league["sample"].to_numpy()
    share = (league["numerator"] / league["denominator"]).to_numpy()
    top = _POINTS if league["unit"][0] == "points" else 1.0
    laid = funnel.of_shares(share * sample, sample)
    shrunken = shrinkage.of_shares(share * sample, sample)
    lower_95, upper_95 = funnel.share_limits(laid.centre, laid.tau2, sample, _INNER)
    lower_998, upper_998 = funnel.share_limits(laid.centre, laid.tau2, sample, _OUTER)
    sides = laid.z * league["sign"].to_numpy()
    outer = intervals.critical(_OUTER)
    return league.select(
        "league",
        "indicator",
        "unit_code",
        "unit",
        "value",
        pl.col("sample").alias("denominator"),
        pl.lit(laid.centre * top).alias("centre"),
        pl.Series("lower_95", lower_95 * top),
        pl.Series("upper_95", upper_95 * top),
        pl.Series("lower_998", lower_998 * top),
        pl.Series("upper_998", upper_998 * top),
        pl.Series("z", laid.z),
        pl.lit(laid.phi).alias("phi"),
        pl.lit(laid.tau2).alias("tau2"),
        pl.when(pl.Series(sides > outer))
        .then(pl.lit(OUTSIDE[0]))
        .when(pl.Series(sides < -outer))
        .then(pl.lit(OUTSIDE[1]))
        .alias("is_outside"),
        pl.Series("shrunken_value", shrunken.shares * top),
        pl.Series("reliability", shrunken.reliability),
    )


def _rounded(laid: pl.DataFrame) -> pl.DataFrame:
    """Numbers as they are published, halves up: shares of six decimals, points of four."""

    def decimals(name: str) -> pl.Expr:
        return (
            pl.when(pl.col("unit") == "points")
            .then(intervals.rounded(pl.col(name), _POINTS_DECIMALS))
            .otherwise(intervals.rounded(pl.col(name), _SHARE_DECIMALS))
            .alias(name)
        )

    more = pl.col("z", "phi", "tau2", "reliability")
    return laid.with_columns(
        *map(decimals, _IN_ITS_UNIT),
        intervals.rounded(pl.col("denominator"), _SHARE_DECIMALS),
        more.round(_MORE_DECIMALS, mode="half_away_from_zero"),
    )
