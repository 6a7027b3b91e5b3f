"""How long dossiers take: percentiles of the month's Kaplan-Meier curve, in days.

Here belong days and clocks. Not here: the curve (survival).
"""

import polars as pl

from pipeline.indices.pooling import Pooling
from pipeline.indices.rates import small_number_note
from pipeline.methods import Method
from pipeline.statistics import survival
from pipeline.tables import CLOCKS

PROBABILITIES = {"median_time_days": 0.5, "p90_time_days": 0.9}
"""The share of dossiers that has ended within each indicator's time."""

NAIVE = "median_time_days_finished"

_COUNTS = ("entered", "finished", "left", "still_open")


def pooled_ages(ages: pl.LazyFrame, month: str, pooling: Pooling) -> pl.LazyFrame:
    """Counts by unit, clock and age: unit_code, clock, age_hours and the counts of tables.AGES."""
    cells = ages.filter(pl.col("month") == month).select(
        "unit_code", "clock", "age_hours", *_COUNTS
    )
    return pooling.pooled(cells, "clock", "age_hours")


def measure(ages: pl.LazyFrame, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """Median and 90th percentile of every unit with ages, and the median of the finished alone.

    A parent whose units have different clocks has no time: its value is null, another_clock. A
    value over fewer dossiers than `minimum_due` has its note, and is not ranked.
    """
    pooled = pooled_ages(ages, month, pooling).collect()
    units = _units(pooled)
    one_clock = pooled.join(
        units.filter(pl.col("clock").is_not_null()), on="unit_code", how="semi"
    ).lazy()
    measured = [
        _in_days(units, survival.quantiles(one_clock, probability, method.level), name)
        for name, probability in PROBABILITIES.items()
    ]
    times = pl.concat([*measured, _naive(units, survival.naive_medians(one_clock))])
    return times.with_columns(pl.col("note").fill_null(small_number_note(method)))


def _units(pooled: pl.DataFrame) -> pl.DataFrame:
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


def _in_days(units: pl.DataFrame, hours: pl.DataFrame, indicator: str) -> pl.DataFrame:
    a_day = pl.col("clock").replace_strict(CLOCKS, default=None, return_dtype=pl.Int64)
    return units.join(hours, on="unit_code", how="left").select(
        "unit_code",
        pl.lit(indicator).alias("indicator"),
        "clock",
        (pl.col("hours") / a_day).alias("value"),
        (pl.col("lower_hours") / a_day).alias("lower"),
        (pl.col("upper_hours") / a_day).alias("upper"),
        pl.col("finished").cast(pl.Float64).alias("numerator"),
        pl.col("entered").alias("denominator"),
        pl.col("left").alias("left_out"),
        pl.when(pl.col("hours").is_not_null()).then(pl.lit("chance")).alias("interval_source"),
        pl.when(pl.col("clock").is_null())
        .then(pl.lit("another_clock"))
        .otherwise(pl.col("note"))
        .alias("note"),
    )


def _naive(units: pl.DataFrame, medians: pl.DataFrame) -> pl.DataFrame:
    """Without limits, and without numerator: nothing is counted among the finished."""
    note = pl.when(pl.col("finished") == 0).then(pl.lit("no_denominator"))
    hours = medians.select("unit_code", "hours").with_columns(
        pl.lit(None, pl.Int64).alias("lower_hours"), pl.lit(None, pl.Int64).alias("upper_hours")
    )
    noted = units.with_columns(note.alias("note"))
    return _in_days(noted, hours, NAIVE).with_columns(
        pl.lit(None, pl.Float64).alias("numerator"),
        pl.col("numerator").cast(pl.Int64).alias("denominator"),
        pl.lit(None, pl.Int64).alias("left_out"),
        pl.lit(None, pl.String).alias("interval_source"),
    )
