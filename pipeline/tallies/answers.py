"""The tally of answers: what respondents said, counted from accepted ratings.

Here belongs counting ratings by question, and respondents by what they said of all factors. Not
here: the other tallies, and what all share (tallies), shares of satisfied answers (indices).
"""

import polars as pl

from pipeline.tables import ANSWERS, ANY_FACTOR, ANY_QUESTION, FACTORS, SATISFIED_FROM
from pipeline.tallies.cells import FILE_AND_UNIT, sorted_cells


def count_answers(
    ratings: pl.LazyFrame, month: str, judged: pl.LazyFrame | None = None
) -> pl.DataFrame:
    """Respondents by unit, question, answer and mode: cells of tables.ANSWERS.

    Takes accepted rows of tables.RATINGS of a whole delivery, and of its dossiers those of
    `judged`. Under `any` each respondent of a unit stands once, and under `any_factor` each of
    those who rated a factor, with the largest weight of those answers, in the first file by hash.
    Who rated several dossiers is of the late ones where one was late.
    """
    rated = _with_verdicts(ratings, judged).with_columns(
        pl.col(*FILE_AND_UNIT, "question", "scale").cast(pl.String),
        pl.col("mode").cast(pl.String).fill_null("other"),
        dossier_month=pl.col("dossier_ended_at").dt.month_start().dt.date(),
        weight_millionths=(pl.col("weight") * 1_000_000).round(0).cast(pl.Int64),
    )
    keys = ("question", "scale", "answer", "mode", "dossier_month", "dossier_verdict", "factors")
    by_question = rated.select(
        *FILE_AND_UNIT, *keys[:-1], pl.lit(None, pl.Int64).alias("factors"), "weight_millionths"
    )
    weight = pl.col("weight_millionths")
    cells = (
        pl.concat(
            [
                by_question,
                _by_respondent(rated, ANY_QUESTION).with_columns(factors=pl.lit(None, pl.Int64)),
                _by_respondent(rated.filter(pl.col("question").is_in(FACTORS)), ANY_FACTOR),
            ]
        )
        .group_by(*FILE_AND_UNIT, *keys)
        .agg(
            respondents=pl.len(),
            weight_millionths=weight.sum(),
            weight_squared_trillionths=(weight.cast(pl.Int128) ** 2).sum(),
        )
        .with_columns(
            pl.col("dossier_month").dt.strftime("%Y-%m"),
            factors_satisfied=_factors_satisfied(pl.col("factors")),
        )
    )
    return sorted_cells(cells, month, ANSWERS)


def _with_verdicts(ratings: pl.LazyFrame, judged: pl.LazyFrame | None) -> pl.LazyFrame:
    if judged is None:
        return ratings.with_columns(dossier_verdict=pl.lit(None, pl.String))
    key = ["sender_code", "dossier_id"]
    return ratings.join(judged.unique(key, keep="none"), on=key, how="left").with_columns(
        pl.col("dossier_verdict").cast(pl.String)
    )


def _by_respondent(rated: pl.LazyFrame, question: str) -> pl.LazyFrame:
    """Each respondent of a unit once, without an answer, under a question of that name."""
    return (
        rated.group_by("sender_code", "unit_code", "respondent_id")
        .agg(
            pl.col("sha256").min(),
            pl.col("scale").min(),
            pl.col("mode").min(),
            pl.col("dossier_month").max(),
            pl.col("dossier_verdict").min(),
            pl.col("weight_millionths").max(),
            factors=_factor_bits().bitwise_or(),
        )
        .select(
            *FILE_AND_UNIT,
            pl.lit(question).alias("question"),
            "scale",
            pl.lit(None, pl.Int64).alias("answer"),
            "mode",
            "dossier_month",
            "dossier_verdict",
            "factors",
            "weight_millionths",
        )
    )


def _factor_bits() -> pl.Expr:
    """An answer to a factor as bits: that it was rated, and that it satisfied; else none."""
    first = {factor: 4**place for place, factor in enumerate(FACTORS)}
    rated = pl.col("question").replace_strict(first, default=0, return_dtype=pl.Int64)
    from_level = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    is_satisfied = pl.col("answer") >= from_level
    return pl.when(is_satisfied).then(rated * 3).otherwise(rated)


def _factors_satisfied(bits: pl.Expr) -> pl.Expr:
    """Such bits of a respondent's factors as text: a character for each of FACTORS in order."""
    characters = {0: "-", 1: "0", 3: "1"}
    return pl.concat_str(
        [
            (bits // 4**place % 4).replace_strict(characters, return_dtype=pl.String)
            for place in range(len(FACTORS))
        ]
    )
