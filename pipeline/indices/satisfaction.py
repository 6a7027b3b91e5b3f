"""Satisfaction: the share of satisfied answers, the index made of it, and the response rate.

Here belong ratings, counted in the answers tally. Not here: lateness, which some official methods
call satisfaction.
"""

import polars as pl

from pipeline import months
from pipeline.indices.pooling import Pooling
from pipeline.indices.rates import own_figures, parts_note, small_number_note, with_wilson
from pipeline.methods import Method
from pipeline.statistics import intervals
from pipeline.tables import ANY_FACTOR, ANY_QUESTION, FACTORS, FINISHED
from pipeline.tallies import Tallies

SATISFIED_FROM = {"five": 4, "three": 2, "yes_no": 1}
"""The lowest answer of each scale that is a satisfied one."""

FIGURES_SCALE = "figures"
"""Scale of a share that was sent ready-made: what was asked is not known."""

_COUNTS = ("respondents", "weight_millionths", "weight_squared_trillionths")


def measure(tallies: Tallies, month: str, method: Method, pooling: Pooling) -> pl.DataFrame:
    """satisfied_share (0-1) and satisfaction_index (0-100) of every unit with ratings or figures.

    The denominator is the number of respondents, the numerator the share of it. Value and limits
    are null under `minimum_respondents`.
    """
    satisfied = shares(tallies, month, pooling)
    sample = pl.col("effective_n")
    lower, upper = intervals.wilson(pl.col("value") * sample, sample, method.level)
    is_enough = pl.col("denominator") >= method.minimum_respondents
    limited = satisfied.with_columns(
        (pl.col("value") * pl.col("denominator")).alias("numerator"),
        lower.alias("lower"),
        upper.alias("upper"),
        intervals.share_error(pl.col("value") * sample, sample).alias("standard_error"),
        pl.lit("sampling").alias("interval_source"),
        pl.when(~is_enough)
        .then(pl.lit("too_few_respondents"))
        .otherwise(parts_note())
        .alias("note"),
    )
    published = ("value", "lower", "upper", "standard_error")
    enough = limited.with_columns(pl.when(is_enough).then(name).alias(name) for name in published)
    return pl.concat(
        [
            enough.with_columns(pl.lit("satisfied_share").alias("indicator")),
            enough.with_columns(
                pl.lit("satisfaction_index").alias("indicator"),
                *[pl.col(name) * 100 for name in published],
            ),
        ]
    )


def shares(tallies: Tallies, month: str, pooling: Pooling) -> pl.DataFrame:
    """The satisfied share (`value`) of every unit with ratings or figures, however few: a row for
    each unit, with respondents (`denominator`), effective_n, scale and left_out.
    """
    from_answers = _from_answers(tallies.answers, month, pooling)
    return pl.concat([from_answers, _from_figures(tallies.figures, month, pooling, from_answers)])


def _from_answers(answers: pl.LazyFrame, month: str, pooling: Pooling) -> pl.DataFrame:
    """A row for each unit, by the scale with the most respondents, and the kind of question that
    at least half of them answered: the factors where they did, else the overall one.

    unit_code, value, denominator (respondents to that kind), effective_n, scale, left_out (the
    unit's other respondents).
    """
    cells = answers.filter(pl.col("month") == month).select(
        "unit_code", "scale", "question", "answer", *_COUNTS
    )
    of_scale = pl.col("of_scale")
    return (
        _by_scale(pooling.pooled(cells, "scale", "question", "answer"))
        .with_columns(of_scale.sum().over("unit_code").alias("of_unit"))
        .sort(["unit_code", "of_scale", "scale"], descending=[False, True, False])
        .unique("unit_code", keep="first", maintain_order=True)
        .with_columns(_chosen("factors", "overall", when=2 * pl.col("factors_n") >= of_scale))
        .select(
            "unit_code",
            "value",
            "denominator",
            "effective_n",
            "scale",
            (pl.col("of_unit") - pl.col("denominator")).clip(lower_bound=0).alias("left_out"),
            pl.lit(0, pl.Int64).alias("differs_from_parts"),
        )
        .collect()
    )


