"""Rows of an XLSX sheet, each written as one text.

XlsxWriter keeps an object for each cell, and writes cell by cell: a million cells then take
230 MiB and ten seconds. A sheet of this module takes the rows of a table as they are, and writes
the same bytes in a tenth of the time. Here belongs nothing but that. Not here: how a sheet is laid
out (xlsx).

It overrides methods that XlsxWriter does not promise to keep: a test compares its bytes with those
of XlsxWriter alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet

from reports.workbook.sheets import Cell, clean

_BLOCK = 16
"""XLSX says of so many rows at once which columns they have."""
_LONGEST_TEXT = 16_000
"""XlsxWriter looks closer at a longer text."""

Rows = Sequence[tuple[Cell, ...]]


def is_plain(rows: Rows) -> bool:
    """Whether a sheet can take these rows as they are: texts, not very long, and numbers alone."""
    for row in rows:
        for cell in row:
            if isinstance(cell, str):
                if len(cell) > _LONGEST_TEXT:
                    return False
            elif cell is not None and not isinstance(cell, float | int):
                return False
    return True


class RowsSheet(Worksheet):  # type: ignore[misc] # XlsxWriter has no types
    """A worksheet of XlsxWriter that takes the rows of one table as they are, below its cells."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Rows = ()
        self._looks: Sequence[Format] = ()
        self._first = 0
        self._indices: dict[str, int] = {}

    def take_rows(self, first: int, rows: Rows, looks: Sequence[Format]) -> None:
        """Takes plain rows, with a format for each column. `first` is the first one's place, the
        top row of the sheet being 0; nothing else may be written to it or below it.
        """
        self._first, self._rows, self._looks = first, rows, looks
        if not rows:
            return
        texts = [cell for row in rows for cell in row if isinstance(cell, str)]
        self._indices = {
            text: self.str_table._get_shared_string_index(clean(text))
            for text in dict.fromkeys(texts)
        }
        # The table of texts counts the cells that use it, too.
        self.str_table.count += len(texts) - len(self._indices)
        self._check_dimensions(first, 0)
        self._check_dimensions(first + len(rows) - 1, len(looks) - 1)

    def mark_table(self, first: int, last: int, options: Mapping[str, Any]) -> None:
        """Marks the rows from `first` (the heads) to `last` as the table of the sheet.

        `options` as in `add_table`, which remembers each cell of a table, so that no other table
        lies on it: a sheet has one.
        """
        place = len(options["columns"]) - 1
        self.add_table(first, 0, first + 1, place, dict(options))
        self.tables[-1]["range"] = self.tables[-1]["a_range"] = xl_range(first, 0, last, place)

    def _calculate_spans(self) -> None:
        super()._calculate_spans()
        for place, block in _cut(self._first, self._rows):
            used = [
                column + 1
                for column, cells in enumerate(zip(*block, strict=True))
                if any(cell is not None for cell in cells)
            ]
            above = self.row_spans.get(place)
            if above:
                used += map(int, above.split(":"))
            if used:
                self.row_spans[place] = f"{min(used)}:{max(used)}"

    def _write_rows(self) -> None:
        if self._rows:
            self.dim_rowmax: int = self._first - 1
        super()._write_rows()
        columns = [
            (f'<c r="{xl_col_to_name(place)}', f'" s="{look._get_xf_index()}"')
            for place, look in enumerate(self._looks)
        ]
        texts = {text: f' t="s"><v>{index}</v></c>' for text, index in self._indices.items()}
        number = self._first
        for place, block in _cut(self._first, self._rows):
            span = self.row_spans.get(place)
            for row in block:
                number += 1
                cells = [
                    f"{before}{number}{after}{texts[cell]}"
                    if isinstance(cell, str)
                    else f"{before}{number}{after}><v>{cell:.16G}</v></c>"
                    for (before, after), cell in zip(columns, row, strict=True)
                    if cell is not None
                ]
                if cells:
                    self.fh.write(f'<row r="{number}" spans="{span}">{"".join(cells)}</row>')


def _cut(first: int, rows: Rows) -> Iterable[tuple[int, Rows]]:
    """The rows in blocks as XLSX counts them from the top of the sheet: number and rows of each."""
    left = iter(rows)
    place = first // _BLOCK
    block = tuple(islice(left, _BLOCK - first % _BLOCK))
    while block:
        yield place, block
        place += 1
        block = tuple(islice(left, _BLOCK))
