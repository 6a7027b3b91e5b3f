"""How long dossiers take: percentiles of the month's Kaplan-Meier curve, in days.

Here belong days and clocks. Not here: the curve (statistics.survival).
"""

from collections.abc import Iterable

import polars as pl

from pipeline.indices import publication
from pipeline.indices.rates import small_number_note
from pipeline.indices.scope import IndexScope
from pipeline.statistics import survival
from pipeline.tables import CLOCKS
from pipeline.tallies.pooling import Pooling

PROBABILITIES = {"median_time_days": 0.5, "p90_time_days": 0.9}
"""The share of dossiers that has ended within each indicator's time."""

NAIVE_MEDIAN = "median_time_days_finished"

_COUNTS = ("entered", "finished", "left", "still_open")


def pooled_ages(
    ages: pl.LazyFrame, pooling: Pooling, units: Iterable[str] | None = None
) -> pl.LazyFrame:
    """unit_code, clock, age_minutes and the counts of tables.AGES: a row for each unit and age.

    Of all units, or of some.
    """
    pools = pooling.pools if units is None else pooling.pools.select_units(units)
    cells = ages.filter(pl.col("month") == pooling.month).select(
        "unit_code", "clock", "age_minutes", *_COUNTS
    )
    return pools.pool_counts(cells, "clock", "age_minutes")


def measure(ages: pl.LazyFrame, scope: IndexScope) -> pl.DataFrame:
    """Median and 90th percentile of every unit with ages, and the median of the finished alone.

    A row for each unit and indicator, in publication.MEASUREMENTS. A parent whose units have
    different clocks has no time: its value is null, another_clock. A value over fewer dossiers than
    `minimum_due` has its note, and is not ranked. Only of units that are asked about.
    """
    pooled = pooled_ages(ages, scope.pooling, scope.units).collect()
    units = _unit_totals(pooled)
    with_clock = units.filter(pl.col("clock").is_not_null())
    on_one_clock = pooled.join(with_clock, on="unit_code", how="semi").lazy()
    confidence_level = scope.method.confidence_level
    percentiles = [
        _convert_to_days(
            units, survival.quantiles(on_one_clock, probability, confidence_level), name
        )
        for name, probability in PROBABILITIES.items()
    ]
    naive = _naive_medians(units, survival.naive_medians(on_one_clock))
    measured = pl.concat([*percentiles, naive]).with_columns(
        pl.col("note").fill_null(small_number_note(scope.method))
    )
    return publication.to_measurements(
        measured, without=("scale", "effective_n", "standard_error", "maximum", "months")
    )


def _unit_totals(pooled: pl.DataFrame) -> pl.DataFrame:
    """A row for each unit: its totals, and its clock, null where there are several."""
    clock = pl.col("clock")
    return (
        pooled.group_by("unit_code")
        .agg(
            pl.when(clock.n_unique() == 1).then(clock.first()).alias("clock"),
            *[pl.col(name).sum() for name in _COUNTS],
        )
        .sort("unit_code")
    )


def _convert_to_days(units: pl.DataFrame, minutes: pl.DataFrame, indicator: str) -> pl.DataFrame:
    a_day = pl.col("clock").replace_strict(CLOCKS, default=None, return_dtype=pl.Int64)
    return units.join(minutes, on="unit_code", how="left").select(
        "unit_code",
        pl.lit(indicator).alias("indicator"),
        "clock",
        (pl.col("minutes") / a_day).alias("value"),
        (pl.col("lower_minutes") / a_day).alias("lower"),
        (pl.col("upper_minutes") / a_day).alias("upper"),
        pl.col("finished").cast(pl.Float64).alias("numerator"),
        pl.col("entered").alias("denominator"),
        pl.col("left").alias("left_out"),
        pl.when(pl.col("minutes").is_not_null()).then(pl.lit("chance")).alias("interval_source"),
        pl.when(pl.col("clock").is_null())
        .then(pl.lit("another_clock"))
        .otherwise(pl.col("note"))
        .alias("note"),
    )


def _naive_medians(units: pl.DataFrame, medians: pl.DataFrame) -> pl.DataFrame:
    """Without limits and numerator: nothing is counted among the finished."""
    note = pl.when(pl.col("finished") == 0).then(pl.lit("no_denominator"))
    minutes = medians.select("unit_code", "minutes").with_columns(
        pl.lit(None, pl.Int64).alias("lower_minutes"), pl.lit(None, pl.Int64).alias("upper_minutes")
    )
    with_note = units.with_columns(note.alias("note"))
    return _convert_to_days(with_note, minutes, NAIVE_MEDIAN).with_columns(
        pl.lit(None, pl.Float64).alias("numerator"),
        pl.col("numerator").cast(pl.Int64).alias("denominator"),
        pl.lit(None, pl.Int64).alias("left_out"),
        pl.lit(None, pl.String).alias("interval_source"),
    )
