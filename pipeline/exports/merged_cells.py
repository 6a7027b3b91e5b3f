"""Merged cells: a value of an XLSX that stands for several rows is that of each of them.

The library gives it to the first row alone, and a dossier without a due date is never late. Here
belongs filling the rows below it. Not here: merged cells of a header (header), other forms, whose
merged cells stay empty (workbooks).
"""

import re

import polars as pl

from pipeline.exports.sheet_places import number_column

_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\b[^>]*\bref=["']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})["']"""
)
_NUMBER = re.compile(r"-?[0-9][0-9.,' ]*")
_FILLED = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br=["']([A-Z]+)[0-9]+["'][^>]*(?<!/)>""")


def with_merged(
    cells: pl.DataFrame, content: bytes, above: int, *, are_counts: bool = False
) -> pl.DataFrame:
    """The cells of a sheet with the value of a merged cell in each of its rows.

    `cells` begin in the sheet's first row, and in its first column that has a cell; `content` is
    the part of the package with the sheet. Rows up to `above` are titles and header, and stay. A
    row without any value stays blank, and a value that is there stays. Where the rows `are_counts`,
    a number stays in the first row alone: it counts all of them together.
    """
    begin = content.find(b"mergeCells")
    merged = [
        (number_column(found[1]), int(found[2]) - 1, min(int(found[4]), cells.height))
        for found in _MERGED.finditer(content, begin if begin >= 0 else len(content))
        if above < int(found[2]) < min(int(found[4]), cells.height)
    ]
    # Ranges that overlap are none: a spreadsheet makes none.
    if not merged or sum(end - start for _, start, end in merged) > cells.height * cells.width:
        return cells
    first = min(map(number_column, {found[1] for found in _FILLED.finditer(content)}), default=1)
    has_value = cells.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    for place in sorted(
        {column for column, _, _ in merged} & set(range(first, first + cells.width))
    ):
        values = cells.to_series(place - first)
        is_open = (values.is_null() & has_value).to_list()
        filled = {
            row: values[start]
            for column, start, end in merged
            if column == place
            for row in range(start + 1, end)
            if is_open[row] and not (are_counts and _is_number(values[start]))
        }
        cells = cells.with_columns(values.scatter(list(filled), list(filled.values())))
    return cells


def _is_number(value: str | None) -> bool:
    return value is not None and _NUMBER.fullmatch(value.strip()) is not None
