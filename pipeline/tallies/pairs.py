"""The tally of pairs: how the answers of one respondent go together, counted from accepted ratings.

A respondent is one cluster, whatever questions of whatever units it answered: so the units above
are counted here, since counts of single units cannot tell who stands in several of them. Sums of
products over respondents are all that the variance of a mean of ratios needs, and nothing in them
is personal. Here belong these sums. Not here: answers by unit (answers), the variance (indices).
"""

from collections.abc import Iterator

import polars as pl

from pipeline.tables import (
    ANY_FACTOR,
    ANY_QUESTION,
    FACTORS,
    PAIRS,
    QUESTIONS,
    SATISFIED_FROM,
    SCALES,
)
from pipeline.tallies.cells import sort_cells
from pipeline.tallies.levels import place_persons

_PERSON = ("sender_code", "unit_code", "scale", "respondent_id")
_CELL = ("sender_code", "sha256", "unit_code", "scale")
_MILLION = 1_000_000
_PARTS = ("weight", "satisfied", "points")
_HEAVIEST = {"any": QUESTIONS, "any_factor": FACTORS, "any_overall": ("overall",)}
"""Columns of the largest weight of a respondent's answers, and the questions that they answer."""


def count_pairs(ratings: pl.LazyFrame, members: pl.DataFrame, month: str) -> pl.DataFrame:
    """Respondents by unit and pair of questions: cells of tables.PAIRS.

    Takes accepted rows of tables.RATINGS of a whole delivery. `members` has a row for each unit
    (unit_code) and each agency above it (pooled_code); a respondent of several units below an
    agency is one of its respondents, in the first file by hash.
    """
    answered = ratings.filter(pl.col("answer").is_not_null())
    asked = answered.select(pl.col("question").cast(pl.String).unique()).collect()["question"]
    questions = [question for question in QUESTIONS if question in asked]
    if not questions:
        return PAIRS.empty()
    persons = _sum_by_person(answered, questions).collect()
    of_units, of_agencies = place_persons(persons, members)
    of_parents = of_agencies.group_by(_PERSON).agg(
        pl.col("sha256").min(),
        pl.col(*_HEAVIEST).max(),
        pl.col(f"{part}_{question}" for part in _PARTS for question in questions).sum(),
    )
    counted = [
        cells
        for level in (of_units, of_parents)
        for cells in _count_level(_with_shares(level, questions).collect(), questions)
    ]
    return sort_cells(pl.concat(counted).filter(pl.col("respondents") > 0).lazy(), month, PAIRS)


def _sum_by_person(answered: pl.LazyFrame, questions: list[str]) -> pl.LazyFrame:
    """Each respondent of a unit and scale once: its heaviest weights, and by question its weights
    of all answers, of the satisfied, and times points 0-1, in millionths.
    """
    scale, answer, weight = pl.col("scale"), pl.col("answer").cast(pl.Int64), pl.col("weight")
    lowest, highest = (
        scale.replace_strict({s: ends[end] for s, ends in SCALES.items()}, return_dtype=pl.Int64)
        for end in (0, 1)
    )
    satisfied_from = scale.replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    parts = answered.select(
        *(pl.col(name).cast(pl.String) for name in (*_PERSON, "sha256", "question")),
        weight=(weight * _MILLION).round(0).cast(pl.Int64),
        is_satisfied=answer >= satisfied_from,
        points=(answer - lowest) / (highest - lowest),
    ).with_columns(
        satisfied=pl.when("is_satisfied").then("weight").otherwise(0),
        points=(weight * pl.col("points")).round(0).cast(pl.Int64),
    )
    question = pl.col("question")
    return parts.group_by(_PERSON).agg(
        pl.col("sha256").min(),
        *(
            pl.when(question.is_in(asked)).then("weight").otherwise(0).max().alias(name)
            for name, asked in _HEAVIEST.items()
        ),
        *(
            pl.when(question == each).then(part).otherwise(0).sum().alias(f"{part}_{each}")
            for part in _PARTS
            for each in questions
        ),
    )


