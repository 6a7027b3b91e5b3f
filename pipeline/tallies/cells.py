"""Cells: what the tables of counts have in common.

Here belongs the shape in which counted cells are handed on. Not here: what is counted (the module
of each kind of records).
"""

import polars as pl

from pipeline.columns import Table

FILE_AND_UNIT = ("sender_code", "sha256", "unit_code")
"""The columns that say which file and unit a cell counts."""
_NUMBERED_KEYS = ("age_minutes", "answer", "allowed_days")
"""The columns of whole numbers that tell cells apart; the others are counts."""


def sort_cells(cells: pl.LazyFrame, month: str, table: Table) -> pl.DataFrame:
    """Cells of a month in the columns of a table of counts, sorted by what tells them apart."""
    words = [name for name, dtype in table.schema.items() if dtype == pl.String]
    numbers = [name for name in table.names if name in _NUMBERED_KEYS]
    counted = table.conform(cells.with_columns(month=pl.lit(month)).collect())
    # Few words stand in many cells: their places in the alphabet are sorted faster than they are.
    by = []
    for name in words:
        alphabet = counted[name].unique().sort()
        # None is a value too: a column may tell cells apart by one word and none.
        if len(alphabet) > 1:
            by.append(pl.col(name).cast(pl.Enum(alphabet.drop_nulls())))
    return counted.sort(*by, *numbers, nulls_last=False) if by or numbers else counted
