"""Findings: what an inspector may look into, of every unit, beside its league. They accuse nobody.

Here belong the cases of a unit and of all units below it, their share, the median of its league,
what stands out, and since when. What the records cannot show has no row. Not here: what is a case
(tallies.patterns, tallies.ledger), words for people (reports).
"""

import polars as pl

from pipeline import months
from pipeline.indices.contradictions import find_contradictions
from pipeline.indices.rates import RATES
from pipeline.indices.satisfaction import SATISFIED_SHARE
from pipeline.indices.scope import is_in_history
from pipeline.rankings import allowed_times, jumps
from pipeline.rankings.leagues import list_members
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import intervals
from pipeline.tables import FACTORS, OF_RATINGS, OPEN
from pipeline.tables.comparisons import UNIT_FINDINGS
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools

LEAST_CASES = 5
"""Fewer cases never stand out [ours]: one clerk's slip is none of a unit's ways."""
LEAST_COMPARED = 3
"""Units that a median needs before anything stands out from it [ours]."""
LEAST_LOOKED_AT = 10
"""Cases that could have shown a finding, which a unit needs to be compared [ours]: the limits allow
for how few they are."""
TIMES_THE_MEDIAN, BEYOND = 1.5, 0.005
"""A share stands out above 1.5 times the median and half a percentage point [ours]: units differ
for honest reasons, and where hardly any unit has a case, a few cases of many are no way of work."""
LEVEL = 0.998
"""The level of the limits that must lie above that, as those of a funnel: with twenty findings of
three thousand units, limits of 95 % would point at a thousand by chance alone."""

_DECIMALS = 6
_KEYS = ("unit_code", "finding")
_COUNTS = pl.Schema(
    {
        "month": pl.String(),
        "unit_code": pl.String(),
        "finding": pl.String(),
        "cases": pl.Int64(),
        "looked_at": pl.Int64(),
    }
)


