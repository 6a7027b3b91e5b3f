"""A workbook as ODS (OpenDocument 1.3), written as a stream.

Here belongs how a sheet is laid out in ODS. Not here: what it says (opening, leagues, tables).

The libraries for ODS build a tree of the document first: for a million cells they took minutes, or
gigabytes of memory. The few parts that a spreadsheet needs stand in templates (templates/*.xml.j2),
and rows are written one by one.
"""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import IO
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline import months
from reports.workbook.sheets import FORMATS, Column, Link, Sheet, Workbook, clean

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_PARTS = ("meta.xml", "settings.xml", "styles.xml", "META-INF/manifest.xml")
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time stamp of every part, the earliest that a zip can hold: so bytes are the same."""
_ROWS_AT_ONCE = 500
_LINE_WIDTH = 110
_SPACES = re.compile(r"[ ]{2,}|^[ ]|[ ]$|\t")


def write_ods(workbook: Workbook) -> bytes:
    """The file. The same workbook gives the same bytes: its date is the end of its month."""
    environment = Environment(
        loader=PackageLoader("reports.workbook"), autoescape=True, undefined=StrictUndefined
    )
    values = {
        "workbook": workbook,
        "title": clean(workbook.title),
        "created": months.end(workbook.month).isoformat(),
        "formats": FORMATS,
        "widths": [_measure(sheet) for sheet in workbook.sheets],
        "escape_sheet": _name_sheet,
        "letters": _name_column,
    }
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as parts:
        _add(parts, "mimetype", _TYPE, zipfile.ZIP_STORED)
        for name in _PARTS:
            template = environment.get_template(f"{name.rpartition('/')[2]}.j2")
            _add(parts, name, template.render(values))
        content = environment.get_template("content.xml.j2").render(values)
        with parts.open(_describe("content.xml"), "w") as file:
            _fill(file, content, workbook)
    return buffer.getvalue()


def _describe(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    part = zipfile.ZipInfo(name, _OLDEST)
    part.compress_type = compression
    return part


def _add(
    parts: zipfile.ZipFile, name: str, text: str, compression: int = zipfile.ZIP_DEFLATED
) -> None:
    parts.writestr(_describe(name, compression), text.encode())


def _fill(file: IO[bytes], content: str, workbook: Workbook) -> None:
    """Write the content with the rows of each sheet in the place that the template leaves."""
    for number, sheet in enumerate(workbook.sheets):
        before, _, content = content.partition(f"<!-- rows {number} -->")
        file.write(before.encode())
        rows = _write_rows(sheet)
        while some := "".join(islice(rows, _ROWS_AT_ONCE)):
            file.write(some.encode())
    file.write(content.encode())


def _measure(sheet: Sheet) -> list[int]:
    return sheet.widths if sheet.columns else [_LINE_WIDTH]


def _write_rows(sheet: Sheet) -> Iterator[str]:
    """The rows of a sheet: its lines, the heads of its table, its table."""
    for number, line in enumerate(sheet.lines):
        look = "title" if number == 0 else "line" if sheet.columns else "paragraph"
        yield _row([_text_cell(line, look)])
    if not sheet.columns:
        return
    heads = (_text_cell(column.head, "head") for column in sheet.columns)
    yield f"<table:table-header-rows>{_row(heads)}</table:table-header-rows>"
    texts = _Texts()
    for cells in sheet.rows:
        yield _row(
            [
                texts[cell] if isinstance(cell, str) else _write_cell(cell, column)
                for cell, column in zip(cells, sheet.columns, strict=True)
            ]
        )


class _Texts(dict[str, str]):
    """The cell of each text of a table: most stand in it many times."""

    def __missing__(self, text: str) -> str:
        self[text] = _text_cell(text, "text")
        return self[text]


def _row(cells: Iterator[str] | list[str]) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def _write_cell(cell: float | Link | None, column: Column) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, Link):
        target = quoteattr(f"#{_name_sheet(cell.sheet)}.A1")
        text = _keep_spaces(clean(cell.text))
        return _string([f'<text:a xlink:type="simple" xlink:href={target}>{text}</text:a>'], "link")
    return (
        f'<table:table-cell table:style-name="{column.format}" office:value-type="float" '
        f'office:value="{cell!r}"><text:p>{cell!r}</text:p></table:table-cell>'
    )


def _text_cell(text: str, look: str) -> str:
    return _string([_keep_spaces(line) for line in clean(text).split("\n")], look)


def _string(paragraphs: list[str], look: str) -> str:
    """A cell with a text, each line of it a paragraph."""
    content = "".join(f"<text:p>{each}</text:p>" for each in paragraphs)
    return (
        f'<table:table-cell table:style-name="{look}" office:value-type="string">'
        f"{content}</table:table-cell>"
    )


def _keep_spaces(line: str) -> str:
    """A line with the elements that keep its spaces, which a reader would join."""
    return _SPACES.sub(_keep_space, escape(line))


def _keep_space(found: re.Match[str]) -> str:
    return "<text:tab/>" if found[0] == "\t" else f'<text:s text:c="{len(found[0])}"/>'


def _name_sheet(name: str) -> str:
    """A sheet's name in an address."""
    return "'" + name.replace("'", "''") + "'"


def _name_column(place: int) -> str:
    """The letters of a column, the first being 0: A, B … Z, AA …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
