"""The tally of figures: counts as they were sent.

Here belongs adding up accepted figures. Not here: what a figure stands for (indices).
"""

import polars as pl

from pipeline.tables import COUNTS
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells


def count_figures(figures: pl.LazyFrame, month: str) -> pl.DataFrame:
    """Counts as sent, added up over breakdowns: cells of tables.COUNTS."""
    cells = figures.group_by(*FILE_AND_UNIT, "indicator").agg(
        pl.col("numerator").sum(), pl.col("denominator").sum()
    )
    return sort_cells(cells, month, COUNTS)
