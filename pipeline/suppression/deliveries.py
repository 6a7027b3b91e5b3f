"""Small numbers in the deliveries of a month: how many ratings a sender sent.

Here belong the rows of files of ratings. Not here: how many respondents a unit has (ratings).
"""

from collections.abc import Set as AbstractSet

import polars as pl

from pipeline.suppression.protection import is_small

_COUNTS = ("rows", "accepted", "rejected")
_KEY = ["sender_code", "kind"]


def withhold_deliveries(
    deliveries: pl.DataFrame, rejected: pl.DataFrame, withheld: AbstractSet[str], limit: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Deliveries and rejected rows (tables.DELIVERED, REJECTED) without what tells of a few.

    Of a sender with few accepted ratings, or whose own ratings are `withheld`, nobody is told how
    many rows its files of ratings have, nor which of them were rejected.
    """
    of_ratings = deliveries.filter(kind="ratings").group_by(_KEY).agg(pl.col("accepted").sum())
    few = [
        sender
        for sender, _, accepted in of_ratings.iter_rows()
        if sender in withheld or is_small(accepted, limit)
    ]
    is_few = (pl.col("kind") == "ratings").fill_null(value=False) & pl.col("sender_code").is_in(few)
    return (
        deliveries.with_columns(pl.when(~is_few).then(name).alias(name) for name in _COUNTS),
        # Every row of a large file may be rejected, and a filter that keeps all copies all.
        rejected.filter(~is_few) if few else rejected,
    )
