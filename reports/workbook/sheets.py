"""What a workbook is made of: sheets with one table each, columns, cells.

Here belong the values that both writers take, and names that a spreadsheet program accepts. Not
here: what the sheets say (opening, leagues, tables), how they become a file (xlsx, ods).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from pipeline import letters
from pipeline.published_data import decimal_text

Format = Literal["text", "number", "share", "points", "days", "count"]
"""How a column is shown: a share as a percentage, points with two decimals, days with one."""

FORMATS: Mapping[Format, str] = {
    "share": "0.0%",
    "points": "0.00",
    "days": "0.0",
    "count": "#,##0",
}
"""The number formats of spreadsheets; a text or a plain number has none."""

LONGEST_TEXT = 32_000
"""Characters of a cell; a spreadsheet takes 32,767."""
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 9, 60
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Link:
    """A text that leads to another sheet of the workbook, by its name."""

    text: str
    sheet: str


Cell = str | float | int | Link | None


@dataclass(frozen=True)
class Column:
    """A column: its head, and how its cells are shown."""

    head: str
    format: Format = "text"


@dataclass(frozen=True)
class Sheet:
    """One sheet: `lines` of text at its top, the first being its title, then its table.

    Without columns it has no table. `about` says in one sentence what the table has.
    """

    name: str
    lines: tuple[str, ...]
    columns: tuple[Column, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    about: str = ""

    @property
    def title(self) -> str:
        """The first line."""
        return self.lines[0]

    @cached_property
    def widths(self) -> list[int]:
        """The width of each column in characters: its longest text or word of its head, in bounds.

        A text that is longer is shown in several lines.
        """
        widths = [
            max(_measure_head(column.head), *(_measure(cell, column) for cell in set(cells)), 0)
            for column, cells in zip(self.columns, zip(*self.rows, strict=True), strict=True)
        ]
        return [min(max(width + 2, _NARROWEST), _WIDEST) for width in widths]


@dataclass(frozen=True)
class Workbook:
    """All sheets, and the properties of the document. `month` gives it its date."""

    title: str
    language: str
    month: str
    sheets: tuple[Sheet, ...]


def clean(text: str) -> str:
    """A text that a cell can hold: without control characters, cut to LONGEST_TEXT."""
    cleaned = letters.without_steering(text).replace("\r", "")
    return cleaned if len(cleaned) <= LONGEST_TEXT else cleaned[: LONGEST_TEXT - 1] + "…"


def publish(value: float | None) -> float | None:
    """A number as its data file has it."""
    if value is None or isinstance(value, int):
        return value
    # Most numbers have few decimals already, and to write them out takes time. Plus 0: never -0.
    return (value if round(value, 4) == value else float(decimal_text(value))) + 0.0


def name_sheets(sheets: Sequence[Sheet], taken: Iterable[str]) -> list[Sheet]:
    """The sheets with names that a spreadsheet program accepts, no two the same or in `taken`.

    It takes 31 characters, some signs are forbidden, and capitals make no difference.
    """
    used = {name.casefold() for name in taken} | {"history"}
    named = []
    for sheet in sheets:
        plain = _FORBIDDEN.sub(" ", " ".join(clean(sheet.name).split())).strip(" '") or "–"
        name, number = plain[:_LONGEST_NAME].rstrip(" '"), 1
        while name.casefold() in used:
            number += 1
            ending = f" {number}"
            name = plain[: _LONGEST_NAME - len(ending)].rstrip(" '") + ending
        used.add(name.casefold())
        named.append(replace(sheet, name=name))
    return named


def _measure(cell: Cell, column: Column) -> int:
    if cell is None:
        return 0
    if isinstance(cell, Link):
        return len(cell.text)
    if isinstance(cell, str):
        return min(len(cell), _WIDEST)
    return len(f"{cell:,.0f}") + 3 if column.format in FORMATS else len(f"{cell:.10g}")


def _measure_head(head: str) -> int:
    """A head may take three lines, and no word of it is broken."""
    return max(*(len(word) for word in head.split()), len(head) // 3 + 1)
