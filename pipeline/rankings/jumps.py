"""Jumps at boundaries: what a merger, or a new version of a method, seems to do to a unit's share.

Here belong the share of ends on time on both sides of a boundary, and how many dossiers the jump
is. Not here: which agency took over from which (agencies), series over mergers (indices.series),
what stands out (findings).
"""

from datetime import timedelta

import polars as pl

from pipeline import months
from pipeline.methods import Methods
from pipeline.rankings.leagues import list_members
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import between_months, intervals
from pipeline.tables import APART, FINISHED
from pipeline.tallies.pooling import MonthlyPooling, Pooling, Pools

AT_MERGER, BY_NEW_RULE = "jumped_at_merger", "judged_otherwise_by_new_rule"

MONTHS_BACK = 12
"""Months before a merger from which it is known how much a unit's share varies [ours]: a year."""
LEAST_MONTHS = 6
"""So many of them must have ends with a result [ours]: a spread of fewer is a guess."""
LEAST_ENDS = 10
"""Ends that both months of a jump must have [ours], as other findings need."""
LEAST_UNTOUCHED = 3
"""Units of the league without a merger that a comparison needs [ours]."""
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
_BY_RULES = pl.Schema(
    {
        "unit_code": pl.String(),
        "rules": pl.String(),
        "on_time_before": pl.Int64(),
        "on_time": pl.Int64(),
        "ends": pl.Int64(),
    }
)


def find_jumps(outcomes: pl.LazyFrame, pooling: Pooling, scope: RankingScope) -> pl.DataFrame:
    """The jumps of a month that begins with a merger of the register: unit_code, finding, cases,
    looked_at, is_touched (whether the unit has another territory from this month on).

    Takes outcomes by one deadline rule. A row is a unit of a league that a merger touched, with
    LEAST_ENDS in this month and the month before, and LEAST_MONTHS of MONTHS_BACK before it. The
    counts of earlier months are those of its predecessors, on the boundaries of this month; only
    months of which all are known count. A jump is a change of the share of ends on time since the
    month before that is more than USUAL_ERRORS standard errors, and still is less the change of the
    untouched units of the league, all together. So far must the share also be from that of all
    months before, in the same direction. An error is that of two shares by chance, and wider where
    the unit's own months varied more (Laney 2002). `cases` are the dossiers by which more or fewer
    ended on time: the change less that of the untouched units, of all ends; never more than the
    change itself.
    """
    month = scope.month
    touched = _list_merged(scope)
    if not touched:
        return pl.DataFrame(schema=_FOUND)
    within_month = scope.register.new_territories.filter(
        pl.col("month") == month, ~pl.col("code").is_in(sorted(touched))
    )
    shares = _count_restated(outcomes, pooling, scope)
    before = shares.filter(pl.col("series_month") < month)
    variation = between_months.variation_of_shares(before.lazy(), "unit_code").collect()
    names = ("unit_code", "numerator", "denominator")
    last = before.filter(series_month=months.shifted(month, -1)).select(names)
    all_before = before.select(names).group_by("unit_code").sum()
    changes = (
        shares.filter(series_month=month)
        .select(names)
        .join(last, on="unit_code", suffix="_before")
        .join(all_before, on="unit_code", suffix="_all")
        .join(variation, on="unit_code")
        .join(within_month, left_on="unit_code", right_on="code", how="anti")
        .filter(
            pl.min_horizontal("denominator", "denominator_before") >= LEAST_ENDS,
            pl.col("months") >= LEAST_MONTHS,
        )
        .join(list_members(scope).select("league", "unit_code"), on="unit_code")
        .with_columns(is_touched=pl.col("unit_code").is_in(sorted(touched)))
    )
    return _count_cases(changes)


def _list_merged(scope: RankingScope) -> set[str]:
    """The codes with another territory from the first day of the month on.

    A merger within a month is in none of the months alone, and is not compared.
    """
    register, first = scope.register, months.start(scope.month).date()
    renewed = register.new_territories.filter(month=scope.month)["code"]
    has_ended = pl.col("valid_to") == first - timedelta(days=1)
    since_first = [
        *register.table.filter(valid_from=first)["code"],
        *register.table.filter(has_ended)["successor_code"],
    ]
    return set(renewed) & set(since_first)


