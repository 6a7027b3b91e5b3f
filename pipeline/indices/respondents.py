"""Respondents: the answers of the people who rated a unit in the month, and their sample size.

Here belong shares of satisfied answers and mean ratings by scale and kind of question, and how the
shares split by what became of the rated dossier. Not here: how the answers of one respondent go
together (clusters), the published indicators (satisfaction, mean_rating), counting (tallies).
"""

from collections.abc import Iterable, Sequence

import polars as pl

from pipeline.indices import clusters
from pipeline.statistics import survey
from pipeline.tables import ANY_FACTOR, ANY_QUESTION, FACTORS, SATISFIED_FROM, SCALES
from pipeline.tallies.pooling import Pooling, Pools
from pipeline.tallies.rated import name_asked

GROUPS = ("on_time", "late", "others")
"""Respondents by their dossier: due in the month and on time, due and late, any other."""

KINDS = {"overall": ("overall",), "factors": FACTORS}
"""Kinds of question, and the questions of each."""
_QUESTIONS = tuple(question for questions in KINDS.values() for question in questions)

_QUESTION_OF_RESPONDENTS = {"overall": "overall", "factors": ANY_FACTOR}
"""By kind, the question under which each of its respondents is counted once."""
_COUNTS = ("respondents", "weight_millionths", "weight_squared_trillionths")
_UNIT_AND_SCALE = ("unit_code", "scale")


