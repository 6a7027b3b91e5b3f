"""Reading registers: the built-in one, and an installation's own.

Here belong files and their rows, one by one. Not here: whether rows agree with each other (checks).
"""

import csv
import hashlib
import io
from datetime import date
from importlib import resources
from pathlib import Path

import polars as pl

from pipeline import letters
from pipeline.agencies import checks
from pipeline.agencies.register import Register
from pipeline.agencies.rows import RegisterError, Row
from pipeline.own_files import OwnFileError, read_text
from pipeline.tables import AGENCIES, CONFIDENCES

BUILT_IN = "reference/vietnam_agencies.csv"
"""The Vietnamese provinces and ministries, inside this package."""

_REQUIRED = tuple(column.name for column in AGENCIES.columns if column.is_required)
_DATES = ("valid_from", "valid_to")
_CONFIDENCES = ("confidence", "successor_confidence")


def load(own: Path | None = None) -> Register:
    """The built-in Vietnamese register, with the rows of an own file where one is named and exists.

    Own rows replace the built-in rows of the same code. The own file is CSV in UTF-8 with the
    columns of tables.AGENCIES: code, name_vi and kind are required, dates are YYYY-MM-DD.

    Raises:
        RegisterError: an unknown or missing column, a missing value, a control character, a text
            that is not a date, or rows that do not agree with each other (checks.check_rows).
    """
    built_in = (resources.files("pipeline") / BUILT_IN).read_text(encoding="utf-8")
    rows = _read_rows(built_in, BUILT_IN, more_columns=("source",))
    if own is not None and own.exists():
        own_rows = _read_rows(_read_text(own), str(own))
        replaced = {row.code for row in own_rows}
        rows = [row for row in rows if row.code not in replaced] + own_rows
    checks.check_rows(rows)
    table = pl.DataFrame([row.values for row in rows], schema=AGENCIES.schema, orient="row").sort(
        "code", "valid_from", nulls_last=False
    )
    return Register(table, hashlib.sha256(table.write_csv().encode()).hexdigest())


def _read_text(path: Path) -> str:
    try:
        return read_text(path)
    except OwnFileError as error:
        raise RegisterError(f"{path} cannot be read as CSV: {error}") from None


def _read_rows(text: str, file: str, more_columns: tuple[str, ...] = ()) -> list[Row]:
    reader = csv.reader(io.StringIO(text))
    try:
        lines = list(reader)
    except csv.Error as error:
        raise RegisterError(
            f"{file} cannot be read as CSV near line {reader.line_num:,} ({error}): look for a "
            "quotation mark that is not closed, or a value that is far too long"
        ) from None
    header = [name.strip() for name in lines[0]] if lines else []
    _check_header(header, file, more_columns)
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        place = f"{file}, row {number}"
        if len(line) != len(header):
            raise RegisterError(
                f"{place} has {len(line)} values for {len(header)} columns: "
                "put a value that contains a comma in double quotes"
            )
        rows.append(_parse_row(dict(zip(header, map(str.strip, line), strict=True)), place))
    return rows


def _check_header(header: list[str], file: str, more_columns: tuple[str, ...]) -> None:
    missing = [name for name in _REQUIRED if name not in header]
    if missing:
        raise RegisterError(f"{file} lacks the column {missing[0]}: add it to the first line")
    allowed = (*AGENCIES.names, *more_columns)
    unknown = [name for name in header if name not in allowed]
    if unknown:
        raise RegisterError(
            f"{file} has the unknown column {unknown[0]!r}: "
            f"remove it or rename it to one of {', '.join(allowed)}"
        )
    if len(set(header)) < len(header):
        raise RegisterError(f"{file} names a column twice: remove one of the two")


def _parse_row(cells: dict[str, str], place: str) -> Row:
    for name, cell in cells.items():
        if control := letters.find_control(cell):
            raise RegisterError(
                f"{place} has the control character {control} in {name}: write the value again "
                "without it"
            )
    for name in _REQUIRED:
        if not cells[name]:
            raise RegisterError(f"{place} has no {name}: fill it in")
    for name in _CONFIDENCES:
        if cells.get(name) and cells[name] not in CONFIDENCES:
            raise RegisterError(
                f"{place} has {name} {cells[name]!r}: write one of {', '.join(CONFIDENCES)}, "
                "or leave it empty"
            )
    days = {name: _parse_day(cells.get(name, ""), name, place) for name in _DATES}
    first, last = days["valid_from"] or date.min, days["valid_to"] or date.max
    if last < first:
        raise RegisterError(f"{place} ends ({last}) before it begins ({first}): correct a date")
    return Row(
        place=place,
        values=tuple(
            days[name] if name in days else cells.get(name) or None for name in AGENCIES.names
        ),
        code=cells["code"],
        parent_code=cells.get("parent_code") or None,
        valid_from=first,
        valid_to=last,
        successor_code=cells.get("successor_code") or None,
    )


def _parse_day(text: str, name: str, place: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RegisterError(
            f"{place} has {name} {text!r}: write the day like 2025-07-01, or leave it empty"
        ) from error
