"""Ranks, rank sets and tiers.

Here belongs which numbers of a league's units are compared, and what follows for their ranks. Not
here: the comparison itself (statistics.rank_sets), which units are in the league (leagues), and
which are not ranked (reasons).

Leagues of up to 300 are compared pair by pair (Mogstad, Romano, Shaikh and Wilhelm 2023). Larger
ones, and times, which have no standard error, are compared by limits that hold jointly (Klein,
Wright and Wieczorek 2020).
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import polars as pl

from pipeline.indices import times
from pipeline.methods import Method
from pipeline.rankings import joint_limits
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import between_months, intervals
from pipeline.statistics import rank_sets as comparison
from pipeline.tallies import Tallies

LARGEST_PAIRWISE_LEAGUE = 300
"""The largest league that is compared pair by pair: the work grows with the square."""

KEYS = ("league", "indicator")
_CompareLeague = Callable[[pl.DataFrame, comparison.Floats], pl.DataFrame]
"""Takes the entries of one league and indicator and a row of draws for each; returns their sets."""
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


def exclude_singletons(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `league_size`, the number of ranked units.

    The only ranked unit of a league has no other to compare with: it is not ranked, and has the
    note alone_in_league.
    """
    with_sizes = entries.with_columns(pl.col("is_ranked").sum().over(KEYS).alias("league_size"))
    is_singleton = pl.col("is_ranked") & (pl.col("league_size") == 1)
    return with_sizes.with_columns(
        pl.when(is_singleton).then(pl.lit("alone_in_league")).otherwise("note").alias("note"),
        (pl.col("is_ranked") & ~is_singleton).alias("is_ranked"),
    )


