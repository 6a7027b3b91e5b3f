"""Cutting: text becomes records, one after the other, and a quote that swallows records is seen.

Here belong the limits of a line, a record and a field, and the judgement whether a quoted field
with line ends may hold records of its file. Not here: the frame of rows, the faster way of reading
(rows).
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from pipeline import letters
from pipeline.errors import PlainError
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import MOMENT_OF_RECORD

MOST_FIELD_CHARACTERS = 131_072
"""A field has at most so many characters: as many as the csv module of Python reads."""
MOST_RECORD_BYTES = 1 << 22
"""A record has at most so many bytes, over all its lines."""
_BLOCK_BYTES = 1 << 18
"""So many bytes fit into the cache of a processor."""
_END_OF_FILE = "\x00end of file\x00"
"""Put after the last line: a field that contains it was never closed."""
_DIGITS_OF_A_TIME = 3
"""A time has at least so many digits, as 1/5/26 has."""


class _RecordTooLongError(PlainError):
    """The lines of a record have more than MOST_RECORD_BYTES."""


@dataclass(frozen=True)
class LineEnds:
    """How often the two signs that end lines stand in a text: LF and CR."""

    feeds: int
    returns: int


def check_lines(text: bytes, most_lines: int) -> LineEnds:
    """The line ends of a text, which later steps need too.

    Raises FileFault too_large for too many lines, or for a line as long as no record may be.
    """
    # Most texts have no CR, and looking for one is much faster than counting.
    ends = LineEnds(count_sign(text, "\n"), count_sign(text, "\r") if b"\r" in text else 0)
    if max(ends.feeds, ends.returns) > most_lines:
        raise FileFault(
            "too_large",
            f"it has more than {most_lines:,} lines: send it in several files, or raise lines "
            "under [limits] in the profile",
            f"tệp có hơn {write_number_vi(most_lines)} dòng: chia thành nhiều tệp, hoặc tăng lines "
            "trong mục [limits] của cấu hình ánh xạ",
        )
    start = find_longer_line(text, MOST_RECORD_BYTES)
    if start is not None:
        before = text[:start]
        raise _too_long(max(before.count(b"\n"), before.count(b"\r")) + 1, "line")
    return ends


def count_sign(text: bytes, sign: str) -> int:
    """How often an ASCII sign stands in a text.

    Three times as fast as bytes.count for a sign that is in every line, and other threads go on.
    """
    return sum(int(np.count_nonzero(codes == ord(sign))) for codes in _cut_codes(text))


def count_low_signs(text: bytes) -> int:
    """How many signs of an ASCII text are a space or below it: white space and control signs."""
    return sum(int(np.count_nonzero(codes <= ord(" "))) for codes in _cut_codes(text))


def _cut_codes(text: bytes) -> Iterator[npt.NDArray[np.uint8]]:
    """The bytes as numbers, in blocks."""
    codes = np.frombuffer(text, np.uint8)
    return (codes[at : at + _BLOCK_BYTES] for at in range(0, len(codes), _BLOCK_BYTES))


def find_longer_line(text: bytes, most: int) -> int | None:
    """Where the first line begins that has more than so many bytes; None where no line has.

    It looks for the last line end in each window of that size, which is near the window's end.
    """
    start = 0
    while len(text) - start > most:
        end = text.rfind(b"\n", start, start + most + 1)
        if end < 0:
            end = text.rfind(b"\r", start, start + most + 1)
        if end < 0:
            return start
        start = end + 1
    return None


@dataclass(frozen=True)
class _Shape:
    """What the header says of every record: how many fields it has, and where its time stands."""

    width: int
    place_of_time: int | None = None


def write_record(fields: Iterable[str], profile: Profile) -> bytes:
    """A record as a line of a text that the profile reads."""
    line = io.StringIO(newline="")
    csv.writer(
        line, delimiter=profile.delimiter, quotechar=profile.quote, lineterminator="\n"
    ).writerow(fields)
    return line.getvalue().encode()


def read_records(text: bytes, profile: Profile) -> Iterator[list[str]]:
    """The records one after the other, without blank lines; the first one that says something is
    the header.

    Raises FileFault: unreadable for a quote that is never closed or swallows records, too_large for
    a field or record beyond the limits.
    """
    held: list[str] = []
    lines = _hold(io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""), held)
    number = 1
    shape: _Shape | None = None
    try:
        for record in _cut([lines, [_END_OF_FILE]], profile):
            if record == [_END_OF_FILE]:
                return
            if record and record[-1].endswith(_END_OF_FILE):
                raise _open_quote(number)
            if len(held) > 1 and _swallows_records(held, shape or _Shape(len(record)), profile):
                raise _swallowing_quote(number)
            held.clear()
            if record:
                yield record
                number += 1
                if shape is None and not is_blank(record):
                    shape = _Shape(len(record), _find_time(record, profile))
    except (csv.Error, _RecordTooLongError) as error:
        following = held[1:] if shape else []
        if shape and any(_may_be_record(line, shape, profile) for line in following):
            raise _swallowing_quote(number) from None
        raise _too_long(number, "field" if isinstance(error, csv.Error) else "row") from None


def is_blank(record: list[str]) -> bool:
    """Whether a record has nothing but white space in its fields: it is none."""
    return not any(map(str.strip, record))


def _cut(
    parts: Iterable[Iterable[str]], profile: Profile, *, is_strict: bool = False
) -> Iterator[list[str]]:
    return csv.reader(
        chain.from_iterable(parts),
        delimiter=profile.delimiter,
        quotechar=profile.quote,
        strict=is_strict,
    )


def _hold(lines: Iterable[str], held: list[str]) -> Iterator[str]:
    """The lines as they are asked for; `held` has those since it was cleared last."""
    size = 0
    for line in lines:
        size = size + len(line.encode()) if held else 0
        if size > MOST_RECORD_BYTES:
            raise _RecordTooLongError
        held.append(line)
        yield line


def _find_time(header: list[str], profile: Profile) -> int | None:
    """The place of the column that has a time in every record; None where there is none."""
    name = profile.columns.get(MOMENT_OF_RECORD[profile.kind])
    names = [letters.clean_name(cell) for cell in header]
    return names.index(name) if name in names else None


def _swallows_records(lines: list[str], shape: _Shape, profile: Profile) -> bool:
    """Whether the lines of one record may be records themselves, so that a quote is in the wrong.

    Where a quote is not closed, its line is a record, and so is each line up to one with another
    quote. A text with line ends is one field: its lines are no records. Text behind a closing quote
    means that it was an opening one.
    """
    quote = profile.quote
    inner = [line for line in lines[1:-1] if quote not in line.replace(quote + quote, "")]
    if any(_may_be_record(line, shape, profile) for line in inner):
        return True
    return len(_cut_line(lines[0], profile)) >= shape.width and (
        any(_may_be_record(line, shape, profile) for line in lines[1:])
        or _has_text_behind_quote(lines, profile)
    )


def _may_be_record(line: str, shape: _Shape, profile: Profile) -> bool:
    """Whether a line by itself has the fields of a record, and digits where its time belongs."""
    fields = _cut_line(line, profile)
    if len(fields) < shape.width:
        return False
    if shape.place_of_time is None:
        return True
    return sum(map(str.isdigit, fields[shape.place_of_time])) >= _DIGITS_OF_A_TIME


def _cut_line(line: str, profile: Profile) -> list[str]:
    """The fields of a line by itself, as if a quote that stays open were a letter."""
    fields = next(_cut([[line, _END_OF_FILE]], profile))
    if fields and fields[-1].endswith(_END_OF_FILE):
        fields[-1:] = fields[-1].removesuffix(_END_OF_FILE).split(profile.delimiter)
    return fields


def _has_text_behind_quote(lines: list[str], profile: Profile) -> bool:
    blanks = "".join(blank for blank in " \t" if blank != profile.delimiter)
    behind = re.compile(
        f"(?<={re.escape(profile.quote)})[{blanks}]+(?={re.escape(profile.delimiter)}|$)"
    )
    try:
        list(_cut([[behind.sub("", line) for line in lines]], profile, is_strict=True))
    except csv.Error:
        return True
    return False


def _open_quote(number: int) -> FileFault:
    return FileFault(
        "unreadable",
        f"row {number}: a quote is opened and never closed, so the rows after it cannot be "
        "told apart: close it, double it, or name another quote in the profile (quote)",
        f"dòng {number}: có dấu ngoặc kép mở mà không đóng nên không tách được các dòng sau: "
        "đóng hoặc viết đôi dấu ngoặc kép, hoặc khai báo dấu khác trong cấu hình ánh xạ (quote)",
    )


def _swallowing_quote(number: int) -> FileFault:
    return FileFault(
        "unreadable",
        f"row {number}: a quote is opened and not closed on its line, and what follows up to the "
        "next quote looks like rows of this file: close it, double it, or name another quote in "
        "the profile (quote)",
        f"dòng {number}: có dấu ngoặc kép mở mà không đóng trên dòng đó, và phần tiếp theo đến dấu "
        "ngoặc kép sau giống các dòng dữ liệu: đóng hoặc viết đôi dấu ngoặc kép, hoặc khai báo dấu "
        "khác trong cấu hình ánh xạ (quote)",
    )


def _too_long(number: int, what: str) -> FileFault:
    if what == "field":
        return FileFault(
            "too_large",
            f"row {number}: a field has more than {MOST_FIELD_CHARACTERS:,} characters: shorten "
            "it, or close the quote that opens it",
            f"dòng {number}: có trường dài hơn {write_number_vi(MOST_FIELD_CHARACTERS)} ký tự: rút "
            "ngắn trường đó, hoặc đóng dấu ngoặc kép mở đầu trường",
        )
    return FileFault(
        "too_large",
        f"{what} {number}: it has more than {MOST_RECORD_BYTES:,} bytes, which no record has: look "
        "for line ends that are missing, or a quote that is not closed",
        f"dòng {number}: dài hơn {write_number_vi(MOST_RECORD_BYTES)} byte, dài hơn mọi bản ghi: "
        "tìm chỗ thiếu dấu xuống dòng, hoặc dấu ngoặc kép không đóng",
    )
