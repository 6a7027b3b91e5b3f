"""Numbers: which marks a file has in its numbers.

Here belong the decimal mark and the mark between thousands. Not here: reading numbers
(records.numbers).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipeline.drafting.column_values import VALUE, ColumnValues
from pipeline.plurals import count_of


@dataclass(frozen=True)
class FoundMarks:
    """The marks of a file's numbers, with how many values show each; empty where none does."""

    decimal_mark: str
    thousands_mark: str
    reason: str


def find_marks(counts: Iterable[ColumnValues], decimals: Iterable[ColumnValues]) -> FoundMarks:
    """The marks that columns of counts and of decimals show. A decimal point alone needs no key.

    `1.234` is a thousand in a column of counts, and may be anything in one of decimals.
    """
    by_mark = {
        mark: _count(counts, rf"^[1-9][0-9]{{0,2}}(?:{pattern}[0-9]{{3}})+$")
        for mark, pattern in ((".", r"\."), (",", ","), (" ", " "))
    }
    comma = _count(decimals, r"^-?[0-9]+,[0-9]+$")
    point = _count(decimals, r"^-?[0-9]+\.[0-9]+$")
    thousands = max(by_mark, key=lambda mark: by_mark[mark])
    has_thousands = by_mark[thousands] > 0
    decimal = "," if comma > point or (has_thousands and thousands == ".") else ""
    # A decimal comma says by itself that points stand between thousands.
    is_said = not has_thousands or thousands == (decimal or ".") or (decimal and thousands == ".")
    reason = f"{count_of(max(comma, by_mark[thousands]), 'number')} with it"
    return FoundMarks(decimal, "" if is_said else thousands, reason)


def _count(columns: Iterable[ColumnValues], pattern: str) -> int:
    is_so = pl.col(VALUE).str.contains(pattern)
    return sum(round(values.share(is_so) * values.filled) for values in columns)
