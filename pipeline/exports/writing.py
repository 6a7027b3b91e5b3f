"""Writing: rows of text become a file in the layout of a profile, which reads the same rows of it.

A text file goes through every key of a profile, from its encoding to its footer, whatever form the
rows came in. So one way of writing does for all profiles. Here belong the lines above the header,
its rows, and the encoding. Not here: which rows are written.
"""

import csv
import io
import unicodedata

import polars as pl

from pipeline.errors import PlainError
from pipeline.exports.reading import read_file
from pipeline.exports.rows import name_in_frame
from pipeline.faults import FileFault
from pipeline.profiles import Profile

_LINE_ENDS = r"[\r\n]+"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The marks that old encodings write behind the letter; all others are part of it."""


class NotReadBackError(PlainError):
    """Rows that the profile would not read as they were written; the message says where."""


def write_rows(text: pl.DataFrame, names: tuple[str, ...], profile: Profile) -> bytes:
    """The bytes of a CSV file with these rows: `text` has a column of strings for each name.

    A line break in a value becomes a space. Raises NotReadBackError where the profile does not read
    the same rows from it.
    """
    on_a_line = text.select(pl.all().str.replace_all(_LINE_ENDS, " "))
    body = io.BytesIO()
    _write_header(body, names, profile)
    on_a_line.write_csv(
        body,
        include_header=False,
        separator=profile.delimiter,
        quote_char=profile.quote,
        line_terminator="\n",
    )
    written = _encode(body.getvalue(), profile.encoding)
    _check_read_back(written, on_a_line, names, profile)
    return written


def _write_header(body: io.BytesIO, names: tuple[str, ...], profile: Profile) -> None:
    header = io.StringIO()
    header.write("\n" * (profile.header_row - 1))
    writer = csv.writer(
        header, delimiter=profile.delimiter, quotechar=profile.quote, lineterminator="\n"
    )
    writer.writerow(names)
    for _ in range(profile.header_rows - 1):
        # The names of two rows are joined in the upper one; the lower one says nothing.
        writer.writerow([""] * len(names))
    body.write(header.getvalue().encode())


def _encode(text: bytes, encoding: str) -> bytes:
    decoded = text.decode()
    try:
        return decoded.encode(encoding)
    except UnicodeEncodeError:
        pass
    try:
        return "".join(map(_part_tone, unicodedata.normalize("NFC", decoded))).encode(encoding)
    except UnicodeEncodeError as error:
        raise NotReadBackError(
            f"a letter of its values is not in the encoding {encoding}"
        ) from error


def _part_tone(letter: str) -> str:
    """A letter with its tone behind it, as Windows-1258 and TCVN3 have it."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(part for part in parts if part in _TONES)
    if not tones:
        return letter
    return unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES)) + tones


def _check_read_back(
    written: bytes, text: pl.DataFrame, names: tuple[str, ...], profile: Profile
) -> None:
    if text.is_empty():
        return
    try:
        rows, _ = read_file(written, f"{profile.kind}.csv", profile)
    except FileFault as fault:
        raise NotReadBackError(str(fault)) from fault
    columns = [name_in_frame(name) for name in names]
    read = rows.frame.select(columns)
    if read.height != text.height:
        raise NotReadBackError(
            f"{text.height:,} rows are written and {read.height:,} are read: see footer and quote"
        )
    for column in columns:
        if not read.get_column(column).equals(text.get_column(column), null_equal=True):
            raise NotReadBackError(f"values of the column {column.strip()!r} change: see quote")
