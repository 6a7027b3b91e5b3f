"""Units: which agencies the values of a column name, and lines of a register for unknown ones.

Here belong names and codes that the register has, and near names. Not here: codes for new units
(unit_codes), the register itself (agencies), the text of a profile (writing).
"""

import csv
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline import letters
from pipeline.agencies import Register
from pipeline.drafting.column_values import ColumnValues
from pipeline.drafting.names import fold_name, holds_words, list_words, split_words
from pipeline.drafting.unit_codes import make_codes

MOST_UNITS = 2_000
REGISTER_COLUMNS = ("code", "name_vi", "name_en", "kind", "parent_code")
_LIKE_CODE = re.compile(
    r"[A-Za-z]{0,4}[0-9]{1,5}(?:[._-][A-Za-z0-9]{1,5})*|[0-9]{3}(?:\.[0-9A-Z]{2,3})+"
)
_FEWEST_ROWS = 3
"""A value without a word for an agency is a unit's name where so many rows have it."""
_NEAR = 0.75
_COMMUNES = ("xã", "phường", "thị trấn", "đặc khu")


@dataclass(frozen=True)
class NewUnit:
    """A unit that the register lacks: the value sent, its rows, the code drafted for it, and the
    names and codes in the register that are like it. `is_spelling` says that another value is the
    same unit and has its line.
    """

    value: str
    rows: int
    code: str
    near: tuple[str, ...]
    is_spelling: bool = False


@dataclass(frozen=True)
class FoundUnits:
    """The units of a file: `as_codes` rows hold codes of the register; `named` has the code and the
    rows of each value that is a name in it. `hidden` are values that may be no unit, and are not
    shown, with their rows. `sender_name` is that of a sender that the register lacks.
    """

    sender: str
    is_new_sender: bool
    sender_name: str = ""
    as_codes: int = 0
    named: dict[str, tuple[str, int]] | None = None
    new: tuple[NewUnit, ...] = ()
    hidden: tuple[tuple[str, int], ...] = ()

    @property
    def lines(self) -> list[dict[str, str]]:
        """The lines that the register lacks: the sender itself where it is not in it, and units."""
        name = self.sender_name or self.sender
        own = {
            "code": self.sender,
            "name_vi": name,
            "name_en": name if name.isascii() else "",
            "kind": "agency",
            "parent_code": "",
        }
        units = [
            {
                "code": unit.code,
                "name_vi": _clean(unit.value),
                "name_en": _clean(unit.value) if unit.value.isascii() else "",
                "kind": "commune" if _has_word(unit.value, _COMMUNES) else "department",
                "parent_code": self.sender,
            }
            for unit in self.new
            if not unit.is_spelling
        ]
        return ([own] if self.is_new_sender else []) + units


def find_units(
    values: ColumnValues | None, sender: str, register: Register, month: str
) -> FoundUnits:
    """What the values of the column of units are in the register of a month, for a sender."""
    is_new = sender not in register.table["code"]
    if values is None:
        return FoundUnits(sender, is_new)
    own = register.below(sender, month)
    table = register.at(month)
    names = {
        fold_name(name): code
        for code, *both in table.select("code", "name_vi", "name_en").iter_rows()
        if code in own
        for name in both
        if name
    }
    official = dict(table.select("code", "name_vi").iter_rows())
    taken = set(register.table["code"])
    as_codes, named, unknown, hidden = 0, {}, [], []
    for value, rows in values.head(MOST_UNITS):
        if value in own:
            as_codes += rows
        elif fold_name(value) in names:
            named[value] = (names[fold_name(value)], rows)
        elif value in taken:
            hidden.append((value, rows))
        elif _is_unit(value, rows):
            unknown.append((value, rows))
        else:
            hidden.append((value, rows))
    codes = make_codes(sender, [value for value, _ in unknown if not _is_code(value)])
    new: list[NewUnit] = []
    used: set[str] = set()
    for value, rows in sorted(unknown):
        code = codes.get(value, value)
        if code in own:
            # An earlier draft made this code of the name; the name was corrected since.
            named[value] = (code, rows)
            continue
        near = difflib.get_close_matches(fold_name(value), names, n=3, cutoff=_NEAR)
        shown = tuple(f"{names[each]} ({official[names[each]]})" for each in near)
        new.append(NewUnit(value, rows, code, shown, is_spelling=code in used))
        used.add(code)
    return FoundUnits(sender, is_new, "", as_codes, named, tuple(new), tuple(hidden))


def _clean(name: str) -> str:
    """The name on one line, without characters that a register may not have."""
    return letters.clean_name(letters.without_steering(name))


def _is_code(value: str) -> bool:
    return _LIKE_CODE.fullmatch(value) is not None


def _has_word(value: str, words: Sequence[str]) -> bool:
    return any(holds_words(split_words(value), split_words(word)) for word in words)


def _is_unit(value: str, rows: int) -> bool:
    if value[:1] in _BEGINS_A_FORMULA:
        return False
    return rows >= _FEWEST_ROWS or _is_code(value) or _has_word(value, list_words("agencies"))


_BEGINS_A_FORMULA = ("=", "+", "-", "@")
"""A person opens the lines in a spreadsheet."""


def write_lines(units: FoundUnits, columns: Sequence[str] = REGISTER_COLUMNS) -> str:
    """The lines that a register lacks, as CSV without a header, in the columns of that register."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([line.get(name, "") for name in columns] for line in units.lines)
    return text.getvalue()
