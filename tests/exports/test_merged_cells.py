"""A merged cell of a workbook is the value of each of its rows."""

import io

import openpyxl
import polars as pl

from pipeline.drafting.layout import find_table
from pipeline.exports import read_file
from pipeline.exports.merged_cells import with_merged

from .conftest import ProfileWith

HEADER = ("id", "state", "received", "due", "ended")
ROWS = [
    ("A", "1", "2026-10-05", "2026-10-20", None),
    ("B", "1", "2026-10-06", None, None),
    ("C", "9", "2026-10-07", None, "2026-10-09"),
    ("D", "9", "2026-10-08", "2026-10-30", "2026-10-10"),
]


def saved(rows: list[tuple[str | None, ...]], *merged: str, column: int = 1) -> bytes:
    """A workbook whose table begins in the column with this number."""
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for at, row in enumerate(rows, 1):
        for place, value in enumerate(row, column):
            sheet.cell(at, place, value)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(buffer)
    return buffer.getvalue()


def test_a_due_date_of_several_rows_is_that_of_each(profile_with: ProfileWith) -> None:
    """Without it the dossiers below the first were never late, and nothing said so."""
    # Rows 2 to 4 of the sheet are A, B and C.
    data = saved([HEADER, *ROWS], "D2:D4")
    rows, _ = read_file(data, "dossiers.xlsx", profile_with())
    assert rows.frame["due"].to_list() == [*["2026-10-20"] * 3, "2026-10-30"]
    assert rows.frame["ended"].to_list() == [None, None, "2026-10-09", "2026-10-10"]


def test_the_table_may_begin_in_any_column(profile_with: ProfileWith) -> None:
    data = saved([HEADER, *ROWS], "F2:F4", column=3)
    rows, _ = read_file(data, "dossiers.xlsx", profile_with())
    assert rows.frame["due"].to_list() == [*["2026-10-20"] * 3, "2026-10-30"]


def test_titles_and_headers_keep_their_empty_cells_also_in_a_draft(
    profile_with: ProfileWith,
) -> None:
    names = ("Mã hồ sơ", "Trạng thái", "Ngày", None, None)
    below = (None, None, "Tiếp nhận", "Hẹn trả", "Kết thúc")
    data = saved(
        [("DANH SÁCH",), (None,), names, below, *ROWS], "A1:E2", "A3:A4", "B3:B4", "C3:E3", "D5:D7"
    )
    columns = {
        "dossier_id": "Mã hồ sơ",
        "status": "Trạng thái",
        "received_at": "Ngày / Tiếp nhận",
        "due_at": "Ngày / Hẹn trả",
        "ended_at": "Ngày / Kết thúc",
    }
    profile = profile_with(header_row=3, header_rows=2, columns=columns)
    rows, _ = read_file(data, "dossiers.xlsx", profile)
    due = [*["2026-10-20"] * 3, "2026-10-30"]
    assert rows.header == tuple(columns.values())
    assert rows.frame["Ngày / Hẹn trả"].to_list() == due
    table = find_table(data, "dossiers.xlsx")
    assert (table.layout.header_row, table.layout.header_rows) == (3, 2)
    assert table.names == tuple(columns.values())
    assert table.rows.frame["Ngày / Hẹn trả"].to_list() == due


def test_a_blank_row_stays_blank_and_a_heading_over_columns_stays_one_cell(
    profile_with: ProfileWith,
) -> None:
    nothing = (None,) * 5
    data = saved([HEADER, *ROWS[:2], ("Nhóm B",), *ROWS[2:], nothing], "D2:D3", "A4:E4", "D6:D99")
    rows, _ = read_file(data, "dossiers.xlsx", profile_with(footer=("Nhóm",)))
    assert rows.frame["due"].to_list() == ["2026-10-20", "2026-10-20", None, "2026-10-30"]


def test_a_value_that_is_there_stays_and_ranges_that_overlap_are_none() -> None:
    cells = pl.DataFrame({"a": ["1", "x", None], "b": ["2", "3", "4"]})
    content = b'<c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><mergeCells><mergeCell ref="A1:A3"/>'
    assert with_merged(cells, content, above=0)["a"].to_list() == ["1", "x", "1"]
    # Each range has three rows, and the sheet six cells.
    assert with_merged(cells, content + content * 2, above=0).equals(cells)


def test_a_count_of_several_rows_is_not_the_count_of_each() -> None:
    """90 of three rows together would be 270."""
    cells = pl.DataFrame({"unit": ["H01", None, None], "done": ["90", None, None], "by": [*"abc"]})
    ranges = b"".join(b'<mergeCell ref="%b"/>' % each for each in (b"A1:A3", b"B1:B3"))
    content = b'<c r="A1">H01</c><mergeCells>%b</mergeCells>' % ranges
    counts = with_merged(cells, content, 0, are_counts=True)
    assert counts["unit"].to_list() == ["H01"] * 3
    assert counts["done"].to_list() == ["90", None, None]
    assert with_merged(cells, content, 0)["done"].to_list() == ["90"] * 3
