"""Limits of the units of a league at the confidence level at which all of them hold jointly.

Here belongs recomputing each kind of limit at 0.95^(1/K) for a league of K. Not here: the printed
95 % limits of one unit (indices), comparing limits (rank_sets).
"""

import polars as pl

from pipeline.indices import times
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import between_months, intervals, survival
from pipeline.tables import CLOCKS, RATE_INDICATORS
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling

SHARES = (*RATE_INDICATORS, "satisfaction_index")
"""Indicators whose limits are Wilson's; they may come as figures too."""

MAXIMA = {"satisfaction_index": 100.0}
"""The largest value of the shares that are not given as 0-1."""


def with_joint_limits(ranked: pl.DataFrame, tallies: Tallies, scope: RankingScope) -> pl.DataFrame:
    """Ranked entries with `best` and `worst`: limits of value x sign, so that more is better.

    Wilson for shares, with the sample size of the printed limits; normal for means and their
    composite; Student's t for both where the limits know the `months` of a series; the limits of
    the Kaplan-Meier percentile for times. They never exclude the published value. A time without
    an upper limit may be infinitely long.
    """
    confidence_level = scope.method.confidence_level
    most_months = scope.method.history_months + 1
    with_critical_values = ranked.with_columns(
        pl.coalesce(
            pl.lit(None, pl.Float64),
            *(
                pl.when(pl.col("league_size") == size).then(
                    between_months.critical_value(
                        pl.col("months"), confidence_level ** (1 / size), most_months
                    )
                )
                for size in ranked["league_size"].unique().sort()
            ),
        ).alias("critical_value")
    )
    indicator = pl.col("indicator")
    is_share, is_time = indicator.is_in(SHARES), indicator.is_in(list(times.PROBABILITIES))
    limits = pl.concat(
        [
            _with_share_limits(with_critical_values.filter(is_share)),
            _with_mean_limits(with_critical_values.filter(~is_share & ~is_time)),
            _with_time_limits(with_critical_values.filter(is_time), tallies, scope),
        ]
    )
    sign, value = pl.col("sign"), pl.col("value")
    lower = pl.min_horizontal("lower", value) * sign
    upper = pl.max_horizontal("upper", value) * sign
    return limits.with_columns(
        pl.max_horizontal(lower, upper).alias("best"),
        pl.min_horizontal(lower, upper).alias("worst"),
    ).drop("lower", "upper")


def _with_share_limits(entries: pl.DataFrame) -> pl.DataFrame:
    sample = pl.col("effective_n")
    successes = pl.col("numerator") / pl.col("denominator") * sample
    lower, upper = intervals.wilson_limits_at(successes, sample, pl.col("critical_value"))
    top = pl.col("indicator").replace_strict(MAXIMA, default=1.0, return_dtype=pl.Float64)
    return entries.with_columns((lower * top).alias("lower"), (upper * top).alias("upper"))


def _with_mean_limits(entries: pl.DataFrame) -> pl.DataFrame:
    reach = pl.col("critical_value") * pl.col("standard_error")
    return entries.with_columns(
        (pl.col("value") - reach).alias("lower"), (pl.col("value") + reach).alias("upper")
    )


def _with_time_limits(entries: pl.DataFrame, tallies: Tallies, scope: RankingScope) -> pl.DataFrame:
    # Units without ages have no time to rank: the other tables of counts are not read.
    pooling = Pooling.of(Tallies.of(ages=tallies.ages), scope.month, scope.register)
    ages = times.pooled_ages(tallies.ages, pooling, entries["unit_code"]).collect().lazy()
    with_limits = [entries.clear().with_columns(lower=pl.lit(0.0), upper=pl.lit(0.0))]
    for name, probability in times.PROBABILITIES.items():
        units = entries.filter(pl.col("indicator") == name)
        critical_values = units.select("unit_code", "critical_value").lazy()
        found = survival.quantiles_at(ages.join(critical_values, on="unit_code"), probability)
        a_day = pl.col("clock").replace_strict(CLOCKS, default=None, return_dtype=pl.Int64)
        with_limits.append(
            units.join(found.drop("minutes", "note"), on="unit_code", how="left")
            .with_columns(
                (pl.col("lower_minutes") / a_day).alias("lower"),
                (pl.col("upper_minutes") / a_day).fill_null(float("inf")).alias("upper"),
            )
            .drop("lower_minutes", "upper_minutes")
        )
    return pl.concat(with_limits)