def _chosen(one: str, other: str, *, when: pl.Expr) -> list[pl.Expr]:
    """Value, respondents, effective sample size and scale of one kind of question or the other."""
    pairs = {"value": "", "denominator": "_n", "effective_n": "_effective_n"}
    return [
        *(
            pl.when(when).then(one + suffix).otherwise(other + suffix).alias(name)
            for name, suffix in pairs.items()
        ),
        pl.col("scale") + pl.when(when).then(pl.lit(f":{one}")).otherwise(pl.lit(f":{other}")),
    ]


def _by_scale(pooled: pl.LazyFrame) -> pl.LazyFrame:
    """A row for each unit and scale: its respondents (of_scale), and for `overall` and `factors`
    the share of satisfied answers (of factors the mean of their shares), respondents (_n) and
    effective sample size (_effective_n).
    """
    weight, squared = pl.col("weight_millionths"), pl.col("weight_squared_trillionths")
    from_level = pl.col("scale").replace_strict(SATISFIED_FROM, return_dtype=pl.Int64)
    is_satisfied = pl.col("answer") >= from_level

    def of(question: str, column: pl.Expr) -> pl.Expr:
        return column.filter(pl.col("question") == question).sum()

    def share(question: str) -> pl.Expr:
        asked = pl.col("question") == question
        total = weight.filter(asked).sum()
        return pl.when(total > 0).then(weight.filter(asked & is_satisfied).sum() / total)

    def effective_n(question: str) -> pl.Expr:
        weights, squares = (of(question, of_all).cast(pl.Float64) for of_all in (weight, squared))
        return pl.when(squares > 0).then(weights**2 / squares)

    respondents = pl.col("respondents")
    return (
        pooled.group_by("unit_code", "scale")
        .agg(
            of(ANY_QUESTION, respondents).alias("of_scale"),
            of("overall", respondents).alias("overall_n"),
            of(ANY_FACTOR, respondents).alias("factors_n"),
            effective_n("overall").alias("overall_effective_n"),
            effective_n(ANY_FACTOR).alias("factors_effective_n"),
            *[share(question).alias(question) for question in ("overall", *FACTORS)],
        )
        .with_columns(pl.mean_horizontal(*FACTORS).alias("factors"))
        .filter(pl.col("overall").is_not_null() | pl.col("factors").is_not_null())
    )


def _from_figures(
    figures: pl.LazyFrame, month: str, pooling: Pooling, from_answers: pl.DataFrame
) -> pl.DataFrame:
    """Shares sent ready-made, of units that have no ratings themselves or below them."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    return (
        pooling.pooled_totals(own_figures(figures, month, ["satisfied_share"]), "indicator")
        .filter(denominator > 0)
        .join(from_answers.lazy(), on="unit_code", how="anti")
        .select(
            "unit_code",
            (numerator / denominator).alias("value"),
            denominator,
            denominator.cast(pl.Float64).alias("effective_n"),
            pl.lit(FIGURES_SCALE).alias("scale"),
            pl.lit(None, pl.Int64).alias("left_out"),
            "differs_from_parts",
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
        pl.lit(0, pl.Int64).alias("differs_from_parts"),
    )
    figures = pooling.pooled_totals(
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
            .otherwise(small_number_note(method).fill_null(parts_note()))
            .alias("note"),
            *[
                pl.when(~is_unmatched.fill_null(value=False)).then(name).alias(name)
                for name in ("value", "lower", "upper", "standard_error")
            ],
        )
        .sort("unit_code")
        .collect()
    )


_RESPONSES = (
    "unit_code",
    "numerator",
    "denominator",
    "left_out",
    "has_left_out",
    "differs_from_parts",
)


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
