"""Exports: a file as sent, from its name and bytes to rows of text.

Here belong the kinds and names of files, unpacking, decoding, and cutting text into numbered
rows without judging them. Not here: types and meaning (records), where files are kept (archive).
"""

import csv
import gzip
import io
import zlib
from dataclasses import dataclass

import polars as pl

from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.tables import KINDS

SUFFIXES = (".csv", ".csv.gz")
"""Endings of the files that are read."""
ROW_NUMBER = "row_number"
FIELD_COUNT = "field_count"
EXPECTED_FIELD_COUNT = "expected_field_count"
_GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True, order=True)
class SentFile:
    """A file of a sender's month, as it lies in the inbox and in the archive."""

    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class TextRows:
    """A file's records as text.

    `header` has the column names as sent. `frame`: one row a record, with row_number (the
    header being 1), field_count, expected_field_count and the columns asked for as String,
    null where the field is empty or the record has another number of fields than the header.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame


def kind_of(file_name: str) -> str:
    """The kind of records in a file, from its name. FileFault unknown_kind when it tells none."""
    kind = next((kind for kind in KINDS if file_name.startswith(kind)), None)
    if kind is None:
        raise FileFault(
            "unknown_kind",
            f"the name of the file must begin with one of {', '.join(KINDS)}: rename the file",
            f"tên tệp phải bắt đầu bằng {', '.join(KINDS)}: đổi tên tệp",
        )
    if not file_name.endswith(SUFFIXES):
        raise FileFault(
            "unknown_kind",
            f"only {' and '.join(SUFFIXES)} are read: save the file as CSV (UTF-8)",
            f"chỉ đọc {' và '.join(SUFFIXES)}: lưu lại thành CSV (UTF-8)",
        )
    return kind


def text_of(data: bytes, encoding: str) -> bytes:
    """The file's text as UTF-8 bytes without a byte order mark, unpacked if it is gzip.

    Raises FileFault: empty, or unreadable (broken gzip, another encoding).
    """
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (EOFError, OSError, zlib.error) as error:
            raise FileFault(
                "unreadable",
                f"the gzip is broken or cut short ({error}): send the file again",
                "tệp nén gzip bị hỏng hoặc bị cắt cụt: gửi lại tệp",
            ) from None
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig"):
        data = data.removeprefix(b"\xef\xbb\xbf")
        if not _is_utf8(data):
            raise _wrong_encoding(encoding)
    else:
        try:
            data = data.decode(encoding).removeprefix("\ufeff").encode()
        except UnicodeDecodeError:
            raise _wrong_encoding(encoding) from None
    if not data[:1024].strip() and not data.strip():
        raise FileFault(
            "empty",
            "nothing in it: send the export again",
            "tệp rỗng: gửi lại tệp",
        )
    return data


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _wrong_encoding(encoding: str) -> FileFault:
    return FileFault(
        "unreadable",
        f"it is not {encoding} text: name its encoding in the profile, or save it as UTF-8",
        f"không phải văn bản {encoding}: ghi đúng bảng mã trong hồ sơ ánh xạ hoặc "
        "lưu lại bằng UTF-8",
    )


def rows(text: bytes, profile: Profile) -> TextRows:
    """The records of a file's text, with the columns that the profile names.

    Raises FileFault: missing_column for a named column that the header lacks or has twice,
    empty for a file without records.
    """
    for _ in range(profile.header_row - 1):
        _, _, text = text.partition(b"\n")
    header = _header(text, profile)
    wanted = _wanted(header, profile)
    if _is_rectangular(text, len(header), profile):
        frame = _read_at_once(text, header, wanted, profile)
    else:
        frame = _read_by_record(text, header, wanted, profile)
    if frame.is_empty():
        raise FileFault(
            "empty",
            "a header and no rows: send the export again",
            "chỉ có dòng tiêu đề, không có dữ liệu: gửi lại tệp",
        )
    return TextRows(tuple(header), frame)


def _header(text: bytes, profile: Profile) -> list[str]:
    records = csv.reader(
        io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""),
        delimiter=profile.delimiter,
        quotechar=profile.quote,
    )
    return [name.strip() for name in next((record for record in records if record), [])]


def _wanted(header: list[str], profile: Profile) -> list[str]:
    wanted = []
    for ours, theirs in profile.columns.items():
        found = header.count(theirs)
        if found == 1:
            wanted.append(theirs)
        elif found or ours not in profile.optional_columns:
            state = "twice" if found else "not"
            state_vi = "xuất hiện hai lần" if found else "không có"
            raise FileFault(
                "missing_column",
                f"row 1: the column {theirs!r} ({ours}) is {state} in the header "
                f"({', '.join(header)}): send the file with it, or mend profile {profile.name}",
                f"dòng 1: cột {theirs!r} ({ours}) {state_vi} trong dòng tiêu đề: gửi "
                f"lại tệp có cột này hoặc sửa hồ sơ ánh xạ {profile.name}",
            )
    return list(dict.fromkeys(wanted))


def _is_rectangular(text: bytes, width: int, profile: Profile) -> bool:
    """Whether every line is one record of `width` fields, so that lines can be cut at delimiters."""
    if profile.quote.encode() in text:
        return False
    if text.count(b"\r") != text.count(b"\r\n"):
        return False
    counts = pl.scan_lines(io.BytesIO(text)).select(
        pl.col("line").str.count_matches(profile.delimiter, literal=True)
    )
    narrow = counts.filter(pl.col("line") != width - 1).head(1).collect()
    return narrow.is_empty() and width > 1


def _read_at_once(
    text: bytes, header: list[str], wanted: list[str], profile: Profile
) -> pl.DataFrame:
    frame = pl.read_csv(
        io.BytesIO(text),
        separator=profile.delimiter,
        quote_char=None,
        has_header=False,
        skip_rows=1,
        infer_schema=False,
        new_columns=[str(place) for place in range(len(header))],
        columns=[header.index(name) for name in wanted],
        raise_if_empty=False,
    )
    return frame.rename({str(header.index(name)): name for name in wanted}, strict=False).select(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(ROW_NUMBER),
        pl.lit(len(header), pl.Int64).alias(FIELD_COUNT),
        pl.lit(len(header), pl.Int64).alias(EXPECTED_FIELD_COUNT),
        *wanted,
    )


def _read_by_record(
    text: bytes, header: list[str], wanted: list[str], profile: Profile
) -> pl.DataFrame:
    """One record after the other, for files with quotes, blank lines or ragged records."""
    records = csv.reader(
        io.TextIOWrapper(io.BytesIO(text), "utf-8", newline=""),
        delimiter=profile.delimiter,
        quotechar=profile.quote,
    )
    places = [header.index(name) for name in wanted]
    columns: list[list[str | None]] = [[] for _ in wanted]
    field_counts: list[int] = []
    is_header = True
    for record in records:
        if not record:
            continue
        if is_header:
            is_header = False
            continue
        field_counts.append(len(record))
        is_whole = len(record) == len(header)
        for column, place in zip(columns, places, strict=True):
            column.append(record[place] or None if is_whole else None)
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
