"""Case mix: would a unit have the same rank, had it handled the same dossiers as the others?

Here belongs comparing a league's units by late dossiers observed and expected. Not here: the
formulas (statistics), which dossiers are due and late (indices).
"""

import polars as pl

from pipeline.indices import dossiers
from pipeline.indices.scope import IndexScope
from pipeline.methods import Method
from pipeline.rankings import leagues
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import case_mix, intervals
from pipeline.tables.comparisons import CASE_MIX
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, move_earlier_counts

MINIMUM_SHARED = 0.5
"""Share of a unit's dossiers that must have something to be compared with."""

_STRATA = ["procedure_code", "channel"]
_DECIMALS = 6


def compute(tallies: Tallies, scope: RankingScope) -> pl.DataFrame:
    """The case mix of a month; columns of tables.comparisons.CASE_MIX, sorted by league and unit.

    One row is a league and unit in force with dossiers due in the month, itself or below it, where
    the league has two such units. Expected late are a unit's dossiers of each procedure and
    channel times the league's late share of these. Units are comparable where some of their
    dossiers are expected late and at least half are of a procedure and channel that another unit
    of the league handles too; other units have no ratio. The comparable units with `minimum_due`
    dossiers due are ranked twice, among themselves: by the share on time, as in every ranking, and
    by the adjusted late share. Figures have no procedures, and are left out.
    """
    of_month = IndexScope(scope.method, Pooling.of(tallies, scope.month, scope.register))
    outcomes = move_earlier_counts(tallies, scope.month, scope.register).outcomes
    own = dossiers.own_due_counts(outcomes, of_month)
    due = of_month.pools.pool_counts(own, *_STRATA).collect()
    cells = due.join(leagues.list_members(scope), on="unit_code").select(
        pl.col("league").alias("group"),
        "unit_code",
        *_STRATA,
        pl.col("due").alias("cases"),
        pl.col("late").alias("events"),
    )
    counted = case_mix.expected_events(cells, _STRATA).filter(pl.len().over("group") > 1)
    return CASE_MIX.conform(
        _with_both_ranks(_with_ratios(counted, scope.method), scope.method)
        .with_columns(pl.lit(scope.month).alias("month"))
        .sort("group", "unit_code")
        .rename({"group": "league", "cases": "due", "events": "late", "shared_cases": "shared_due"})
    )


def _with_ratios(counted: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Ratio, limits, z and adjusted value of the comparable units, null of the others; rounded."""
    late, expected = pl.col("events"), pl.col("expected_events")
    is_comparable = (expected > 0) & (pl.col("shared_cases") >= MINIMUM_SHARED * pl.col("cases"))
    lower, upper, kind = case_mix.ratio_limits(method.confidence_level)
    ratio = late / expected
    numbers = {
        "ratio": ratio,
        "lower": lower,
        "upper": upper,
        "adjusted_value": ratio * pl.col("group_share"),
    }
    z = pl.when(pl.col("variance") > 0).then((late - expected) / pl.col("variance").sqrt())
    return counted.with_columns(
        intervals.round_half_up(expected, _DECIMALS).alias("expected_late"),
        *(
            pl.when(is_comparable).then(intervals.round_half_up(number, _DECIMALS)).alias(name)
            for name, number in numbers.items()
        ),
        pl.when(is_comparable).then(kind).alias("limits_kind"),
        pl.when(is_comparable).then(z.round(_DECIMALS, mode="half_away_from_zero")).alias("z"),
    )


def _with_both_ranks(compared: pl.DataFrame, method: Method) -> pl.DataFrame:
    """With both ranks, of rounded values, and their difference."""
    is_ranked = (pl.col("cases") >= method.minimum_due) & pl.col("adjusted_value").is_not_null()
    on_time = intervals.round_half_up(1 - pl.col("events") / pl.col("cases"), _DECIMALS)

    def rank(value: pl.Expr, *, is_descending: bool) -> pl.Expr:
        ranked = pl.when(is_ranked).then(value).rank("min", descending=is_descending)
        return ranked.over("group").cast(pl.Int64)

    return compared.with_columns(
        rank(on_time, is_descending=True).alias("rank"),
        rank(pl.col("adjusted_value"), is_descending=False).alias("adjusted_rank"),
    ).with_columns((pl.col("rank") - pl.col("adjusted_rank")).alias("moved_by_mix"))
