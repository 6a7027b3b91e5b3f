"""Aliases: other spellings of units that an installation declares in `aliases.csv`.

Here belongs the table: reading it, checking it, and which aliases hold for a sender in a month. Not
here: names that the register has itself, and the look-up of a text (names).
"""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pipeline import letters, months
from pipeline.agencies.names import fold_name
from pipeline.agencies.register import Register
from pipeline.errors import WrongUseError
from pipeline.own_files import OwnFileError, read_text

COLUMNS = ("alias", "code", "valid_from", "valid_to", "sender")
"""The columns of the table; the first two are required."""
_REQUIRED = COLUMNS[:2]
_FIRST_MONTH, _LAST_MONTH = "0000-01", "9999-12"


class AliasError(WrongUseError):
    """The table of aliases cannot be used; the message names the row and the cure."""


@dataclass(frozen=True)
class Alias:
    """A spelling of a unit: a folded name, its code, the months in which it holds, and for whom.

    `sender` is empty where it holds for every sender. `row` is its number in the file.
    """

    name: str
    code: str
    first_month: str
    last_month: str
    sender: str
    row: int

    def overlaps(self, other: "Alias") -> bool:
        """Whether some file may meet both, and neither comes before the other."""
        return (
            (self.name, self.sender) == (other.name, other.sender)
            and self.first_month <= other.last_month
            and other.first_month <= self.last_month
        )


@dataclass(frozen=True)
class Aliases:
    """All aliases of an installation."""

    rows: tuple[Alias, ...] = ()

    def at(self, sender_code: str, month: str) -> dict[str, str]:
        """Codes by folded name for a sender in a month; its own come before those of all."""
        in_force = [row for row in self.rows if row.first_month <= month <= row.last_month]
        of_all = {row.name: row.code for row in in_force if not row.sender}
        return of_all | {row.name: row.code for row in in_force if row.sender == sender_code}

    @property
    def digest(self) -> str:
        """SHA-256 of all aliases."""
        return hashlib.sha256(repr(self.rows).encode()).hexdigest()


def load_aliases(path: Path, register: Register) -> Aliases:
    """The aliases of a file, which may be absent.

    The file is CSV in UTF-8 with the columns of COLUMNS. Raises AliasError for a column that is
    missing or unknown, an empty name or code, a code that the register never had, what is no month,
    and one name that would mean two units at once.
    """
    if not path.exists():
        return Aliases()
    try:
        text = read_text(path)
        lines = list(csv.reader(io.StringIO(text)))
    except OwnFileError as error:
        raise AliasError(f"{path} cannot be read as CSV: {error}") from None
    except csv.Error as error:
        raise AliasError(
            f"{path} cannot be read as CSV ({error}): look for a quotation mark that is not closed"
        ) from None
    rows = list(_read_rows(lines, str(path), register))
    _check_unambiguous(rows, str(path))
    return Aliases(tuple(rows))


def _read_rows(lines: list[list[str]], file: str, register: Register) -> Iterator[Alias]:
    header = [letters.clean_name(name) for name in lines[0]] if lines else []
    missing = [name for name in _REQUIRED if name not in header]
    unknown = [name for name in header if name not in COLUMNS]
    if missing:
        raise AliasError(f"{file} lacks the column {missing[0]}: add it to the first line")
    if unknown or len(set(header)) < len(header):
        raise AliasError(
            f"{file}: its first line has an unknown column, or one twice: name each of "
            f"{', '.join(COLUMNS)} once"
        )
    # A name of an agency that does not send here is no fault.
    codes = register.left_out.union(register.table["code"])
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        place = f"{file}, row {number}"
        if len(line) != len(header):
            raise AliasError(
                f"{place} has {len(line)} values for {len(header)} columns: put a value that "
                "contains a comma in double quotes"
            )
        cells = dict(zip(header, map(letters.clean_text, line), strict=True))
        yield _read_row(cells, number, place, codes)


def _read_row(cells: dict[str, str], number: int, place: str, codes: frozenset[str]) -> Alias:
    for name in _REQUIRED:
        if not cells[name]:
            raise AliasError(f"{place} has no {name}: fill it in")
    for name in ("code", "sender"):
        if cells.get(name) and cells[name] not in codes:
            raise AliasError(
                f"{place}: the {name} is not in the register of agencies: correct it, or add the "
                "agency to agencies.csv"
            )
    for name in ("valid_from", "valid_to"):
        if cells.get(name) and not months.is_name(cells[name]):
            raise AliasError(f"{place}: {name} is no month: write it like 2026-03, or leave it out")
    alias = Alias(
        name=fold_name(cells["alias"]),
        code=cells["code"],
        first_month=cells.get("valid_from") or _FIRST_MONTH,
        last_month=cells.get("valid_to") or _LAST_MONTH,
        sender=cells.get("sender", ""),
        row=number,
    )
    if alias.last_month < alias.first_month:
        raise AliasError(f"{place} ends before it begins: correct valid_from or valid_to")
    return alias


def _check_unambiguous(rows: list[Alias], file: str) -> None:
    by_name: dict[str, list[Alias]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    for same in by_name.values():
        for one, other in combinations(same, 2):
            if one.overlaps(other) and one.code != other.code:
                raise AliasError(
                    f"{file}, rows {one.row} and {other.row}: one alias means both {one.code} and "
                    f"{other.code} in the same months: remove a row, or narrow its months or its "
                    "sender"
                )
