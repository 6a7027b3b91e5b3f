"""Representation: how far those who answered stand for those who were served, unit by unit.

Here belong the published satisfied share beside the one adjusted for who answers, both ranked, and
the ranks that nobody's silence can exclude. Not here: how a share is adjusted (indices.adjusted).
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.indices import adjusted
from pipeline.indices.adjusted import Adjusted
from pipeline.indices.adjusted_raters import select_represented
from pipeline.indices.scope import IndexScope
from pipeline.rankings import leagues
from pipeline.rankings.scope import RankingScope
from pipeline.rankings.unmarked import measure_answered
from pipeline.statistics import intervals
from pipeline.tables.comparisons import NOT_SENT
from pipeline.tables.represented import REPRESENTATION, RESPONSES
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling

_DECIMALS = 6
_DECIMALS_OF_BOUNDS = 3
"""A response rate is known to some digits only, and so are the bounds."""
_NAMED_VALUES = 3
_LEAST_ANSWERS = 5
"""Levels of which fewer answered are not shown; nor is any level of their margin."""


def compute(
    tallies: Tallies, indices: pl.DataFrame, scope: RankingScope
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Tables REPRESENTATION and RESPONSES of a month, sorted by their keys, and the two shares of
    each unit of the first as they were computed: unit_code, share, adjusted_share, not rounded.

    `tallies` have outcomes by one deadline rule; `indices` are those of the month as published. A
    row for each unit in force whose satisfied share is published and whose ratings name dossiers
    that were served, but where that could tell of a few respondents; ranks are among the units of a
    league in this table.
    """
    members = leagues.list_members(scope).select("league", "unit_code")
    pooling = Pooling.of(tallies, scope.month, scope.register)
    index_scope = IndexScope(scope.method, pooling)
    asked = (
        select_represented(tallies, indices, index_scope)
        .join(measure_answered(tallies, indices, pooling.pools, scope), on=["unit_code", "scale"])
        .join(members, on="unit_code")
    )
    found = list(adjusted.measure(tallies, asked.select("unit_code", "scale"), index_scope))
    units = _list_units(found).join(asked.drop("scale"), on="unit_code")
    # The share that the method takes has no exact value here, for nothing is computed from it.
    exact = units.select("unit_code", "adjusted_share", share=pl.coalesce("exact_share", "share"))
    return _rank(units, scope), _list_responses(found, scope), exact


def _list_units(found: Iterable[Adjusted]) -> pl.DataFrame:
    """The columns of REPRESENTATION that are of one unit alone, not yet rounded."""
    schema = {name: REPRESENTATION.schema[name] for name in _OF_UNIT} | {"effective_n": pl.Float64}
    return pl.DataFrame(map(_describe, found), schema=schema, orient="row").with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


_OF_UNIT = (
    *("unit_code", "scale", "served", "answered", "unmatched", "response_rate"),
    *("adjusted_share", "standard_error", "adjusted_by", "reason", "margins"),
    *("largest_weight", "cut_share", "moved_by_bound"),
    *("representativeness", "representativeness_lower", "representativeness_upper"),
    *("without_answer", "lowest", "highest"),
)


def _describe(unit: Adjusted) -> tuple[object, ...]:
    """One row of the columns _OF_UNIT, and the effective sample."""
    indicator = unit.indicator
    lowest, highest = unit.bounds
    return (
        *(unit.unit_code, unit.asked, unit.served, unit.answered, unit.unmatched),
        unit.response_rate,
        *(unit.share, unit.error, unit.way or None, unit.note or None),
        "+".join(unit.margins) or None,
        *(unit.largest_weight, unit.cut_share, unit.moved_by_bound),
        *(
            (None, None, None)
            if indicator is None
            else (indicator.value, indicator.lower, indicator.upper)
        ),
        *(unit.without_answer, lowest, highest),
        unit.effective_n,
    )


def _rank(units: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """The units with limits, rounded numbers, and their ranks."""
    sample, share = pl.col("effective_n"), pl.col("adjusted_share")
    lower, upper = intervals.wilson_limits(share * sample, sample, scope.method.confidence_level)
    shares = ("response_rate", "adjusted_share", "lower", "upper", "largest_weight", "cut_share")
    others = ("without_answer",)
    rounded = units.with_columns(lower=lower, upper=upper, month=pl.lit(scope.month)).with_columns(
        *(intervals.round_half_up(pl.col(name), _DECIMALS) for name in (*shares, *others)),
        *(
            pl.col(name).round(_DECIMALS, mode="half_away_from_zero")
            for name in (
                *("moved_by_bound", "representativeness"),
                *("representativeness_lower", "representativeness_upper"),
            )
        ),
        *(
            intervals.round_half_up(pl.col(name), _DECIMALS_OF_BOUNDS)
            for name in ("lowest", "highest")
        ),
        intervals.round_half_up(pl.col("standard_error"), _DECIMALS + 2),
    )
    ranked = rounded.with_columns(
        rank=_rank_within(pl.col("share")), adjusted_rank=_rank_within(share)
    )
    return REPRESENTATION.conform(_with_bounds_of_ranks(ranked)).sort("month", "unit_code")


def _rank_within(value: pl.Expr) -> pl.Expr:
    return value.rank("min", descending=True).over("league", "scale").cast(pl.Int64)


def _with_bounds_of_ranks(units: pl.DataFrame) -> pl.DataFrame:
    """The best and the worst rank of a unit that the bounds of all units leave open."""
    parts = []
    for league in units.partition_by("league", "scale", maintain_order=True):
        lowest, highest = league["lowest"], league["highest"]
        parts.append(
            league.with_columns(
                # Whoever is above for sure is the only one that takes a place away.
                rank_best=pl.Series(
                    [1 + int((lowest > each).sum()) for each in highest], dtype=pl.Int64
                ),
                rank_worst=pl.Series(
                    [int((highest >= each).sum()) for each in lowest], dtype=pl.Int64
                ),
            )
        )
    empty = units.clear().with_columns(
        pl.lit(None, pl.Int64).alias(name) for name in ("rank_best", "rank_worst")
    )
    return pl.concat([empty, *parts])


def _name_level(values: Sequence[str]) -> str:
    """The values of a level; of many the first, and how many more there are.

    No two levels of a margin begin with the same value.
    """
    named = [value or NOT_SENT for value in values[:_NAMED_VALUES]]
    more = len(values) - len(named)
    return "+".join([*named, f"{more} more"] if more else named)


def _list_responses(found: Iterable[Adjusted], scope: RankingScope) -> pl.DataFrame:
    """The levels of every margin of which each has enough answers to be shown."""
    rows = []
    for unit in found:
        by_margin: dict[str, list[tuple[object, ...]]] = {}
        few = set()
        for level in unit.levels:
            if level.answered < _LEAST_ANSWERS:
                few.add(level.margin)
            by_margin.setdefault(level.margin, []).append(
                (
                    *(unit.unit_code, level.margin, _name_level(level.values)),
                    *(level.served, level.answered, level.answered / level.served, level.weight),
                )
            )
        rows += [
            row
            for margin, levels in by_margin.items()
            if margin not in few and len(levels) > 1
            for row in levels
        ]
    schema = {name: RESPONSES.schema[name] for name in RESPONSES.names if name != "month"}
    listed = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        intervals.round_half_up(pl.col("response_rate"), _DECIMALS),
        intervals.round_half_up(pl.col("weight_share"), _DECIMALS),
        month=pl.lit(scope.month),
    )
    return RESPONSES.conform(listed).sort("month", "unit_code", "margin", "level")
