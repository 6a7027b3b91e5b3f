"""Breakdowns: the on-time rates of each unit by applicant, channel and procedure.

Here belong the value and limits of a category. Not here: how categories are counted (categories),
comparing a procedure with other units (procedures).
"""

import polars as pl

from pipeline.indices import publication, rates
from pipeline.indices.categories import Categories, keep_largest
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables.comparisons import BREAKDOWNS, BREAKDOWNS_BY


def compute(categories: Categories, indices: pl.DataFrame, method: Method) -> pl.DataFrame:
    """The breakdowns of a month; columns of tables.comparisons.BREAKDOWNS, sorted by its key.

    One row is a category with a denominator of a unit that has records itself or below it, for the
    rates of `categories.INDICATORS` that the method has. Numerators and denominators of a unit add
    up to those of its index, over each of BREAKDOWNS_BY. `indices` (tables.INDICES) say which units
    are provisional. The limits are Wilson's, by chance alone: no category has a series.
    """
    is_shown = pl.col("by").is_in(BREAKDOWNS_BY) & pl.col("indicator").is_in(method.names)
    counts = keep_largest(categories.counts.filter(is_shown), pl.col("denominator"))
    is_provisional = (pl.col("indicator") == "due_on_time") & pl.col("unit_code").is_in(
        provisional_units(indices).implode()
    )
    measured = with_limits(counts, method).with_columns(
        pl.col("numerator", "denominator").cast(pl.Float64),
        rates.small_number_note(method)
        .fill_null(pl.when(is_provisional).then(pl.lit("provisional")))
        .alias("note"),
    )
    rounded = publication.round_numbers(measured, method)
    return BREAKDOWNS.conform(rounded.with_columns(pl.lit(categories.month).alias("month"))).sort(
        "unit_code", "indicator", "by", "category"
    )


def with_limits(counts: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Counts with value and limits, and the columns that publication.round_numbers asks for."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    lower, upper = intervals.wilson_limits(numerator, denominator, method.confidence_level)
    none = pl.lit(None, pl.Float64)
    return counts.with_columns(
        (numerator / denominator).alias("value"),
        lower.alias("lower"),
        upper.alias("upper"),
        pl.lit("chance").alias("interval_source"),
        *(none.alias(name) for name in ("standard_error", "left_out", "effective_n")),
    )


def provisional_units(indices: pl.DataFrame) -> pl.Series:
    """Codes of the units whose rate of dossiers due is provisional."""
    of_due = (pl.col("indicator") == "due_on_time") & (pl.col("note") == "provisional")
    return indices.filter(of_due)["unit_code"]
