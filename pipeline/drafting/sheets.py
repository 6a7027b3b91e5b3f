"""Sheets: whether other sheets of a workbook have the header of the one that is read.

Here belongs the comparison of sheets. Not here: which sheet is read (layout), where its header
stands (header_rows).
"""

import re
from collections.abc import Iterable

from pipeline.exports.cell_text import CellText

_DIGIT = re.compile(rb"[0-9]")
_FEWEST_NAMES = 3
_MOST_TITLES = 30
"""A header stands in one of the first rows of a sheet."""


def count_alike(read: CellText, others: Iterable[CellText]) -> int:
    """How many other sheets have a row near their top that may be the header of the one read."""
    headers = _list_headers(read)
    return sum(bool(headers & _list_headers(each)) for each in others)


def _list_headers(sheet: CellText) -> set[bytes]:
    """The first rows of a sheet that have several texts and no digit."""
    delimiter = sheet.profile.delimiter.encode()
    return {
        row
        for row in sheet.text.split(b"\n", _MOST_TITLES)[:_MOST_TITLES]
        if sum(map(bool, row.split(delimiter))) >= _FEWEST_NAMES and not _DIGIT.search(row)
    }