def _count_cases(changes: pl.DataFrame) -> pl.DataFrame:
    is_touched, is_untouched = pl.col("is_touched"), ~pl.col("is_touched")
    on_time, ends = pl.col("numerator"), pl.col("denominator")
    on_time_before, ends_before = pl.col("numerator_before"), pl.col("denominator_before")

    def share_untouched(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
        return (part.filter(is_untouched).sum() / whole.filter(is_untouched).sum()).over("league")

    change = on_time / ends - on_time_before / ends_before
    change_untouched = share_untouched(on_time, ends) - share_untouched(on_time_before, ends_before)
    from_all = on_time / ends - pl.col("numerator_all") / pl.col("denominator_all")
    usual = _usual_difference("_before")
    differences = [
        (change, usual),
        (change - change_untouched, usual),
        (from_all, _usual_difference("_all")),
    ]
    is_jump = pl.all_horizontal(more > usual for more, usual in differences) | pl.all_horizontal(
        more < -usual for more, usual in differences
    )
    less = pl.min_horizontal(change.abs(), (change - change_untouched).abs())
    dossiers = intervals.round_half_up(less * ends, 0)
    return changes.filter(
        is_touched.any().over("league"), is_untouched.sum().over("league") >= LEAST_UNTOUCHED
    ).select(
        "unit_code",
        pl.lit(AT_MERGER).alias("finding"),
        pl.when(is_jump).then(dossiers).otherwise(0).cast(pl.Int64).alias("cases"),
        ends.cast(pl.Int64).alias("looked_at"),
        "is_touched",
    )


def _usual_difference(before: str) -> pl.Expr:
    """By how much the share of this month may differ from that of other months, named `before`."""
    on_time, ends = pl.col("numerator"), pl.col("denominator")
    on_time_before, ends_before = pl.col(f"numerator{before}"), pl.col(f"denominator{before}")
    both = (on_time + on_time_before) / (ends + ends_before)
    by_chance = (both * (1 - both) * (1 / ends + 1 / ends_before)).sqrt()
    return USUAL_ERRORS * by_chance * pl.max_horizontal(pl.lit(1.0), "sigma_z")


def _count_restated(outcomes: pl.LazyFrame, pooling: Pooling, scope: RankingScope) -> pl.DataFrame:
    """Ends with a due date (denominator), and those of them on time (numerator), of every unit and
    all below it, by series_month, on the boundaries of the month of the scope; only months of which
    all is known.
    """
    first = months.shifted(scope.month, -MONTHS_BACK)
    of_span = outcomes.filter(
        pl.col("month").is_between(pl.lit(first), pl.lit(scope.month))
    ).rename({"month": "series_month"})
    # A dossier that is no longer seen is no sign of its unit.
    is_shown = ~pl.col("outcome").is_in(APART)
    shown = of_span.filter(is_shown).select("series_month", "sender_code", "unit_code")
    sent = shown.unique().collect()
    monthly = MonthlyPooling.of(sent.select("series_month", "unit_code").unique(), scope.register)
    own = _count_ends(of_span, "series_month")
    counted = monthly.restate(pooling).pool_counts(own.lazy()).collect()
    known = _list_known_months(sent, monthly, scope)
    return counted.join(known, on=["series_month", "unit_code"], how="semi")


def _list_known_months(
    sent: pl.DataFrame, monthly: MonthlyPooling, scope: RankingScope
) -> pl.DataFrame:
    """The months in which dossiers of every predecessor of a unit were shown, and some of every
    sender of any of them: series_month, unit_code.

    `sent` are the series_month, sender_code and unit_code with dossiers shown. A share without a
    predecessor that sent nothing would be that of other dossiers.
    """
    register = scope.register
    heirs = pl.concat(
        register.restated(scope.month, of=month)
        .join(register.at(month), on="code", how="semi")
        .drop_nulls()
        .select(pl.lit(month).alias("series_month"), "code", unit_code="restated_code")
        for month in months.span(months.shifted(scope.month, -MONTHS_BACK), scope.month)
    )
    sender_heirs = heirs.rename({"code": "sender_code", "unit_code": "sender_heir"})
    # A sender that was absorbed sends as its successor now.
    with_senders = (
        sent.join(monthly.pools.members, on=["series_month", "unit_code"])
        .join(sender_heirs, on=["series_month", "sender_code"], how="left")
        .select(
            "series_month", code="pooled_code", sender=pl.coalesce("sender_heir", "sender_code")
        )
        .unique()
    )
    found = heirs.join(with_senders, on=["series_month", "code"], how="left")
    units = heirs.select("series_month", "unit_code").unique()
    is_silent = found.filter(pl.col("sender").is_null())
    expected = units.join(found.select("unit_code", "sender").drop_nulls().unique(), on="unit_code")
    lacks_sender = expected.join(with_senders, on=["series_month", "sender"], how="anti")
    return units.join(is_silent, on=units.columns, how="anti").join(
        lacks_sender, on=units.columns, how="anti"
    )


def _count_ends(outcomes: pl.LazyFrame, *keys: str) -> pl.DataFrame:
    """Ends with a due date (denominator), and those on time (numerator), by keys and unit_code."""
    dossiers, outcome = pl.col("dossiers"), pl.col("outcome")
    return (
        outcomes.filter(outcome.is_in(_WITH_DUE))
        .group_by("unit_code", *keys)
        .agg(numerator=dossiers.filter(outcome.is_in(_ON_TIME)).sum(), denominator=dossiers.sum())
        .collect()
    )


def count_by_rules(outcomes: pl.LazyFrame, methods: Methods, month: str) -> pl.DataFrame:
    """The ends of the month by a deadline rule that begins in it and by the one before: unit_code,
    rules (the names of both), and on_time_before, on_time, ends.

    Takes outcomes by every deadline rule. A rule begins where a version of a method is in force
    that reads due dates otherwise than the version in force a month before. Both rules are applied
    to the same dossiers of the month, so that nothing but the rule makes a difference. `ends` are
    those with a due date.
    """
    methods_before = methods.in_any_of([months.shifted(month, -1)]).all
    rules_before = {each.name: each.deadline_rule for each in methods_before}
    pairs = {
        (rules_before[each.name].name, each.deadline_rule.name)
        for each in methods.at(month).all
        if each.deadline_rule != rules_before.get(each.name, each.deadline_rule)
    }
    counted = [pl.DataFrame(schema=_BY_RULES)]
    of_month = outcomes.filter(pl.col("month") == month)
    for earlier, later in sorted(pairs):
        old, new = (
            _count_ends(of_month.filter(pl.col("deadline_rule") == name))
            for name in (earlier, later)
        )
        counted.append(
            new.join(old, on="unit_code", suffix="_before")
            .select(
                "unit_code",
                rules=pl.lit(f"{earlier} {later}"),
                on_time_before="numerator_before",
                on_time="numerator",
                ends=pl.max_horizontal("denominator", "denominator_before"),
            )
            .cast(_BY_RULES)
        )
    return pl.concat(counted)


def count_judged_otherwise(by_rules: pl.DataFrame, pools: Pools) -> pl.DataFrame:
    """By how many dossiers the ends on time of each unit, and all below it, differ by a deadline
    rule that begins: unit_code, finding, cases, looked_at.

    Takes rows of count_by_rules. Looked at are ends with a due date. Of several methods the largest
    difference counts.
    """
    return (
        pools.pool_counts(by_rules.lazy(), "rules")
        .select(
            "unit_code",
            pl.lit(BY_NEW_RULE).alias("finding"),
            cases=(pl.col("on_time") - pl.col("on_time_before")).abs(),
            looked_at="ends",
        )
        .sort("unit_code", "cases", "looked_at")
        .unique("unit_code", keep="last", maintain_order=True)
        .collect()
    )
