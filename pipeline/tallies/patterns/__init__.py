"""Patterns: what records of a month show that an inspector may ask about. They accuse nobody.

Here belongs counting, by file and unit, how often each of tables.PATTERN_NAMES is found and among
how many records it could have been found. What a delivery cannot show has no cell: a cell of 0
cases says that it was looked for. Integers only, so that the same records give the same cells, in
whatever order and in however many files. Records of one row each (rows), many at one time (crowds),
codes (codes), ratings (ratings), rejected rows (rejected). Not here: findings that only the ledger
knows (ledger), shares, peers and since when (rankings.findings).
"""

from collections.abc import Iterable

import polars as pl

from pipeline.tables import LEDGER_FINDINGS, PATTERNS, UNSEEN
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells
from pipeline.tallies.patterns.codes import abolished_codes, count_codes
from pipeline.tallies.patterns.crowds import SAME_MINUTE, SAME_SECOND, count_crowds
from pipeline.tallies.patterns.ratings import (
    MANY_DOSSIERS,
    SAME_RATINGS,
    count_marked,
    count_ratings,
    mark_ratings,
)
from pipeline.tallies.patterns.rejected import count_rejected
from pipeline.tallies.patterns.rows import (
    LAST_DAY,
    LONG_PAUSE,
    count_moved_due_dates,
    count_rows,
)

__all__ = [
    "LAST_DAY",
    "LONG_PAUSE",
    "MANY_DOSSIERS",
    "SAME_MINUTE",
    "SAME_RATINGS",
    "SAME_SECOND",
    "abolished_codes",
    "add_up",
    "count_codes",
    "count_crowds",
    "count_marked",
    "count_moved_due_dates",
    "count_ratings",
    "count_rejected",
    "count_rows",
    "mark_ratings",
]


def add_up(
    parts: Iterable[pl.DataFrame], ledger_findings: pl.DataFrame, month: str
) -> pl.DataFrame:
    """Cells of tables.PATTERNS, of the parts counted and the findings of the ledger (FINDINGS).

    Each part has FILE_AND_UNIT, finding, cases and looked_at. Where a finding of the ledger could
    have been shown is counted in the parts, without cases. A dossier that is no longer seen is in
    no record, so it is added to those among which it was looked for.
    """
    is_unseen = pl.col("finding") == UNSEEN
    of_ledger = ledger_findings.filter(pl.col("finding").is_in(LEDGER_FINDINGS)).select(
        pl.col(FILE_AND_UNIT).cast(pl.String),
        "finding",
        cases="dossiers",
        looked_at=pl.when(is_unseen).then("dossiers").otherwise(0),
    )
    every = [
        of_ledger,
        *(
            part.select(
                pl.col(FILE_AND_UNIT).cast(pl.String),
                "finding",
                pl.col("cases", "looked_at").cast(pl.Int64),
            )
            for part in parts
        ),
    ]
    cells = (
        pl.concat(every)
        .lazy()
        .group_by(*FILE_AND_UNIT, "finding")
        .agg(pl.col("cases", "looked_at").sum())
        .filter(pl.col("looked_at") > 0)
    )
    return sort_cells(cells, month, PATTERNS)
