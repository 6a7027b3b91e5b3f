"""Time saved and the processing-time index, over the dossiers due in the month.

Here belong means over dossiers of what each dossier earns. Not here: on-time rates (rates), how
long dossiers take (times).
"""

import polars as pl

from pipeline.indices import publication
from pipeline.indices.rates import interval_source, small_number_note
from pipeline.methods import Method
from pipeline.statistics import between_months, intervals

_THOUSANDTHS = 1000
_MILLIONTHS = 1_000_000


SCORES = ("time_saved", "processing_time_index")
"""Indicators that are the mean of what each dossier due earns."""


def with_scores(counts: pl.LazyFrame, indicator: str, method: Method) -> pl.LazyFrame:
    """Counts of `dossiers.pooled_counts` with `indicator` (one of SCORES), denominator (dossiers
    due), and total and total_of_squares of what each of them earns, 0-1.
    """
    on_time = pl.col("due_on_time")
    saved = pl.col("saved_thousandths") / _THOUSANDTHS
    saved_squared = pl.col("saved_squared_millionths") / _MILLIONTHS
    for_on_time, for_saved = _score_weights(indicator, method)
    # A late dossier earns 0, so the sum of the products of both parts is the sum of saved.
    return counts.with_columns(
        pl.lit(indicator).alias("indicator"),
        (on_time + pl.col("due_late")).alias("denominator"),
        (for_on_time * on_time + for_saved * saved).alias("total"),
        (
            for_on_time**2 * on_time
            + 2 * for_on_time * for_saved * saved
            + for_saved**2 * saved_squared
        ).alias("total_of_squares"),
    )


def _score_weights(indicator: str, method: Method) -> tuple[float, float]:
    """What a dossier earns for being on time, and for all of its time saved."""
    if indicator == "time_saved":
        return 0.0, 1.0
    weights = method.weights.processing_time_index
    return weights.on_time, weights.time_saved


def measure(
    counts: pl.DataFrame, variation: pl.DataFrame, provisional: pl.Series, method: Method
) -> pl.DataFrame:
    """time_saved (0-1) and processing_time_index (0-100) of every unit with dossiers.

    A row for each unit and indicator, in publication.MEASUREMENTS. `counts` are those of
    `dossiers.pooled_counts`, `variation` rows of `variation.measure`. The index is null under
    `minimum_due`.
    """
    note = small_number_note(method).fill_null(
        pl.when(pl.col("unit_code").is_in(provisional.implode())).then(pl.lit("provisional"))
    )
    means = [
        _mean_scores(with_scores(counts.lazy(), name, method), name, method)
        .with_columns(note.alias("note"))
        .join(variation.lazy(), on=["unit_code", "indicator"], how="left")
        for name in SCORES
    ]
    is_enough = pl.col("denominator") >= method.minimum_due
    is_shown = is_enough | (pl.col("indicator") == "time_saved")
    measured = _with_limits(pl.concat(means), method).with_columns(
        pl.when(is_shown).then(name).alias(name)
        for name in ("value", "lower", "upper", "standard_error")
    )
    return publication.to_measurements(measured.collect(), without=("clock", "scale", "maximum"))


def _mean_scores(scores: pl.LazyFrame, indicator: str, method: Method) -> pl.LazyFrame:
    """Means 0-1 with a standard error that is never 0.

    The least error matters where all dossiers have the same score: their variance is then 0, though
    another month would differ.
    """
    total, denominator = pl.col("total"), pl.col("denominator")
    plain = intervals.mean_error(total, pl.col("total_of_squares"), denominator)
    return scores.select(
        "unit_code",
        "indicator",
        pl.when(denominator > 0).then(total / denominator).alias("value"),
        total.alias("numerator"),
        denominator,
        pl.max_horizontal(plain, _least_error(indicator, method)).alias("standard_error"),
        pl.col("due_left").alias("left_out"),
    )


def _least_error(indicator: str, method: Method) -> pl.Expr:
    on_time, denominator = pl.col("due_on_time"), pl.col("denominator")
    error = intervals.share_error(on_time, denominator)
    if indicator == "processing_time_index":
        # What the on-time part alone gives with one dossier of each kind added. Elsewhere the
        # plain error is larger, because the parts of a score move together.
        return method.weights.processing_time_index.on_time * error
    # One more late dossier would lose the average that a dossier on time saves. Where no dossier
    # saved anything, the first to do so might have saved all of its time.
    return (
        pl.when(pl.col("total") > 0)
        .then(pl.col("total") / on_time * error)
        .otherwise(intervals.share_error(pl.lit(0), denominator))
    )


def _with_limits(means: pl.LazyFrame, method: Method) -> pl.LazyFrame:
    """Means on the scale of their indicator, with limits by chance and by months kept within it."""
    top = pl.when(pl.col("indicator") == "time_saved").then(1.0).otherwise(100.0)
    factor = pl.col("variance_factor").fill_null(1.0)
    critical = between_months.critical_value(
        pl.col("months"), method.confidence_level, method.history_months + 1
    )
    scaled = means.with_columns(
        (pl.col("value") * top).alias("value"),
        (pl.col("standard_error") * factor.sqrt() * top).alias("standard_error"),
        (pl.col("denominator") / factor).alias("effective_n"),
        interval_source().alias("interval_source"),
        critical.alias("critical_value"),
    )
    reach = pl.col("critical_value") * pl.col("standard_error")
    return scaled.with_columns(
        pl.max_horizontal(pl.col("value") - reach, pl.lit(0.0)).alias("lower"),
        pl.min_horizontal(pl.col("value") + reach, top).alias("upper"),
    )
