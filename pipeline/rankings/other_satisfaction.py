"""The reform performance index of a league, were its satisfaction another share.

Here belong the index and the ranks that follow from other satisfied shares. Not here: which shares
these are (sensitivity, unmarked).
"""

import polars as pl

from pipeline.methods import Method
from pipeline.statistics import intervals

INDICATOR = "reform_performance_index"


def with_other_satisfaction(
    units: pl.DataFrame, shares: pl.DataFrame, method: Method
) -> pl.DataFrame:
    """The units with other_satisfaction (0-100), other_value and other_rank.

    `units` have league, unit_code, and as published processing_time_index, satisfaction_index and
    value, that of the composite; `shares` have unit_code and share (0-1), not rounded. A unit
    without another share, or with null, keeps what is published. Everything is rounded once, as it
    is published; ranks are competition ranks in the league among these units.
    """
    weights = method.weights.reform_performance_index
    has_share = pl.col("share").is_not_null()
    satisfaction = intervals.round_half_up(
        100 * pl.col("share"), method.indicator("satisfaction_index").decimals
    )
    composite = weights.processing_time * pl.col(
        "processing_time_index"
    ) + weights.satisfaction * pl.col("other_satisfaction")
    value = intervals.round_half_up(composite, method.indicator(INDICATOR).decimals)
    other = pl.col("other_value")
    return (
        units.join(shares.select("unit_code", "share"), on="unit_code", how="left")
        .with_columns(
            other_satisfaction=pl.when(has_share).then(satisfaction).otherwise("satisfaction_index")
        )
        .with_columns(other_value=pl.when(has_share).then(value).otherwise("value"))
        .with_columns(other_rank=other.rank("min", descending=True).over("league").cast(pl.Int64))
        .drop("share")
    )
