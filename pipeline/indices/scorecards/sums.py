"""Points of indicators, groups and totals, in whole numbers of the last decimal.

Here belongs what a denominator of 0 gives, and that a missing indicator is never added as 0. Not
here: the formulas, rounding of limits or names (rows).
"""

import polars as pl

from pipeline.indices.scorecards.counts import KEYS
from pipeline.indices.scorecards.formulas import FORMULAS, divide_half_up, to_last_decimal
from pipeline.methods import ScoringMethod
from pipeline.methods.parts import Part

_WIDE = pl.Int128()

SUMS = pl.Schema(
    {
        "unit_code": pl.String(),
        "indicator": pl.String(),
        "score": pl.Int64(),
        "maximum": pl.Int64(),
        "note": pl.String(),
    }
)
"""Points of a group or total: score is null where something is missing."""


def score_indicators(counted: pl.DataFrame, method: ScoringMethod) -> pl.DataFrame:
    """The points of every indicator of every unit that has any counts; sorted by unit.

    `counted` are rows of counts.COUNTS. The answer has these with `group`, `score` (null when
    missing), `maximum`, `note`, and `has_cases`: whether there was anything to count.
    """
    units = counted.select("unit_code").unique()
    parts = pl.DataFrame(
        [
            (part.name, part.group, to_last_decimal(part.points, method.scale), part.zero)
            for part in method.parts
        ],
        schema={"indicator": pl.String, "group": pl.String, "points": pl.Int64, "zero": pl.String},
        orient="row",
    )
    every = units.join(parts, how="cross").join(counted, on=KEYS, how="left")
    ready = _with_available_points(every.with_columns(note=_note_of_counts(method)))
    scored = pl.concat(
        _score_indicator(ready.filter(indicator=part.name), part, method) for part in method.parts
    )
    return scored.sort(KEYS)


def _note_of_counts(method: ScoringMethod) -> pl.Expr:
    """Why there is no value, or what a unit without cases gets."""
    is_zero = pl.col("denominator") == 0
    note_of_zero = pl.col("zero").replace_strict(
        {
            "zero": "no_cases_no_points",
            "full": "no_cases_full_points",
            "missing": "no_denominator",
            "shared": "points_shared",
        },
        return_dtype=pl.String,
    )
    return (
        pl.when(pl.col("denominator").is_null())
        .then(pl.lit("not_sent"))
        .when(pl.col("unmatched") > 0)
        .then(pl.lit("complaints_not_matched"))
        .when(pl.col("respondents") < method.minimum_respondents)
        .then(pl.lit("too_few_respondents"))
        .when(is_zero)
        .then(note_of_zero)
        .when(pl.col("differs_from_parts") > 0)
        .then(pl.lit("differs_from_parts"))
    )


def _with_available_points(counted: pl.DataFrame) -> pl.DataFrame:
    """With the most points of an indicator, as `top` / `top_divisor`.

    These are its own points, and its part of the points that other indicators in its group give
    away.
    """
    is_given_away = (pl.col("note") == "points_shared").fill_null(value=False)
    kept = pl.col("points").filter(~is_given_away).sum().over("unit_code", "group")
    of_group = pl.col("points").sum().over("unit_code", "group")
    return counted.with_columns(
        top=pl.when(is_given_away).then(0).otherwise(pl.col("points") * of_group).cast(_WIDE),
        top_divisor=pl.when(kept > 0).then(kept).otherwise(1).cast(_WIDE),
    )


_NOTES_OF_MISSING = ("not_sent", "complaints_not_matched", "too_few_respondents", "no_denominator")
_HAS_CASES = (pl.col("denominator") > 0).fill_null(value=False)


def _score_indicator(rows: pl.DataFrame, part: Part, method: ScoringMethod) -> pl.DataFrame:
    top, divisor, note = pl.col("top"), pl.col("top_divisor"), pl.col("note")
    most = divide_half_up(top, divisor)
    earned = pl.min_horizontal(FORMULAS[part.formula](part, top, divisor, method.scale), most)
    score = (
        pl.when(note.is_in(_NOTES_OF_MISSING))
        .then(None)
        .when(note == "no_cases_full_points")
        .then(most)
        .when(~_HAS_CASES)
        .then(0)
        .otherwise(earned)
    )
    return rows.with_columns(
        score=score.cast(pl.Int64), maximum=most.cast(pl.Int64), has_cases=_HAS_CASES
    )


def sum_groups(scored: pl.DataFrame, method: ScoringMethod) -> pl.DataFrame:
    """The points of every group of every unit: columns SUMS.

    A group with points and nothing to count has the note idle_unit: it has its points by the rule
    alone.
    """
    if not method.groups:
        return pl.DataFrame(schema=SUMS)
    points = {group.name: to_last_decimal(group.points, method.scale) for group in method.groups}
    in_groups = scored.with_columns(
        indicator="group",
        group_points=pl.col("group").replace_strict(points, return_dtype=pl.Int64),
    )
    return _sum_scores(in_groups, pl.col("group_points").first())


def sum_totals(scored: pl.DataFrame, groups: pl.DataFrame, method: ScoringMethod) -> pl.DataFrame:
    """The total of every unit and, where it is missing, the sum of the indicators known: SUMS."""
    total = method.total
    idle = groups.filter(pl.col("note") == "idle_unit")["unit_code"].unique()
    points = pl.lit(to_last_decimal(total.points, method.scale))
    sums = _sum_scores(scored.with_columns(indicator=pl.lit(total.name)), points)
    if total.combined == "mean":
        mean = divide_half_up(pl.col("score"), pl.lit(len(method.parts)))
        sums = sums.with_columns(score=mean)
    has_score = pl.col("score").is_not_null()
    is_idle = pl.col("unit_code").is_in(idle.implode()) & has_score
    totals = sums.with_columns(
        note=pl.when(is_idle).then(pl.lit("idle_unit")).otherwise("note")
    ).cast(SUMS)
    if method.partial_name is None:
        return totals
    without = totals.filter(~has_score).select("unit_code")
    partial = (
        scored.join(without, on="unit_code", how="semi")
        .filter(has_score)
        .group_by("unit_code")
        .agg(pl.col("score", "maximum").sum())
        .with_columns(indicator=pl.lit(method.partial_name), note=pl.lit("missing_indicators"))
    )
    return pl.concat([totals, partial.select(SUMS.names()).cast(SUMS)])


def _sum_scores(scored: pl.DataFrame, maximum: pl.Expr) -> pl.DataFrame:
    """Sums of scores by unit and indicator, null where one is missing: columns SUMS."""
    score = pl.col("score")
    is_missing = pl.col("is_missing")
    is_idle = ~pl.col("has_cases") & (score > 0)
    return (
        scored.group_by(KEYS)
        .agg(
            score.sum(),
            maximum=maximum,
            is_missing=score.is_null().any(),
            has_cases=pl.col("has_cases").any(),
        )
        .with_columns(
            score=pl.when(~is_missing).then(score),
            note=pl.when(is_missing)
            .then(pl.lit("missing_indicators"))
            .when(is_idle)
            .then(pl.lit("idle_unit")),
        )
        .select(SUMS.names())
        .cast(SUMS)
    )
