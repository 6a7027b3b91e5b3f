"""What has changed since the month before by more than chance explains.

Here belongs comparing a unit with itself. Not here: comparing units with each other (rank_sets),
which months and values may be compared (rankings.compute).
"""

import numpy as np
import polars as pl

from pipeline.rankings.rank_sets import KEYS
from pipeline.tables import CHANGES

BETTER, WORSE = CHANGES


def with_value_changes(rankings: pl.DataFrame, confidence_level: float) -> pl.DataFrame:
    """Rankings with `change`: better or worse where the value differs from last month's value.

    |difference| / sqrt(s1^2 + s2^2), with the standard errors of both months, against the normal
    distribution, two-sided, or Student's t where an error rests on the `months` of a series (with
    the fewer months of the two: both are of one series); Holm (1979) within the league and
    indicator. Null where no change is shown, and where a value or an error of either month is
    missing. `rankings` has sign, value, standard_error, months, and the last three also with
    `previous_`.
    """
    from scipy.special import stdtr  # noqa: PLC0415 - scipy is slow to import

    difference = (pl.col("value") - pl.col("previous_value")) * pl.col("sign")
    squares = pl.col("standard_error") ** 2 + pl.col("previous_standard_error") ** 2
    distances = rankings.with_columns(
        difference.alias("difference"), squares.sqrt().alias("error")
    ).with_columns(
        # Two values without any error differ for certain, or not at all.
        pl.when(pl.col("difference") == 0)
        .then(pl.col("error") * 0.0)
        .otherwise(pl.col("difference").abs() / pl.col("error"))
        .alias("z"),
        (pl.min_horizontal("months", "previous_months") - 1.0).fill_null(np.inf).alias("freedom"),
    )
    z = distances["z"].fill_null(np.nan).to_numpy()
    probability = 2 * stdtr(distances["freedom"].to_numpy(), -z)
    tested = distances.with_columns(pl.Series("probability", probability).fill_nan(None))
    return tested.with_columns(
        pl.when(_is_rejected_by_holm(pl.col("probability"), confidence_level))
        .then(pl.when(pl.col("difference") > 0).then(pl.lit(BETTER)).otherwise(pl.lit(WORSE)))
        .alias("change")
    ).drop("difference", "error", "z", "freedom", "probability")


def with_rank_changes(rankings: pl.DataFrame, previous_sets: pl.DataFrame) -> pl.DataFrame:
    """Rankings with `rank_change`: better or worse where both months' rank sets do not overlap.

    `previous_sets` has the rank sets of the month before: league, indicator, unit_code, rank_lower,
    rank_upper. Null where the sets overlap, and where a unit has no set in one of the months.
    """
    keys = [*KEYS, "unit_code"]
    limits = pl.col("rank_lower", "rank_upper").name.suffix("_before")
    rises = pl.col("rank_upper") < pl.col("rank_lower_before")
    falls = pl.col("rank_lower") > pl.col("rank_upper_before")
    is_comparable = pl.col("previous_rank").is_not_null()
    return (
        rankings.join(previous_sets.select(*keys, limits), on=keys, how="left")
        .with_columns(
            pl.when(is_comparable & rises)
            .then(pl.lit(BETTER))
            .when(is_comparable & falls)
            .then(pl.lit(WORSE))
            .alias("rank_change")
        )
        .drop("rank_lower_before", "rank_upper_before")
    )


def previous_entries_to_test(entries: pl.DataFrame, rankings: pl.DataFrame) -> pl.DataFrame:
    """Last month's entries of the leagues and indicators in which a rank set may have changed.

    `is_tested` is true for the units whose sets of both months may not overlap. A set holds its own
    rank, so where last month's rank lies in this month's set, the two overlap.
    """
    keys = [*KEYS, "unit_code"]
    is_outside = ~pl.col("previous_rank").is_between("rank_lower", "rank_upper")
    tested = rankings.filter(is_outside).select(*keys, pl.lit(value=True).alias("is_tested"))
    return (
        entries.join(tested, on=KEYS, how="semi")
        .join(tested, on=keys, how="left")
        .with_columns(pl.col("is_tested").fill_null(value=False))
    )


def _is_rejected_by_holm(probability: pl.Expr, confidence_level: float) -> pl.Expr:
    """Whether a hypothesis is rejected: the least probable first, until the first that is not."""
    place = probability.rank("ordinal").over(KEYS)
    left = probability.count().over(KEYS) - place + 1
    is_small = probability <= (1 - confidence_level) / left
    first_kept = pl.when(~is_small).then(place).min().over(KEYS)
    return (is_small & (place < first_kept.fill_null(left + place))).fill_null(value=False)
