"""The history of rules: since when a rule has been broken, month by month.

Here belongs finding the present series of broken months in results of several months. Pure. Not
here: finding the results (expectations), keeping them (assets.month.set_rules).
"""

from collections.abc import Sequence

import polars as pl


def find_series(results: pl.DataFrame, by: Sequence[str], month: str) -> pl.DataFrame:
    """The present series of everything that breaks a rule in a month.

    `results` has a row for each month and subject: month, the columns `by` that name a subject, and
    is_met. One row for each subject that is not met in the month: the columns `by`, `since` (the
    first month of the series of broken months that ends with this one) and `months` (how many it
    has). A month of which nothing is known neither ends a series nor belongs to it.
    """
    each = pl.col("month")
    last_met = pl.col("month").filter("is_met").max().fill_null("")
    is_in_series = ~pl.col("is_met") & (each > last_met)
    return (
        results.filter(each <= month)
        .group_by(*by, "month")
        .agg(pl.col("is_met").all())
        .group_by(by)
        .agg(
            since=each.filter(is_in_series).min(),
            months=each.filter(is_in_series).len().cast(pl.Int64),
            last=each.filter(is_in_series).max(),
        )
        .filter(pl.col("last") == month)
        .drop("last")
        .sort(by)
    )
