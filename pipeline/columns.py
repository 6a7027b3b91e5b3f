"""What a table is made of: columns, each with a type, a unit and a meaning.

Here belongs the shape of such a description. Not here: which tables there are (tables).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

MOMENT = pl.Datetime("ms")
"""Local wall time in the sender's zone, without a zone of its own."""


@dataclass(frozen=True)
class Column:
    """One column: its Polars type, its unit (empty when it has none) and what it means."""

    name: str
    dtype: pl.DataType
    meaning: str
    unit: str = ""
    is_required: bool = True


@dataclass(frozen=True)
class Table:
    """A table: what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """Names and types in order."""
        return pl.Schema({column.name: column.dtype for column in self.columns})

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def empty(self) -> pl.DataFrame:
        """The table without rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame with exactly this table's columns, in order and cast to its types.

        Columns that the frame lacks become null. A value that cannot be cast raises.
        """
        missing = [
            pl.lit(None, column.dtype).alias(column.name)
            for column in self.columns
            if column.name not in frame.columns
        ]
        return frame.with_columns(missing).select(self.names).cast(self.schema)


def text(name: str, meaning: str, *, is_required: bool = True) -> Column:
    """A text of any kind."""
    return Column(name, pl.String(), meaning, is_required=is_required)


def code(name: str, meaning: str, *, is_required: bool = True) -> Column:
    """A text that many rows share, kept and grouped by as a number."""
    return Column(name, pl.Categorical(), meaning, is_required=is_required)


def word(
    name: str, words: tuple[str, ...], meaning: str = "", *, is_required: bool = True
) -> Column:
    """One of a list of words, kept as a number."""
    return Column(name, pl.Enum(words), meaning, is_required=is_required)


def count(name: str, meaning: str, unit: str, *, is_required: bool = True) -> Column:
    """A whole number of something."""
    return Column(name, pl.Int64(), meaning, unit, is_required)


def number(name: str, meaning: str, unit: str = "") -> Column:
    """A number that may be empty."""
    return Column(name, pl.Float64(), meaning, unit, is_required=False)


def moment(name: str, meaning: str, *, is_required: bool = False) -> Column:
    """A moment of local wall time."""
    return Column(name, MOMENT, meaning, "local wall time", is_required)


def find_varying(frame: pl.DataFrame, names: Iterable[str]) -> list[str]:
    """Those columns of a frame that have more than one value, null being one, in the given order.

    Only they decide an order of the rows.
    """
    asked = list(names)
    varies = frame.select(pl.col(name).ne_missing(pl.col(name).first()).any() for name in asked)
    return [name for name in asked if varies[name].item()]
