"""Item non-response: how often the respondents of a unit gave no answer to a question.

Here belongs the share of questions without an answer, by kind of question. Not here: applicants who
did not respond at all (the response rate, satisfaction), or what the answers say (respondents).
"""

import polars as pl

from pipeline.tables import FACTORS, NO_ANSWER, NO_FACTOR_ANSWER
from pipeline.tallies.pooling import Pooling

_KINDS = {"overall": (("overall",), NO_ANSWER), "factors": (FACTORS, NO_FACTOR_ANSWER)}
"""By kind of question its questions, and the one under which stands that no answer was given."""


def measure(answers: pl.LazyFrame, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit whose respondents left a question of the month without an answer.

    unit_code, and for each kind of question the share (0-1) of its questions that were asked and
    not answered: overall_no_answer, factors_no_answer; null where the kind was not asked.
    """
    cells = answers.filter(pl.col("month") == pooling.month).select(
        "unit_code", "question", "respondents"
    )
    shares = (
        (_sum_of([silent]) / _sum_of([*questions, silent]))
        .fill_nan(None)
        .alias(f"{kind}_no_answer")
        for kind, (questions, silent) in _KINDS.items()
    )
    silences = _sum_of([silent for _, silent in _KINDS.values()])
    return (
        pooling.pools.pool_counts(cells, "question")
        .group_by("unit_code")
        .agg(*shares, silences=silences)
        .filter(pl.col("silences") > 0)
        .drop("silences")
        .sort("unit_code")
        .collect()
    )


def _sum_of(questions: list[str]) -> pl.Expr:
    return pl.col("respondents").filter(pl.col("question").is_in(questions)).sum()
