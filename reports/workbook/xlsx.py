"""A workbook as XLSX, by XlsxWriter.

Here belongs how a sheet is laid out in XLSX. Not here: what it says (opening, leagues, tables).

Tables are marked as tables, which XlsxWriter cannot do in its mode of constant memory. Rows of
texts and numbers are written each as one text (xlsx_rows).
"""

import textwrap
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from pipeline import months
from reports.workbook.sheets import FORMATS, Cell, Link, Sheet, Workbook, clean

if TYPE_CHECKING:
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.workbook import Workbook as File

    from reports.workbook.xlsx_rows import RowsSheet

_LINE_WIDTH = 110
"""The width of a sheet that has lines and no table, in characters."""
_LINE_POINTS = 15
"""The height of a line of text, in points."""


def write_xlsx(workbook: Workbook) -> bytes:
    """The file. The same workbook gives the same bytes: its date is the end of its month."""
    from xlsxwriter import Workbook as File  # noqa: PLC0415 - not every command needs it

    from reports.workbook.xlsx_rows import RowsSheet  # noqa: PLC0415

    buffer = BytesIO()
    with File(buffer, {"in_memory": True}) as file:
        last_day = months.end(workbook.month)
        file.set_properties({"title": clean(workbook.title), "created": last_day})
        file.set_custom_property("Language", workbook.language)
        formats = _make_formats(file)
        for number, sheet in enumerate(workbook.sheets):
            _write_sheet(file.add_worksheet(sheet.name, RowsSheet), sheet, number, formats)
    return buffer.getvalue()


def _make_formats(file: "File") -> dict[str, "CellFormat"]:
    top = {"valign": "top"}
    formats = {name: file.add_format(top | {"num_format": code}) for name, code in FORMATS.items()}
    return formats | {
        "title": file.add_format({"bold": True, "font_size": 14}),
        "line": file.add_format(),
        "paragraph": file.add_format(top | {"text_wrap": True}),
        "head": file.add_format(top | {"bold": True, "text_wrap": True, "bottom": 1}),
        "text": file.add_format(top | {"text_wrap": True}),
        "number": file.add_format(top),
        "link": file.add_format(top | {"font_color": "#0563C1", "underline": 1}),
    }


def _write_sheet(
    written: "RowsSheet", sheet: Sheet, number: int, formats: dict[str, "CellFormat"]
) -> None:
    has_table = bool(sheet.columns)
    if not has_table:
        written.set_column(0, 0, _LINE_WIDTH)
    for row, line in enumerate(sheet.lines):
        look = "title" if row == 0 else "line" if has_table else "paragraph"
        written.write_string(row, 0, clean(line), formats[look])
    if has_table:
        _write_table(written, sheet, number, formats)
    written.set_landscape()
    written.set_paper(9)  # A4
    written.fit_to_pages(1, 0)


def _write_table(
    written: "RowsSheet", sheet: Sheet, number: int, formats: dict[str, "CellFormat"]
) -> None:
    first = len(sheet.lines)
    for place, width in enumerate(sheet.widths):
        written.set_column(place, place, width)
    # Not every program makes the row of the heads as high as their lines.
    written.set_row(first, _LINE_POINTS * _count_lines_of_heads(sheet))
    looks = [formats[column.format] for column in sheet.columns]
    _write_rows(written, first + 1, sheet.rows, looks, formats["link"])
    heads = [
        {"header": clean(column.head), "header_format": formats["head"]} for column in sheet.columns
    ]
    written.mark_table(
        first,
        first + len(sheet.rows),
        {
            "name": f"table_{number}",
            "columns": heads,
            "style": "Table Style Light 1",
            "autofilter": False,
            "banded_rows": False,
            "description": clean(sheet.about or sheet.title),
        },
    )
    written.freeze_panes(first + 1, 0)
    written.repeat_rows(first)


def _count_lines_of_heads(sheet: Sheet) -> int:
    """How many lines the longest head takes in its column, in bold letters."""
    return max(
        len(textwrap.wrap(column.head, max(width - 2, 1))) or 1
        for column, width in zip(sheet.columns, sheet.widths, strict=True)
    )


def _write_rows(
    written: "RowsSheet",
    first: int,
    rows: Sequence[tuple[Cell, ...]],
    looks: Sequence["CellFormat"],
    link: "CellFormat",
) -> None:
    from reports.workbook.xlsx_rows import is_plain  # noqa: PLC0415

    if is_plain(rows):
        written.take_rows(first, rows, looks)
        return
    for row, cells in enumerate(rows, first):
        for place, cell in enumerate(cells):
            _write_cell(written, (row, place), cell, looks[place], link)


def _write_cell(
    written: "RowsSheet",
    place: tuple[int, int],
    cell: Cell,
    look: "CellFormat",
    link: "CellFormat",
) -> None:
    if cell is None:
        return
    if isinstance(cell, Link):
        target = "'" + cell.sheet.replace("'", "''") + "'"
        written.write_url(*place, f"internal:{target}!A1", link, clean(cell.text))
    elif isinstance(cell, str):
        written.write_string(*place, clean(cell), look)
    else:
        written.write_number(*place, cell, look)
