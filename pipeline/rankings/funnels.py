"""Funnels: which units of a league lie further from the rest than their size explains.

Here belongs comparing the shares of a league in a funnel, and shrinking them by their reliability.
Not here: the formulas (statistics), which units are in a league (leagues).
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.rankings import leagues
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import funnel, intervals, shrinkage
from pipeline.tables import RATE_INDICATORS
from pipeline.tables.comparisons import FUNNELS, OUTSIDE

MINIMUM_UNITS = 5
"""Fewest units from which differences can be told from chance."""

SHARES = (*RATE_INDICATORS, "satisfaction_index")
"""Indicators that are a count among a count; time saved is a mean, and has no funnel."""

_INNER, _OUTER = 0.95, 0.998
_POINTS = 100.0
_SHARE_DECIMALS, _POINTS_DECIMALS, _OTHER_DECIMALS = 6, 4, 8
_IN_UNIT_OF_VALUE = ("centre", "lower_95", "upper_95", "lower_998", "upper_998", "shrunken_value")


def compute(indices: pl.DataFrame, ranked: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """The funnels of a month; columns of tables.comparisons.FUNNELS, by league, indicator, unit.

    One row is a league, share and unit that is ranked by it in `ranked` (league, indicator,
    unit_code), where there are MINIMUM_UNITS such units. The limits of a rating rest on its
    effective sample, those of a share of dossiers on all dossiers: where effective_n contains the
    variation between months, that is not a difference between units.
    """
    keys = ["league", "indicator", "unit_code"]
    entries = leagues.list_entries(indices, scope).join(ranked, on=keys, how="semi")
    units = indices.select("unit_code", "indicator", "unit", "interval_source")
    sized = (
        entries.filter(pl.col("indicator").is_in(SHARES))
        .join(units, on=["unit_code", "indicator"], how="left")
        .with_columns(_sample_size().alias("sample"))
        .filter(pl.col("sample") > 0)
        .filter(pl.len().over("league", "indicator") >= MINIMUM_UNITS)
        .sort("league", "indicator", "unit_code")
    )
    if sized.is_empty():
        return FUNNELS.empty()
    leagues_apart = sized.partition_by("league", "indicator", maintain_order=True)
    fitted = pl.concat(_fit_league(league) for league in leagues_apart)
    return FUNNELS.conform(_round_numbers(fitted).with_columns(pl.lit(scope.month).alias("month")))


def _sample_size() -> pl.Expr:
    is_sampled = (pl.col("interval_source") == "sampling").fill_null(value=False)
    return pl.when(is_sampled).then("effective_n").otherwise("denominator")


def _fit_league(league: pl.DataFrame) -> pl.DataFrame:
    """The units of one league and indicator with all columns of FUNNELS."""
    sample: NDArray[np.float64] = league["sample"].to_numpy()
    share = (league["numerator"] / league["denominator"]).to_numpy()
    top = _POINTS if league["unit"][0] == "points" else 1.0
    fitted = funnel.fit_shares(share * sample, sample)
    shrunken = shrinkage.shrink_shares(share * sample, sample)
    lower_95, upper_95 = funnel.share_limits(fitted.centre, fitted.tau2, sample, _INNER)
    lower_998, upper_998 = funnel.share_limits(fitted.centre, fitted.tau2, sample, _OUTER)
    sides = fitted.z * league["sign"].to_numpy()
    outer = intervals.critical_value(_OUTER)
    return league.select(
        "league",
        "indicator",
        "unit_code",
        "unit",
        "value",
        pl.col("sample").alias("denominator"),
        pl.lit(fitted.centre * top).alias("centre"),
        pl.Series("lower_95", lower_95 * top),
        pl.Series("upper_95", upper_95 * top),
        pl.Series("lower_998", lower_998 * top),
        pl.Series("upper_998", upper_998 * top),
        pl.Series("z", fitted.z),
        pl.lit(fitted.phi).alias("phi"),
        pl.lit(fitted.tau2).alias("tau2"),
        pl.when(pl.Series(sides > outer))
        .then(pl.lit(OUTSIDE[0]))
        .when(pl.Series(sides < -outer))
        .then(pl.lit(OUTSIDE[1]))
        .alias("is_outside"),
        pl.Series("shrunken_value", shrunken.shares * top),
        pl.Series("reliability", shrunken.reliability),
    )


def _round_numbers(fitted: pl.DataFrame) -> pl.DataFrame:
    """Numbers as they are published, halves up: shares of six decimals, points of four."""

    def decimals(name: str) -> pl.Expr:
        return (
            pl.when(pl.col("unit") == "points")
            .then(intervals.round_half_up(pl.col(name), _POINTS_DECIMALS))
            .otherwise(intervals.round_half_up(pl.col(name), _SHARE_DECIMALS))
            .alias(name)
        )

    more = pl.col("z", "phi", "tau2", "reliability")
    return fitted.with_columns(
        *map(decimals, _IN_UNIT_OF_VALUE),
        intervals.round_half_up(pl.col("denominator"), _SHARE_DECIMALS),
        more.round(_OTHER_DECIMALS, mode="half_away_from_zero"),
    )
