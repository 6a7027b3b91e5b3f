"""The register of agencies: who exists, what they are called and whose units they are.

Here belong reading the built-in Vietnamese register and an installation's own one, checking
them, and looking codes up in a month. Not here: which agency sends which file (profiles), or
which units are ranked against each other (rankings).

A code may mean two territories: 63 provinces became 34 on 1 July 2025, and a new province kept
the code of the one whose name it kept. So an agency is a code with a first and a last day, and
every look-up asks for a month.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path

import polars as pl

from pipeline import months
from pipeline.tables import AGENCIES

BUILT_IN = "reference/vietnam_agencies.csv"
"""The Vietnamese provinces and ministries, inside this package."""

_REQUIRED = tuple(column.name for column in AGENCIES.columns if column.is_required)
_PROVENANCE = ("confidence", "source")
_DATES = ("valid_from", "valid_to")


class RegisterError(Exception):
    """A register cannot be used; the message names the file, the row and the cure."""


@dataclass(frozen=True)
class _Row:
    """A row as read, and where it stands, so that a message can name it."""

    place: str
    values: tuple[str | date | None, ...]
    code: str
    parent_code: str | None
    valid_from: date
    valid_to: date

    def is_in_force_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to


@dataclass(frozen=True, eq=False)
class Register:
    """Agencies and units over time.

    `table` has the columns of tables.AGENCIES, one row a code and span of days, sorted by
    code and first day. `digest` is the SHA-256 (hex) of that content: the same agencies give
    the same digest, in whatever order their files list them.
    """

    table: pl.DataFrame
    digest: str
    _in_force: dict[str, pl.DataFrame] = field(default_factory=dict, init=False, repr=False)
    _names: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False)
    _units: dict[str, dict[str, list[str]]] = field(default_factory=dict, init=False, repr=False)

    def at(self, month: str) -> pl.DataFrame:
        """The agencies in force in a month: columns of tables.AGENCIES, one row a code.

        In force means that their days overlap with the month. Of two rows of one code the one
        that begins later is taken. Sorted by code.
        """
        if month not in self._in_force:
            first, after = months.start(month).date(), months.end(month).date()
            begun = pl.col("valid_from").is_null() | (pl.col("valid_from") < after)
            not_over = pl.col("valid_to").is_null() | (pl.col("valid_to") >= first)
            self._in_force[month] = self.table.filter(begun & not_over).unique(
                "code", keep="last", maintain_order=True
            )
        return self._in_force[month]

    def below(self, sender_code: str, month: str) -> frozenset[str]:
        """The sender and all units below it in a month; empty when it is not in force."""
        if sender_code not in self._names_at(month):
            return frozenset()
        units = self._units_at(month)
        found = {sender_code}
        waiting = [sender_code]
        while waiting:
            below = [code for code in units.get(waiting.pop(), []) if code not in found]
            found.update(below)
            waiting.extend(below)
        return frozenset(found)

    def name(self, code: str, month: str) -> str:
        """Name in Vietnamese in a month.

        The last name known when the agency is not in force in it; the code itself when the
        register lacks it.
        """
        names = self._names_at(month)
        if code in names:
            return names[code]
        known = self.table.filter(pl.col("code") == code)["name_vi"]
        return str(known[-1]) if len(known) else code

    def names_en(self, month: str) -> dict[str, str]:
        """Names in English in a month, by code; agencies that have none are left out."""
        named = self.at(month).select("code", "name_en").drop_nulls()
        return dict(named.iter_rows())

    def _names_at(self, month: str) -> dict[str, str]:
        if month not in self._names:
            agencies = self.at(month)
            self._names[month] = dict(
                zip(agencies["code"].to_list(), agencies["name_vi"].to_list(), strict=True)
            )
        return self._names[month]

    def _units_at(self, month: str) -> dict[str, list[str]]:
        if month not in self._units:
            units: dict[str, list[str]] = {}
            for code, parent in self.at(month).select("code", "parent_code").iter_rows():
                units.setdefault(parent, []).append(code)
            self._units[month] = units
        return self._units[month]


def load(own: Path | None = None) -> Register:
    """The built-in Vietnamese register, and an own file where one is named and exists.

    Own rows replace the built-in rows of the same code. The own file is CSV in UTF-8 with the
    columns of tables.AGENCIES: code, name_vi and kind are required, dates are YYYY-MM-DD.

    Raises:
        RegisterError: a column unknown or missing, a value missing, a date that is none, a
            code twice in force, a parent that no row has, agencies that belong to each other.
    """
    built_in = (resources.files("pipeline") / BUILT_IN).read_text(encoding="utf-8")
    rows = _rows(built_in, BUILT_IN, more_columns=_PROVENANCE)
    if own is not None and own.exists():
        own_rows = _rows(_text_of(own), str(own))
        replaced = {row.code for row in own_rows}
        rows = [row for row in rows if row.code not in replaced] + own_rows
    _check_spans(rows)
    _check_parents(rows)
    table = pl.DataFrame([row.values for row in rows], schema=AGENCIES.schema, orient="row").sort(
        "code", "valid_from", nulls_last=False
    )
    return Register(table, hashlib.sha256(table.write_csv().encode()).hexdigest())


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegisterError(f"{path} is not UTF-8 text: save it as CSV UTF-8") from error


def _rows(text: str, file: str, more_columns: tuple[str, ...] = ()) -> list[_Row]:
    lines = list(csv.reader(io.StringIO(text)))
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
        rows.append(_row(dict(zip(header, map(str.strip, line), strict=True)), place))
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


def _row(cells: dict[str, str], place: str) -> _Row:
    for name in _REQUIRED:
        if not cells[name]:
            raise RegisterError(f"{place} has no {name}: fill it in")
    days = {name: _day(cells.get(name, ""), name, place) for name in _DATES}
    first, last = days["valid_from"] or date.min, days["valid_to"] or date.max
    if last < first:
        raise RegisterError(f"{place} ends ({last}) before it begins ({first}): correct a date")
    return _Row(
        place=place,
        values=tuple(
            days[name] if name in days else cells.get(name) or None for name in AGENCIES.names
        ),
        code=cells["code"],
        parent_code=cells.get("parent_code") or None,
        valid_from=first,
        valid_to=last,
    )


def _day(text: str, name: str, place: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RegisterError(
            f"{place} has {name} {text!r}: write the day like 2025-07-01, or leave it empty"
        ) from error


def _check_spans(rows: Iterable[_Row]) -> None:
    previous: _Row | None = None
    for row in sorted(rows, key=lambda row: (row.code, row.valid_from)):
        if previous and previous.code == row.code and row.valid_from <= previous.valid_to:
            raise RegisterError(
                f"{row.place}: {row.code} is in force already ({previous.place}): "
                "remove one row, or give both valid_from and valid_to that do not overlap"
            )
        previous = row


def _check_parents(rows: list[_Row]) -> None:
    codes = {row.code for row in rows}
    for row in rows:
        if row.parent_code is not None and row.parent_code not in codes:
            raise RegisterError(
                f"{row.place}: the parent_code {row.parent_code} of {row.code} is in no row: "
                "add the parent, or correct the code"
            )
    # Who belongs to whom only changes on a first day, so looking at those days is enough.
    for day in sorted({row.valid_from for row in rows}):
        _check_circles({row.code: row for row in rows if row.is_in_force_on(day)})


def _check_circles(in_force: dict[str, _Row]) -> None:
    leads_to_top: set[str] = set()
    for code in in_force:
        path: list[str] = []
        above: str | None = code
        while above in in_force and above not in leads_to_top:
            if above in path:
                raise RegisterError(
                    f"{in_force[above].place}: {' belongs to '.join([*path, above])}: "
                    "leave the parent_code of the topmost agency empty"
                )
            path.append(above)
            above = in_force[above].parent_code
        leads_to_top.update(path)
