"""Ranks, rank sets and tiers.

Here belongs which numbers of a league's units are compared, and what follows for their ranks. Not
here: the comparison itself (statistics.rank_sets), who is in the league (leagues) or kept out
(reasons).

Leagues of up to 300 are compared pair by pair (Mogstad, Romano, Shaikh and Wilhelm 2023). Larger
ones, and times, which have no standard error, are compared by limits that hold jointly (Klein,
Wright and Wieczorek 2020).
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl

from pipeline.agencies import Register
from pipeline.indices import times
from pipeline.methods import Method
from pipeline.rankings import joint_limits
from pipeline.statistics import between_months, intervals
from pipeline.statistics import rank_sets as comparison
from pipeline.tallies import Tallies

LARGEST_OF_PAIRS = 300
"""The largest league that is compared pair by pair: the work grows with the square."""

KEYS = ("league", "indicator")
_Compare = Callable[[pl.DataFrame, comparison.Floats], pl.DataFrame]
"""Gives the sets of one league by one indicator from its entries and a row of draws for each."""
_SETS = pl.Schema(
    {
        "rank_lower": pl.Int64(),
        "rank_upper": pl.Int64(),
        "rank_set_kind": pl.String(),
        "tier": pl.Int64(),
        "simultaneous_lower": pl.Int64(),
        "simultaneous_upper": pl.Int64(),
        "may_be_best": pl.Boolean(),
    }
)


def without_the_alone(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `league_size`, the ranked ones; one without another to compare with is none."""
    sized = entries.with_columns(pl.col("is_ranked").sum().over(KEYS).alias("league_size"))
    is_alone = pl.col("is_ranked") & (pl.col("league_size") == 1)
    return sized.with_columns(
        pl.when(is_alone).then(pl.lit("alone_in_league")).otherwise(pl.col("note")).alias("note"),
        (pl.col("is_ranked") & ~is_alone).alias("is_ranked"),
    )


