"""Points of indicators, groups and totals, in whole numbers of the last decimal.

Here belongs what a denominator of 0 gives, and that nothing missing is added as 0. Not here: the
formulas, rounding of limits or names (computing).
"""

import polars as pl

from pipeline.indices.scorecards.counts import KEYS
from pipeline.indices.scorecards.formulas import FORMULAS, half_up, whole
from pipeline.methods import PointsMethod
from pipeline.methods.parts import Part

_WIDE = pl.Int128()

SUMMED = pl.Schema(
    {
        "unit_code": pl.String(),
        "indicator": pl.String(),
        "score": pl.Int64(),
        "maximum": pl.Int64(),
        "note": pl.String(),
    }
)
"""Points of a group or total: score is null where something is missing."""


def of_indicators(counted: pl.DataFrame, method: PointsMethod) -> pl.DataFrame:
    """The points of every indicator of every unit that has any counts; sorted by unit.

    Takes rows of counts.COUNTED, returns these with `group`, `score` (null when missing),
    `maximum`, `note`, and `has_cases`: whether there was anything to count.
    """
    units = counted.select("unit_code").unique()
    parts = pl.DataFrame(
        [
            (part.name, part.group, whole(part.points, method.scale), part.zero)
            for part in method.parts
        ],
        schema={"indicator": pl.String, "group": pl.String, "points": pl.Int64, "zero": pl.String},
        orient="row",
    )
    known = units.join(parts, how="cross").join(counted, on=KEYS, how="left")
    ready = _with_tops(known.with_columns(note=_note_of_counts(method)))
    scored = pl.concat(
        [_scored(ready.filter(pl.col("indicator") == p.name), p, method) for p in method.parts]
    )
    return scored.sort(KEYS)


def _note_of_counts(method: PointsMethod) -> pl.Expr:
    """Why there is no value, or what there is without cases."""
    is_zero = pl.col("denominator") == 0
    of_zero = pl.col("zero").replace_strict(
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
        .then(of_zero)
        .when(pl.col("differs_from_parts") > 0)
        .then(pl.lit("differs_from_parts"))
    )


def _with_tops(known: pl.DataFrame) -> pl.DataFrame:
    """With `top` / `top_divisor`: an indicator's points, and those given away in its group."""
    is_given = (pl.col("note") == "points_shared").fill_null(value=False)
    left = pl.col("points").filter(~is_given).sum().over("unit_code", "group")
    of_group = pl.col("points").sum().over("unit_code", "group")
    return known.with_columns(
        top=pl.when(is_given).then(0).otherwise(pl.col("points") * of_group).cast(_WIDE),
        top_divisor=pl.when(left > 0).then(left).otherwise(1).cast(_WIDE),
    )


_MISSING = ("not_sent", "complaints_not_matched", "too_few_respondents", "no_denominator")
_HAS_CASES = (pl.col("denominator") > 0).fill_null(value=False)


def _scored(rows: pl.DataFrame, part: Part, method: PointsMethod) -> pl.DataFrame:
    top, divisor, note = pl.col("top"), pl.col("top_divisor"), pl.col("note")
    most = half_up(top, divisor)
    earned = pl.min_horizontal(FORMULAS[part.formula](part, top, divisor, method.scale), most)
    score = (
        pl.when(note.is_in(_MISSING))
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


def of_groups(scored: pl.DataFrame, method: PointsMethod) -> pl.DataFrame:
    """The points of every group of every unit: columns SUMMED.

    A group with points and nothing to count is noted as idle: it has them by the rule alone.
    """
    if not method.groups:
        return pl.DataFrame(schema=SUMMED)
    names = pl.col("group").alias("indicator")
    points = {group.name: whole(group.points, method.scale) for group in method.groups}
    return _summed(scored.with_columns(names), KEYS).with_columns(
        maximum=pl.col("indicator").replace_strict(points, return_dtype=pl.Int64)
    )


def of_totals(scored: pl.DataFrame, groups: pl.DataFrame, method: PointsMethod) -> pl.DataFrame:
    """The total of every unit and, where that is missing, the sum of what is known: SUMMED."""
    total, scale = method.total, method.scale
    idle = groups.filter(pl.col("note") == "idle_unit").select("unit_code").unique()
    summed = _summed(scored, ["unit_code"])
    if total.combined == "mean":
        summed = summed.with_columns(score=half_up(pl.col("score"), pl.lit(len(method.parts))))
    totals = summed.with_columns(
        indicator=pl.lit(total.name),
        maximum=pl.lit(whole(total.points, scale)),
        note=pl.when(pl.col("unit_code").is_in(idle["unit_code"].implode()) & _is_whole())
        .then(pl.lit("idle_unit"))
        .otherwise("note"),
    ).select(SUMMED.names())
    if method.partial_name is None:
        return totals.cast(SUMMED)
    without = totals.filter(pl.col("score").is_null()).select("unit_code")
    partial = (
        scored.join(without, on="unit_code", how="semi")
        .filter(pl.col("score").is_not_null())
        .group_by("unit_code")
        .agg(pl.col("score", "maximum").sum())
        .with_columns(indicator=pl.lit(method.partial_name), note=pl.lit("missing_indicators"))
    )
    return pl.concat([totals.cast(SUMMED), partial.select(SUMMED.names()).cast(SUMMED)])


def _is_whole() -> pl.Expr:
    return pl.col("score").is_not_null()


def _summed(scored: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Sums of scores by unit (and indicator), null where one is missing: SUMMED without maximum."""
    score = pl.col("score")
    is_missing = pl.col("is_missing")
    is_idle = ~pl.col("has_cases") & (score > 0)
    return (
        scored.group_by(by)
        .agg(score.sum(), is_missing=score.is_null().any(), has_cases=pl.col("has_cases").any())
        .with_columns(
            score=pl.when(~is_missing).then(score),
            note=pl.when(is_missing)
            .then(pl.lit("missing_indicators"))
            .when(is_idle)
            .then(pl.lit("idle_unit")),
        )
        .with_columns(maximum=pl.lit(0, pl.Int64))
        .select([name for name in SUMMED.names() if name in {*by, "score", "maximum", "note"}])
    )
