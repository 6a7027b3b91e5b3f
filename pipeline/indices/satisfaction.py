"""Satisfaction: the share of satisfied answers, the index made of it, and the response rate.

Here belong ratings, counted in the answers tally. Not here: lateness, which some official methods
call satisfaction.
"""

import polars as pl

from pipeline.indices import publication
from pipeline.indices.rates import (
    parts_note,
    select_figures,
    small_number_note,
    with_wilson_limits,
)
from pipeline.indices.scope import IndexScope, is_in_history
from pipeline.statistics import intervals
from pipeline.tables import ANY_QUESTION, FINISHED
from pipeline.tallies import Tallies
from pipeline.tallies.pooling import Pooling, Pools

SATISFIED_SHARE = "satisfied_share"
FIGURES_SCALE = "figures"
"""Scale of a share that was sent ready-made: the question is not known."""

_SHARE_COLUMNS = (
    "unit_code",
    "value",
    "denominator",
    "effective_n",
    "scale",
    "left_out",
    "differs_from_parts",
)


def select_answered(indices: pl.DataFrame) -> pl.DataFrame:
    """The satisfied shares among some indices that are there and were counted from answers: those
    that were sent ready-made are left out.
    """
    return indices.filter(
        pl.col("indicator") == SATISFIED_SHARE,
        pl.col("value").is_not_null(),
        ~pl.col("scale").str.starts_with(FIGURES_SCALE),
    )


def measure(
    figures: pl.LazyFrame, respondents: pl.DataFrame, silent: pl.DataFrame, scope: IndexScope
) -> pl.DataFrame:
    """satisfied_share (0-1) and satisfaction_index (0-100) of every unit with ratings or figures.

    A row for each unit and indicator, in publication.MEASUREMENTS. `respondents` are rows of
    `respondents.measure`, `silent` of `non_response.measure`. The denominator is the number of
    respondents, the numerator the share of it. Value and limits are null under
    `minimum_respondents`, and where more questions than `maximum_item_non_response` have no answer.
    """
    method = scope.method
    satisfied = _with_silent(satisfied_shares(figures, respondents, scope.pooling), silent)
    sample = pl.col("effective_n")
    successes = pl.col("value") * sample
    lower, upper = intervals.wilson_limits(successes, sample, method.confidence_level)
    is_answered = pl.col("no_answer") <= method.maximum_item_non_response
    is_enough = is_answered & (pl.col("denominator") >= method.minimum_respondents)
    with_limits = satisfied.with_columns(
        (pl.col("value") * pl.col("denominator")).alias("numerator"),
        lower.alias("lower"),
        upper.alias("upper"),
        intervals.share_error(successes, sample).alias("standard_error"),
        pl.lit("sampling").alias("interval_source"),
        pl.when(~is_answered)
        .then(pl.lit("too_much_item_non_response"))
        .when(~is_enough)
        .then(pl.lit("too_few_respondents"))
        .otherwise(parts_note())
        .alias("note"),
    )
    published = ("value", "lower", "upper", "standard_error")
    enough = with_limits.with_columns(
        pl.when(is_enough).then(name).alias(name) for name in published
    )
    measured = pl.concat(
        [
            enough.with_columns(pl.lit(SATISFIED_SHARE).alias("indicator")),
            enough.with_columns(
                pl.lit("satisfaction_index").alias("indicator"),
                *[pl.col(name) * 100 for name in published],
            ),
        ]
    )
    return publication.to_measurements(measured, without=("clock", "maximum", "months"))


def _with_silent(satisfied: pl.DataFrame, silent: pl.DataFrame) -> pl.DataFrame:
    """The shares with `no_answer`, the share of the questions of their kind without an answer.

    A unit whose respondents answered nothing has a row too: 0 respondents, and no value.
    """
    is_of_factors = pl.col("scale").str.ends_with(":factors")
    no_answer = (
        pl.when(is_of_factors)
        .then("factors_no_answer")
        .otherwise(pl.when(pl.col("scale") != FIGURES_SCALE).then("overall_no_answer"))
    )
    with_answers = satisfied.join(silent, on="unit_code", how="left").select(
        *satisfied.columns, no_answer=no_answer.fill_null(0.0)
    )
    without = silent.join(satisfied, on="unit_code", how="anti").select(
        "unit_code",
        denominator=pl.lit(0, satisfied.schema["denominator"]),
        differs_from_parts=pl.lit(0, pl.Int64),
        no_answer=pl.lit(1.0),
    )
    return pl.concat([with_answers, without], how="diagonal")


