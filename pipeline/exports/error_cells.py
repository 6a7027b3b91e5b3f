"""Error cells: cells of XLSX whose formula failed, like #N/A, or was never computed.

The library reads such a cell as an empty one, and an empty end is a dossier that goes on. Here
belongs finding these cells, so that each stands as what it shows. Not here: reading the other cells
(workbooks).
"""

import html
import re
from collections import defaultdict
from posixpath import join, normpath

import polars as pl

from pipeline.exports.packages import has_match, open_package, unpack
from pipeline.exports.sheet_places import number_column
from pipeline.faults import FileFault

_ERROR = re.compile(rb"""\bt=["']e["']""")
_UNCOMPUTED = re.compile(rb"<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>|</c>)")
"""A program that is no spreadsheet writes formulas without their values."""
_TEXT = re.compile(rb"""\bt=["']str["']""")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>", re.DOTALL)
_PLACE = re.compile(rb"""\br=["']([A-Z]+)([0-9]+)["']""")
_SHOWN = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ODS_ERROR = re.compile(rb"""value-type=["']error["']""")
NOT_COMPUTED = "#NOT_COMPUTED"
"""What stands for a formula without a stored value: open and save the workbook to compute it."""


def read_sheet(data: bytes, sheet: str) -> bytes:
    """The part of an XLSX with a sheet; empty where it is not found.

    Raises FileFault unreadable for an ODS with error cells, whose places are not known.
    """
    package = open_package(data)
    names = package.namelist()
    if "content.xml" in names:
        _check_ods(data)
        return b""
    path = _find_sheet(data, sheet)
    return b"".join(unpack(data, package.getinfo(path))) if path in names else b""


def with_errors(cells: pl.DataFrame, content: bytes) -> pl.DataFrame:
    """The cells of a sheet as text, with what its error cells show.

    `cells` begin in the sheet's first row, and in its first column that has a cell; `content` is as
    `read_sheet` gives it.
    """
    if not _ERROR.search(content) and not _UNCOMPUTED.search(content):
        return cells
    return _put(cells, content)


def _check_ods(data: bytes) -> None:
    if has_match(_ODS_ERROR, unpack(data, open_package(data).getinfo("content.xml"))):
        raise FileFault(
            "unreadable",
            "formulas in it have errors like #N/A: correct them, or save it as XLSX",
            "trong sổ tính có công thức bị lỗi như #N/A: sửa công thức, hoặc lưu lại dạng XLSX",
        )


def _put(cells: pl.DataFrame, content: bytes) -> pl.DataFrame:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    first = None
    for cell in _CELL.finditer(content):
        place = _PLACE.search(cell[1])
        if place is None or cell[2]:
            continue
        column = number_column(place[1])
        first = column if first is None else min(first, column)
        if _ERROR.search(cell[1]):
            shown = _SHOWN.search(content, cell.end())
            text = html.unescape(shown[1].decode()) if shown else "#"
            found[column][int(place[2]) - 1] = text
        elif not _TEXT.search(cell[1]) and _UNCOMPUTED.match(content, cell.end()):
            found[column][int(place[2]) - 1] = NOT_COMPUTED
    for column, texts in found.items():
        at = column - (first or 0)
        rows = {row: text for row, text in texts.items() if row < cells.height}
        if at < cells.width and rows:
            values = cells.to_series(at).scatter(list(rows), list(rows.values()))
            cells = cells.with_columns(values)
    return cells


def _find_sheet(data: bytes, sheet: str) -> str:
    """The path of a sheet in its package; empty where it is not found."""
    package = open_package(data)
    texts = {}
    for path in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if path not in package.namelist():
            return ""
        texts[path] = b"".join(unpack(data, package.getinfo(path))).decode("utf-8", "replace")
    book, relations = texts.values()
    for element in _SHEET.findall(book):
        if html.unescape(_read(element, "name")) == sheet:
            wanted = _read(element, r"\w+:id")
            for relation in _RELATION.findall(relations):
                if _read(relation, "Id") == wanted:
                    target = html.unescape(_read(relation, "Target"))
                    return normpath(join("xl", target)) if target[:1] != "/" else target[1:]
    return ""


def _read(element: str, name: str) -> str:
    found = re.search(rf"""\s{name}=["']([^"']*)["']""", element)
    return found[1] if found else ""
