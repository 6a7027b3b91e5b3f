"""Exports: a file as sent, from its name and bytes to rows of text.

Here belong the kinds and names of files, unpacking, decoding, and cutting text into numbered rows
without judging them. Not here: types and meaning (records), where files are kept (archive).
"""

import codecs
import csv
import difflib
import gzip
import io
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.tables import KINDS

SUFFIXES = (".csv", ".csv.gz")
"""Endings of the files that are read."""
ROW_NUMBER = "row_number"
FIELD_COUNT = "field_count"
EXPECTED_FIELD_COUNT = "expected_field_count"
_BLANKS = " \t\n\r\v\f\u00a0\u2007\u202f\u3000"
"""What is trimmed from both ends of a field: white space, and spaces that do not break a line."""
_BLOCK_BYTES = 1 << 18
"""So many bytes fit into the cache of a processor."""
_GZIP_MAGIC = b"\x1f\x8b"
_END_OF_FILE = "\x00end of file\x00"
"""Put after the last line: a field that contains it was never closed."""


@dataclass(frozen=True, order=True)
class SentFile:
    """A file of a sender's month, as it lies in the inbox and in the archive.

    `place` says why it is not read, of pipeline.places; empty for a file that is read.
    """

    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int
    place: str = ""


@dataclass(frozen=True)
class TextRows:
    """A file's records as text.

    `header` has the column names as sent. `frame` has one row a record: row_number (the header
    being 1), field_count, expected_field_count, and of the columns that the profile names those in
    the header, as String, trimmed. They are null where the field is empty, or the record has
    another number of fields than the header.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame


def kind_of_file(file_name: str) -> str:
    """The kind of records in a file, from its name. FileFault unknown_kind when it names none."""
    kind = next((kind for kind in KINDS if file_name.startswith(kind)), None)
    if kind is None:
        raise FileFault(
            "unknown_kind",
            f"the name of the file must begin with one of {', '.join(KINDS)}: rename the file",
            f"tên tệp phải bắt đầu bằng một trong các từ {', '.join(KINDS)}: đổi tên tệp",
        )
    if not file_name.endswith(SUFFIXES):
        raise FileFault(
            "unknown_kind",
            f"only {' and '.join(SUFFIXES)} are read: save the file as CSV (UTF-8)",
            f"chỉ đọc được tệp {' và '.join(SUFFIXES)}: lưu lại dưới dạng CSV (UTF-8)",
        )
    return kind


def decode_text(data: bytes, encoding: str) -> bytes:
    """The file's text as UTF-8 bytes without a byte order mark, unpacked if it is gzip.

    Letters are composed (NFC), because Windows-1258 writes a Vietnamese letter in two parts. Raises
    FileFault: empty, or unreadable (broken gzip, another encoding).
    """
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise FileFault(
                "unreadable",
                f"the gzip is broken or cut short ({error}): send the file again",
                "tệp nén gzip bị hỏng hoặc không đầy đủ: gửi lại tệp",
            ) from None
    data = _compose(data, encoding)
    if not data[:1024].strip() and not data.strip():
        raise FileFault(
            "empty",
            "nothing in it: send the export again",
            "tệp rỗng: gửi lại tệp",
        )
    return data


def _compose(data: bytes, encoding: str) -> bytes:
    """The text in UTF-8 and NFC; the bytes themselves where they are in it already."""
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig")
    if is_utf8:
        data = data.removeprefix(codecs.BOM_UTF8)
        if data.isascii():
            return data
    try:
        text = data.decode("utf-8" if is_utf8 else encoding)
        if is_utf8 and unicodedata.is_normalized("NFC", text):
            return data
        return unicodedata.normalize("NFC", text.removeprefix("\ufeff")).encode()
    except UnicodeError:
        raise _wrong_encoding(encoding) from None


def _wrong_encoding(encoding: str) -> FileFault:
    return FileFault(
        "unreadable",
        f"it is not {encoding} text: name its encoding in the profile, or save it as UTF-8",
        f"tệp không theo bảng mã {encoding}: khai báo đúng bảng mã trong cấu hình ánh xạ, hoặc "
        "lưu lại bằng UTF-8",
    )


def read_rows(text: bytes, profile: Profile) -> TextRows:
    """The records of a file's text, with the columns that the profile names.

    Raises FileFault: missing_column for a named column that the header lacks or has twice,
    unreadable for a quote that is never closed, empty for a file without records (a file of
    petitions may have none).
    """
    line_end = b"\n" if b"\n" in text else b"\r"
    for _ in range(profile.header_row - 1):
        _, _, text = text.partition(line_end)
    header = _read_header(text, profile)
    wanted = _find_columns(header, profile)
    frame = _read_at_once(text, header, wanted, profile)
    if frame is None:
        frame = _read_by_record(text, header, wanted, profile)
    # An agency that received no petitions sends a header alone; other exports are never empty.
    if frame.is_empty() and profile.kind != "petitions":
        raise FileFault(
            "empty",
            "a header and no rows: send the export again",
            "chỉ có dòng tiêu đề, không có dữ liệu: gửi lại tệp",
        )
    return TextRows(tuple(header), frame)


def _read_header(text: bytes, profile: Profile) -> list[str]:
    return [name.strip() for name in next(_read_records(text, profile), [])]


def _read_records(text: bytes, profile: Profile) -> Iterator[list[str]]:
    """The records one after the other, without blank lines. FileFault for an open quote."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    records = csv.reader(
        chain(lines, [_END_OF_FILE]), delimiter=profile.delimiter, quotechar=profile.quote
    )
    number = 0
    try:
        for record in records:
            if record == [_END_OF_FILE]:
                return
            if record and record[-1].endswith(_END_OF_FILE):
                break
            if record:
                number += 1
                yield record
    except csv.Error:  # a field of more than 131,072 characters: the same mistake in a long file
        pass
    raise FileFault(
        "unreadable",
        f"row {number + 1}: a quote is opened and never closed, so the rows after it cannot be "
        "told apart: close it, double it, or name another quote in the profile",
        f"dòng {number + 1}: có dấu ngoặc kép mở mà không đóng nên không tách được các dòng sau: "
        "đóng hoặc viết đôi dấu ngoặc kép, hoặc khai báo dấu khác trong cấu hình ánh xạ",
    )


