"""Locating: where the sender finds a record in its own file, the line of a text or row of a sheet.

The number of a record counts the header as 1 and leaves blank lines out, so it is no line where a
title, a second row of the header, a blank line or a value with line ends stands above. Here belongs
finding the line again. Not here: what a record is (cutting, rows), where files lie (archive).
"""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from pipeline import masking
from pipeline.exports.cell_text import CellText
from pipeline.exports.cutting import is_blank
from pipeline.exports.footer import without_footer
from pipeline.exports.forms import find_form
from pipeline.exports.header import from_header_row, read_header
from pipeline.exports.numbered_header import find_numbers
from pipeline.exports.packages import list_files
from pipeline.exports.reading import read_cells, read_file
from pipeline.exports.rows import ROW_NUMBER
from pipeline.profiles import Profile


class RowPlace(NamedTuple):
    """Where a record stands.

    `line` is the line of a text or the row of a sheet, from 1; None in a form without lines, and
    then `record` counts the records of the file from 1. `file` is the file in a zip, as it is
    shown; empty for every other file.
    """

    file: str
    line: int | None
    record: int


@dataclass(frozen=True)
class LocatedRows:
    """The places of some records of a file by row number, and the profile that typed its values:
    the version that fits, with the names that the header has.
    """

    places: dict[int, RowPlace]
    profile: Profile


def locate_rows(
    data: bytes, file_name: str, profile: Profile, numbers: Collection[int], month: str = ""
) -> LocatedRows:
    """Where the records of a file with these row numbers stand.

    For a file that was read by the profile before, for the month. FileFault where it cannot be read
    now.
    """
    form = find_form(file_name) or "text"
    if form == "zip":
        typed_by = read_file(data, file_name, profile, month)[1]
        return LocatedRows(_locate_in_package(data, profile, numbers, month), typed_by)
    cells = read_cells(data, form, profile, month)
    header = read_header(from_header_row(cells.text, cells.profile), cells.profile)
    typed_by = cells.profile.with_names_of(header.names)
    if form in ("json", "parquet"):
        places = {number: RowPlace("", None, number - 1) for number in numbers}
        return LocatedRows(places, typed_by)
    lines = find_lines(cells, numbers) if numbers else {}
    places = {number: RowPlace("", line, number - 1) for number, line in lines.items()}
    return LocatedRows(places, typed_by)


def _locate_in_package(
    data: bytes, profile: Profile, numbers: Collection[int], month: str
) -> dict[int, RowPlace]:
    """As the rows of the files of a zip follow one another, and their numbers go on."""
    found: dict[int, RowPlace] = {}
    last = 0
    for name, content in list_files(data, profile.limits):
        rows, _ = read_file(content, name, profile, month)
        own_last = max(rows.frame[ROW_NUMBER].tail(1), default=0)
        own = [number - last for number in numbers if last < number <= last + own_last]
        shown = masking.show_file_name(name)
        found |= {
            number + last: place._replace(file=shown)
            for number, place in locate_rows(content, name, profile, own, month).places.items()
        }
        last += own_last
    return found


def find_lines(cells: CellText, numbers: Collection[int]) -> dict[int, int]:
    """The line at which each of these records begins, by row number; the first line is 1."""
    profile = cells.profile
    # The lines above the header, while its own rows are not joined yet.
    as_is = profile.model_copy(update={"header_rows": 1, "form": ""})
    text = from_header_row(cells.text, as_is)
    text = text[find_numbers(text, profile).start :] if profile.form else text
    above = cells.lines_above + _count_lines(cells.text[: len(cells.text) - len(text)])
    if _has_a_record_a_line(text, profile):
        return {number: above + number + profile.header_rows - 1 for number in numbers}
    last = max(numbers)
    numbered = enumerate(_find_first_lines(without_footer(text, profile), profile), 1)
    wanted = set(numbers)
    return {number: above + line for number, line in islice(numbered, last) if number in wanted}


def _count_lines(text: bytes) -> int:
    return sum(1 for _ in io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""))


def _has_a_record_a_line(text: bytes, profile: Profile) -> bool:
    """Whether no line is blank, no value may have a line end, and the header is not blank."""
    if profile.quote.encode() in text or text.count(b"\r") != text.count(b"\r\n"):
        return False
    if text.startswith((b"\r", b"\n")) or b"\n\n" in text or b"\n\r\n" in text:
        return False
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    return not is_blank("".join(islice(lines, profile.header_rows)).split(profile.delimiter))


def _find_first_lines(text: bytes, profile: Profile) -> Iterator[int]:
    """The line at which each record begins, the header being the first record."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    records = csv.reader(lines, delimiter=profile.delimiter, quotechar=profile.quote)
    is_header_found = False
    if profile.header_rows > 1:
        header = [next(records, []) for _ in range(profile.header_rows)]
        is_header_found = not all(map(is_blank, header))
        if is_header_found:
            yield 1
    begun = records.line_num
    for record in records:
        is_header_found = is_header_found or not is_blank(record)
        if record and is_header_found:
            yield begun + 1
        begun = records.line_num
