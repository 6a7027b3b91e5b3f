"""Numbered header: the row of a form that numbers its columns, (1) to (13), is its header.

Above it stand titles and names that no two agencies write alike. Here belongs finding that row. Not
here: other headers (header), which columns a form has (profiles.figure_columns).
"""

import contextlib
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pipeline import letters
from pipeline.exports.cutting import write_record
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.wide import with_columns_of_parts

_NUMBER = re.compile(r"[(-]?([0-9]{1,2})\)?(?:\s*=.*)?")
"""A column's number as it is printed: `(3)`, `3`, `(3) = (4) + (5) + (6)`, or -3, which a
spreadsheet makes of (3)."""
_MOST_ROWS = 100
"""The row stands among the first ones."""


@dataclass(frozen=True)
class NumberedHeader:
    """The row of numbers in a text: its names, each like `(3)`, and the bytes where it begins and
    ends.
    """

    names: tuple[str, ...]
    start: int
    end: int


def from_numbers(text: bytes, profile: Profile) -> bytes:
    """The text from the row of numbers on, each written like `(3)`. FileFault as `find_numbers`."""
    found = find_numbers(text, profile)
    return write_record(found.names, profile) + text[found.end :]


def find_numbers(text: bytes, profile: Profile) -> NumberedHeader:
    """The first row that has the numbers that the profile names.

    Raises FileFault missing_column where no row has them.
    """
    named = with_columns_of_parts(profile)
    needed = {name for ours, name in named.columns.items() if ours not in named.optional_columns}
    for header in _read_first(text, profile):
        if needed <= set(header.names):
            return header
    numbers = ", ".join(sorted(needed, key=lambda name: (len(name), name)))
    raise FileFault(
        "missing_column",
        f"none of its first {_MOST_ROWS} rows has the numbers of the columns of the form "
        f"{profile.form} ({numbers}): send the form with the row that numbers its columns",
        f"không dòng nào trong {_MOST_ROWS} dòng đầu có số thứ tự các cột của biểu {profile.form} "
        f"({numbers}): gửi lại biểu có dòng đánh số cột",
    )


def _read_first(text: bytes, profile: Profile) -> Iterator[NumberedHeader]:
    """The first rows; those before a field that is longer than any may be."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    held: list[str] = []
    records = csv.reader(hold(lines, held), delimiter=profile.delimiter, quotechar=profile.quote)
    start = 0
    with contextlib.suppress(csv.Error):
        for cells in islice(records, _MOST_ROWS):
            end = start + len("".join(held).encode())
            held.clear()
            yield NumberedHeader(tuple(map(_write_number, cells)), start, end)
            start = end


def hold(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    """The lines as they are asked for; `held` has those so far."""
    for line in lines:
        held.append(line)
        yield line


def _write_number(cell: str) -> str:
    name = letters.clean_name(cell)
    number = _NUMBER.fullmatch(name)
    return f"({int(number[1])})" if number else name
