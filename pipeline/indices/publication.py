"""From measurements to published numbers: rounding, names, one shape.

Here belongs what every indicator of our index shares before it is published. Not here: what any of
them means.
"""

import polars as pl

from pipeline.indices.scope import IndexScope
from pipeline.methods import COMPUTED, Method
from pipeline.statistics import intervals
from pipeline.tables import INDICES

_NAMES = ("month", "unit_name", "parent_code", "level", "unit", "method")
"""Columns that are the same for all indicators of a unit, or all units of an indicator."""

MEASUREMENTS = pl.Schema(
    {name: dtype for name, dtype in INDICES.schema.items() if name not in _NAMES}
)
"""What a module of indices measures: INDICES without names. One row is a unit and indicator."""

_DECIMALS = {"share": 6, "points": 2, "days": 4}
_MORE_DECIMALS = 2
"""Standard errors are given to so many decimals more than their value."""
_COUNT_DECIMALS = 6


def to_measurements(measured: pl.DataFrame, *, without: tuple[str, ...]) -> pl.DataFrame:
    """The columns of MEASUREMENTS in order.

    `without` are the columns that the indicators do not have: they are null. A column that is
    neither in `measured` nor in `without` raises.
    """
    nulls = [pl.lit(None, MEASUREMENTS[name]).alias(name) for name in without]
    return measured.with_columns(nulls).select(MEASUREMENTS.names()).cast(MEASUREMENTS)


def round_numbers(measured: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Every number rounded as it is published, halves up; the limits never exclude the value."""
    listed = {indicator.name: indicator.decimals for indicator in method.indicators}
    names_by_decimals: dict[int, list[str]] = {}
    for name, unit in COMPUTED.items():
        names_by_decimals.setdefault(listed.get(name, _DECIMALS[unit]), []).append(name)
    parts = [
        measured.filter(pl.col("indicator").is_in(names)).with_columns(
            *[
                intervals.round_half_up(pl.col(name), places)
                for name in ("value", "lower", "upper")
            ],
            intervals.round_half_up(pl.col("standard_error"), places + _MORE_DECIMALS),
        )
        for places, names in names_by_decimals.items()
    ]
    counts = [
        intervals.round_half_up(pl.col(name), _COUNT_DECIMALS)
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


def add_names(measured: pl.DataFrame, scope: IndexScope) -> pl.DataFrame:
    """The method's indicators, with names and units; columns of tables.INDICES in any order."""
    return (
        measured.filter(pl.col("indicator").is_in(scope.method.names))
        .join(scope.pooling.agencies, on="unit_code", how="left")
        .with_columns(
            pl.lit(scope.month).alias("month"),
            pl.col("indicator").replace_strict(COMPUTED, return_dtype=pl.String).alias("unit"),
            pl.lit(scope.method.name).alias("method"),
        )
    )
