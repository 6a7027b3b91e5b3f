"""Repeated months: files of a sender that it had sent for an earlier month already.

Where a file says no month, the month of its folder is taken, and the file of the month before would
count again. Here belongs which files these are. Not here: the rule (expectations), rows of another
month (records.belonging), equal bytes in one month (equal_bytes).
"""

from collections.abc import Mapping

import polars as pl

from pipeline import planning

REPEATS = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "kind": pl.String(),
        "files": pl.Int64(),
        "repeated": pl.Int64(),
        "sent_for": pl.String(),
    }
)
"""One row is a sender and a kind whose files may say no month: how many files were accepted, how
many of them had been accepted for an earlier month, and the last of these months."""

_KINDS = ("ratings", "figures")
"""A record of the other kinds has moments of its own, and its month is seen from them."""


def measure_repeats(delivered: Mapping[str, pl.DataFrame], month: str) -> pl.DataFrame:
    """The REPEATS of a month; `delivered` as in sender_measures.measure_volumes."""
    own = _list_accepted(delivered[month])
    earlier = pl.concat(
        [
            own.clear().with_columns(sent_for=pl.lit(month)),
            *(
                _list_accepted(files).with_columns(sent_for=pl.lit(each))
                for each, files in delivered.items()
                if each < month
            ),
        ]
    )
    file = ["sender_code", "kind", "sha256"]
    found = earlier.group_by(file).agg(pl.col("sent_for").max())
    return (
        own.join(found, on=file, how="left")
        .group_by("sender_code", "kind")
        .agg(
            month=pl.lit(month),
            files=pl.len(),
            repeated=pl.col("sent_for").count(),
            sent_for=pl.col("sent_for").max(),
        )
        .select(list(REPEATS))
        .cast(REPEATS)
        .sort("sender_code", "kind")
    )


def _list_accepted(delivered: pl.DataFrame) -> pl.DataFrame:
    return (
        delivered.filter(pl.col("kind").is_in(_KINDS), status=planning.ACCEPTED)
        .select(pl.col("sender_code", "kind", "sha256").cast(pl.String))
        .unique()
    )
