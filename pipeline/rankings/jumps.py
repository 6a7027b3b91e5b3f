"""Jumps at boundaries: what a merger, or a new version of a method, seems to do to a unit's share.

Here belong the share of ends on time on both sides of a boundary, and how many dossiers the jump
is. Not here: which agency took over from which (agencies), series over mergers (indices.series),
what stands out (findings).
"""

import polars as pl

from pipeline import months
from pipeline.indices.pooling import MonthlyPooling, Pooling
from pipeline.methods import Methods
from pipeline.rankings.leagues import list_members
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import between_months, intervals
from pipeline.tables import FINISHED

AT_MERGER, BY_NEW_RULE = "jumped_at_merger", "judged_otherwise_by_new_rule"

MONTHS_BACK = 12
"""Months before a merger from which it is known how much a unit's share varies [ours]: a year."""
LEAST_MONTHS = 6
"""So many of them must have ends with a result [ours]: a spread of fewer is a guess."""
LEAST_ENDS = 10
"""Ends that both months of a jump must have [ours], as other findings need."""
LEAST_UNTOUCHED = 3
"""Units of the league without a merger that a median needs [ours]."""
USUAL_ERRORS = 3
"""Up to so many standard errors a change is usual, as on control charts."""

_ON_TIME = FINISHED[:2]
_WITH_DUE = FINISHED[:3]
_FOUND = pl.Schema(
    {
        "unit_code": pl.String(),
        "finding": pl.String(),
        "cases": pl.Int64(),
        "looked_at": pl.Int64(),
        "is_touched": pl.Boolean(),
    }
)


def find_jumps(outcomes: pl.LazyFrame, pooling: Pooling, scope: RankingScope) -> pl.DataFrame:
    """The jumps of a month in which a merger of the register begins: unit_code, finding, cases,
    looked_at, is_touched (whether the unit has another territory from this month on).

    Takes outcomes by one deadline rule. A row is a unit of a league that a merger touched, with
    LEAST_ENDS in this month and the month before, and LEAST_MONTHS of MONTHS_BACK before it. The
    counts of earlier months are those of its predecessors, on the boundaries of this month. A jump
    is a change of the share of ends on time since the month before that is more than USUAL_ERRORS
    standard errors, and still is without the median change of the untouched units of the league. An
    error is that of two shares by chance, and wider where the unit's own months varied more (Laney
    2002). `cases` are the dossiers by which more or fewer ended on time, beyond that median.
    """
    month = scope.month
    renewed = scope.register.new_territories.filter(month=month)["code"]
    if renewed.is_empty():
        return pl.DataFrame(schema=_FOUND)
    shares = _count_restated(outcomes, pooling, scope)
    before = shares.filter(pl.col("series_month") < month)
    variation = between_months.variation_of_shares(before.lazy(), "unit_code").collect()
    names = ("unit_code", "numerator", "denominator")
    last = before.filter(series_month=months.shifted(month, -1)).select(names)
    on_time, ends = pl.col("numerator"), pl.col("denominator")
    on_time_before, ends_before = pl.col("numerator_before"), pl.col("denominator_before")
    both = (on_time + on_time_before) / (ends + ends_before)
    by_chance = (both * (1 - both) * (1 / ends + 1 / ends_before)).sqrt()
    changes = (
        shares.filter(series_month=month)
        .select(names)
        .join(last, on="unit_code", suffix="_before")
        .join(variation, on="unit_code")
        .filter(
            pl.min_horizontal(ends, ends_before) >= LEAST_ENDS, pl.col("months") >= LEAST_MONTHS
        )
        .join(list_members(scope).select("league", "unit_code"), on="unit_code")
        .with_columns(
            change=on_time / ends - on_time_before / ends_before,
            usual=USUAL_ERRORS * by_chance * pl.max_horizontal(pl.lit(1.0), "sigma_z"),
            is_touched=pl.col("unit_code").is_in(renewed.implode()),
        )
    )
    return _count_cases(changes)


