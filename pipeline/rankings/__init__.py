"""Rankings: the units of a league side by side, and what the data can and cannot tell apart.

Here belong leagues, ranks, rank sets, tiers, and why a unit is not ranked. Not here: a unit's own
numbers (indices), showing them (reports).
"""

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import leagues, rank_sets, reasons
from pipeline.tables import RANKED
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
    """The rankings of a month; columns of tables.RANKED.

    One row a league, indicator and unit in force in the month, sorted by league, indicator, rank
    and unit, for the ranked indicators of which somebody in the league has a value. A unit that is
    not ranked has no rank, rank set or tier, and a note that says why. `indices` (tables.INDICES)
    and `deliveries` (tables.DELIVERED) are the month's; `previous_indices` those of the month
    before, or None. Previous ranks compare published values alone: what was delivered that month
    is not looked at again. A value of another clock, scale or territory than this month's is no
    previous one, and a rank in a league of which any member's territory changed is none.
    """
    entries = leagues.entries(indices, register, method, month)
    noted = reasons.with_notes(entries, deliveries, register, method, month)
    ranked = rank_sets.with_rank_sets(noted, tallies, register, method, month)
    before = _previous(previous_indices, register, method, month)
    joined = ranked.join(before, on=["league", "indicator", "unit_code"], how="left")
    is_same_kind = pl.all_horizontal(
        pl.col(kind).eq_missing(pl.col(f"previous_{kind}")) for kind in ("clock", "scale")
    )
    is_new = leagues.is_new_territory(register, month)
    is_comparable = (pl.col("value").is_null() | is_same_kind) & ~is_new
    is_same_league = ~is_new.any().over("league")
    return RANKED.conform(
        joined.with_columns(
            pl.lit(month).alias("month"),
            *(
                pl.when(is_comparable).then(name).alias(name)
                for name in ("previous_value", "previous_standard_error")
            ),
            pl.when(is_comparable & is_same_league).then("previous_rank").alias("previous_rank"),
        )
    ).sort("month", "league", "indicator", "rank", "unit_code", nulls_last=True)


def _previous(
    previous_indices: pl.DataFrame | None, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """The month before: league, indicator, unit_code, and value, its standard error, competition
    rank, clock and scale, each `previous_…`.
    """
    if previous_indices is None:
        previous_indices = leagues.NO_INDICES
    entries = leagues.entries(previous_indices, register, method, months.shifted(month, -1))
    ranked = rank_sets.with_ranks(rank_sets.without_the_alone(leagues.with_one_kind(entries)))
    return ranked.select(
        "league",
        "indicator",
        "unit_code",
        pl.col("value", "standard_error", "rank", "clock", "scale").name.prefix("previous_"),
    )
