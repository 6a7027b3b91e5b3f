"""Workbooks: a sheet of XLSX, XLSM, XLS or ODS becomes a table of text.

A date in a cell is written as `2026-10-01 08:30:15`, a number with its own digits, a formula as its
stored value. Hidden rows and columns are read like others. Macros and links do nothing: only cells
are read. Here belongs which sheet is read. Not here: which row is the header (header), formulas
that failed (error_cells), merged cells (merged_cells), the text of a table (cell_text).
"""

import fastexcel
import polars as pl

from pipeline import letters
from pipeline.exports.apart import broken_file
from pipeline.exports.cell_text import CellText, write_cells
from pipeline.exports.error_cells import read_sheet, with_errors
from pipeline.exports.merged_cells import with_merged
from pipeline.exports.packages import check_package
from pipeline.exports.sheet_places import check_places
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_DATE_FORMATS = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d")
"""How the library writes a date in a cell: the second and third in ODS."""


def read_workbook(data: bytes, profile: Profile) -> CellText:
    """The cells of the sheet that the profile names, else of the one that has cells.

    Raises FileFault: unreadable for a workbook that cannot be read, or whose sheet is not clear;
    too_large beyond the limits.
    """
    if data.startswith(b"PK"):
        check_package(data, profile.limits)
        check_places(data, profile)
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
            f"{len(filled)} of its sheets have cells: name the right one in the profile (sheet); "
            "where several have records, put all rows on one sheet",
            f"có {len(filled)} trang tính có dữ liệu: khai báo trang cần đọc trong cấu hình ánh xạ "
            "(sheet); nếu dữ liệu nằm ở nhiều trang thì gộp mọi dòng vào một trang",
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
        content = read_sheet(data, name)
        above = profile.header_row + profile.header_rows - 1
        are_counts = profile.kind == "figures"
        cells = with_merged(with_errors(cells, content), content, above, are_counts=are_counts)
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