def _count_cases(changes: pl.DataFrame) -> pl.DataFrame:
    is_touched, change = pl.col("is_touched"), pl.col("change")
    untouched = change.filter(~is_touched)
    beyond = (change - untouched.median().over("league")).abs()
    is_jump = pl.min_horizontal(change.abs(), beyond) > pl.col("usual")
    ends = pl.col("denominator")
    dossiers = pl.min_horizontal(intervals.round_half_up(beyond * ends, 0), ends)
    return changes.filter(
        is_touched.any().over("league"), untouched.len().over("league") >= LEAST_UNTOUCHED
    ).select(
        "unit_code",
        pl.lit(AT_MERGER).alias("finding"),
        pl.when(is_jump).then(dossiers).otherwise(0).cast(pl.Int64).alias("cases"),
        ends.cast(pl.Int64).alias("looked_at"),
        "is_touched",
    )


def _count_restated(outcomes: pl.LazyFrame, pooling: Pooling, scope: RankingScope) -> pl.DataFrame:
    """Ends with a due date (denominator), and those of them on time (numerator), of every unit and
    all below it, by series_month, on the boundaries of the month of the scope.
    """
    first = months.shifted(scope.month, -MONTHS_BACK)
    of_span = outcomes.filter(pl.col("month").is_between(pl.lit(first), pl.lit(scope.month)))
    own = _count_ends(of_span.rename({"month": "series_month"}), "series_month")
    monthly = MonthlyPooling.of(own.select("series_month", "unit_code"), scope.register)
    return monthly.restate(pooling).pool_counts(own.lazy()).collect()


def _count_ends(outcomes: pl.LazyFrame, *keys: str) -> pl.DataFrame:
    """Ends with a due date (denominator), and those on time (numerator), by keys and unit_code."""
    dossiers, outcome = pl.col("dossiers"), pl.col("outcome")
    return (
        outcomes.filter(outcome.is_in(_WITH_DUE))
        .group_by("unit_code", *keys)
        .agg(numerator=dossiers.filter(outcome.is_in(_ON_TIME)).sum(), denominator=dossiers.sum())
        .collect()
    )


def count_judged_otherwise(outcomes: pl.LazyFrame, methods: Methods, month: str) -> pl.DataFrame:
    """By how many dossiers the ends on time of each unit differ by a deadline rule that begins in
    the month: month, unit_code, finding, cases, looked_at.

    Takes outcomes by every deadline rule. A rule begins where a version of a method is in force
    that reads due dates otherwise than the version in force a month before. Both rules are applied
    to the same dossiers of the month, so that nothing but the rule makes the difference. Looked at
    are ends with a due date. Of several methods the largest difference counts.
    """
    methods_before = methods.in_any_of([months.shifted(month, -1)]).scorecards
    rules_before = {each.name: each.deadline_rule for each in methods_before}
    pairs = {
        (rules_before[each.name].name, each.deadline_rule.name)
        for each in methods.at(month).scorecards
        if each.deadline_rule != rules_before.get(each.name, each.deadline_rule)
    }
    found = [
        pl.DataFrame(schema={"unit_code": pl.String, "cases": pl.Int64, "looked_at": pl.Int64})
    ]
    of_month = outcomes.filter(pl.col("month") == month)
    for earlier, later in sorted(pairs):
        old, new = (
            _count_ends(of_month.filter(pl.col("deadline_rule") == name))
            for name in (earlier, later)
        )
        difference = (pl.col("numerator") - pl.col("numerator_before")).abs()
        found.append(
            new.join(old, on="unit_code", suffix="_before").select(
                "unit_code",
                difference.cast(pl.Int64).alias("cases"),
                pl.max_horizontal("denominator", "denominator_before")
                .cast(pl.Int64)
                .alias("looked_at"),
            )
        )
    return (
        pl.concat(found)
        .sort("unit_code", "cases", "looked_at")
        .unique("unit_code", keep="last", maintain_order=True)
        .select(
            pl.lit(month).alias("month"),
            "unit_code",
            pl.lit(BY_NEW_RULE).alias("finding"),
            "cases",
            "looked_at",
        )
    )
