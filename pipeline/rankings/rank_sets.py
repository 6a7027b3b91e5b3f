"""Ranks, rank sets and tiers.

Here belongs comparing the units of a league by value and by joint limits. Not here: who is in
the league (leagues) or kept out (reasons).

Rank sets are those of Klein, Wright and Wieczorek (2020): intervals of K units, each at level
0.95^(1/K), hold jointly at 95 %, and so do the ranks that they allow.
"""

from itertools import groupby

import polars as pl

from pipeline.agencies import Register
from pipeline.methods import Method
from pipeline.rankings import joint_limits
from pipeline.tallies import Tallies

_KEYS = ("league", "indicator")


def without_the_alone(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `league_size`, the ranked ones; one without another to compare with is none."""
    sized = entries.with_columns(pl.col("is_ranked").sum().over(_KEYS).alias("league_size"))
    is_alone = pl.col("is_ranked") & (pl.col("league_size") == 1)
    return sized.with_columns(
        pl.when(is_alone).then(pl.lit("alone_in_league")).otherwise(pl.col("note")).alias("note"),
        (pl.col("is_ranked") & ~is_alone).alias("is_ranked"),
    )


def with_ranks(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `rank`: 1-2-2-4 by the published value, null where `is_ranked` is false."""
    score = pl.when("is_ranked").then(pl.col("value") * pl.col("sign"))
    rank = score.rank("min", descending=True).over(_KEYS)
    return entries.with_columns(rank.cast(pl.Int64).alias("rank"))


def with_rank_sets(
    entries: pl.DataFrame, tallies: Tallies, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """Entries with rank, rank_lower, rank_upper, rank_set_kind and tier.

    A unit without another to compare with has none of them: alone_in_league.
    """
    ranked = with_ranks(without_the_alone(entries))
    limits = joint_limits.of(ranked.filter("is_ranked"), tallies, register, method, month)
    sets = with_tiers(_with_sets(limits)).select(
        *_KEYS,
        "unit_code",
        "rank_lower",
        "rank_upper",
        pl.lit("joint").alias("rank_set_kind"),
        "tier",
    )
    return ranked.join(sets, on=[*_KEYS, "unit_code"], how="left")


def _with_sets(limits: pl.DataFrame) -> pl.DataFrame:
    """Limits with rank_lower and rank_upper, the best and the worst rank that they allow."""
    better = _count_beyond(limits, of="worst", beyond="best", is_above=True)
    worse = _count_beyond(limits, of="best", beyond="worst", is_above=False)
    keys = [*_KEYS, "unit_code"]
    return (
        limits.join(better.rename({"count": "surely_better"}), on=keys)
        .join(worse.rename({"count": "surely_worse"}), on=keys)
        .with_columns(
            (1 + pl.col("surely_better")).alias("rank_lower"),
            (pl.col("league_size") - pl.col("surely_worse")).cast(pl.Int64).alias("rank_upper"),
        )
    )


def _count_beyond(limits: pl.DataFrame, *, of: str, beyond: str, is_above: bool) -> pl.DataFrame:
    """How many units have their limit `of` above (or below) each unit's limit `beyond`.

    Column `count`. Limits that are equal count for neither. All limits of a league are sorted
    together once, so that a league of thousands needs no table of pairs.
    """
    asked = limits.select(
        *_KEYS, "unit_code", pl.col(beyond).alias("limit"), pl.lit(0, pl.Int64).alias("counts")
    )
    counted = limits.select(
        *_KEYS, "unit_code", pl.col(of).alias("limit"), pl.lit(1, pl.Int64).alias("counts")
    )
    return (
        pl.concat([asked, counted])
        .sort([*_KEYS, "limit", "counts"], descending=[False, False, is_above, False])
        .with_columns(pl.col("counts").cum_sum().over(_KEYS).alias("count"))
        .filter(pl.col("counts") == 0)
        .select(*_KEYS, "unit_code", "count")
    )


def with_tiers(limits: pl.DataFrame) -> pl.DataFrame:
    """Limits with `tier`: units whose joint interval overlaps that of their tier's best."""
    walked = limits.sort(
        [*_KEYS, "rank", "best", "unit_code"],
        descending=[False, False, False, True, False],
    )
    rows = walked.select(*_KEYS, "best", "worst").iter_rows()
    tiers: list[int] = []
    for _, league in groupby(rows, key=lambda row: row[:2]):
        tiers.extend(_walk([(best, worst) for *_, best, worst in league]))
    return walked.with_columns(pl.Series("tier", tiers, dtype=pl.Int64))


def _walk(limits: list[tuple[float, float]]) -> list[int]:
    """Tiers of (best, worst) limits down a ranking; the first that does not overlap opens one."""
    tiers: list[int] = []
    tier, worst_of_first = 0, float("inf")
    for best, worst in limits:
        if best < worst_of_first:
            tier, worst_of_first = tier + 1, worst
        tiers.append(tier)
    return tiers
