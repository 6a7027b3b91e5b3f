"""Parts of a change: what moved a unit's rate of dossiers due on time since the month before.

Here belongs which units and categories are compared. Not here: the formulas
(statistics.decomposition), how categories are counted (categories), whether a change is more than
chance (rankings).
"""

import polars as pl

from pipeline.agencies import Register
from pipeline.indices.breakdowns import provisional_units
from pipeline.indices.categories import Categories, keep_largest
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.statistics.decomposition import round_parts, split_change
from pipeline.tables.comparisons import CHANGE_PARTS

INDICATOR = "due_on_time"
_ROW = ["unit_code", "indicator", "by", "category"]
_WHOLE = ["unit_code", "indicator", "by"]
_EFFECTS = ("rate_effect", "mix_effect")


def compute(
    now: Categories,
    before: Categories,
    indices: tuple[pl.DataFrame, pl.DataFrame],
    register: Register,
    method: Method,
) -> pl.DataFrame:
    """The parts of the change since the month before; columns of tables.comparisons.CHANGE_PARTS.

    One row is a category, sorted by its key, of each unit with records and `minimum_due` dossiers
    due in both months, unless its code means another territory now. `indices` are those of this
    month and of the month before: where a unit is provisional in one of them, so are its parts.
    Over the categories of one `by` both effects add up to the difference of the two published
    values, to the last decimal.
    """
    if INDICATOR not in method.names:
        return CHANGE_PARTS.empty()
    joined = _join_months(now, before)
    wholes = joined.group_by(_WHOLE).agg(
        pl.col("numerator", "denominator", "previous_numerator", "previous_denominator")
        .sum()
        .name.prefix("all_")
    )
    moved = register.new_territories.filter(pl.col("month") == now.month)["code"]
    is_enough = pl.min_horizontal("all_denominator", "all_previous_denominator") >= (
        method.minimum_due
    )
    compared = joined.join(
        wholes.filter(is_enough, ~pl.col("unit_code").is_in(moved.implode())), on=_WHOLE
    )
    provisional = pl.concat([provisional_units(each) for each in indices]).unique()
    is_provisional = pl.col("unit_code").is_in(provisional.implode())
    return CHANGE_PARTS.conform(
        _with_effects(compared, method).with_columns(
            pl.lit(now.month).alias("month"),
            pl.when(is_provisional).then(pl.lit("provisional")).alias("note"),
        )
    ).sort(_ROW)


def _join_months(now: Categories, before: Categories) -> pl.DataFrame:
    """The counts of both months by category; 0 where a category has none in one of them."""
    counts = [
        each.counts.filter(pl.col("indicator") == INDICATOR).select(
            *_ROW,
            *(
                (pl.col(name) if is_there else pl.lit(0, pl.Int64)).alias(f"{prefix}{name}")
                for prefix, is_there in (("", each is now), ("previous_", each is before))
                for name in ("numerator", "denominator")
            ),
        )
        for each in (now, before)
    ]
    together = pl.concat(counts).group_by(_ROW).sum()
    return keep_largest(together, pl.col("denominator") + pl.col("previous_denominator"))


def _with_effects(compared: pl.DataFrame, method: Method) -> pl.DataFrame:
    """With both effects, rounded so that they add up to the change of the published value."""
    decimals = method.indicator(INDICATOR).decimals
    numerators, denominators, all_numerators, all_denominators = (
        (pl.col(before), pl.col(now))
        for before, now in (
            ("previous_numerator", "numerator"),
            ("previous_denominator", "denominator"),
            ("all_previous_numerator", "all_numerator"),
            ("all_previous_denominator", "all_denominator"),
        )
    )
    totals = (all_numerators, all_denominators)
    then, published = (
        intervals.round_half_up(numerator / denominator, decimals)
        for numerator, denominator in zip(*totals, strict=True)
    )
    effects = split_change(numerators, denominators, totals)
    parts = compared.select(
        *_ROW,
        (published - then).alias("whole"),
        *(effect.alias(name) for effect, name in zip(effects, _EFFECTS, strict=True)),
    ).unpivot(list(_EFFECTS), index=[*_ROW, "whole"], variable_name="effect", value_name="part")
    rounded = round_parts(parts, _WHOLE, ("category", "effect"), decimals)
    by_effect = (
        rounded.filter(effect=name).select(*_ROW, pl.col("part").alias(name)) for name in _EFFECTS
    )
    rates, mixes = by_effect
    return compared.join(rates, on=_ROW).join(mixes, on=_ROW)
