"""Header rows: where in a text the table begins and where it ends.

Here belong title rows above a header, a header of two rows, a row of numbers below it, headings
among the records, and totals below them. Not here: which form and encoding the text has (layout),
what a column means (columns).
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from statistics import median

from pipeline import letters
from pipeline.drafting.names import list_words, rate_name, read_dictionary, split_words
from pipeline.exports.footer import without_footer
from pipeline.profiles import Profile

_ROWS_LOOKED_AT = 60
_TAIL_BYTES = 1 << 16
_MOST_DATA_SHARE = 0.3
"""A row with a larger share of numbers and dates is no header."""
_LONGEST_NAME = 200
_NUMBER = re.compile(r"\([0-9]{1,2}\)|\[[0-9]{1,2}\]|[0-9]{1,2}")
_SHORT_OF_RECORD = 0.4
"""A row below the records has fewer filled cells than this share of what they have."""
_MARK = re.compile("([IVX]{1,5}|[A-Z])(?:[.)].*)?")
"""What numbers the groups of a table."""
_FEWEST_HEADINGS = 3
"""What so many rows begin with is a word of the sender, and no person's name."""


@dataclass(frozen=True)
class HeaderRows:
    """Where the header begins, counted as the profile's header_row counts, and its rows."""

    row: int
    rows: int
    names: tuple[str, ...]


def find_header(lines: Sequence[str], delimiter: str, quote: str) -> HeaderRows | None:
    """The header of a text, by its first lines; None where no row looks like one."""
    starts, records = _cut_lines(lines[:_ROWS_LOOKED_AT], delimiter, quote)
    used = _find_used_places(records)
    best: tuple[float, HeaderRows] | None = None
    for place, record in enumerate(records):
        below = records[place + 1] if place + 1 < len(records) else []
        for rows in (1, 2):
            if _is_header(record) and (rows == 1 or _is_second_row(record, below)):
                own = [_clean(cell) for cell in record]
                names = _join(record, below) if rows > 1 else own
                # Numbers below the names say nothing of them, and are no record.
                is_numbered = rows > 1 and is_numbering(below)
                less = 0.05 * place + (-0.1 if is_numbered else 0.1 * (rows - 1))
                score = _rate(own if is_numbered else names, used) - less
                if best is None or score > best[0]:
                    best = (score, HeaderRows(starts[place], rows, tuple(names)))
    return best[1] if best else None


def find_footer(text: bytes, profile: Profile) -> tuple[str, int]:
    """The word with which the rows below the records begin, and how many rows at the foot are none.

    The word is empty where the first such row begins with no word that is known as one, or where
    the same word begins a row among the records. `profile` reads the text from its header on.
    """
    tail = text[-_TAIL_BYTES:]
    start = 0 if len(tail) == len(text) else tail.find(b"\n") + 1
    lines = tail[start:].decode(errors="replace").splitlines(keepends=True)
    _, records = _cut_lines(lines, profile.delimiter, profile.quote)
    filled = [_count_filled(record) for record in records]
    usual = median(filled) if filled else 0
    last = 0
    while last < len(records) and filled[-1 - last] <= _SHORT_OF_RECORD * usual:
        last += 1
    known = [_find_footer_word(record) for record in records]
    begin = next((at for at in range(len(records) - last, len(records)) if known[at]), None)
    if begin is None:
        # A row of totals may have as many cells as a record.
        begin = next((at for at in range(len(records)) if known[at]), None)
    if begin is None:
        return "", last
    word = known[begin]
    cut = without_footer(text, profile.model_copy(update={"footer": (word,)}))
    rows = len(records) - begin
    is_at_foot = len(text) - len(cut) <= len("".join(lines).encode())
    return (word, rows) if is_at_foot and rows <= max(last, 1) + 1 else ("", last)


def find_headings(lines: Sequence[str], profile: Profile) -> tuple[tuple[str, ...], int]:
    """The words with which headings among the records begin, and how many other rows among them
    may be headings.

    A word is that of several rows, or a mark like IV or B. `lines` are the first of the text from
    its header on, without its footer.
    """
    _, records = _cut_lines(lines, profile.delimiter, profile.quote)
    filled = [_count_filled(record) for record in records]
    usual = median(filled) if filled else 0
    last = max(
        (at for at, count in enumerate(filled) if count > _SHORT_OF_RECORD * usual), default=0
    )
    short = [
        [_clean(cell) for cell in record if cell.strip()]
        for record, count in zip(records[1:last], filled[1:last], strict=True)
        if count <= _SHORT_OF_RECORD * usual
    ]
    marks = dict.fromkeys(found[1] for row in short if (found := _MARK.fullmatch(row[0])))
    # A record with few cells has a code or a time.
    named = [
        row[0].split()
        for row in short
        if not _MARK.fullmatch(row[0]) and not any(map(_has_many_digits, row[1:]))
    ]
    by_word = {words[0]: [other for other in named if other[0] == words[0]] for words in named}
    headings = {
        word: " ".join(_take_common(rows)).rstrip(":.,;-– ")
        for word, rows in by_word.items()
        if word[0].isalpha() and len(rows) >= _FEWEST_HEADINGS
    }
    others = sum(words[0] not in headings and not _has_many_digits(words[0]) for words in named)
    return (*headings.values(), *marks), others


