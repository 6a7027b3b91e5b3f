"""Counts of answers to a question about one factor, for scorecards that ask who is satisfied.

Here belongs choosing one scale for a unit. Not here: our own satisfaction index (satisfaction).
"""

import polars as pl

from pipeline.indices.scope import ScorecardScope
from pipeline.tables import SATISFIED_FROM

_COUNTS = ("respondents", "weight_millionths", "weight_squared_trillionths")


def count_satisfied(answers: pl.LazyFrame, scope: ScorecardScope) -> pl.DataFrame:
    """A row for each unit and indicator that counts answers, on the unit's one scale.

    unit_code, indicator, numerator and denominator (weights in millionths), respondents,
    effective_n, scale. `answers` are the cells of one month. A unit's scale is the scale on which
    its factors were rated most often, of equally many the first in the alphabet.
    """
    names = {part.factor: part.name for part in scope.method.parts if part.factor}
    cells = answers.filter(pl.col("question").is_in(list(names))).select(
        "unit_code", "scale", "question", "answer", *_COUNTS
    )
    pooled = scope.pools.pool_counts(cells, "scale", "question", "answer")
    usual = (
        pooled.group_by("unit_code", "scale")
        .agg(pl.col("respondents").sum())
        .sort(["unit_code", "respondents", "scale"], descending=[False, True, False])
        .unique("unit_code", keep="first", maintain_order=True)
        .select("unit_code", "scale")
    )
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    weight = pl.col("weight_millionths")
    squares = pl.col("weight_squared_trillionths").sum().cast(pl.Float64)
    return (
        pooled.join(usual, on=["unit_code", "scale"], how="semi")
        .group_by("unit_code", "scale", "question")
        .agg(
            numerator=weight.filter(pl.col("answer") >= from_answer).sum(),
            denominator=weight.sum(),
            respondents=pl.col("respondents").sum(),
            effective_n=weight.sum().cast(pl.Float64) ** 2 / squares,
        )
        .with_columns(indicator=pl.col("question").replace_strict(names, return_dtype=pl.String))
        .drop("question")
        .collect()
    )
