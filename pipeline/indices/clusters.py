"""Clusters: how large a sample the respondents of a unit are, each of them one cluster.

Here belongs the variance of a mean of ratios, linearised, from sums over respondents: a respondent
who answered several questions, or in several units below an agency, is drawn once. Not here: the
ratios themselves (respondents), the formulas of samples (statistics.survey).
"""

from collections.abc import Iterable

import polars as pl

from pipeline.statistics import survey
from pipeline.tables import ANY_FACTOR, ANY_QUESTION

_UNIT_AND_SCALE = ["unit_code", "scale"]
_PAIR = [*_UNIT_AND_SCALE, "question", "other_question"]
_MILLION = 1_000_000
_MEASURES = ("share", "mean", "weight")
_ONCE = {"overall": "overall", "factors": ANY_FACTOR}
"""By kind of question, the question under which each of its respondents stands once."""


def count_people(pairs: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """Respondents, each counted once in whatever units below an agency they answered.

    A row for each of `by`, unit_code and scale: people_of_scale, and people_of_{kind} for each kind
    of question. `pairs` are cells of tables.PAIRS, which stand for all units below an agency.
    """
    respondents, question = pl.col("respondents"), pl.col("question")
    is_once = question == pl.col("other_question")
    asked = {"scale": ANY_QUESTION, **_ONCE}
    return pairs.group_by(*by, *_UNIT_AND_SCALE).agg(
        respondents.filter(is_once & (question == asked_once)).sum().alias(f"people_of_{name}")
        for name, asked_once in asked.items()
    )


def measure(
    pairs: pl.LazyFrame, scales: pl.LazyFrame, kinds: dict[str, tuple[str, ...]]
) -> pl.LazyFrame:
    """By unit and scale, of each kind of question: {kind}_sample and {kind}_mean_error.

    {kind}_sample is the effective number of respondents of the satisfied share, {kind}_mean_error
    the standard error of the mean rating (0-1). `scales` has a row for each unit and scale with
    {question}_share, {question}_mean and {question}_weight, and {kind}_value.
    """
    summed = pairs.group_by(_PAIR).agg(pl.exclude(*_PAIR, "month", "sender_code", "sha256").sum())
    questions = [question for asked in kinds.values() for question in asked]
    of_pairs = (
        summed.join(_by_question(scales, questions), on=[*_UNIT_AND_SCALE, "question"])
        .join(
            _by_question(scales, questions).rename({"question": "other_question"}),
            on=[*_UNIT_AND_SCALE, "other_question"],
            suffix="_of_other",
        )
        .with_columns(
            share_part=_variance_part("satisfied", "share", "weight_shares"),
            mean_part=_variance_part("points", "mean", "weight_products"),
        )
        # The sum of floats depends on their order.
        .sort(_PAIR)
        .collect()
        .lazy()
    )
    sums = of_pairs.group_by(_UNIT_AND_SCALE, maintain_order=True).agg(
        each for kind, asked in kinds.items() for each in _variances(kind, asked)
    )
    is_once = pl.col("question") == pl.col("other_question")
    samples = summed.group_by(_UNIT_AND_SCALE).agg(
        each for kind in kinds for each in _simple_samples(kind, is_once)
    )
    measured = scales.join(sums, on=_UNIT_AND_SCALE).join(samples, on=_UNIT_AND_SCALE)
    return measured.select(
        *_UNIT_AND_SCALE, *(each for kind in kinds for each in _samples_and_errors(kind))
    )


def _by_question(scales: pl.LazyFrame, questions: Iterable[str]) -> pl.LazyFrame:
    """A row for each unit, scale and question that was answered: share, mean, weight."""
    return pl.concat(
        scales.filter(pl.col(f"{question}_weight") > 0).select(
            *_UNIT_AND_SCALE,
            pl.lit(question).alias("question"),
            *(pl.col(f"{question}_{name}").cast(pl.Float64).alias(name) for name in _MEASURES),
        )
        for question in questions
    )


def _variance_part(what: str, ratio: str, weights: str) -> pl.Expr:
    """What a pair of questions brings to the sum of squared scores.

    The score of a respondent is (x - ratio x weight) / sum of weights for each question, where x is
    its weight that is satisfied, or times points. Each pair stands there twice, once in either
    order, so the two mixed products are the same sum.
    """
    one, other = pl.col(ratio), pl.col(f"{ratio}_of_other")
    products, mixed = pl.col(f"{what}_products"), pl.col(f"{what}_by_weight")
    deviations = (
        products.cast(pl.Float64)
        - 2 * other * mixed.cast(pl.Float64)
        + one * other * pl.col(weights).cast(pl.Float64)
    )
    return deviations / (pl.col("weight") * pl.col("weight_of_other"))


def _variances(kind: str, asked: tuple[str, ...]) -> Iterable[pl.Expr]:
    """The sums of squared scores of a kind: of the mean of its questions' ratios."""
    is_of_kind = pl.col("question").is_in(asked)
    answered = is_of_kind & (pl.col("question") == pl.col("other_question"))
    for name in ("share", "mean"):
        total = pl.col(f"{name}_part").filter(is_of_kind).sum()
        squares = (total / answered.sum() ** 2).clip(lower_bound=0)
        yield squares.alias(f"{kind}_{name}_squares")


def _simple_samples(kind: str, is_once: pl.Expr) -> Iterable[pl.Expr]:
    """Respondents of a kind, the sum of their weights, and their effective number by weights."""
    is_asked = is_once & (pl.col("question") == _ONCE[kind])
    weights = pl.col("weight_millionths").filter(is_asked).sum()
    squared_weights = pl.col("weight_squared_trillionths").filter(is_asked).sum()
    yield pl.col("respondents").filter(is_asked).sum().alias(f"{kind}_people")
    yield (weights.cast(pl.Float64) / _MILLION).alias(f"{kind}_people_weight")
    yield survey.effective_n(weights, squared_weights).alias(f"{kind}_people_by_weight")


def _samples_and_errors(kind: str) -> Iterable[pl.Expr]:
    sample, people = pl.col(f"{kind}_people_by_weight"), pl.col(f"{kind}_people")
    # Squared scores by weight: the effect of the weights is in the sample already.
    mean_square = pl.col(f"{kind}_share_squares") * pl.col(f"{kind}_people_weight")
    effect = survey.cluster_effect(pl.col(f"{kind}_value"), mean_square, sample)
    yield (sample / effect).alias(f"{kind}_sample")
    # As in R's `survey`: clusters drawn with replacement.
    variance = pl.col(f"{kind}_mean_squares") * people / (people - 1)
    yield pl.when(people > 1).then(variance.sqrt()).alias(f"{kind}_mean_error")
