"""The tally of answers: what respondents said, counted from accepted ratings.

Here belongs counting ratings by question. Not here: how the answers of one respondent go together
(pairs), which dossiers were due and late (verdicts), shares of satisfied answers (indices).
"""

import polars as pl

from pipeline.tables import (
    ANSWERS,
    ANY_FACTOR,
    ANY_QUESTION,
    FACTORS,
    NO_ANSWER,
    NO_FACTOR_ANSWER,
    SOURCE_COLUMN,
)
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells


def count_answers(ratings: pl.LazyFrame, month: str, due_dossiers: pl.LazyFrame) -> pl.DataFrame:
    """Respondents by unit, question, answer and mode: cells of tables.ANSWERS.

    Takes accepted rows of tables.RATINGS of a whole delivery, and the dossiers due in the month
    (verdicts.due_dossiers). Under `any` each respondent of a unit stands once. Under `any_factor`
    each respondent who rated a factor stands once, with the largest weight of those answers, in the
    first file by hash. A respondent who rated several dossiers counts with the late ones where one
    of them was late. Rows without an answer stand under `no_answer` or `no_factor_answer`; a
    respondent with no other rows is under neither `any` nor `any_factor`.

    All answers of a record to one question count with their weight; its respondent counts once, in
    the cell of the first of them, and they are one cluster: the square is that of their sum.
    """
    rated = _with_verdicts(ratings, due_dossiers).with_columns(
        pl.col(*FILE_AND_UNIT, "question", "scale").cast(pl.String),
        pl.col("mode").cast(pl.String).fill_null("other"),
        dossier_month=pl.col("dossier_ended_at").dt.month_start().dt.date(),
        weight_millionths=(pl.col("weight") * 1_000_000).round(0).cast(pl.Int64),
    )
    is_given = pl.col("answer").is_not_null()
    given = rated.filter(is_given)
    not_given = pl.when(pl.col("question").is_in(FACTORS)).then(pl.lit(NO_FACTOR_ANSWER))
    keys = ("question", "scale", "answer", "mode", "dossier_month", "dossier_verdict")
    by_question = rated.with_columns(
        question=pl.when(is_given)
        .then("question")
        .otherwise(not_given.otherwise(pl.lit(NO_ANSWER)))
    )
    weight = pl.col("weight_millionths")
    cells = (
        pl.concat(
            [
                by_question.filter(pl.col(SOURCE_COLUMN).is_null()).select(
                    *FILE_AND_UNIT, *keys, "weight_millionths", *_one_alone()
                ),
                _answers_of_records(by_question.filter(pl.col(SOURCE_COLUMN).is_not_null())).select(
                    *FILE_AND_UNIT, *keys, "weight_millionths", "respondents", "answers"
                ),
                _respondents(given, ANY_QUESTION),
                _respondents(given.filter(pl.col("question").is_in(FACTORS)), ANY_FACTOR),
            ]
        )
        .group_by(*FILE_AND_UNIT, *keys)
        .agg(
            respondents=pl.col("respondents").sum(),
            weight_millionths=weight.sum(),
            weight_squared_trillionths=(weight * weight.cast(pl.Int128) * pl.col("answers")).sum(),
        )
        .with_columns(pl.col("dossier_month").dt.strftime("%Y-%m"))
    )
    return sort_cells(cells, month, ANSWERS)


def _one_alone() -> list[pl.Expr]:
    """One respondent, and one answer to a question: what a row brings to the counts that is the
    only one of its record.
    """
    return [pl.lit(1, pl.Int64).alias(name) for name in ("respondents", "answers")]


def _answers_of_records(by_question: pl.LazyFrame) -> pl.LazyFrame:
    """Answers of records that may have several to a question, with what they bring to the counts.

    `answers`: how many its record gives to the question; `respondents`: 1 with the lowest of them,
    else 0. Questions without an answer count one by one.
    """
    record = (*FILE_AND_UNIT, "row_number", "question", "scale")
    answer = pl.col("answer")
    is_lowest = answer == answer.min().over(record)
    is_first = is_lowest & pl.struct(*record, "answer").is_first_distinct()
    return by_question.with_columns(
        answers=pl.when(answer.is_null()).then(1).otherwise(pl.len().over(record)).cast(pl.Int64),
        respondents=(answer.is_null() | is_first).cast(pl.Int64),
    )


def _with_verdicts(ratings: pl.LazyFrame, due_dossiers: pl.LazyFrame) -> pl.LazyFrame:
    """The ratings with the verdict of the dossier rated; null where it is not due or not unique."""
    key = ["sender_code", "dossier_id"]
    return ratings.join(due_dossiers.unique(key, keep="none"), on=key, how="left").with_columns(
        pl.col("dossier_verdict").cast(pl.String)
    )


def _respondents(rated: pl.LazyFrame, question: str) -> pl.LazyFrame:
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
        )
        .select(
            *FILE_AND_UNIT,
            pl.lit(question).alias("question"),
            "scale",
            pl.lit(None, pl.Int64).alias("answer"),
            "mode",
            "dossier_month",
            "dossier_verdict",
            "weight_millionths",
            *_one_alone(),
        )
    )
