"""The reform performance index, made of the two published indices.

Here belongs the composite of parts as published, so that a reader can work it out by hand. Not
here: the parts.
"""

import polars as pl

from pipeline.methods import Method
from pipeline.statistics import intervals

_TOP = 100.0


def measure(parts: pl.DataFrame, method: Method) -> pl.DataFrame:
    """reform_performance_index of every unit that has a row of one of its parts.

    `parts` are rounded rows, among them processing_time_index and satisfaction_index. Null with
    no_processing_time or no_satisfaction where a part is null. Its standard error is the weighted
    sum of the parts', which holds however they depend on each other and is too wide where they
    do not: the dossiers judged and those rated are partly the same, and tallies do not join them.
    """
    weights = method.weights.reform_performance_index
    units = _part(parts, "processing_time_index", "time", "note").join(
        _part(parts, "satisfaction_index", "satisfaction", "scale"),
        on="unit_code",
        how="full",
        coalesce=True,
    )
    error = weights.processing_time * pl.col("time_error") + weights.satisfaction * pl.col(
        "satisfaction_error"
    )
    value = weights.processing_time * pl.col("time") + weights.satisfaction * pl.col("satisfaction")
    reach = intervals.critical(method.level) * error
    note = (
        pl.when(pl.col("time").is_null())
        .then(pl.lit("no_processing_time"))
        .when(pl.col("satisfaction").is_null())
        .then(pl.lit("no_satisfaction"))
        .otherwise(pl.col("note"))
    )
    return units.sort("unit_code").select(
        "unit_code",
        pl.lit("reform_performance_index").alias("indicator"),
        value.alias("value"),
        (value - reach).clip(0, _TOP).alias("lower"),
        (value + reach).clip(0, _TOP).alias("upper"),
        error.alias("standard_error"),
        pl.when(value.is_not_null()).then(pl.lit("both")).alias("interval_source"),
        note.alias("note"),
        "scale",
    )


def _part(parts: pl.DataFrame, indicator: str, name: str, more: str) -> pl.DataFrame:
    return parts.filter(pl.col("indicator") == indicator).select(
        "unit_code",
        pl.col("value").alias(name),
        pl.col("standard_error").alias(f"{name}_error"),
        more,
    )