def with_ranks(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `rank`: 1-2-2-4 by the published value, null where `is_ranked` is false."""
    score = pl.when("is_ranked").then(pl.col("value") * pl.col("sign"))
    rank = score.rank("min", descending=True).over(KEYS)
    return entries.with_columns(rank.cast(pl.Int64).alias("rank"))


def with_rank_sets(
    entries: pl.DataFrame, tallies: Tallies, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """Entries with rank, rank_lower, rank_upper, rank_set_kind, tier, simultaneous_lower,
    simultaneous_upper and may_be_best.

    A unit without another to compare with has none of them: alone_in_league. Joint sets hold for
    all units at once, so they are the simultaneous ones too.
    """
    ranked = with_ranks(without_the_alone(entries))
    by_pairs, by_limits = _compared(ranked, tallies, register, method, month)
    sets = [
        *_of_leagues(by_pairs, partial(_of_pairs, level=method.level)),
        *(_of_limits(league) for league in by_limits.partition_by(KEYS)),
    ]
    return ranked.join(_joined(sets, ranked, _SETS), on=[*KEYS, "unit_code"], how="left")


def marginal_sets(
    entries: pl.DataFrame, tallies: Tallies, register: Register, method: Method, month: str
) -> pl.DataFrame:
    """League, indicator, unit_code, rank_lower and rank_upper of the entries where `is_asked`.

    The same sets as `with_rank_sets` gives, in less time.
    """
    ranked = with_ranks(without_the_alone(entries))
    by_pairs, by_limits = _compared(ranked, tallies, register, method, month)
    sets = [
        *_of_leagues(by_pairs, partial(_marginal_of_pairs, level=method.level)),
        *(_of_limits(league).filter("is_asked") for league in by_limits.partition_by(KEYS)),
    ]
    limits = {name: _SETS[name] for name in ("rank_lower", "rank_upper")}
    return _joined(sets, ranked, pl.Schema(limits))


def _compared(
    ranked: pl.DataFrame, tallies: Tallies, register: Register, method: Method, month: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The ranked entries with what they are compared by: those by pairs, and those by limits."""
    is_time = pl.col("indicator").is_in(list(times.PROBABILITIES))
    by_limits = is_time | (pl.col("league_size") > LARGEST_OF_PAIRS)
    compared = ranked.filter("is_ranked")
    return (
        with_estimates(compared.filter(~by_limits), method),
        joint_limits.of(compared.filter(by_limits), tallies, register, method, month),
    )


def _joined(sets: list[pl.DataFrame], ranked: pl.DataFrame, columns: pl.Schema) -> pl.DataFrame:
    """The sets of all leagues with the columns asked for, by league, indicator and unit."""
    none = pl.DataFrame(schema={**ranked.select(*KEYS, "unit_code").schema, **columns})
    return pl.concat([none, *(one.select(none.columns) for one in sets)])


def with_estimates(entries: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Entries with `estimate` (more is better) and `error`, the numbers that pairs compare.

    Shares with one case of each kind added, of the sample behind the printed limits: the plain
    ones say that 30 of 30 is certain (Agresti and Caffo 2000). Others as published. An error that
    rests on few months is widened as its limits are, by Student's t; one not known is null.
    """
    widened = between_months.critical(pl.col("months"), method.level, method.history_months + 1)
    points = pl.col("indicator").replace_strict(joint_limits.TOPS, default=1.0)
    sample = pl.col("effective_n")
    successes = pl.col("value") / points * sample
    is_share = pl.col("indicator").is_in(joint_limits.SHARES)
    share = intervals.share_with_two_more(successes, sample).fill_null(pl.col("value") / points)
    error = intervals.share_error(successes, sample)
    return entries.with_columns(
        (pl.when(is_share).then(share).otherwise("value") * pl.col("sign")).alias("estimate"),
        (
            pl.when(is_share).then(error).otherwise("standard_error")
            * (widened / intervals.critical(method.level))
        ).alias("error"),
    )


def _of_leagues(estimates: pl.DataFrame, compare: _Compare) -> list[pl.DataFrame]:
    """The sets of each league and indicator; leagues side by side, as they share nothing."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        leagues = pool.map(partial(_of_league, compare=compare), estimates.partition_by("league"))
        return [sets for league in leagues for sets in league]


def _of_league(league: pl.DataFrame, compare: _Compare) -> list[pl.DataFrame]:
    codes = league["unit_code"].unique().sort()
    normals = comparison.normals(codes.to_list(), comparison.draws_for(len(codes)))
    return [
        compare(one, normals[codes.search_sorted(one["unit_code"]).to_numpy()])
        for one in league.sort("rank", "error", "unit_code", nulls_last=True).partition_by(
            "indicator"
        )
    ]


def _of_pairs(league: pl.DataFrame, normals: comparison.Floats, level: float) -> pl.DataFrame:
    """Sets by one indicator, the rows in order of rank.

    Of equal ranks the one with the least error is first: where that one is not below the best of a
    tier, the others are not either, so equal ranks share a tier.
    """
    sets = comparison.pairwise(*_values_and_errors(league), normals, level)
    return league.with_columns(
        rank_lower=pl.Series(sets.marginal_lower),
        rank_upper=pl.Series(sets.marginal_upper),
        rank_set_kind=pl.lit("marginal"),
        tier=pl.Series(
            comparison.tiers(league.height, lambda best, unit: sets.is_surely_better[best, unit]),
        ),
        simultaneous_lower=pl.Series(sets.simultaneous_lower),
        simultaneous_upper=pl.Series(sets.simultaneous_upper),
        may_be_best=pl.Series(sets.may_be_among_best()),
    )


def _marginal_of_pairs(
    league: pl.DataFrame, normals: comparison.Floats, level: float
) -> pl.DataFrame:
    """Marginal sets by one indicator, of the rows where `is_asked`."""
    asked = league["is_asked"].to_numpy()
    lower, upper = comparison.marginal(*_values_and_errors(league), normals, level, asked)
    return league.filter("is_asked").with_columns(
        rank_lower=pl.Series(lower), rank_upper=pl.Series(upper)
    )


def _values_and_errors(league: pl.DataFrame) -> tuple[comparison.Floats, comparison.Floats]:
    error = league["error"].cast(pl.Float64).fill_null(float("nan"))
    return league["estimate"].to_numpy(), error.to_numpy()


def _of_limits(league: pl.DataFrame) -> pl.DataFrame:
    """Sets by one indicator from joint limits.

    Of equal ranks the one with the least best limit is first: where that one is not below the
    first of a tier, the others are not either, so equal ranks share a tier.
    """
    walked = league.sort("rank", "best", "unit_code")
    best, worst = walked["best"].to_numpy(), walked["worst"].to_numpy()
    lower, upper = (pl.Series(ranks) for ranks in comparison.joint(best, worst))
    tiers = comparison.tiers(league.height, lambda first, unit: bool(best[unit] < worst[first]))
    return walked.with_columns(
        rank_lower=lower,
        rank_upper=upper,
        rank_set_kind=pl.lit("joint"),
        tier=pl.Series(tiers),
        simultaneous_lower=lower,
        simultaneous_upper=upper,
        may_be_best=lower == 1,
    )
