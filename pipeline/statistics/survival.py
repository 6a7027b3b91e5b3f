"""Survival: Kaplan-Meier curves from ages in minutes, for many units at once.

Here belong the curve, its limits and its percentiles, from counts by age. Not here: how a
dossier's age is binned (tallies), days and clocks (indices).
"""

import polars as pl

from pipeline.statistics import intervals

MINIMUM_AT_RISK = 10
"""Fewest dossiers under observation that a step of the curve may rest on."""

_TOLERANCE = 1e-9


def quantiles(
    ages: pl.LazyFrame,
    probability: float,
    confidence_level: float,
    minimum_at_risk: int = MINIMUM_AT_RISK,
) -> pl.DataFrame:
    """The age within which the share `probability` has ended, for each unit.

    `ages` has a row for each unit and age, in any order: unit_code, age_minutes, entered, finished,
    left, still_open (other columns are not read). The result has a row for each unit: unit_code,
    minutes, lower_minutes, upper_minutes (edges of bins) and note. minutes and its limits are null
    with the note curve_not_reached where the curve does not come down so far, and with
    too_few_at_risk where it rests on fewer than `minimum_at_risk` dossiers at an age up to there;
    upper_minutes is null, meaning no limit, where the upper band does not come down so far.
    """
    critical_value = pl.lit(intervals.critical_value(confidence_level)).alias("critical_value")
    return quantiles_at(ages.with_columns(critical_value), probability, minimum_at_risk)


def quantiles_at(
    ages: pl.LazyFrame, probability: float, minimum_at_risk: int = MINIMUM_AT_RISK
) -> pl.DataFrame:
    """As `quantiles`, with the critical value of each unit's limits in `critical_value`."""
    mark = 1 - probability + _TOLERANCE
    age = pl.col("age_minutes")
    reached = age.filter(pl.col("curve") <= mark).min()
    lower = age.filter(pl.col("lower_band") <= mark).min()
    upper = age.filter(pl.col("upper_band") <= mark).min()
    units = (
        with_bands(curves(ages))
        .group_by("unit_code")
        .agg(
            reached.alias("minutes"),
            pl.min_horizontal(lower, reached).alias("lower_minutes"),
            upper.alias("upper_minutes"),
            age.filter(pl.col("at_risk") < minimum_at_risk).min().alias("thin_from"),
        )
    )
    note = (
        pl.when(pl.col("minutes").is_null())
        .then(pl.lit("curve_not_reached"))
        .when(pl.col("thin_from") <= pl.col("minutes"))
        .then(pl.lit("too_few_at_risk"))
    )
    minutes = [
        pl.when(pl.col("note").is_null()).then(name).alias(name)
        for name in ("minutes", "lower_minutes", "upper_minutes")
    ]
    with_notes = units.with_columns(note.alias("note")).select("unit_code", *minutes, "note")
    return _with_all_units(ages, with_notes).sort("unit_code").collect()


def curves(ages: pl.LazyFrame) -> pl.LazyFrame:
    """Each unit's Kaplan-Meier curve: a row for each age at which a dossier ended.

    at_risk are the dossiers under observation just before, `curve` the share not ended within that
    age, `greenwood` the sum d / (n (n - d)) of Greenwood's variance, infinite once all have ended.
    Source: Kaplan and Meier (1958), with late entry.
    """
    gone = pl.col("finished") + pl.col("left") + pl.col("still_open")
    change = pl.col("entered") - gone
    before = change.cum_sum() - change
    at_risk, finished = pl.col("at_risk"), pl.col("finished")
    return (
        ages.sort("unit_code", "age_minutes")
        .with_columns(before.over("unit_code").alias("at_risk"))
        .filter(finished > 0)
        .with_columns(
            (1 - finished / at_risk).cum_prod().over("unit_code").alias("curve"),
            (finished / (at_risk * (at_risk - finished)))
            .cum_sum()
            .over("unit_code")
            .alias("greenwood"),
        )
    )


def with_bands(curve: pl.LazyFrame) -> pl.LazyFrame:
    """The curve with limits, lower_band and upper_band.

    They are log-log limits (Kalbfleisch and Prentice, 1980), which never leave 0-1. Where the curve
    is at 0 or 1 it has no variance, hence no band: both are null.
    """
    log = pl.col("curve").log()
    error = pl.col("critical_value") * pl.col("greenwood").sqrt()
    has_band = (pl.col("curve") > _TOLERANCE) & (pl.col("curve") < 1)
    # The logarithm is negative: a positive error divided by it is negative.
    lower, upper = (log * (-error / log).exp()).exp(), (log * (error / log).exp()).exp()
    return curve.with_columns(
        pl.when(has_band).then(lower).alias("lower_band"),
        pl.when(has_band).then(upper).alias("upper_band"),
    )


def naive_medians(ages: pl.LazyFrame) -> pl.DataFrame:
    """The median age of the finished alone: unit_code, minutes, finished; no minutes where none is.

    `ages` are as for `quantiles`. Of an even number of dossiers it is the mean of the middle two.
    """
    running = pl.col("finished").cum_sum()
    total = pl.col("finished").sum()
    age = pl.col("age_minutes")
    first = age.filter(running > (total - 1) // 2).first()
    second = age.filter(running > total // 2).first()
    medians = (
        ages.filter(pl.col("finished") > 0)
        .sort("unit_code", "age_minutes")
        .group_by("unit_code", maintain_order=True)
        .agg(((first + second) / 2).alias("minutes"), total.alias("finished"))
    )
    units = ages.select("unit_code").unique()
    return (
        units.join(medians, on="unit_code", how="left")
        .with_columns(pl.col("finished").fill_null(0))
        .sort("unit_code")
        .collect()
    )


def _with_all_units(ages: pl.LazyFrame, quantiles: pl.LazyFrame) -> pl.LazyFrame:
    """Units of which no dossier finished have no curve; they get a row without minutes."""
    missing = (
        ages.select("unit_code")
        .unique()
        .join(quantiles.select("unit_code"), on="unit_code", how="anti")
    )
    nothing = [
        pl.lit(None, pl.Int64).alias(name) for name in ("minutes", "lower_minutes", "upper_minutes")
    ]
    note = pl.lit("curve_not_reached").alias("note")
    return pl.concat([quantiles, missing.select("unit_code", *nothing, note)])