def satisfied_shares(
    figures: pl.LazyFrame, respondents: pl.DataFrame, pooling: Pooling
) -> pl.DataFrame:
    """The satisfied share (`value`) of every unit with ratings or figures, however few: a row for
    each unit, with respondents (`denominator`), effective_n, scale and left_out.
    """
    from_answers = respondents.select(_SHARE_COLUMNS[:-1]).with_columns(
        differs_from_parts=pl.lit(0, pl.Int64)
    )
    return pl.concat([from_answers, _shares_from_figures(figures, from_answers, pooling)])


def _shares_from_figures(
    figures: pl.LazyFrame, from_answers: pl.DataFrame, pooling: Pooling
) -> pl.DataFrame:
    """Shares sent ready-made, of units that have no ratings themselves or below them."""
    sent = select_figures(figures, pooling.month, [SATISFIED_SHARE])
    without_answers = pool_figures(sent, pooling.pools).join(
        from_answers.lazy(), on="unit_code", how="anti"
    )
    return (
        without_answers.select(
            "unit_code",
            "value",
            "denominator",
            pl.col("denominator").cast(pl.Float64).alias("effective_n"),
            "scale",
            pl.lit(None, pl.Int64).alias("left_out"),
            "differs_from_parts",
        )
        .sort("unit_code")
        .collect()
    )


def pool_figures(figures: pl.LazyFrame, pools: Pools) -> pl.LazyFrame:
    """The satisfied share (`value`) by figures: a row for each unit with denominator and scale."""
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    return (
        pools.pool_totals(figures, "indicator")
        .filter(denominator > 0)
        .with_columns((numerator / denominator).alias("value"), scale=pl.lit(FIGURES_SCALE))
    )


def measure_response_rate(
    tallies: Tallies, counts: pl.DataFrame, scope: IndexScope
) -> pl.DataFrame:
    """response_rate of every unit with ratings, or with figures of it.

    A row for each unit, in publication.MEASUREMENTS. Respondents whose dossier ended in the month,
    whenever they answered up to the month's end, among the dossiers that ended in it with a result.
    left_out are respondents whose dossier's month is not known. Where all respondents are of
    unknown months, or more answered than dossiers ended, respondents and dossiers cannot be
    matched: the value is null, no_denominator.
    """
    respondents = _respondents_by_dossier(tallies.answers, scope).join(
        counts.lazy().select("unit_code", pl.sum_horizontal(FINISHED).alias("denominator")),
        on="unit_code",
        how="left",
    )
    from_records = respondents.select(
        "unit_code",
        "numerator",
        pl.col("denominator").fill_null(0),
        "left_out",
        pl.lit(1, pl.Int64).alias("has_left_out"),
        pl.lit(0, pl.Int64).alias("differs_from_parts"),
    )
    sent = select_figures(tallies.figures, scope.month, ["response_rate"])
    from_figures = (
        scope.pools.pool_totals(sent, "indicator")
        .drop("indicator")
        .join(from_records, on="unit_code", how="anti")
    )
    rates = pl.concat([from_records, from_figures.select(_RESPONSE_COLUMNS)])
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    is_unmatched = (numerator > denominator) | ((numerator == 0) & (pl.col("left_out") > 0))
    without_variation = rates.with_columns(
        pl.lit(None, pl.Int64).alias("months"), pl.lit(None, pl.Float64).alias("variance_factor")
    )
    measured = (
        with_wilson_limits(without_variation, scope.method)
        .with_columns(
            pl.lit("response_rate").alias("indicator"),
            pl.lit("chance").alias("interval_source"),
            pl.when(is_unmatched.fill_null(value=False))
            .then(pl.lit("no_denominator"))
            .otherwise(small_number_note(scope.method).fill_null(parts_note()))
            .alias("note"),
            *[
                pl.when(~is_unmatched.fill_null(value=False)).then(name).alias(name)
                for name in ("value", "lower", "upper", "standard_error")
            ],
        )
        .sort("unit_code")
        .collect()
    )
    return publication.to_measurements(measured, without=("clock", "scale", "maximum"))


_RESPONSE_COLUMNS = (
    "unit_code",
    "numerator",
    "denominator",
    "left_out",
    "has_left_out",
    "differs_from_parts",
)


def _respondents_by_dossier(answers: pl.LazyFrame, scope: IndexScope) -> pl.LazyFrame:
    """By unit: numerator rated a dossier of the month, left_out one of an unknown month."""
    this_month = pl.col("month") == scope.month
    is_of_month = pl.col("dossier_month") == scope.month
    is_unknown = this_month & pl.col("dossier_month").is_null()
    own = (
        answers.filter(
            is_in_history(scope.month, scope.method)
            & (this_month | is_of_month)
            & (pl.col("question") == ANY_QUESTION)
        )
        .group_by("unit_code")
        .agg(
            pl.col("respondents").filter(is_of_month).sum().alias("numerator"),
            pl.col("respondents").filter(is_unknown).sum().alias("left_out"),
        )
    )
    return scope.pools.pool_counts(own)
