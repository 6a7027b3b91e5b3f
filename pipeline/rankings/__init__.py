"""Rankings: the units of a league side by side, and what the data can and cannot tell apart.

Here belong leagues, ranks, rank sets, tiers, and why a unit is not ranked. Not here: a unit's own
numbers (indices), showing them (reports).
"""

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import changes, leagues, rank_sets, reasons
from pipeline.tables import RANKINGS
from pipeline.tallies import Tallies

__all__ = ["compute"]


def compute(  # noqa: PLR0913, PLR0917
    indices: pl.DataFrame,
    previous_indices: pl.DataFrame | None,
    tallies: Tallies,
    deliveries: pl.DataFrame,
    register: Register,
    method: Method,
    month: str,
) -> pl.DataFrame:
    """The rankings of a month; columns of tables.RANKINGS.

    One row a league, indicator and unit in force in the month, sorted by league, indicator, rank
    and unit, for the ranked indicators of which somebody in the league has a value. A unit that is
    not ranked has no rank, rank set or tier, and a note that says why. `indices` (tables.INDICES)
    are the month's; `previous_indices` those of the month before, or None; `deliveries`
    (tables.DELIVERED) of both, so that who was not ranked then has no previous rank. A value of
    another clock, scale or territory than this month's is no previous one, and a rank in a league
    of which any member's territory changed is none.
    """
    entries = leagues.entries(indices, register, method, month)
    noted = reasons.with_notes(entries, deliveries.filter(month=month), register, method, month)
    ranked = rank_sets.with_rank_sets(noted, tallies, register, method, month)
    last = months.shifted(month, -1)
    entered = _entered(previous_indices, deliveries.filter(month=last), register, method, last)
    before = rank_sets.with_ranks(rank_sets.without_the_alone(entered))
    joined = _with_previous(ranked, before, leagues.is_new_territory(register, month))
    told = changes.with_value_changes(joined, method.level)
    sets_before = rank_sets.marginal_sets(
        changes.with_those_to_compare(entered, told), tallies, register, method, last
    )
    return RANKINGS.conform(
        changes.with_rank_changes(told, sets_before).with_columns(pl.lit(month).alias("month"))
    ).sort("month", "league", "indicator", "rank", "unit_code", nulls_last=True)


def _entered(
    indices: pl.DataFrame | None,
    deliveries: pl.DataFrame,
    register: Register,
    method: Method,
    month: str,
) -> pl.DataFrame:
    """The leagues of a month as they were published, none where there are no indices."""
    if indices is None:
        indices = leagues.NO_INDICES
    entries = leagues.entries(indices, register, method, month)
    return reasons.with_notes(entries, deliveries, register, method, month)


def _with_previous(ranked: pl.DataFrame, before: pl.DataFrame, is_new: pl.Expr) -> pl.DataFrame:
    """Ranked entries with what those before had, each `previous_…`: the value, its standard error
    and the months it rests on, and the rank.

    Null where the value is of another clock or scale than this month's, or of another territory
    (`is_new`); a rank too where that is so of anyone in the league.
    """
    keys = [*rank_sets.KEYS, "unit_code"]
    measured = ("value", "standard_error", "months")
    kinds = ("clock", "scale")
    previous = before.select(*keys, pl.col(*measured, "rank", *kinds).name.prefix("previous_"))
    is_same_kind = pl.all_horizontal(
        pl.col(kind).eq_missing(pl.col(f"previous_{kind}")) for kind in kinds
    )
    is_comparable = (pl.col("value").is_null() | is_same_kind) & ~is_new
    is_same_league = ~is_new.any().over("league")
    return ranked.join(previous, on=keys, how="left").with_columns(
        *(
            pl.when(is_comparable).then(name).alias(name)
            for name in (f"previous_{each}" for each in measured)
        ),
        pl.when(is_comparable & is_same_league).then("previous_rank").alias("previous_rank"),
    )
