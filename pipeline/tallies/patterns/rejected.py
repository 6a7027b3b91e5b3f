"""Patterns of rejected rows: what is not counted among dossiers, and still tells something.

Here belongs a dossier that ended before it was received. Its unit is in no table, for the row is
rejected, so it is counted for the sender. Not here: which rows are rejected (expectations).
"""

import polars as pl

from pipeline.tallies.cells import FILE_AND_UNIT

ENDED_BEFORE_RECEIVED = "ended_not_before_received"
"""The row rule that a dossier breaks which ended before it was received."""


def count_rejected(rejected: pl.LazyFrame, delivered: pl.LazyFrame) -> pl.DataFrame:
    """Rows of dossiers that ended before they were received, among all rows of accepted files.

    Takes rows of tables.REJECTED and tables.DELIVERED; the columns are those of rows.count_rows.
    The unit is the sender.
    """
    file = ["sender_code", "sha256"]
    is_found = (pl.col("kind") == "dossiers") & (pl.col("rule") == ENDED_BEFORE_RECEIVED)
    found = rejected.filter(is_found).group_by(file).agg(cases=pl.col("row_number").n_unique())
    sent = delivered.filter(
        (pl.col("kind") == "dossiers") & (pl.col("status") == "accepted") & (pl.col("rows") > 0)
    ).select(*file, looked_at="rows")
    return (
        sent.join(found, on=file, how="left")
        .select(
            *file,
            "looked_at",
            unit_code="sender_code",
            finding=pl.lit("ended_before_received"),
            cases=pl.col("cases").fill_null(0),
        )
        .collect()
        .select(*FILE_AND_UNIT, "finding", "cases", "looked_at")
    )
