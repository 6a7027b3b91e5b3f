"""Time saved and the processing-time index, over the dossiers due in the month.

Here belong means over dossiers of what each of them earns. Not here: on-time rates (rates), how
long dossiers take (times).
"""

import polars as pl

from pipeline.indices.rates import small_number_note
from pipeline.methods import Method
from pipeline.statistics import intervals

_THOUSANDTHS = 1000
_MILLIONTHS = 1_000_000


def measure(counts: pl.DataFrame, provisional: pl.Series, method: Method) -> pl.DataFrame:
    """time_saved (0-1) and processing_time_index (0-100) of every unit with dossiers.

    `counts` are those of `dossiers.pooled_counts`. The index is null under `minimum_due`.
    """
    due = counts.with_columns(
        (pl.col("due_on_time") + pl.col("due_late")).alias("denominator"),
        (pl.col("saved_thousandths") / _THOUSANDTHS).alias("saved"),
        (pl.col("saved_squared_millionths") / _MILLIONTHS).alias("saved_squared"),
    )
    note = small_number_note(method).fill_null(
        pl.when(pl.col("unit_code").is_in(provisional.implode())).then(pl.lit("provisional"))
    )
    return pl.concat([_time_saved(due, note, method), _processing_time(due, note, method)])


def _time_saved(due: pl.DataFrame, note: pl.Expr, method: Method) -> pl.DataFrame:
    on_time, denominator = pl.col("due_on_time"), pl.col("denominator")
    # Were a dossier more late, what those on time save on average would be lost. Where nobody
    # saved anything, the first one to do so might have saved everything.
    has_saved = pl.col("saved") > 0
    floor = (
        pl.when(has_saved)
        .then(pl.col("saved") / on_time * intervals.share_error(on_time, denominator))
        .otherwise(intervals.share_error(pl.lit(0), denominator))
    )
    means = _means(due, pl.col("saved"), pl.col("saved_squared"), floor, "time_saved", note)
    return _with_limits(means, 1.0, method)


def _processing_time(due: pl.DataFrame, note: pl.Expr, method: Method) -> pl.DataFrame:
    weights = method.weights.processing_time_index
    on_time, saved = pl.col("due_on_time"), pl.col("saved")
    score = weights.on_time * on_time + weights.time_saved * saved
    # A late dossier earns 0, so the sum of the products of both parts is the sum of saved.
    score_squared = (
        weights.on_time**2 * on_time
        + 2 * weights.on_time * weights.time_saved * saved
        + weights.time_saved**2 * pl.col("saved_squared")
    )
    floor = weights.on_time * intervals.share_error(on_time, pl.col("denominator"))
    means = _means(due, score, score_squared, floor, "processing_time_index", note)
    limited = _with_limits(means, 100.0, method)
    is_enough = pl.col("denominator") >= method.minimum_due
    return limited.with_columns(
        pl.when(is_enough).then(name).alias(name)
        for name in ("value", "lower", "upper", "standard_error")
    )


def _means(  # noqa: PLR0913, PLR0917
    due: pl.DataFrame,
    total: pl.Expr,
    total_of_squares: pl.Expr,
    floor: pl.Expr,
    indicator: str,
    note: pl.Expr,
) -> pl.DataFrame:
    """Means 0-1 with a standard error of at least `floor`.

    The floor matters where all dossiers fared alike: their variance is then 0, though another
    month would not be the same. It is what the on-time part alone gives with one dossier of each
    kind added; that the parts of a score move together makes the plain error larger elsewhere.
    """
    denominator = pl.col("denominator")
    plain = intervals.mean_error(total, total_of_squares, denominator)
    return due.select(
        "unit_code",
        pl.lit(indicator).alias("indicator"),
        pl.when(denominator > 0).then(total / denominator).alias("value"),
        total.alias("numerator"),
        denominator,
        pl.max_horizontal(plain, floor).alias("standard_error"),
        pl.col("due_left").alias("left_out"),
        denominator.alias("effective_n"),
        pl.lit("chance").alias("interval_source"),
        note.alias("note"),
    )


def _with_limits(means: pl.DataFrame, top: float, method: Method) -> pl.DataFrame:
    """Means on a scale of 0 to `top`, with normal limits kept within it."""
    reach = intervals.critical(method.level) * pl.col("standard_error")
    scaled = means.with_columns(
        (pl.col("value") * top).alias("value"),
        (pl.col("standard_error") * top).alias("standard_error"),
    )
    return scaled.with_columns(
        (pl.col("value") - reach).clip(0, top).alias("lower"),
        (pl.col("value") + reach).clip(0, top).alias("upper"),
    )