def _find_columns(header: list[str], profile: Profile) -> list[str]:
    """The columns of the header that the profile names. FileFault where one is not there once."""
    wanted = []
    for ours, theirs in profile.columns.items():
        found = header.count(theirs)
        if found == 1:
            wanted.append(theirs)
        elif found or ours not in profile.optional_columns:
            state = "twice" if found else "not"
            state_vi = "xuất hiện hai lần" if found else "không có"
            # Never print a name of the header: where a file has none, row 1 names a person.
            near = difflib.get_close_matches(theirs, set(header) - {theirs}, n=1)
            place = header.index(near[0]) + 1 if near else 0
            like = f"; the name of column {place} is like it" if near else ""
            like_vi = f"; tên cột thứ {place} gần giống" if near else ""
            raise FileFault(
                "missing_column",
                f"row 1: the column {theirs!r} ({ours}) is {state} in the header "
                f"({len(header)} columns{like}): send the file with it, or mend profile "
                f"{profile.name}",
                f"dòng 1: cột {theirs!r} ({ours}) {state_vi} trong dòng tiêu đề "
                f"({len(header)} cột{like_vi}): gửi "
                f"lại tệp có cột này, hoặc sửa cấu hình ánh xạ {profile.name}",
            )
    return list(dict.fromkeys(wanted))


def _read_at_once(
    text: bytes, header: list[str], wanted: list[str], profile: Profile
) -> pl.DataFrame | None:
    """All records cut at their delimiters; None where a line may be something else than a record.

    Polars refuses a line with too many fields and fills up a line with too few. No line has too few
    exactly when the number of delimiters in the text is the number that all records have.
    """
    if profile.quote.encode() in text or len(header) == 1:
        return None
    if b"\r" in text and text.count(b"\r") != text.count(b"\r\n"):
        return None
    if text.find(b"\n", 0, len(text) - 1) < 0:  # a header alone
        return None
    try:
        frame = pl.read_csv(
            io.BytesIO(text),
            separator=profile.delimiter,
            quote_char=None,
            has_header=False,
            skip_rows=1,
            infer_schema=False,
            new_columns=[str(place) for place in range(len(header))],
        )
    except (pl.exceptions.ComputeError, pl.exceptions.SchemaError):
        return None
    if _count_sign(text, profile.delimiter) != (frame.height + 1) * (len(header) - 1):
        return None
    places = {name: pl.col(str(header.index(name))) for name in wanted}
    if _is_padded(text, profile.delimiter):
        places = {
            name: field.str.strip_chars(_BLANKS).replace("", None) for name, field in places.items()
        }
    return frame.select(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(ROW_NUMBER),
        pl.lit(len(header), pl.Int64).alias(FIELD_COUNT),
        pl.lit(len(header), pl.Int64).alias(EXPECTED_FIELD_COUNT),
        *(field.alias(name) for name, field in places.items()),
    )


def _count_sign(text: bytes, sign: str) -> int:
    """How often an ASCII sign stands in a text.

    Three times as fast as bytes.count for a sign that is in every line, and other threads go on.
    """
    codes, wanted = np.frombuffer(text, np.uint8), ord(sign)
    blocks = range(0, len(codes), _BLOCK_BYTES)
    return sum(int(np.count_nonzero(codes[at : at + _BLOCK_BYTES] == wanted)) for at in blocks)


def _is_padded(text: bytes, delimiter: str) -> bool:
    """Whether a field may begin or end with white space."""
    blanks = [blank.encode() for blank in " \t\v\f" if blank != delimiter]
    return not text.isascii() or any(blank in text for blank in blanks)


def _read_by_record(
    text: bytes, header: list[str], wanted: list[str], profile: Profile
) -> pl.DataFrame:
    """One record after the other, for files with quotes, blank lines or records of wrong length."""
    places = [header.index(name) for name in wanted]
    columns: list[list[str | None]] = [[] for _ in wanted]
    field_counts: list[int] = []
    records = _read_records(text, profile)
    next(records, None)
    for record in records:
        field_counts.append(len(record))
        is_whole = len(record) == len(header)
        for column, place in zip(columns, places, strict=True):
            column.append(record[place].strip(_BLANKS) or None if is_whole else None)
    return pl.DataFrame(
        {
            name: pl.Series(column, dtype=pl.String)
            for name, column in zip(wanted, columns, strict=True)
        }
    ).select(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(ROW_NUMBER),
        pl.Series(FIELD_COUNT, field_counts, dtype=pl.Int64),
        pl.lit(len(header), pl.Int64).alias(EXPECTED_FIELD_COUNT),
        *wanted,
    )
