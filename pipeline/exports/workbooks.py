"""Workbooks: a sheet of XLSX, XLSM, XLS or ODS becomes a table of text.

A date in a cell is written as `2026-10-01 08:30:15`, a number with its own digits, a formula as its
stored value. Hidden rows and columns are read like others. Macros and links do nothing: only cells
are read. Here belongs which sheet is read. Not here: which row is the header (header), the text of
a table (cell_text).
"""

import re
from collections.abc import Iterator
from itertools import islice

import fastexcel
import polars as pl

from pipeline import letters
from pipeline.exports.apart import broken_file
from pipeline.exports.cell_text import CellText, check_shape, write_cells
from pipeline.exports.error_cells import with_errors
from pipeline.exports.packages import check_package, open_package, unpack
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_DATE_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d")
"""How the library writes a date in a cell: the second and third in ODS."""
_PLACE = re.compile(rb"""\br=["']([A-Z]*)([0-9]+)["']""")
_MAY_BE_FAR = re.compile(rb"""r=["'](?:[A-Z]{2,}|[A-Z]?[0-9]{7,})""")
"""What every place beyond column Z or row 999,999 has; found much faster than all places."""
_REPEATED = re.compile(rb'number-(columns|rows)-repeated="([0-9]+)"[^>]*>(?!</table:table-)')
_MOST_CELLS = 1 << 28
"""A sheet has at most so many places, filled or not, up to its last cell."""


def read_workbook(data: bytes, profile: Profile) -> CellText:
    """The cells of the sheet that the profile names, else of the one that has cells.

    Raises FileFault: unreadable for a workbook that cannot be read, or whose sheet is not clear;
    too_large beyond the limits.
    """
    if data.startswith(b"PK"):
        check_package(data, profile.limits)
        _check_places(data, profile)
    try:
        workbook = fastexcel.read_excel(data)
        names = _choose_names(workbook, profile)
        sheets = {name: _read_sheet(workbook, name) for name in names}
    except fastexcel.FastExcelError:
        raise broken_file() from None
    filled = {name: cells for name, cells in sheets.items() if cells.height}
    if len(filled) > 1:
        raise FileFault(
            "unreadable",
            f"{len(filled)} of its sheets have cells: name the right one in the profile (sheet)",
            f"có {len(filled)} trang tính có dữ liệu: khai báo trang cần đọc trong cấu hình ánh xạ "
            "(sheet)",
        )
    if not filled:
        raise FileFault(
            "empty",
            "the workbook has no cells: export it again",
            "sổ tính không có dữ liệu: xuất lại rồi gửi lại tệp",
        )
    ((name, cells),) = filled.items()
    if profile.decimal_mark == ",":
        cells = _with_decimal_commas(workbook, name, cells, profile)
    if data.startswith(b"PK"):
        cells = with_errors(cells, data, name)
    return write_cells(cells, profile, _DATE_FORMATS)


def _choose_names(workbook: fastexcel.ExcelReader, profile: Profile) -> list[str]:
    if not profile.sheet:
        return list(workbook.sheet_names)
    named = [each for each in workbook.sheet_names if letters.clean_name(each) == profile.sheet]
    if not named:
        raise FileFault(
            "unreadable",
            f"it has no sheet {profile.sheet!r}: send the workbook with this sheet, or correct "
            "sheet in the profile",
            f"sổ tính không có trang {profile.sheet!r}: gửi lại sổ tính có trang này, hoặc sửa "
            "sheet trong cấu hình ánh xạ",
        )
    return named[:1]


def _read_sheet(workbook: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    """The cells as text, from the first row of the sheet on; no row where all are empty."""
    sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    cells = sheet.to_polars()
    is_empty = all(each.null_count() == cells.height for each in cells.iter_columns())
    return cells.clear() if is_empty else cells


def _with_decimal_commas(
    workbook: fastexcel.ExcelReader, name: str, cells: pl.DataFrame, profile: Profile
) -> pl.DataFrame:
    """The cells with the numbers of columns of numbers as the profile writes them: 1,125.

    A number of a cell has no mark of its own, and its text a point, which the profile reads between
    thousands. In a column of numbers and texts a point stays what it is.
    """
    above = profile.header_row + profile.header_rows - 1
    below = workbook.load_sheet(name, header_row=None, skip_rows=above).to_polars()
    is_below = pl.int_range(pl.len()) >= above
    return cells.with_columns(
        pl.when(is_below)
        .then(pl.nth(place).str.replace(".", ",", literal=True))
        .otherwise(pl.nth(place))
        .alias(cells.columns[place])
        for place, dtype in enumerate(below.dtypes[: cells.width])
        if dtype.is_float()
    )


def _check_places(data: bytes, profile: Profile) -> None:
    """Raises FileFault too_large where a cell stands so far out that the way there fills memory.

    The library makes room for all places up to the last cell, and one cell may stand anywhere.
    """
    for info in open_package(data).infolist():
        if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
            if _may_be_far(unpack(data, info)):
                _check_sheet(unpack(data, info), profile)
        elif info.filename == "content.xml":
            _check_repeats(unpack(data, info), profile)


def _may_be_far(pieces: Iterator[bytes]) -> bool:
    rest = b""
    for piece in pieces:
        if _MAY_BE_FAR.search(rest + piece):
            return True
        rest = piece[-64:]
    return False


def _check_sheet(pieces: Iterator[bytes], profile: Profile) -> None:
    last_column = last_row = 0
    rest = b""
    for piece in pieces:
        text = rest + piece
        for column, row in set(_PLACE.findall(text)):
            last_column = max(last_column, _number_column(column))
            last_row = max(last_row, int(row[:9]))
        rest = text[-64:]
    _check_area(last_row, last_column, profile)


def _check_repeats(pieces: Iterator[bytes], profile: Profile) -> None:
    """ODS writes equal cells once, with how often they are repeated."""
    rows = columns = 1
    rest = b""
    for piece in pieces:
        text = rest + piece
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


def _number_column(letters_of_column: bytes) -> int:
    """A is 1, Z 26, AA 27; of more than four letters only the first count."""
    number = 0
    for letter in letters_of_column[:4]:
        number = 26 * number + letter - 64
    return number
