"""Places: how far out the cells of a sheet stand, before the library makes room for them.

Here belong the places of cells in the parts of XLSX and ODS. Not here: reading the cells
(workbooks), what a package is (packages).
"""

import re
from collections.abc import Iterator
from itertools import islice

from pipeline.exports.cell_text import check_shape
from pipeline.exports.packages import has_match, open_package, unpack
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_PLACE = re.compile(rb"""\br=["']([A-Z]*)([0-9]+)["']""")
_MAY_BE_FAR = re.compile(rb"""r=["'](?:[A-Z]{2,}|[A-Z]?[0-9]{7,})""")
"""What every place beyond column Z or row 999,999 has; found much faster than all places."""
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="([0-9]+)"[^>]*>(?!</table:table-)')
_COLUMN_WIDTHS = re.compile(rb"<(?:\w+:)?table-column\b[^>]*>")
"""How wide columns are, for all 16,384 that a sheet may have: no cell stands there."""
_MOST_CELLS = 1 << 28
"""A sheet has at most so many places, filled or not, up to its last cell."""


def check_places(data: bytes, profile: Profile) -> None:
    """Raises FileFault too_large where a cell stands so far out that the way there fills memory.

    The library makes room for all places up to the last cell, and one cell may stand anywhere.
    """
    for info in open_package(data).infolist():
        if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
            if has_match(_MAY_BE_FAR, unpack(data, info)):
                _check_sheet(unpack(data, info), profile)
        elif info.filename == "content.xml":
            _check_repeats(unpack(data, info), profile)


def _check_sheet(pieces: Iterator[bytes], profile: Profile) -> None:
    last_column = last_row = 0
    rest = b""
    for piece in pieces:
        text = rest + piece
        for column, row in set(_PLACE.findall(text)):
            last_column = max(last_column, number_column(column))
            last_row = max(last_row, int(row[:9]))
        rest = text[-64:]
    _check_area(last_row, last_column, profile)


def _check_repeats(pieces: Iterator[bytes], profile: Profile) -> None:
    """ODS writes equal cells once, with how often they are repeated."""
    rows = columns = 1
    rest = b""
    for piece in pieces:
        text = _COLUMN_WIDTHS.sub(b"", rest + piece)
        for what, count in islice(_REPEATED.findall(text), 1 << 20):
            if what == b"rows":
                rows = max(rows, int(count[:9]))
            else:
                columns = max(columns, int(count[:9]))
        rest = text[-128:]
    _check_area(rows, columns, profile)


def _check_area(rows: int, columns: int, profile: Profile) -> None:
    check_shape(rows, columns, profile)
    if rows * columns > _MOST_CELLS:
        raise FileFault(
            "too_large",
            f"its last cell stands in row {rows:,} and column {columns:,}: delete what stands far "
            "away from the table, and save it again",
            f"ô cuối nằm ở dòng {rows}, cột {columns}: xóa những ô nằm xa ngoài bảng rồi lưu lại",
        )


def number_column(letters_of_column: bytes) -> int:
    """A is 1, Z 26, AA 27; of more than four letters only the first count."""
    number = 0
    for letter in letters_of_column[:4]:
        number = 26 * number + letter - 64
    return number
