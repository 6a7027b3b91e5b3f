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
from pipeline.tables import ANY_QUESTION, FINISHED
from pipeline.tallies import Tallies

FIGURES_SCALE = "figures"
"""Scale of a share that was sent ready-made: what was asked is not known."""

_SHARES = (
    "unit_code",
    "value",
    "denominator",
    "effective_n",
    "scale",
    "left_out",
    "differs_from_parts",
)


def measure(
    tallies: Tallies, rated: pl.DataFrame, month: str, method: Method, pooling: Pooling
) -> pl.DataFrame:
    """satisfied_share (0-1) and satisfaction_index (0-100) of every unit with ratings or figures.

    `rated` are rows of `respondents.measure`. The denominator is the number of respondents, the
    numerator the share of it. Value and limits are null under `minimum_respondents`.
    """
    satisfied = shares(tallies.figures, rated, month, pooling)
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


def shares(
    figures: pl.LazyFrame, rated: pl.DataFrame, month: str, pooling: Pooling
) -> pl.DataFrame:
    """The satisfied share (`value`) of every unit with ratings or figures, however few: a row for
    each unit, with respondents (`denominator`), effective_n, scale and left_out.
    """
    from_answers = rated.select(_SHARES[:-1]).with_columns(differs_from_parts=pl.lit(0, pl.Int64))
    return pl.concat([from_answers, _from_figures(figures, month, pooling, from_answers)])


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
    unvaried = rates.with_columns(
        pl.lit(None, pl.Int64).alias("months"), pl.lit(None, pl.Float64).alias("variance_factor")
    )
    limited = with_wilson(unvaried, method).drop("has_left_out", "months", "variance_factor")
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
