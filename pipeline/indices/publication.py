"""From measured numbers to published ones: rounding, names, one shape.

Here belongs what every indicator shares on its way out. Not here: what any of them means.
"""

import polars as pl

from pipeline.indices.pooling import Pooling
from pipeline.methods import COMPUTED, Method
from pipeline.statistics import intervals
from pipeline.tables import INDICES

_NAMED = ("month", "unit_name", "parent_code", "level", "unit", "method")
"""Columns that are the same for all indicators of a unit, or all units of an indicator."""

MEASURED = pl.Schema({name: dtype for name, dtype in INDICES.schema.items() if name not in _NAMED})
"""What a module of indices measures: INDICES without names. One row a unit and indicator."""

_DECIMALS = {"share": 6, "points": 2, "days": 4}
_MORE_DECIMALS = 2
"""Standard errors are given to so many decimals more than their value."""
_COUNT_DECIMALS = 6


def conform(measured: pl.DataFrame) -> pl.DataFrame:
    """The columns of MEASURED in order; those that the frame lacks are null."""
    missing = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in MEASURED.items()
        if name not in measured.columns
    ]
    return measured.with_columns(missing).select(MEASURED.names()).cast(MEASURED)


def rounded(measured: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Every number rounded as it is published, halves up; the limits never exclude the value."""
    listed = {indicator.name: indicator.decimals for indicator in method.indicators}
    groups: dict[int, list[str]] = {}
    for name, unit in COMPUTED.items():
        groups.setdefault(listed.get(name, _DECIMALS[unit]), []).append(name)
    parts = [
        measured.filter(pl.col("indicator").is_in(names)).with_columns(
            *[intervals.rounded(pl.col(name), places) for name in ("value", "lower", "upper")],
            intervals.rounded(pl.col("standard_error"), places + _MORE_DECIMALS),
        )
        for places, names in groups.items()
    ]
    counts = [
        intervals.rounded(pl.col(name), _COUNT_DECIMALS)
        for name in ("numerator", "denominator", "left_out", "effective_n")
    ]
    has_limits = pl.col("lower").is_not_null() | pl.col("upper").is_not_null()
    return pl.concat(parts).with_columns(
        *counts,
        pl.when(has_limits).then(pl.min_horizontal("lower", "value")).alias("lower"),
        pl.when(pl.col("upper").is_not_null())
        .then(pl.max_horizontal("upper", "value"))
        .alias("upper"),
    )


def named(measured: pl.DataFrame, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """The method's indicators, with names and units; columns of tables.INDICES in any order."""
    return (
        measured.filter(pl.col("indicator").is_in(method.names))
        .join(pooling.agencies, on="unit_code", how="left")
        .with_columns(
            pl.lit(month).alias("month"),
            pl.col("indicator").replace_strict(COMPUTED, return_dtype=pl.String).alias("unit"),
            pl.lit(method.name).alias("method"),
        )
    )
