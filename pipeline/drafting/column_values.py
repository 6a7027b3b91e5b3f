"""Column values: the different values of a column of a file, and how many rows have each.

Here belongs what is asked of the values of one column by itself. Not here: what they mean
(columns, dates, code_lists).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipeline.drafting.names import fold_name

VALUE, ROWS = "value", "rows"
_MOST_SHAPES = 50
_DIGITS = "^[0-9]+$"
_DIGITS_OF_TIME = (
    r"^(?:(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:[01][0-9]|2[0-3])?(?:[0-5][0-9]){0,2}"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}|[0-9]{5})$"
)
"""Digits alone are a time where they begin with a year or end with one, or are a serial number."""


@dataclass(frozen=True, eq=False)
class ColumnValues:
    """The values of a column: `counts` has one row a value, the most frequent first.

    Its columns are value and rows. Empty fields are left out.
    """

    name: str
    counts: pl.DataFrame

    @staticmethod
    def of(name: str, cells: pl.Series) -> "ColumnValues":
        """The values of a column of cells."""
        values = cells.drop_nulls().alias(VALUE)
        counts = values.value_counts(name=ROWS).sort(ROWS, VALUE, descending=[True, False])
        return ColumnValues(name, counts)

    @cached_property
    def filled(self) -> int:
        """How many rows have a value."""
        return int(self.counts[ROWS].sum())

    @property
    def distinct(self) -> int:
        """How many different values there are."""
        return self.counts.height

    @cached_property
    def shapes(self) -> list[tuple[str, int]]:
        """The most frequent shapes of values, with their rows: digits as 9, longer words as a.

        The shape of digits alone that are no time is empty.
        """
        text = pl.col(VALUE)
        shape = text.str.replace_all("[0-9]", "9").str.replace_all(r"\p{L}{3,}", "a")
        is_number = text.str.contains(_DIGITS) & ~text.str.contains(_DIGITS_OF_TIME)
        shaped = self.counts.select(pl.when(is_number).then(pl.lit("")).otherwise(shape), ROWS)
        counted = shaped.group_by(pl.first().alias("shape")).agg(pl.col(ROWS).sum())
        return list(counted.sort(ROWS, descending=True).head(_MOST_SHAPES).iter_rows())

    def head(self, most: int) -> list[tuple[str, int]]:
        """The most frequent values with their rows."""
        return list(self.counts.head(most).iter_rows())

    def share(self, is_so: pl.Expr) -> float:
        """The share of the rows with a value for which an expression over `value` is true."""
        if not self.filled:
            return 0.0
        rows = self.counts.select(pl.when(is_so).then(ROWS).otherwise(0).sum()).item()
        return float(rows) / self.filled

    def share_of_words(self, words: Collection[str], most: int = 500) -> float:
        """The share of the rows whose value, as names are compared, is one of these."""
        if not self.filled:
            return 0.0
        return sum(n for value, n in self.head(most) if fold_name(value) in words) / self.filled

    def without(self, values: Iterable[str]) -> "ColumnValues":
        """The column as if these values were empty fields."""
        is_left = ~pl.col(VALUE).is_in(list(values))
        return ColumnValues(self.name, self.counts.filter(is_left))
