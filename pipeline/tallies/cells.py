"""Cells: what the tables of counts have in common.

Here belongs the shape in which counted cells are handed on. Not here: what is counted (the module
of each kind of records).
"""

import polars as pl

from pipeline.columns import Table

FILE_AND_UNIT = ("sender_code", "sha256", "unit_code")
"""The columns that say which file and unit a cell counts."""


def sorted_cells(cells: pl.LazyFrame, month: str, table: Table) -> pl.DataFrame:
    """Cells of a month in the shape and order of a table of counts."""
    counted = table.conform(cells.with_columns(month=pl.lit(month)).collect())
    keys = [name for name, dtype in counted.schema.items() if dtype == pl.String]
    ordered = [*keys, *(name for name in ("age_hours", "answer") if name in counted.columns)]
    return counted.sort(ordered, nulls_last=False)
