"""Waiting: which share of a unit's dossiers has ended within so many days, and how old the open
ones are.

Here belong the days at which a curve is published, and what is open between two of them. Not here:
the curve itself (statistics.survival), its percentiles (times).
"""

import polars as pl

from pipeline.indices.scope import IndexScope
from pipeline.indices.times import pooled_ages
from pipeline.statistics import intervals, survival
from pipeline.tables import CLOCKS
from pipeline.tables.comparisons import WAITING

DAYS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 180, 365)
"""The ages, in days on the unit's clock, at which the curve is read [ours]."""


def compute(ages: pl.LazyFrame, scope: IndexScope) -> pl.DataFrame:
    """The waiting of every unit with ages on one clock; columns of tables.comparisons.WAITING.

    One row is a unit and a span of ages, from one of DAYS (or 0) up to the next, sorted by both;
    the last span has no end. `ended_share` is 1 less the Kaplan-Meier curve at the span's end, its
    limits are log-log. It is null, as are its limits, where fewer than survival.MINIMUM_AT_RISK
    dossiers were under observation at some step up to there, and beyond the last age observed.
    `open` counts the dossiers open at the month's end whose age is in the span, its end included.
    """
    pooled = pooled_ages(ages, scope.pooling).collect()
    clocks = (
        pooled.group_by("unit_code")
        .agg(clock=pl.col("clock").first(), count=pl.col("clock").n_unique())
        .filter(pl.col("count") == 1)
        .select("unit_code", "clock", a_day=_minutes_of_a_day(pl.col("clock")))
    )
    on_one_clock = pooled.join(clocks.select("unit_code", "a_day"), on="unit_code", how="inner")
    asked = (
        clocks.join(_list_spans(), how="cross")
        .with_columns(age_minutes=pl.col("to_days") * pl.col("a_day"))
        .sort("age_minutes", nulls_last=True)
    )
    read = _read_curves(on_one_clock, asked, scope.method.confidence_level)
    return WAITING.conform(
        read.join(
            _count_open(on_one_clock), on=["unit_code", "from_days"], how="left"
        ).with_columns(month=pl.lit(scope.month), open=pl.col("open").fill_null(0))
    ).sort("unit_code", "from_days")


def _minutes_of_a_day(clock: pl.Expr) -> pl.Expr:
    return clock.replace_strict(CLOCKS, default=None, return_dtype=pl.Int64)


def _list_spans() -> pl.DataFrame:
    """The spans of ages: from_days, to_days."""
    spans = {"from_days": (0, *DAYS), "to_days": (*DAYS, None)}
    return pl.DataFrame(spans, schema=dict.fromkeys(spans, pl.Int64()))


def _read_curves(ages: pl.DataFrame, asked: pl.DataFrame, confidence_level: float) -> pl.DataFrame:
    """The curve of each unit at the ages asked for."""
    critical_value = pl.lit(intervals.critical_value(confidence_level)).alias("critical_value")
    steps = (
        survival.with_bands(survival.curves(ages.lazy().with_columns(critical_value)))
        .with_columns(thinnest=pl.col("at_risk").cum_min().over("unit_code"))
        .select("unit_code", "age_minutes", "curve", "lower_band", "upper_band", "thinnest")
        .sort("age_minutes")
        .collect()
    )
    last = ages.group_by("unit_code").agg(last_age=pl.col("age_minutes").max())
    at_ages = asked.join_asof(steps, on="age_minutes", by="unit_code", check_sortedness=False).join(
        last, on="unit_code", how="left"
    )
    is_known = (pl.col("age_minutes") <= pl.col("last_age")) & (
        pl.col("thinnest").fill_null(survival.MINIMUM_AT_RISK) >= survival.MINIMUM_AT_RISK
    )
    return at_ages.select(
        "unit_code",
        "clock",
        "from_days",
        "to_days",
        # Where nothing has ended yet, the curve has no step and is at 1.
        ended_share=pl.when(is_known).then(1 - pl.col("curve").fill_null(1.0)),
        lower=pl.when(is_known).then(1 - pl.col("upper_band")),
        upper=pl.when(is_known).then(1 - pl.col("lower_band")),
    )


def _count_open(ages: pl.DataFrame) -> pl.DataFrame:
    """The open dossiers of each unit by the span of their age."""
    spans = _list_spans().select("from_days", edge=pl.col("from_days").cast(pl.Float64))
    return (
        ages.filter(pl.col("still_open") > 0)
        .with_columns(edge=pl.col("age_minutes") / pl.col("a_day"))
        .sort("edge")
        # A span holds its end: so an age is of the last span that begins below it.
        .join_asof(spans, on="edge", allow_exact_matches=False)
        .group_by("unit_code", pl.col("from_days").fill_null(0))
        .agg(open=pl.col("still_open").sum())
    )
