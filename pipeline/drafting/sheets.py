"""Sheets: whether other sheets of a workbook have the header of the one that is read.

Here belongs the comparison of sheets. Not here: which sheet is read (layout, exports.workbooks),
where its header stands (header_rows).
"""

import re
from collections.abc import Iterable

import fastexcel

from pipeline.exports.cell_text import CellText
from pipeline.exports.workbooks import read_workbook
from pipeline.faults import FileFault
from pipeline.letters import clean_name
from pipeline.profiles import Profile

_DIGIT = re.compile(rb"[0-9]")
_FEWEST_NAMES = 3
_MOST_TITLES = 30
"""A header stands in one of the first rows of a sheet."""


def count_alike(read: CellText, others: Iterable[CellText]) -> int:
    """How many other sheets have a row near their top that may be the header of the one read."""
    headers = _list_headers(read)
    return sum(bool(headers & _list_headers(each)) for each in others)


def count_unread(data: bytes, profile: Profile) -> int:
    """How many sheets have the header of the one that the profile names, and are not read.

    For a file that was read by the profile before.
    """
    if not profile.sheet:
        return 0
    try:
        read = read_workbook(data, profile)
        names = {clean_name(name) for name in fastexcel.read_excel(data).sheet_names}
    except (FileFault, fastexcel.FastExcelError):
        return 0
    others = []
    for name in names - {profile.sheet}:
        try:
            others.append(read_workbook(data, profile.model_copy(update={"sheet": name})))
        except FileFault:
            continue
    return count_alike(read, others)


def _list_headers(sheet: CellText) -> set[bytes]:
    """The first rows of a sheet that have several texts and no digit."""
    delimiter = sheet.profile.delimiter.encode()
    return {
        row
        for row in sheet.text.split(b"\n", _MOST_TITLES)[:_MOST_TITLES]
        if sum(map(bool, row.split(delimiter))) >= _FEWEST_NAMES and not _DIGIT.search(row)
    }
