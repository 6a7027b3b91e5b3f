"""Respondents: the answers of the people who rated a unit in the month, and their sample size.

Here belong shares of satisfied answers by scale and kind of question, their effective sample size,
and how they split by what became of the rated dossier. Not here: the published indicators
(satisfaction), counting answers (tallies).
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.indices.pooling import Pooling, Pools
from pipeline.statistics import survey
from pipeline.tables import ANY_FACTOR, ANY_QUESTION, FACTORS, SATISFIED_FROM

GROUPS = ("on_time", "late", "others")
"""Respondents by their dossier: due in the month and on time, due and late, any other."""

KINDS = {"overall": ("overall",), "factors": FACTORS}
"""Kinds of question, and the questions of each."""
_QUESTIONS = tuple(question for questions in KINDS.values() for question in questions)

_QUESTION_OF_RESPONDENTS = {"overall": "overall", "factors": ANY_FACTOR}
"""By kind, the question under which each of its respondents is counted once."""
_COUNTS = ("respondents", "weight_millionths", "weight_squared_trillionths")
_UNIT_AND_SCALE = ("unit_code", "scale")
_WHOLE_PARTS = 10**12
"""Squares are added in whole parts of this size: sums of floats would depend on their order."""


def measure(answers: pl.LazyFrame, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit with ratings in the month.

    By the scale with the most respondents, and by the kind of question that at least half of them
    answered: the factors where they did, else the overall question. Columns: unit_code, value
    (0-1), denominator (respondents to that kind), effective_n, scale, left_out (the unit's other
    respondents). For each of GROUPS what it brings to the value, `_part`, its share of the
    answers, `_mass` (these add up to the value and to 1), its `_respondents` and their
    `_effective_n`.
    """
    cells = answers.filter(pl.col("month") == pooling.month).select(
        "unit_code", "scale", "question", "answer", "factors_satisfied", "dossier_verdict", *_COUNTS
    )
    pooled = pooling.pools.pool_counts(
        cells, "scale", "question", "answer", "factors_satisfied", "dossier_verdict"
    )
    scales = _measure_by_scale(pooled)
    of_unit = pl.col("of_scale").sum().over("unit_code")
    names = ("value", "respondents", "effective_n", *_group_columns())
    samples = ["factors_effective_n", *(f"factors_{group}_effective_n" for group in GROUPS)]
    with_effects = (
        scales.join(_cluster_effects(pooled, scales), on=_UNIT_AND_SCALE, how="left")
        .with_columns(pl.col("cluster_effect").fill_null(1.0), of_unit.alias("of_unit"))
        .with_columns(pl.col(name) / pl.col("cluster_effect") for name in samples)
    )
    return (
        _choose_scale(with_effects, ["unit_code"])
        .select("unit_code", *map(_of_chosen_kind, names), _scale_and_kind(), "of_unit")
        .with_columns(
            (pl.col("of_unit") - pl.col("respondents")).clip(lower_bound=0).alias("left_out")
        )
        .drop("of_unit")
        .rename({"respondents": "denominator"})
        .collect()
    )


