"""Rankings: the units of a league with 95 % confidence sets for their ranks.

Here belong leagues, ranks, rank sets, tiers, and why a unit is not ranked. Not here: a unit's own
numbers (indices), showing them (reports).
"""

import polars as pl

from pipeline.rankings import changes, leagues, rank_sets, reasons
from pipeline.rankings.scope import RankingScope
from pipeline.tables import RANKINGS
from pipeline.tallies import Tallies

__all__ = ["RankingScope", "compute"]


def compute(
    indices: pl.DataFrame,
    previous_indices: pl.DataFrame | None,
    tallies: Tallies,
    deliveries: pl.DataFrame,
    scope: RankingScope,
) -> pl.DataFrame:
    """The rankings of a month with 95 % confidence sets; columns of tables.RANKINGS.

    One row is a league, indicator and unit in force in the month, sorted by league, indicator, rank
    and unit, for the ranked indicators of which a unit in the league has a value. A unit that is
    not ranked has no rank, rank set or tier, and a note that says why. `indices` (tables.INDICES)
    are those of the month, `previous_indices` those of the month before, or None; `deliveries`
    (tables.DELIVERED) are of both months, so that a unit not ranked then has no previous rank. A
    value of another clock, scale or territory than this month's, or by another definition, is no
    previous value, and a rank in a league of which any member's territory changed is no previous
    rank.
    """
    before = scope.month_before
    entries = reasons.with_notes(
        leagues.list_entries(indices, scope), deliveries.filter(month=scope.month), scope
    )
    ranked = rank_sets.with_rank_sets(entries, tallies, scope)
    if previous_indices is None:
        previous_indices = leagues.NO_INDICES
    previous_entries = reasons.with_notes(
        leagues.list_entries(previous_indices, before),
        deliveries.filter(month=before.month),
        before,
    )
    previous = rank_sets.with_ranks(rank_sets.exclude_singletons(previous_entries))
    with_previous = _with_previous_month(ranked, previous, scope)
    changed = changes.with_value_changes(with_previous, scope.method.confidence_level)
    previous_sets = rank_sets.marginal_sets(
        changes.previous_entries_to_test(previous_entries, changed), tallies, before
    )
    return RANKINGS.conform(
        changes.with_rank_changes(changed, previous_sets).with_columns(month=pl.lit(scope.month))
    ).sort("month", "league", "indicator", "rank", "unit_code", nulls_last=True)


def _with_previous_month(
    ranked: pl.DataFrame, previous: pl.DataFrame, scope: RankingScope
) -> pl.DataFrame:
    """Ranked entries with those of the month before, each column `previous_…`: the value, its
    standard error, the months it rests on, and the rank.

    Null where the value is of another clock or scale than this month's, of another territory, or
    by another definition; a rank too where another territory is that of any unit in the league.
    """
    is_new = leagues.is_new_territory(scope)
    is_same_definition = ~pl.col("indicator").is_in(sorted(scope.renewed))
    keys = [*rank_sets.KEYS, "unit_code"]
    numbers = ("value", "standard_error", "months")
    kinds = ("clock", "scale")
    columns = previous.select(*keys, pl.col(*numbers, "rank", *kinds).name.prefix("previous_"))
    is_same_kind = pl.all_horizontal(
        pl.col(kind).eq_missing(pl.col(f"previous_{kind}")) for kind in kinds
    )
    is_comparable = (pl.col("value").is_null() | is_same_kind) & ~is_new & is_same_definition
    is_same_league = ~is_new.any().over("league")
    return ranked.join(columns, on=keys, how="left").with_columns(
        *(
            pl.when(is_comparable).then(name).alias(name)
            for name in (f"previous_{each}" for each in numbers)
        ),
        pl.when(is_comparable & is_same_league).then("previous_rank").alias("previous_rank"),
    )
