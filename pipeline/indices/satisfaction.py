"""Satisfaction: the share of satisfied answers, the index made of it, and the response rate.

Here belong ratings, counted in the answers tally. Not here: lateness, which some official methods
call satisfaction.
"""

import polars as pl

from pipeline import intervals, months
from pipeline.indices.dossiers import FINISHED
from pipeline.indices.pooling import Pooling
from pipeline.indices.rates import own_figures, small_number_note, with_wilson
from pipeline.methods import Method
from pipeline.tables import ANY_QUESTION, FACTORS
from pipeline.tallies import Tallies

SATISFIED_FROM = {"five": 4, "three": 2, "yes_no": 1}
"""The lowest answer of each scale that is a satisfied one."""

FIGURES_SCALE = "figures"
"""Scale of a share that was sent ready-made: what was asked is not known."""

_COUNTS = ("respondents", "weight_millionths", "weight_squared_millionths")
_MILLIONTHS = 1_000_000


def measure(tallies: Tallies, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """satisfied_share (0-1) and satisfaction_index (0-100) of every unit with ratings or figures.

    The denominator is the number of respondents, the numerator the share of it. Value and limits
    are null under `minimum_respondents`.
    """
    from_answers = _from_answers(tallies.answers, month, pooling)
    shares = pl.concat([from_answers, _from_figures(tallies.figures, month, pooling, from_answers)])
    sample = pl.col("effective_n")
    lower, upper = intervals.wilson(pl.col("value") * sample, sample, method.level)
    limited = shares.with_columns(
        (pl.col("value") * pl.col("denominator")).alias("numerator"),
        lower.alias("lower"),
        upper.alias("upper"),
        intervals.share_error(pl.col("value") * sample, sample).alias("standard_error"),
        pl.lit("sampling").alias("interval_source"),
        pl.when(pl.col("denominator") < method.minimum_respondents)
        .then(pl.lit("too_few_respondents"))
        .alias("note"),
    )
    published = ("value", "lower", "upper", "standard_error")
    enough = limited.with_columns(
        pl.when(pl.col("note").is_null()).then(name).alias(name) for name in published
    )
    return pl.concat(
        [
            enough.with_columns(pl.lit("satisfied_share").alias("indicator")),
            enough.with_columns(
                pl.lit("satisfaction_index").alias("indicator"),
                *[pl.col(name) * 100 for name in published],
            ),
        ]
    )


def _from_answers(answers: pl.LazyFrame, month: str, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit, by the scale with the most respondents.

    unit_code, value, denominator (respondents), effective_n, scale, left_out (respondents on
    another scale).
    """
    cells = answers.filter(pl.col("month") == month).select(
        "unit_code", "scale", "question", "answer", *_COUNTS
    )
    by_scale = _shares(pooling.pooled(cells, "scale", "question", "answer"))
    respondents = pl.col("denominator")
    return (
        by_scale.with_columns(respondents.sum().over("unit_code").alias("all_respondents"))
        .sort(["unit_code", "denominator", "scale"], descending=[False, True, False])
        .unique("unit_code", keep="first", maintain_order=True)
        .with_columns((pl.col("all_respondents") - respondents).alias("left_out"))
        .drop("all_respondents")
        .collect()
    )


def _shares(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """A row for each unit and scale: the mean of the factors' shares, else the overall share."""
    weight = pl.col("weight_millionths")
    from_level = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    is_satisfied = pl.col("answer") >= from_level

    def share(question: str) -> pl.Expr:
        asked = pl.col("question") == question
        total = weight.filter(asked).sum()
        satisfied = weight.filter(asked & is_satisfied).sum()
        return pl.when(total > 0).then(satisfied / total)

    any_question = pl.col("question") == ANY_QUESTION
    weights = weight.filter(any_question).sum().cast(pl.Float64)
    squares = pl.col("weight_squared_millionths").filter(any_question).sum().cast(pl.Float64)
    factors = pl.mean_horizontal(*FACTORS)
    kind = pl.when(factors.is_not_null()).then(pl.lit(":factors")).otherwise(pl.lit(":overall"))
    return (
        pooled.group_by("unit_code", "scale")
        .agg(
            pl.col("respondents").filter(any_question).sum().alias("denominator"),
            (weights**2 / (squares * _MILLIONTHS)).alias("effective_n"),
            *[share(question).alias(question) for question in ("overall", *FACTORS)],
        )
        .filter(pl.any_horizontal(pl.col("overall", *FACTORS).is_not_null()))
        .select(
            "unit_code",
            factors.fill_null(pl.col("overall")).alias("value"),
            "denominator",
            "effective_n",
            (pl.col("scale") + kind).alias("scale"),
        )
    )


def _from_figures(
    figures: pl.LazyFrame, month: str, pooling: Pooling, from_answers: pl.DataFrame
) -> pl.DataFrame:
    """Shares sent ready-made, of units that have no ratings themselves or below them."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    return (
        pooling.pooled(own_figures(figures, month, ["satisfied_share"]), "indicator")
        .filter(denominator > 0)
        .join(from_answers.lazy(), on="unit_code", how="anti")
        .select(
            "unit_code",
            (numerator / denominator).alias("value"),
            denominator,
            denominator.cast(pl.Float64).alias("effective_n"),
            pl.lit(FIGURES_SCALE).alias("scale"),
            pl.lit(None, pl.Int64).alias("left_out"),
        )
        .sort("unit_code")
        .collect()
    )


def measure_response(
    tallies: Tallies, counts: pl.DataFrame, month: str, method: Method, pooling: Pooling
) -> pl.DataFrame:
    """response_rate of every unit with ratings, or with figures of it.

    Respondents whose dossier ended in the month, whenever they answered up to the month's end,
    among the dossiers that ended in it with a result. left_out are those whose dossier's month is
    not known; where nobody else answered, or more answered than dossiers ended, respondents and
    dossiers cannot be matched: the value is null, no_denominator.
    """
    records = _respondents(tallies.answers, month, method, pooling).join(
        counts.lazy().select("unit_code", pl.sum_horizontal(FINISHED).alias("denominator")),
        on="unit_code",
        how="left",
    )
    records = records.select(
        "unit_code",
        "numerator",
        pl.col("denominator").fill_null(0),
        "left_out",
        pl.lit(1, pl.Int64).alias("has_left_out"),
    )
    figures = pooling.pooled(
        own_figures(tallies.figures, month, ["response_rate"]), "indicator"
    ).drop("indicator")
    rates = pl.concat(
        [records, figures.join(records, on="unit_code", how="anti").select(_RESPONSES)]
    )
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    is_unmatched = (numerator > denominator) | ((numerator == 0) & (pl.col("left_out") > 0))
    limited = with_wilson(rates, method.level).drop("has_left_out")
    return (
        limited.with_columns(
            pl.lit("response_rate").alias("indicator"),
            pl.lit("chance").alias("interval_source"),
            pl.when(is_unmatched.fill_null(value=False))
            .then(pl.lit("no_denominator"))
            .otherwise(small_number_note(method))
            .alias("note"),
            *[
                pl.when(~is_unmatched.fill_null(value=False)).then(name).alias(name)
                for name in ("value", "lower", "upper", "standard_error")
            ],
        )
        .sort("unit_code")
        .collect()
    )


_RESPONSES = ("unit_code", "numerator", "denominator", "left_out", "has_left_out")


def _respondents(
    answers: pl.LazyFrame, month: str, method: Method, pooling: Pooling
) -> pl.LazyFrame:
    """By unit: numerator rated a dossier of the month, left_out one of an unknown month."""
    this_month = pl.col("month") == month
    of_month = pl.col("dossier_month") == month
    is_unknown = this_month & pl.col("dossier_month").is_null()
    first = months.shifted(month, -method.history_months)
    cells = (
        answers.filter(
            pl.col("month").is_between(pl.lit(first), pl.lit(month))
            & (this_month | of_month)
            & (pl.col("question") == ANY_QUESTION)
        )
        .group_by("unit_code")
        .agg(
            pl.col("respondents").filter(of_month).sum().alias("numerator"),
            pl.col("respondents").filter(is_unknown).sum().alias("left_out"),
        )
    )
    return pooling.pooled(cells)
