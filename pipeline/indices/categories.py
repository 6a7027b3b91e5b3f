"""Categories: a month's dossiers of each unit by applicant, channel, procedure and unit below.

Here belongs counting, by the rules of the indices, so that the categories of a unit add up to its
index. Not here: the published tables made of these counts (breakdowns, change_parts, procedures).
"""

from dataclasses import dataclass

import polars as pl

from pipeline.agencies import Register
from pipeline.indices import dossiers, rates
from pipeline.indices.reading import aggregate
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.methods import Method
from pipeline.tables.comparisons import FIGURES, NOT_SENT, REST
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools, move_earlier_counts

INDICATORS = ("due_on_time", "on_time_of_finished")
"""The rates of which every dossier is in a known category."""
LARGEST = 20
"""Procedures of a unit that are shown one by one; the others are added up."""

_COLUMN_OF = {"applicant": "applicant", "channel": "channel", "procedure": "procedure_code"}
_DIMENSIONS = tuple(_COLUMN_OF.values())
_COUNTS = tuple(
    column
    for rate in (rates.RATES[name] for name in INDICATORS)
    for column in (*rate.counted, *rate.others, *rate.left_out)
)
_ROW = ("unit_code", "indicator", "by", "category")
_READ = ("month", "sender_code", "unit_code", *_DIMENSIONS, "outcome", "verdict", "due_month")


@dataclass(frozen=True)
class Categories:
    """The counts of a month.

    `own` has a row for each unit_code, procedure_code, channel and applicant with dossiers of its
    own: the counts of dossiers.own_counts. `counts` has a row for each unit with dossiers itself or
    below it, indicator, `by` (as tables.comparisons.CHANGES_BY) and category with a denominator:
    numerator and denominator. Over the categories of one `by` they add up to the unit's index; by
    unit there are only the agencies with units below.
    """

    month: str
    own: pl.DataFrame
    counts: pl.DataFrame


def count(tallies: Tallies, month: str, register: Register, method: Method) -> Categories:
    """The categories of a month; `tallies` as for indices.compute, by the rule of the method."""
    is_of_month = pl.col("month") == month
    is_due = is_in_history(month, method) & (pl.col("due_month") == month)
    cells = aggregate("outcomes", tallies.outcomes.filter(is_of_month | is_due), _READ)
    figures = tallies.figures.filter(is_of_month)
    read = Tallies.of(outcomes=cells.lazy(), figures=figures)
    scope = IndexScope(method, Pooling.of(read, month, register))
    moved = move_earlier_counts(read, month, register).outcomes
    own = dossiers.own_counts(moved, scope, *_DIMENSIONS).collect()
    from_records = pl.concat(
        [
            *(_count_by(own, by, column, scope.pools) for by, column in _COLUMN_OF.items()),
            _count_units_below(own, scope.pooling),
        ]
    )
    counted = pl.concat([from_records, _count_figures(figures, from_records, scope)])
    return Categories(
        month, own, counted.filter(pl.col("denominator") > 0).sort(_ROW, maintain_order=True)
    )


def keep_largest(counts: pl.DataFrame, size: pl.Expr) -> pl.DataFrame:
    """Counts with the LARGEST procedures of each unit and indicator by `size`; the others added up.

    Of equal size the first by code is kept. All columns but those of a row are added.
    """
    of_unit = ["unit_code", "indicator", "by"]
    is_ranked = (pl.col("by") == "procedure") & (pl.col("category") != FIGURES)
    place = size.rank("ordinal", descending=True).over(*of_unit, is_ranked)
    category = pl.when(is_ranked & (place > LARGEST)).then(pl.lit(REST)).otherwise("category")
    return (
        counts.sort(_ROW)
        .with_columns(category.alias("category"))
        .group_by(_ROW)
        .agg(pl.exclude(_ROW).sum())
        .sort(_ROW)
    )


def _count_by(own: pl.DataFrame, by: str, column: str, pools: Pools) -> pl.DataFrame:
    counts = own.lazy().select("unit_code", column, *_COUNTS)
    category = pl.col(column).replace({"": NOT_SENT}).fill_null(NOT_SENT)
    return _select_rates(
        pools.pool_counts(counts, column).with_columns(category.alias("category")), by
    )


def _count_units_below(own: pl.DataFrame, pooling: Pooling) -> pl.DataFrame:
    """By the units directly below an agency, and the dossiers that are the agency's own."""
    counts = own.lazy().select("unit_code", *_COUNTS).group_by("unit_code").sum()
    agencies = pooling.agencies.lazy().select("unit_code", "parent_code")
    below = (
        pooling.pools.pool_counts(counts)
        .join(agencies, on="unit_code")
        .join(agencies, left_on="parent_code", right_on="unit_code", how="semi")
        .select(
            pl.col("unit_code").alias("category"),
            pl.col("parent_code").alias("unit_code"),
            *_COUNTS,
        )
    )
    itself = counts.join(below, on="unit_code", how="semi").select(
        pl.col("unit_code").alias("category"), "unit_code", *_COUNTS
    )
    return _select_rates(pl.concat([below, itself]), "unit")


def _select_rates(counts: pl.LazyFrame, by: str) -> pl.DataFrame:
    keys = ["unit_code", "category"]
    rows = pl.concat(rates.select_rate(counts, name, keys) for name in INDICATORS)
    return (
        rows.with_columns(pl.lit(by).alias("by"))
        .group_by(_ROW)
        .agg(pl.col("numerator", "denominator").sum())
        .collect()
    )


def _count_figures(
    figures: pl.LazyFrame, from_records: pl.DataFrame, scope: IndexScope
) -> pl.DataFrame:
    """What figures add to a unit that has records: in the index too, though of no known category.

    Figures of units below that have no records; of the unit's own, records take the place.
    """
    with_records = from_records.select("unit_code", "by").unique().lazy()
    sent = rates.select_figures(figures, scope.month, list(INDICATORS)).join(
        with_records, on="unit_code", how="anti"
    )
    return (
        scope.pools.pool_totals(sent, "indicator")
        .join(with_records, on="unit_code")
        .with_columns(pl.lit(FIGURES).alias("category"))
        .select(from_records.columns)
        .collect()
    )
