"""Patterns of many records at one time: ends of a unit in one minute or second.

Here belongs finding crowds. Not here: what one record shows (rows), like ratings (ratings).
"""

import numpy as np
import polars as pl

from pipeline.tallies.cells import FILE_AND_UNIT
from pipeline.tallies.patterns.rows import ends_in_month, has_time

SAME_MINUTE = 20
"""How many ends of a unit in one minute are one batch [ours]: nobody decides a dossier in three
seconds. A unit that ended 30,000 dossiers a month at even pace would have three a minute."""
SAME_SECOND = 5
"""How many ends of a unit in one second are one batch [ours]: five people do not press a key in the
same second; a unit of 30,000 dossiers a month has one in twenty seconds."""

_MINUTE, _SECOND = 60_000, 1_000
_FEW_ROWS = 50_000
_BITS = 16
_ODD, _OTHER_ODD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


def count_crowds(dossiers: pl.LazyFrame, month: str) -> pl.DataFrame:
    """Dossiers that ended in one minute, or one second, with many others of their unit.

    Takes rows of ledger.with_history. The columns are those of rows.count_rows. Looked at are ends
    with a result in the month that have a time of day. The others of a unit are those of its
    sender, in whatever file.
    """
    ends = (
        dossiers.filter(ends_in_month(month) & has_time(pl.col("ended_at")))
        .select(*FILE_AND_UNIT, at=pl.col("ended_at").to_physical())
        .collect()
    )
    by_file = ends.lazy().group_by(FILE_AND_UNIT).agg(looked_at=pl.len())
    looked_at = by_file.collect(engine="streaming")
    found = []
    for finding, length, least in (
        ("ended_in_one_minute", _MINUTE, SAME_MINUTE),
        ("ended_at_one_time", _SECOND, SAME_SECOND),
    ):
        crowds = select_crowds(ends.with_columns(pl.col("at") // length), least)
        found.append(_count(crowds, looked_at, finding))
    return pl.concat(found)


def _count(crowds: pl.DataFrame, looked_at: pl.DataFrame, finding: str) -> pl.DataFrame:
    cases = crowds.group_by(FILE_AND_UNIT).agg(cases=pl.len())
    return (
        looked_at.join(cases, on=FILE_AND_UNIT, how="left")
        .select(
            *FILE_AND_UNIT, "looked_at", cases=pl.col("cases").fill_null(0), finding=pl.lit(finding)
        )
        .select(*FILE_AND_UNIT, "finding", "cases", "looked_at")
    )


def select_crowds(rows: pl.DataFrame, least: int, *by: str) -> pl.DataFrame:
    """The rows that share `at`, and what is in `by`, with `least` rows of their sender and unit."""
    keys = ["sender_code", "unit_code", "at", *by]
    few = _drop_sparse(rows, least)
    return few.filter(pl.len().over(keys) >= least)


def _drop_sparse(rows: pl.DataFrame, least: int) -> pl.DataFrame:
    """The rows without most of those that are in no crowd: a count of buckets is cheaper than one
    of groups. A crowd is in one bucket, so no row of one is dropped.
    """
    if rows.height < _FEW_ROWS:
        return rows
    bits = max(_BITS, rows.height.bit_length() + 1)
    at, unit = rows["at"].to_numpy(), rows["unit_code"].to_physical().to_numpy()
    mixed = at.view(np.uint64) * _ODD + unit.astype(np.uint64) * _OTHER_ODD
    bucket = (mixed >> np.uint64(64 - bits)).view(np.int64)
    is_full = np.bincount(bucket, minlength=1 << bits) >= least
    return rows.filter(pl.Series(is_full[bucket]))
