"""The mean rating, beside the satisfied share.

Here belongs the mean of the answers of the question and scale that the satisfied share is of, from
0 (all gave the lowest answer of the scale) to 100 (all gave the highest). Not here: the share and
the index (satisfaction), how the answers of one respondent go together (clusters).
"""

import polars as pl

from pipeline.indices import publication
from pipeline.indices.satisfaction import SATISFIED_SHARE
from pipeline.indices.scope import IndexScope
from pipeline.statistics import intervals

MEAN_RATING = "mean_rating"
_MOST_POINTS = 100.0


def measure(shares: pl.DataFrame, respondents: pl.DataFrame, scope: IndexScope) -> pl.DataFrame:
    """mean_rating (0-100) of every unit with ratings; figures have none.

    A row for each unit, in publication.MEASUREMENTS. `shares` are rows of `satisfaction.measure`,
    `respondents` of `respondents.measure`. The mean is null, with the same note, where the share
    is. The denominator is the number of respondents, the numerator the mean (0-1) of it.
    """
    of_share = shares.filter(pl.col("indicator") == SATISFIED_SHARE)
    rated = of_share.join(
        respondents.select("unit_code", "scale", "mean", "mean_error"), on=["unit_code", "scale"]
    )
    is_shown = pl.col("value").is_not_null()
    # As if one more had given the other extreme: where all answers are equal, the error is not 0.
    least = intervals.share_error(pl.lit(0), pl.col("denominator"))
    error = _MOST_POINTS * pl.max_horizontal("mean_error", least)
    critical = intervals.critical_value(scope.method.confidence_level)
    mean = _MOST_POINTS * pl.col("mean")
    measured = rated.with_columns(
        pl.lit(MEAN_RATING).alias("indicator"),
        pl.when(is_shown).then(mean).alias("value"),
        (pl.col("mean") * pl.col("denominator")).alias("numerator"),
        pl.when(is_shown).then((mean - critical * error).clip(0, _MOST_POINTS)).alias("lower"),
        pl.when(is_shown).then((mean + critical * error).clip(0, _MOST_POINTS)).alias("upper"),
        pl.when(is_shown).then(error).alias("standard_error"),
    ).drop("effective_n")
    return publication.to_measurements(
        measured, without=("clock", "maximum", "months", "effective_n")
    )