def count_questions(answers: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """Answers to each question, with the weight of the satisfied (satisfied_millionths).

    A row for each of `by`, unit_code, scale and question.
    """
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    weight = pl.col("weight_millionths")
    return answers.group_by(*by, "unit_code", "scale", "question").agg(
        pl.col("respondents", "weight_millionths").sum(),
        weight.filter(pl.col("answer") >= from_answer).sum().alias("satisfied_millionths"),
    )


def measure_shares(questions: pl.LazyFrame, pools: Pools) -> pl.LazyFrame:
    """The satisfied share of every unit with ratings, as in `measure`: value, denominator, scale.

    `questions` are rows of `count_questions`; a row for each unit.
    """
    scales = (
        pools.pool_counts(questions, "scale", "question")
        .group_by(*pools.unit_keys, "scale")
        .agg(
            _sum_of_question("respondents", ANY_QUESTION).alias("of_scale"),
            *(_satisfied_share(question).alias(f"{question}_share") for question in _QUESTIONS),
            *(
                _sum_of_question("respondents", question).alias(f"{kind}_respondents")
                for kind, question in _QUESTION_OF_RESPONDENTS.items()
            ),
        )
        .with_columns(_kind_value(kind) for kind in KINDS)
        .filter(_HAS_VALUE)
    )
    return _choose_scale(scales, pools.unit_keys).select(
        *pools.unit_keys,
        _of_chosen_kind("value"),
        _of_chosen_kind("respondents").alias("denominator"),
        _scale_and_kind(),
    )


def _choose_scale(scales: pl.LazyFrame, unit_keys: Sequence[str]) -> pl.LazyFrame:
    """The scale of each unit with the most respondents, of equally many the first by name."""
    is_descending = [*(False for _ in unit_keys), True, False]
    return scales.sort([*unit_keys, "of_scale", "scale"], descending=is_descending).unique(
        unit_keys, keep="first", maintain_order=True
    )


def _of_chosen_kind(name: str) -> pl.Expr:
    """A column of the kind of question that at least half of the respondents answered."""
    return pl.when(_IS_OF_FACTORS).then(f"factors_{name}").otherwise(f"overall_{name}").alias(name)


def _scale_and_kind() -> pl.Expr:
    kind = pl.when(_IS_OF_FACTORS).then(pl.lit(":factors")).otherwise(pl.lit(":overall"))
    return pl.col("scale") + kind


_IS_OF_FACTORS = 2 * pl.col("factors_respondents") >= pl.col("of_scale")
_HAS_VALUE = pl.col("overall_value").is_not_null() | pl.col("factors_value").is_not_null()


def _group_columns() -> list[str]:
    measures = ("part", "mass", "respondents", "effective_n")
    return [f"{group}_{measure}" for group in GROUPS for measure in measures]


def _measure_by_scale(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """A row for each unit and scale that has a value of some kind.

    of_scale (its respondents), and for each kind the columns of `measure`, with the kind's name
    before them; effective sample sizes know weights, and not yet clusters. Beside them the share
    and the weight of each question.
    """
    verdict = pl.col("dossier_verdict")
    group = pl.when(verdict.is_in(GROUPS)).then(verdict).otherwise(pl.lit(GROUPS[-1]))
    weight = pl.col("weight_millionths")
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    counted = pooled.group_by(*_UNIT_AND_SCALE, "question", group.alias("group")).agg(
        pl.col(_COUNTS).sum(),
        weight.filter(pl.col("answer") >= from_answer).sum().alias("satisfied_millionths"),
    )
    return (
        counted.group_by(_UNIT_AND_SCALE)
        .agg(
            _sum_of_question("respondents", ANY_QUESTION).alias("of_scale"),
            *(_satisfied_share(question).alias(f"{question}_share") for question in _QUESTIONS),
            *(
                _sum_of_question("weight_millionths", question).alias(f"{question}_weight")
                for question in _QUESTIONS
            ),
            *(each for kind in KINDS for each in _sample_sizes(kind)),
            *(
                _sum_of_question(f"{what}_millionths", question, group).alias(
                    f"{question}_{group}_{what}"
                )
                for question in _QUESTIONS
                for group in GROUPS
                for what in ("weight", "satisfied")
            ),
        )
        .with_columns(each for kind in KINDS for each in _kind_values(kind))
        .filter(_HAS_VALUE)
    )


def _sum_of_question(name: str, question: str, group: str | None = None) -> pl.Expr:
    is_asked = pl.col("question") == question
    is_of_group = pl.lit(value=True) if group is None else pl.col("group") == group
    return pl.col(name).filter(is_asked & is_of_group).sum()


def _satisfied_share(question: str) -> pl.Expr:
    total = _sum_of_question("weight_millionths", question)
    return pl.when(total > 0).then(_sum_of_question("satisfied_millionths", question) / total)


def _sample_sizes(kind: str) -> Iterable[pl.Expr]:
    """Respondents and effective sample size of a kind, of all and of each group."""
    question = _QUESTION_OF_RESPONDENTS[kind]
    for prefix, group in ((kind, None), *((f"{kind}_{group}", group) for group in GROUPS)):
        yield _sum_of_question("respondents", question, group).alias(f"{prefix}_respondents")
        yield survey.effective_n(
            _sum_of_question("weight_millionths", question, group),
            _sum_of_question("weight_squared_trillionths", question, group),
        ).alias(f"{prefix}_effective_n")


def _kind_value(kind: str) -> pl.Expr:
    """The mean of the shares of a kind's questions."""
    shares = (f"{question}_share" for question in KINDS[kind])
    return pl.mean_horizontal(shares).alias(f"{kind}_value")


def _kind_values(kind: str) -> Iterable[pl.Expr]:
    """The mean of the questions' shares, and what each group brings to it and to the answers."""
    questions = KINDS[kind]
    yield _kind_value(kind)
    for group in GROUPS:
        for measure, what in (("part", "satisfied"), ("mass", "weight")):
            yield pl.mean_horizontal(
                pl.when(pl.col(f"{question}_weight") > 0).then(
                    pl.col(f"{question}_{group}_{what}") / pl.col(f"{question}_weight")
                )
                for question in questions
            ).alias(f"{kind}_{group}_{measure}")


def _cluster_effects(pooled: pl.LazyFrame, scales: pl.LazyFrame) -> pl.LazyFrame:
    """By unit and scale cluster_effect: the design effect of respondents who rated several factors.

    The value is a mean of ratios, one for each factor; the score of a respondent is what it brings
    to each ratio, linearised. Units are left out where it is not known of all respondents which
    factors satisfied them.
    """
    text = pl.col("factors_satisfied")
    weight = pl.col("weight_millionths")
    patterns = (
        pooled.filter((pl.col("question") == ANY_FACTOR) & (weight > 0))
        .group_by(*_UNIT_AND_SCALE, text)
        .agg(weight.sum())
        .with_columns(weight.sum().over(_UNIT_AND_SCALE).alias("all"))
        .join(scales, on=_UNIT_AND_SCALE)
    )
    rated = pl.sum_horizontal(pl.col(f"{factor}_weight") > 0 for factor in FACTORS)
    deviation = pl.sum_horizontal(
        pl.when(text.str.slice(place, 1) != "-")
        .then((text.str.slice(place, 1) == "1").cast(pl.Float64) - pl.col(f"{factor}_share"))
        .truediv(pl.col(f"{factor}_weight"))
        for place, factor in enumerate(FACTORS)
    )
    square = (deviation * pl.col("all") / rated) ** 2 * weight / pl.col("all")
    effect = survey.cluster_effect(
        pl.col("factors_value"), pl.col("squares") / _WHOLE_PARTS, pl.col("factors_effective_n")
    )
    return (
        patterns.with_columns((square * _WHOLE_PARTS).round(0).cast(pl.Int64).alias("square"))
        .group_by(_UNIT_AND_SCALE)
        .agg(
            pl.col("square").sum().alias("squares"),
            text.null_count().alias("unknown"),
            pl.col("factors_value", "factors_effective_n").first(),
        )
        .filter(pl.col("unknown") == 0)
        .select(*_UNIT_AND_SCALE, effect.alias("cluster_effect"))
    )