def _with_shares(persons: pl.LazyFrame, questions: list[str]) -> pl.LazyFrame:
    """The respondents with their weights by their heaviest weight, in millionths."""
    return persons.with_columns(
        (pl.col(f"{part}_{question}") / pl.col(_heaviest_of(question)) * _MILLION)
        .fill_nan(0)
        .round(0)
        .cast(pl.Int64)
        .alias(f"{part}_share_{question}")
        for part in ("weight", "satisfied")
        for question in questions
    )


def _heaviest_of(question: str) -> str:
    return "any_factor" if question in FACTORS else "any_overall"


def _count_level(persons: pl.DataFrame, questions: list[str]) -> Iterator[pl.DataFrame]:
    """The cells of respondents who stand once in each of their units."""
    # Under `any` each stands under one scale: the first by name.
    once = persons.group_by("sender_code", "unit_code", "respondent_id").agg(
        pl.col("sha256", "scale").min(), pl.col("any").max()
    )
    yield _count_once(once, "any", ANY_QUESTION)
    yield _count_once(persons, "any_factor", ANY_FACTOR)
    pairs = [
        (one, other)
        for one in questions
        for other in questions
        if one == other or (one in FACTORS and other in FACTORS)
    ]
    sums = persons.lazy().group_by(_CELL).agg(each for pair in pairs for each in _sum_pair(*pair))
    found = sums.collect()
    for one, other in pairs:
        # What does not depend on the order of the two is summed once.
        first, second = sorted((one, other))
        yield found.select(
            *_CELL,
            pl.lit(one).alias("question"),
            pl.lit(other).alias("other_question"),
            *(
                pl.col(
                    f"{name} {one} {other}" if name in _MIXED else f"{name} {first} {second}"
                ).alias(name)
                for name in _COUNTS
            ),
        )


def _sum_pair(one: str, other: str) -> Iterator[pl.Expr]:
    """The counts of a cell of PAIRS; those that do not depend on the order only where `one` is
    first by name.
    """
    wide = pl.Int128()
    weight, points, satisfied = (
        pl.col(f"{part}_{one}").cast(wide) for part in ("weight", "points", "satisfied")
    )
    weight_of_other, share_of_other = (
        pl.col(f"{part}_{other}").cast(wide) for part in ("weight", "weight_share")
    )
    sums = {
        "points_by_weight": (points * weight_of_other).sum(),
        "satisfied_by_weight": (satisfied * share_of_other).sum(),
    }
    if one <= other:
        points_of_other, satisfied_share_of_other = (
            pl.col(f"{part}_{other}").cast(wide) for part in ("points", "satisfied_share")
        )
        is_answered = (pl.col(f"weight_{one}") > 0) & (pl.col(f"weight_{other}") > 0)
        sums |= _sum_heaviest(pl.col(_heaviest_of(one)), is_answered) | {
            "weight_products": (weight * weight_of_other).sum(),
            "points_products": (points * points_of_other).sum(),
            "weight_shares": (weight * share_of_other).sum(),
            "satisfied_products": (satisfied * satisfied_share_of_other).sum(),
        }
    return (each.alias(f"{name} {one} {other}") for name, each in sums.items())


def _count_once(persons: pl.DataFrame, heaviest: str, question: str) -> pl.DataFrame:
    """Each respondent with a weight once, under a question that nobody was asked."""
    is_answered = pl.col(heaviest) > 0
    sums = _sum_heaviest(pl.col(heaviest), is_answered)
    return (
        persons.group_by(_CELL)
        .agg(each.alias(name) for name, each in sums.items())
        .with_columns(
            *(pl.lit(0, pl.Int128).alias(name) for name in _COUNTS if name not in sums),
            pl.lit(question).alias("question"),
            pl.lit(question).alias("other_question"),
        )
        .select(*_CELL, "question", "other_question", *_COUNTS)
    )


def _sum_heaviest(weight: pl.Expr, is_answered: pl.Expr) -> dict[str, pl.Expr]:
    heaviest = pl.when(is_answered).then(weight).otherwise(0).cast(pl.Int128)
    return {
        "respondents": is_answered.sum().cast(pl.Int64),
        "weight_millionths": heaviest.sum(),
        "weight_squared_trillionths": (heaviest * heaviest).sum(),
    }


_COUNTS = PAIRS.names[PAIRS.names.index("respondents") :]
_MIXED = ("points_by_weight", "satisfied_by_weight")
"""The counts that depend on which question is the first of the two."""