def measure(answers: pl.LazyFrame, pairs: pl.LazyFrame, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit with ratings in the month.

    By the scale with the most respondents, and by the kind of question that at least half of them
    answered: the factors where they did, else the overall question. Columns: unit_code, value
    (0-1), denominator (respondents to that kind), effective_n, scale, left_out (the unit's other
    respondents), mean and mean_error (the mean rating, 0-1). For each of GROUPS what it brings to
    the value, `_part`, its share of the answers, `_mass` (these add up to the value and to 1), its
    `_respondents` and their `_effective_n`. A respondent counts once in a unit and once in each
    agency above, but once in each unit where `pairs` (cells of tables.PAIRS) do not know it.
    """
    cells = answers.filter(pl.col("month") == pooling.month).select(
        "unit_code", "scale", "question", "answer", "dossier_verdict", *_COUNTS
    )
    pooled = pooling.pools.pool_counts(cells, "scale", "question", "answer", "dossier_verdict")
    of_month = pairs.filter(pl.col("month") == pooling.month)
    scales = _measure_by_scale(pooled).collect().lazy()
    of_unit = pl.col("of_scale").sum().over("unit_code")
    names = ("value", "respondents", "effective_n", "mean", "mean_error", *_group_columns())
    sampled = (
        _count_once(scales, clusters.count_people(of_month), _UNIT_AND_SCALE)
        .join(clusters.measure(of_month, scales, KINDS), on=_UNIT_AND_SCALE, how="left")
        .with_columns(each for kind in KINDS for each in _with_clusters(kind))
        .with_columns(of_unit.alias("of_unit"))
    )
    return (
        _choose_scale(sampled, ["unit_code"])
        .select("unit_code", *map(_of_chosen_kind, names), _SCALE_AND_KIND, "of_unit")
        .with_columns(
            (pl.col("of_unit") - pl.col("respondents")).clip(lower_bound=0).alias("left_out")
        )
        .drop("of_unit")
        .rename({"respondents": "denominator"})
        .collect()
    )


def _count_once(scales: pl.LazyFrame, people: pl.LazyFrame, keys: Sequence[str]) -> pl.LazyFrame:
    """The scales with each respondent counted once, where `people` (clusters.count_people) know."""
    counted = {"of_scale": "people_of_scale"} | {
        f"{kind}_respondents": f"people_of_{kind}" for kind in KINDS
    }
    return scales.join(people, on=list(keys), how="left").with_columns(
        pl.coalesce(once, name).alias(name) for name, once in counted.items()
    )


def _with_clusters(kind: str) -> Iterable[pl.Expr]:
    """The effective sample of a kind of question, and in proportion those of its groups."""
    sample = pl.coalesce(f"{kind}_sample", f"{kind}_effective_n")
    yield sample.alias(f"{kind}_effective_n")
    for group in GROUPS:
        name = f"{kind}_{group}_effective_n"
        yield (pl.col(name) * sample / pl.col(f"{kind}_effective_n")).alias(name)


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


def measure_shares(
    questions: pl.LazyFrame, pools: Pools, people: pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """The satisfied share of every unit with ratings, as in `measure`: value, denominator, scale.

    `questions` are rows of `count_questions`; a row for each unit. Without `people`
    (clusters.count_people) a respondent counts once in each unit.
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
    keys = [*pools.unit_keys, "scale"]
    counted = scales if people is None else _count_once(scales, people, keys)
    return _choose_scale(counted, pools.unit_keys).select(
        *pools.unit_keys,
        _of_chosen_kind("value"),
        _of_chosen_kind("respondents").alias("denominator"),
        _SCALE_AND_KIND,
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


_IS_OF_FACTORS = 2 * pl.col("factors_respondents") >= pl.col("of_scale")
_SCALE_AND_KIND = name_asked(_IS_OF_FACTORS).alias("scale")
_HAS_VALUE = pl.col("overall_value").is_not_null() | pl.col("factors_value").is_not_null()


def _group_columns() -> list[str]:
    measures = ("part", "mass", "respondents", "effective_n")
    return [f"{group}_{measure}" for group in GROUPS for measure in measures]


def _measure_by_scale(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """A row for each unit and scale that has a value of some kind.

    of_scale (its respondents), and for each kind the columns of `measure`, with the kind's name
    before them; respondents stand once in each unit, and effective sample sizes know weights, and
    not yet clusters. Beside them the share, the mean and the weight of each question.
    """
    verdict = pl.col("dossier_verdict")
    group = pl.when(verdict.is_in(GROUPS)).then(verdict).otherwise(pl.lit(GROUPS[-1]))
    weight = pl.col("weight_millionths")
    from_answer = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    counted = pooled.group_by(*_UNIT_AND_SCALE, "question", group.alias("group")).agg(
        pl.col(_COUNTS).sum(),
        weight.filter(pl.col("answer") >= from_answer).sum().alias("satisfied_millionths"),
        (weight * (pl.col("answer") - _lowest())).sum().alias("points_millionths"),
    )
    return (
        counted.group_by(_UNIT_AND_SCALE)
        .agg(
            _sum_of_question("respondents", ANY_QUESTION).alias("of_scale"),
            *(_satisfied_share(question).alias(f"{question}_share") for question in _QUESTIONS),
            *(_mean_points(question).alias(f"{question}_mean") for question in _QUESTIONS),
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


def _mean_points(question: str) -> pl.Expr:
    """The mean answer to a question, from 0 (the lowest of its scale) to 1 (the highest)."""
    total = _sum_of_question("weight_millionths", question)
    steps = pl.col("scale").first().replace_strict(_STEPS, return_dtype=pl.Int64)
    points = _sum_of_question("points_millionths", question)
    return pl.when(total > 0).then(points / total / steps)


def _lowest() -> pl.Expr:
    lowest = {scale: ends[0] for scale, ends in SCALES.items()}
    return pl.col("scale").replace_strict(lowest, return_dtype=pl.Int64)


_STEPS = {scale: highest - lowest for scale, (lowest, highest) in SCALES.items()}


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
    yield pl.mean_horizontal(f"{question}_mean" for question in questions).alias(f"{kind}_mean")
    for group in GROUPS:
        for measure, what in (("part", "satisfied"), ("mass", "weight")):
            yield pl.mean_horizontal(
                pl.when(pl.col(f"{question}_weight") > 0).then(
                    pl.col(f"{question}_{group}_{what}") / pl.col(f"{question}_weight")
                )
                for question in questions
            ).alias(f"{kind}_{group}_{measure}")