def with_ranks(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries with `rank`: 1-2-2-4 by the published value, null where `is_ranked` is false."""
    score = pl.when("is_ranked").then(pl.col("value") * pl.col("sign"))
    rank = score.rank("min", descending=True).over(KEYS)
    return entries.with_columns(rank.cast(pl.Int64).alias("rank"))


def with_rank_sets(entries: pl.DataFrame, tallies: Tallies, scope: RankingScope) -> pl.DataFrame:
    """Entries with rank, rank_lower, rank_upper, rank_set_kind, tier, simultaneous_lower,
    simultaneous_upper and may_be_best.

    A unit that is not ranked has none of them. Joint sets hold for all units at once, so they are
    the simultaneous sets too.
    """
    ranked = with_ranks(exclude_singletons(entries))
    by_pairs, by_limits = _split_by_comparison(ranked, tallies, scope)
    compare = partial(_sets_from_pairs, confidence_level=scope.method.confidence_level)
    sets = [
        *_compare_leagues(by_pairs, compare),
        *(_sets_from_limits(league) for league in by_limits.partition_by(KEYS)),
    ]
    return ranked.join(_join_sets(sets, ranked, _SETS), on=[*KEYS, "unit_code"], how="left")


def marginal_sets(entries: pl.DataFrame, tallies: Tallies, scope: RankingScope) -> pl.DataFrame:
    """League, indicator, unit_code, rank_lower and rank_upper of the entries where `is_tested`.

    The same sets as `with_rank_sets` gives, in less time.
    """
    ranked = with_ranks(exclude_singletons(entries))
    by_pairs, by_limits = _split_by_comparison(ranked, tallies, scope)
    compare = partial(_marginal_sets_from_pairs, confidence_level=scope.method.confidence_level)
    sets = [
        *_compare_leagues(by_pairs, compare),
        *(_sets_from_limits(league).filter("is_tested") for league in by_limits.partition_by(KEYS)),
    ]
    limits = {name: _SETS[name] for name in ("rank_lower", "rank_upper")}
    return _join_sets(sets, ranked, pl.Schema(limits))


def _split_by_comparison(
    ranked: pl.DataFrame, tallies: Tallies, scope: RankingScope
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The entries compared by pairs, with estimates, and the entries compared by joint limits."""
    is_time = pl.col("indicator").is_in(list(times.PROBABILITIES))
    by_limits = is_time | (pl.col("league_size") > LARGEST_PAIRWISE_LEAGUE)
    compared = ranked.filter("is_ranked")
    return (
        with_estimates(compared.filter(~by_limits), scope.method),
        joint_limits.with_joint_limits(compared.filter(by_limits), tallies, scope),
    )


def _join_sets(sets: list[pl.DataFrame], ranked: pl.DataFrame, columns: pl.Schema) -> pl.DataFrame:
    """The sets of all leagues with these columns, by league, indicator and unit."""
    none = pl.DataFrame(schema={**ranked.select(*KEYS, "unit_code").schema, **columns})
    return pl.concat([none, *(one.select(none.columns) for one in sets)])


def with_estimates(entries: pl.DataFrame, method: Method) -> pl.DataFrame:
    """Entries with `estimate` (more is better) and `error`, by which pairs are compared.

    Shares have one case of each kind added, of the sample behind the printed limits: plain shares
    say that 30 of 30 is certain (Agresti and Caffo 2000). Other values are as published. An error
    that rests on few months is widened as its limits are, by Student's t; an unknown error is null.
    """
    widened = between_months.critical_value(
        pl.col("months"), method.confidence_level, method.history_months + 1
    )
    maximum = pl.col("indicator").replace_strict(joint_limits.MAXIMA, default=1.0)
    sample = pl.col("effective_n")
    successes = pl.col("value") / maximum * sample
    is_share = pl.col("indicator").is_in(joint_limits.SHARES)
    share = intervals.share_with_added_cases(successes, sample).fill_null(pl.col("value") / maximum)
    error = intervals.share_error(successes, sample)
    return entries.with_columns(
        (pl.when(is_share).then(share).otherwise("value") * pl.col("sign")).alias("estimate"),
        (
            pl.when(is_share).then(error).otherwise("standard_error")
            * (widened / intervals.critical_value(method.confidence_level))
        ).alias("error"),
    )


def _compare_leagues(estimates: pl.DataFrame, compare: _CompareLeague) -> list[pl.DataFrame]:
    """The sets of each league and indicator; leagues are compared in parallel."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        leagues = pool.map(
            partial(_compare_league, compare=compare), estimates.partition_by("league")
        )
        return [sets for league in leagues for sets in league]


def _compare_league(league: pl.DataFrame, compare: _CompareLeague) -> list[pl.DataFrame]:
    codes = league["unit_code"].unique().sort()
    normals = comparison.draw_normals(codes.to_list(), comparison.number_of_draws(len(codes)))
    return [
        compare(one, normals[codes.search_sorted(one["unit_code"]).to_numpy()])
        for one in league.sort("rank", "error", "unit_code", nulls_last=True).partition_by(
            "indicator"
        )
    ]


def _sets_from_pairs(
    league: pl.DataFrame, normals: comparison.Floats, confidence_level: float
) -> pl.DataFrame:
    """Sets by one indicator, the rows in order of rank.

    Of units of equal rank the unit with the least error is first: where that unit is not worse than
    the best of a tier, the others are not either, so equal ranks share a tier.
    """
    sets = comparison.pairwise_sets(*_values_and_errors(league), normals, confidence_level)
    return league.with_columns(
        rank_lower=pl.Series(sets.marginal_lower),
        rank_upper=pl.Series(sets.marginal_upper),
        rank_set_kind=pl.lit("marginal"),
        tier=pl.Series(
            comparison.assign_tiers(
                league.height, lambda best, unit: sets.is_surely_better[best, unit]
            ),
        ),
        simultaneous_lower=pl.Series(sets.simultaneous_lower),
        simultaneous_upper=pl.Series(sets.simultaneous_upper),
        may_be_best=pl.Series(sets.may_be_among_best()),
    )


def _marginal_sets_from_pairs(
    league: pl.DataFrame, normals: comparison.Floats, confidence_level: float
) -> pl.DataFrame:
    """Marginal sets by one indicator, of the rows where `is_tested`."""
    lower, upper = comparison.marginal_sets(
        *_values_and_errors(league), normals, confidence_level, league["is_tested"].to_numpy()
    )
    return league.filter("is_tested").with_columns(
        rank_lower=pl.Series(lower), rank_upper=pl.Series(upper)
    )


def _values_and_errors(league: pl.DataFrame) -> tuple[comparison.Floats, comparison.Floats]:
    error = league["error"].cast(pl.Float64).fill_null(float("nan"))
    return league["estimate"].to_numpy(), error.to_numpy()


def _sets_from_limits(league: pl.DataFrame) -> pl.DataFrame:
    """Sets by one indicator from joint limits.

    Of units of equal rank the unit with the lowest best limit is first: where that unit is not
    worse than the first of a tier, the others are not either, so equal ranks share a tier.
    """
    ordered = league.sort("rank", "best", "unit_code")
    best, worst = ordered["best"].to_numpy(), ordered["worst"].to_numpy()
    lower, upper = (pl.Series(ranks) for ranks in comparison.joint_sets(best, worst))
    tiers = comparison.assign_tiers(
        league.height, lambda first, unit: bool(best[unit] < worst[first])
    )
    return ordered.with_columns(
        rank_lower=lower,
        rank_upper=upper,
        rank_set_kind=pl.lit("joint"),
        tier=pl.Series(tiers),
        simultaneous_lower=lower,
        simultaneous_upper=upper,
        may_be_best=lower == 1,
    )