def _take_common(rows: Sequence[Sequence[str]]) -> list[str]:
    """The words with which all rows begin."""
    return [
        words[0]
        for words in takewhile(lambda words: len(set(words)) == 1, zip(*rows, strict=False))
    ]


def _cut_lines(
    lines: Sequence[str], delimiter: str, quote: str
) -> tuple[list[int], list[list[str]]]:
    """Records with the number of the line in which each begins; blank ones are left out."""
    starts, records = [], []
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote)
    number = 1
    try:
        for record in reader:
            if any(map(str.strip, record)):
                starts.append(number)
                records.append(record)
            number = reader.line_num + 1
    except csv.Error:
        pass
    return starts, records


def _clean(cell: str) -> str:
    return letters.clean_name(cell)


def _count_filled(record: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in record)


def _find_used_places(records: Sequence[Sequence[str]]) -> set[int]:
    """The places of columns that have a value in some row of the lower half."""
    lower = records[len(records) // 2 :]
    return {at for record in lower for at, cell in enumerate(record) if cell.strip()}


def _is_data(cell: str) -> bool:
    """Whether a cell looks like a number, a date or a code, and no name."""
    return (
        bool(cell)
        and any(map(str.isdigit, cell))
        and (not any(map(str.isalpha, cell)) or _has_many_digits(cell))
    )


def _has_many_digits(cell: str) -> bool:
    return sum(map(str.isdigit, cell)) >= 5  # noqa: PLR2004


def _is_header(record: Sequence[str]) -> bool:
    cells = [_clean(cell) for cell in record if cell.strip()]
    return (
        bool(cells)
        and max(map(len, cells)) <= _LONGEST_NAME
        and sum(map(_is_data, cells)) <= _MOST_DATA_SHARE * len(cells)
    )


def _is_second_row(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a row belongs to the header above it: it fills gaps, or numbers the columns."""
    cells = [cell.strip() for cell in lower if cell.strip()]
    if is_numbering(lower):
        return True
    if not cells or any(map(_is_data, cells)):
        return False
    pairs = [
        (
            bool(upper[at].strip()) if at < len(upper) else False,
            bool(lower[at].strip()) if at < len(lower) else False,
        )
        for at in range(max(len(upper), len(lower)))
    ]
    return (False, True) in pairs and (True, False) in pairs


def is_numbering(record: Sequence[str]) -> bool:
    """Whether a row numbers the columns: (1), (2), (3)."""
    cells = [cell.strip() for cell in record if cell.strip()]
    if len(cells) < 2 or not all(map(_NUMBER.fullmatch, cells)):  # noqa: PLR2004 - one says nothing
        return False
    numbers = [int(cell.strip("()[]")) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 1


def _join(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The names that a header of two rows gives, as exports.header joins them."""
    names, above = [], ""
    for at in range(max(len(upper), len(lower))):
        own = _clean(upper[at]) if at < len(upper) else ""
        below = _clean(lower[at]) if at < len(lower) else ""
        above = own or above
        names.append(f"{above} / {below}" if above and below else own or below)
    return names


def _rate(names: Sequence[str], used: set[int]) -> float:
    """How much like a header names are: known names count for it, columns without one against."""
    known = sum(_rate_name(name) for name in names)
    named = {at for at, name in enumerate(names) if name}
    twice = len(names) - len({*names, ""}) - names.count("") + 1
    return known + 0.2 * len(named & used) - 0.5 * len(used - named) - 0.5 * max(twice, 0)


def _rate_name(name: str) -> float:
    kinds = read_dictionary()["columns"].values()
    return (
        max(
            (rate_name(name, entries)[0] / 100 for kind in kinds for entries in kind.values()),
            default=0.0,
        )
        if name
        else 0.0
    )


def _find_footer_word(record: Sequence[str]) -> str:
    """How the first filled cell begins, where that is a word for totals or signatures."""
    cell = next((cell.strip() for cell in record if cell.strip()), "")
    words = cell.split()
    for entry in sorted(list_words("footer"), key=len, reverse=True):
        count = len(entry.split())
        if split_words(" ".join(words[:count])) == split_words(entry):
            return " ".join(words[:count]).rstrip(":.,;")
    return ""
