"""The satisfied share and the index of units without the answers that findings mark.

Here belong the numbers without answers that may be loud or paid for, beside those with them, and
the ranks of both. Not here: which answers are marked (tallies.patterns.ratings), what stands out
(findings).

Both sides are of those who answered, whichever share the method takes: they differ in the marked
answers alone.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.indices import clusters, respondents
from pipeline.indices.respondents import KINDS
from pipeline.indices.satisfaction import SATISFIED_SHARE, select_answered
from pipeline.rankings.findings import list_lowest_rated
from pipeline.rankings.other_satisfaction import INDICATOR, with_other_satisfaction
from pipeline.rankings.scope import RankingScope
from pipeline.statistics import intervals
from pipeline.tables import ANY_FACTOR, SATISFIED_FROM
from pipeline.tables.represented import UNMARKED
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools

_QUESTION_KINDS = {question: kind for kind, named in KINDS.items() for question in named}
_KIND_OF_RESPONDENTS = {"overall": "overall", ANY_FACTOR: "factors"}
"""The kind of question whose respondents are counted once under a question."""


def compute(
    tallies: Tallies, indices: pl.DataFrame, ranked: pl.DataFrame, scope: RankingScope
) -> pl.DataFrame:
    """Table UNMARKED of a month, sorted by its key.

    `indices` are those of the month as published, `ranked` the units that are ranked (league,
    indicator, unit_code). A row for each unit of which answers are marked, where nothing of it
    tells of a few respondents: no rated unit is below it, and its satisfied share is published, of
    its own respondents alone; of these, counted for the kind of question of the share,
    `minimum_published_respondents` or more have a marked answer, and `minimum_respondents` or more
    have none; and no one respondent gave more than half of the marked answers. Value and ranks are
    of the reform performance index, and null where the unit is not ranked by it. They are among the
    units of the league that have a row or no marked answer: a unit with marked answers and no row
    would keep them, and be placed above those that do not.
    """
    pools = Pooling.of(tallies, scope.month, scope.register).pools
    answered = measure_answered(tallies, indices, pools, scope)
    shown = list_lowest_rated(tallies, indices, pools, scope.month)
    counts = indices.filter(indicator=SATISFIED_SHARE).select("unit_code", "denominator")
    without = _share_without_marked(tallies, answered.join(counts, on="unit_code"), scope).join(
        shown, on="unit_code", how="semi"
    )
    units = _select_ranked(indices, ranked).join(
        _list_marked(tallies, pools, scope.month).join(without, on="unit_code", how="anti"),
        on="unit_code",
        how="anti",
    )
    shares = answered.select("unit_code", share="exact_share")
    replaced = pl.coalesce("exact_unmarked_share", "share")
    shares_without = shares.join(
        without.select("unit_code", "exact_unmarked_share"), on="unit_code", how="left"
    ).select("unit_code", share=replaced)
    as_answered, unmarked = (
        with_other_satisfaction(units, each, scope.method).select(
            "league", "unit_code", value="other_value", rank="other_rank"
        )
        for each in (shares, shares_without)
    )
    # A unit that is ranked in two leagues has one parent, and the first league is its own.
    ranks = as_answered.join(
        unmarked.rename({"value": "unmarked_value", "rank": "unmarked_rank"}),
        on=["league", "unit_code"],
    ).unique("unit_code", keep="first", maintain_order=True)
    table = without.join(ranks, on="unit_code", how="left").with_columns(month=pl.lit(scope.month))
    return UNMARKED.conform(table).sort("month", "unit_code")


def measure_answered(
    tallies: Tallies, indices: pl.DataFrame, pools: Pools, scope: RankingScope
) -> pl.DataFrame:
    """The satisfied share of those who answered, of every unit of which one is published.

    Columns unit_code, scale, share as it is published, and exact_share, null where the method takes
    this share: then what is published is made of it. Shares that were sent ready-made are left out.
    """
    published = select_answered(indices).select(
        "unit_code", "scale", share="value", exact_share=pl.lit(None, pl.Float64)
    )
    if scope.method.satisfaction == "as_answered":
        return published
    is_own = pl.col("month") == scope.month
    shares = respondents.measure_shares(
        respondents.count_questions(tallies.answers.filter(is_own)),
        pools,
        clusters.count_people(tallies.pairs.filter(is_own)),
    )
    decimals = scope.method.indicator(SATISFIED_SHARE).decimals
    share = intervals.round_half_up(pl.col("value"), decimals)
    return published.select("unit_code", "scale").join(
        shares.select("unit_code", share=share, exact_share="value").collect(), on="unit_code"
    )


def _list_marked(tallies: Tallies, pools: Pools, month: str) -> pl.DataFrame:
    """The units of which, or of a unit below which, an answer is marked: unit_code."""
    marked = tallies.marked.filter(pl.col("month") == month).select("unit_code").unique()
    return pools.add_agencies_above(marked).collect()


def _share_without_marked(
    tallies: Tallies, answered: pl.DataFrame, scope: RankingScope
) -> pl.DataFrame:
    """Units of which enough respondents have marked answers, and enough have none: unit_code,
    scale, share, unmarked_share as it is published and not rounded, and marked_share, the part of
    the answers that is marked.

    `answered` are rows of `measure_answered` with the published number of respondents
    (denominator).
    """
    is_own, weight = pl.col("month") == scope.month, pl.col("weight_millionths")
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    marked, answers = tallies.marked.filter(is_own), tallies.answers.filter(is_own)
    of_questions = (
        marked.filter(pl.col("answer").is_not_null())
        .group_by("unit_code", "scale", "question")
        .agg(
            marked=weight.sum(),
            marked_satisfied=weight.filter(pl.col("answer") >= from_answer).sum(),
        )
    )
    kept = _select_protected(marked, answers, answered, scope)
    left = pl.col("weight_millionths") - pl.col("marked")
    left_satisfied = pl.col("satisfied_millionths") - pl.col("marked_satisfied")
    decimals = scope.method.indicator(SATISFIED_SHARE).decimals
    return (
        respondents.count_questions(answers)
        .join(of_questions, on=["unit_code", "scale", "question"], how="left")
        .with_columns(pl.col("marked", "marked_satisfied").fill_null(0))
        .with_columns(scale=_name_asked(_QUESTION_KINDS))
        .join(kept, on=["unit_code", "scale"])
        .group_by("unit_code", "scale", "share")
        .agg(
            # Of a question of which every answer is marked, nothing is left.
            exact_unmarked_share=pl.when((left > 0).all()).then((left_satisfied / left).mean()),
            marked_share=pl.col("marked").sum() / pl.col("weight_millionths").sum(),
        )
        .with_columns(
            intervals.round_half_up(pl.col("exact_unmarked_share"), decimals).alias(
                "unmarked_share"
            ),
            intervals.round_half_up(pl.col("marked_share"), 2),
        )
        .drop_nulls("unmarked_share")
        .sort("unit_code")
        .collect()
    )


def _select_protected(
    marked: pl.LazyFrame, answers: pl.LazyFrame, answered: pl.DataFrame, scope: RankingScope
) -> pl.LazyFrame:
    """The rows of `answered` of which neither the marked answers nor the others tell of a few."""
    asked = ["unit_code", "scale"]
    of_kind = _name_asked(_KIND_OF_RESPONDENTS)
    own = (
        answers.with_columns(scale=of_kind)
        .drop_nulls("scale")
        .group_by(asked)
        .agg(own=pl.col("respondents").sum())
    )
    people = (
        marked.filter(pl.col("answer").is_null())
        .with_columns(scale=of_kind)
        .group_by(asked)
        .agg(
            people=pl.col("respondents").sum(),
            weight=pl.col("weight_millionths").sum(),
            largest=pl.col("largest_millionths").max(),
        )
    )
    least, enough = scope.method.minimum_published_respondents, scope.method.minimum_respondents
    all_of_them = pl.col("denominator")
    return (
        answered.lazy()
        .join(own, on=asked)
        .join(people, on=asked)
        .filter(
            all_of_them == pl.col("own"),
            pl.col("people") >= least,
            all_of_them - pl.col("people") >= enough,
            2 * pl.col("largest") <= pl.col("weight"),
        )
    )


def _name_asked(kinds: Mapping[str, str]) -> pl.Expr:
    """Scale and kind of question, as a share names them; null where a question is none of them."""
    kind = pl.col("question").replace_strict(kinds, default=None, return_dtype=pl.String)
    return pl.col("scale") + ":" + kind


def _select_ranked(indices: pl.DataFrame, ranked: pl.DataFrame) -> pl.DataFrame:
    """The units that are ranked by the index: league, unit_code, value and its two parts."""
    units = ranked.filter(indicator=INDICATOR).select("league", "unit_code")
    for name in (INDICATOR, "processing_time_index", "satisfaction_index"):
        part = indices.filter(indicator=name).select("unit_code", pl.col("value").alias(name))
        units = units.join(part, on="unit_code", how="left")
    return units.rename({INDICATOR: "value"}).drop_nulls().sort("league", "unit_code")