def compute(
    tallies: Tallies,
    indices: pl.DataFrame,
    scope: RankingScope,
    by_rules: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The findings of a month; columns of tables.comparisons.UNIT_FINDINGS, sorted by its key.

    `tallies` have outcomes by one deadline rule; `indices` are those of the month as published;
    `by_rules` are rows of jumps.count_by_rules.
    One row is a unit and a finding that its records could show, with the counts of all units below
    it. `since_month` is the first month from which on every month up to this one has a case; a
    month without the unit's records, and a merger, are breaks.

    Answers of persons are no counts here: of OF_RATINGS there is a row only for a unit that no
    rated unit is below, and whose satisfied share is published with a value; its share is rounded
    to the hundredth. So nothing can be subtracted, and nothing tells of few.
    """
    pooling = Pooling.of(tallies, scope.month, scope.register)
    pools = pooling.pools
    pooled = _pool_months(tallies, pools, scope)
    now = pooled.filter(month=scope.month).drop("month")
    figures = _compare_figures(tallies, indices, pools, scope.month)
    counted = pl.concat(
        [
            _hide_few(now, list_lowest_rated(tallies, indices, pools, scope.month), scope),
            figures.select(now.columns),
            jumps.find_jumps(tallies.outcomes, pooling, scope),
            *([] if by_rules is None else [jumps.count_judged_otherwise(by_rules, pools)]),
        ],
        how="diagonal",
    )
    measured = _beside_league(counted, scope).join(_find_since(pooled), on=_KEYS, how="left")
    is_rating = pl.col("finding").is_in(OF_RATINGS)
    shown = measured.with_columns(
        month=pl.lit(scope.month),
        count=pl.when(~is_rating).then("cases"),
        denominator=pl.when(~is_rating).then("looked_at"),
        since_month=pl.when(~is_rating & (pl.col("cases") > 0)).then("since_month"),
    )
    return UNIT_FINDINGS.conform(shown).sort("month", *_KEYS)


# ---- Counts


def _pool_months(tallies: Tallies, pools: Pools, scope: RankingScope) -> pl.DataFrame:
    """The cases of every unit, and all below it, in each month as far back as it is the same
    territory; of earlier months only where there are any. Columns _COUNTS.
    """
    register, month = scope.register, scope.month
    is_read = is_in_history(month, scope.method)
    # Of an earlier month it is asked only whether there is a case.
    is_needed = (pl.col("month") == month) | (pl.col("cases") > 0)
    own = pl.concat(
        [
            tallies.patterns.filter(is_read & is_needed).select(_COUNTS.names()),
            _carry_over(tallies.outcomes.filter(is_read), register.new_territories),
            allowed_times.find_longer(tallies.allowed.filter(is_read), pools, scope)
            .cast(_COUNTS)
            .lazy(),
        ]
    )
    territories = register.new_territories.filter(pl.col("month") <= month)
    began = territories.group_by(unit_code="code").agg(began=pl.col("month").max()).lazy()
    return (
        pools.pool_counts(own, "month", "finding")
        .join(began, on="unit_code", how="left")
        .filter(pl.col("began").is_null() | (pl.col("month") >= pl.col("began")))
        .select(_COUNTS.names())
        .collect()
    )


def _carry_over(outcomes: pl.LazyFrame, new_territories: pl.DataFrame) -> pl.LazyFrame:
    """By how many dossiers those carried over differ from those in progress a month before.

    By unit, in each month in which all its senders sent, as in the month before; not in the first
    month of a new territory. Among the more of both. Columns _COUNTS.
    """
    counted = pl.col("dossiers")
    by_month = (
        outcomes.group_by("month", "sender_code", "unit_code")
        .agg(
            carried=counted.filter(pl.col("intake") == "carried_over").sum(),
            in_progress=counted.filter(pl.col("outcome").is_in(OPEN)).sum(),
        )
        .collect()
    )
    after = {each: months.shifted(each, 1) for each in by_month["month"].unique()}
    before = by_month.select(
        pl.col("month").replace(after),
        "sender_code",
        "unit_code",
        "in_progress",
    )
    sent = by_month.select("month", "sender_code").unique()
    both_sent = sent.join(before.select("month", "sender_code").unique(), on=sent.columns)
    begun = new_territories.select("month", unit_code="code")
    more = pl.max_horizontal("carried", "in_progress")
    return (
        by_month.drop("in_progress")
        .join(before, on=["month", "sender_code", "unit_code"], how="full", coalesce=True)
        .join(both_sent.with_columns(is_comparable=True), on=both_sent.columns, how="left")
        .join(begun, on=["month", "unit_code"], how="anti")
        # A unit that goes from one sender to another is compared with itself.
        .group_by("month", "unit_code")
        .agg(pl.col("carried", "in_progress").sum(), pl.col("is_comparable").is_not_null().all())
        .filter("is_comparable")
        .select(
            "month",
            "unit_code",
            finding=pl.lit("carried_over_differs"),
            cases=(pl.col("carried") - pl.col("in_progress")).abs(),
            looked_at=more,
        )
        .filter(pl.col("looked_at") > 0)
        .cast(_COUNTS)
        .lazy()
    )


def _compare_figures(
    tallies: Tallies, indices: pl.DataFrame, pools: Pools, month: str
) -> pl.DataFrame:
    """The shares sent ready-made of units with rows, and those that differ: columns of _COUNTS but
    month.
    """
    this_month = pl.col("month") == month
    with_rows = tallies.outcomes.filter(this_month).select("unit_code").unique().collect()
    units = pools.add_agencies_above(with_rows.lazy()).collect()
    shares = pl.col("indicator").is_in(list(RATES))
    sent = (
        tallies.figures.filter(this_month & shares)
        .select("unit_code", "indicator")
        .unique()
        .collect()
        .join(units, on="unit_code", how="semi")
        .join(indices.drop_nulls("denominator"), on=["unit_code", "indicator"], how="semi")
    )
    differing = find_contradictions(indices, tallies.figures, month)
    found = sent.join(differing, on=["unit_code", "indicator"], how="semi")
    cases = found.group_by("unit_code").agg(cases=pl.len().cast(pl.Int64))
    return (
        sent.group_by("unit_code")
        .agg(looked_at=pl.len().cast(pl.Int64))
        .join(cases, on="unit_code", how="left")
        .with_columns(pl.col("cases").fill_null(0), finding=pl.lit("figures_differ"))
    )


def list_lowest_rated(
    tallies: Tallies, indices: pl.DataFrame, pools: Pools, month: str
) -> pl.DataFrame:
    """The units of which findings of ratings may be shown, since nothing can be subtracted from
    them: their satisfied share is published, and no rated unit is below them. Column unit_code.
    """
    is_own = pl.col("month") == month
    # Answers with a day alone leave no pattern, and a share that was sent ready-made no answer.
    with_ratings = (
        tallies.patterns.filter(is_own & pl.col("finding").is_in(OF_RATINGS)),
        tallies.answers.filter(is_own),
        tallies.figures.filter(is_own & (pl.col("indicator") == SATISFIED_SHARE)),
    )
    rated = pl.concat(each.select("unit_code") for each in with_ratings).unique().collect()
    above = pools.members.join(rated, on="unit_code", how="semi").filter(
        pl.col("pooled_code") != pl.col("unit_code")
    )
    is_published = (pl.col("indicator") == SATISFIED_SHARE) & pl.col("value").is_not_null()
    return (
        indices.filter(is_published)
        .join(above, left_on="unit_code", right_on="pooled_code", how="anti")
        .select("unit_code")
    )


def _hide_few(counted: pl.DataFrame, shown: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """The counts without those of ratings that could tell of few respondents."""
    is_rating = pl.col("finding").is_in(OF_RATINGS)
    # A respondent gives an answer to each factor at most.
    least = scope.method.minimum_published_respondents * len(FACTORS)
    is_shown = pl.col("unit_code").is_in(shown["unit_code"].implode()) & (
        pl.col("looked_at") >= least
    )
    return counted.filter(~is_rating | is_shown)


# ---- Beside the league, and over months


def _beside_league(counted: pl.DataFrame, scope: RankingScope) -> pl.DataFrame:
    """The counts with share, peers_median, compared_units and stands_out.

    A unit is compared where LEAST_LOOKED_AT cases could have shown the finding. Where `is_touched`
    is known, the units that are not touched are compared with, and have no rows themselves.
    """
    cases, looked_at = pl.col("cases"), pl.col("looked_at")
    is_rating, median = pl.col("finding").is_in(OF_RATINGS), pl.col("peers_median")
    exact = cases / looked_at
    is_compared = looked_at >= LEAST_LOOKED_AT
    is_peer = ~pl.col("is_touched").fill_null(value=False)
    is_shown = pl.col("is_touched").fill_null(value=True)
    decimals = (
        pl.when(is_rating)
        .then(intervals.round_half_up(exact, 2))
        .otherwise(intervals.round_half_up(exact, _DECIMALS))
    )
    lower, _ = intervals.wilson_limits(cases, looked_at, LEVEL)
    in_league = counted.with_columns(share=decimals).join(
        list_members(scope).select("league", "unit_code"), on="unit_code", how="left"
    )
    league = ["league", "finding"]
    medians = (
        in_league.filter(pl.col("league").is_not_null() & is_compared & is_peer)
        .group_by(league)
        .agg(
            peers_median=intervals.round_half_up(pl.col("share").median(), _DECIMALS),
            compared_units=pl.len().cast(pl.Int64),
        )
    )
    is_far = lower > TIMES_THE_MEDIAN * median + BEYOND
    is_enough = (cases >= LEAST_CASES) & (pl.col("compared_units") >= LEAST_COMPARED) & is_compared
    return (
        in_league.join(medians, on=league, how="left")
        .with_columns(pl.col("compared_units").fill_null(0))
        .filter(is_shown)
        .with_columns(stands_out=(is_enough & is_far).fill_null(value=False))
    )


def _find_since(pooled: pl.DataFrame) -> pl.DataFrame:
    """The first month since which every month up to the last of `pooled` has cases; by _KEYS."""
    year, month = (pl.col("month").str.slice(*part).cast(pl.Int64) for part in ((0, 4), (5, 2)))
    return (
        pooled.with_columns(number=year * 12 + month)
        .with_columns(back=pl.col("number").max() - pl.col("number"))
        .filter(pl.col("cases") > 0)
        .sort(*_KEYS, "back")
        .filter(pl.col("back") == pl.int_range(pl.len()).over(_KEYS))
        .group_by(_KEYS)
        .agg(since_month=pl.col("month").min())
    )
