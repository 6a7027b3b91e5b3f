"""Rows: the text of a file becomes a frame of numbered rows, without judging them.

Here belong the two ways of reading, all records at once and one after the other, which give the
same. Not here: what a record is (cutting), which columns there are (header), types and meaning
(records).
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import polars as pl

from pipeline.exports.cutting import (
    MOST_FIELD_CHARACTERS,
    LineEnds,
    check_lines,
    count_low_signs,
    count_sign,
    find_longer_line,
    is_blank,
)
from pipeline.exports.footer import without_footer
from pipeline.exports.header import (
    Header,
    from_header_row,
    is_header_again,
    read_from_header,
    read_header,
)
from pipeline.faults import FileFault
from pipeline.profiles import Profile

ROW_NUMBER = "row_number"
FIELD_COUNT = "field_count"
EXPECTED_FIELD_COUNT = "expected_field_count"
_OWN_NAMES = (ROW_NUMBER, FIELD_COUNT, EXPECTED_FIELD_COUNT)
_BLANKS = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
"""What is trimmed from both ends of a field: all that Python takes for white space."""
_CELLS_AT_ONCE = 1 << 25
"""So many cells, read or not, are in memory at once: half a GiB."""
_RECORDS_AT_ONCE = 1 << 15
"""So many records are lists of Python before they go into a frame."""


@dataclass(frozen=True)
class TextRows:
    """A file's records as text.

    `header` has the column names as letters.clean_name gives them. `frame` has one row a record:
    row_number (the header being 1, blank lines left out), field_count, expected_field_count, and of
    the columns that the profile names those in the header, as String, trimmed, each under its
    name_in_frame. They are null where the field is empty, or the record has another number of
    fields than the header. Records whose fields are all blank, or that are the header once more,
    have a number and no row.
    """

    header: tuple[str, ...]
    frame: pl.DataFrame


def name_in_frame(name: str) -> str:
    """The name that a column of the header has in the frame of rows.

    It is its own, with a space behind where the frame would take it for one of ours or for a
    pattern: no name of a header ends with a space.
    """
    is_pattern = name == "*" or (name.startswith("^") and name.endswith("$"))
    return f"{name} " if name in _OWN_NAMES or is_pattern else name


def read_rows(text: bytes, profile: Profile) -> TextRows:
    """The records of a file's text, with the columns that the profile names.

    Raises FileFault: missing_column for a named column that the header lacks or has more than once,
    unreadable for a quote that is never closed or swallows records, or a second header whose
    columns stand elsewhere, too_large for what passes a limit, empty for a file without records (a
    file of petitions may have none).
    """
    text = without_footer(from_header_row(text, profile), profile)
    ends = check_lines(text, profile.limits.lines)
    header = read_header(text, profile)
    frame = _read_at_once(text, ends, header, profile)
    if frame is None:
        frame = _read_by_record(text, header, profile)
    # An agency that received no petitions sends a header alone; other exports are never empty.
    if frame.is_empty() and profile.kind != "petitions":
        raise FileFault(
            "empty",
            "the file has a header and no rows: export it again; if there were no cases in the "
            "month, send no file of this kind",
            "tệp chỉ có dòng tiêu đề, không có dữ liệu: xuất lại rồi gửi lại; nếu trong tháng "
            "không có trường hợp nào thì không gửi tệp loại này",
        )
    return TextRows(header.names, frame)


def _read_at_once(
    text: bytes, ends: LineEnds, header: Header, profile: Profile
) -> pl.DataFrame | None:
    """All records cut at their delimiters; None where a line may be something else than a record.

    Polars refuses a line with too many fields and fills up a line with too few. No line has too few
    exactly when the number of delimiters in the text is the number that all records have.
    """
    width = len(header.names)
    lines = ends.feeds + (not text.endswith(b"\n"))
    if not _is_plain(text, ends, profile) or min(lines, width) == 1:
        return None
    delimiters = count_sign(text, profile.delimiter)
    if delimiters != lines * (width - 1):
        return None
    known = ends.feeds + ends.returns + (delimiters if profile.delimiter <= " " else 0)
    is_padded = not text.isascii() or count_low_signs(text) > known
    frames, number = [], 2
    for block in _cut_blocks(text, 1 + lines * width // _CELLS_AT_ONCE):
        cells = _read_cells(block, width, profile.delimiter, has_header=number == 2)  # noqa: PLR2004
        if cells is None:
            return None
        if is_padded:
            used = sorted({0, width - 1, *header.places})
            trimmed = pl.nth(used).str.strip_chars(_BLANKS).replace("", None)
            cells = cells.with_columns(trimmed)
        frames.append(_choose_cells(cells, number, header))
        number += cells.height
    return pl.concat(frames) if number == lines + 1 else None


def _is_plain(text: bytes, ends: LineEnds, profile: Profile) -> bool:
    """Whether each line is a record, the header first, and no field passes the limit."""
    if profile.quote.encode() in text:
        return False
    if ends.returns and ends.returns != text.count(b"\r\n"):
        return False
    if find_longer_line(text, MOST_FIELD_CHARACTERS) is not None:
        return False
    first, _, _ = text[: MOST_FIELD_CHARACTERS + 1].partition(b"\n")
    return not is_blank(first.decode().split(profile.delimiter))


def _cut_blocks(text: bytes, count: int) -> Iterator[bytes]:
    """The text in about so many blocks of whole lines."""
    size = len(text) // count + 1
    start = 0
    while start < len(text):
        end = text.find(b"\n", min(start + size, len(text)) - 1) + 1 or len(text)
        yield text[start:end]
        start = end


def _read_cells(
    block: bytes, width: int, delimiter: str, *, has_header: bool
) -> pl.DataFrame | None:
    """Every field of lines without quotes; None where Polars refuses."""
    try:
        return pl.read_csv(
            io.BytesIO(block),
            separator=delimiter,
            quote_char=None,
            has_header=False,
            skip_rows=int(has_header),
            schema={str(place): pl.String for place in range(width)},
        )
    except pl.exceptions.PolarsError:
        return None


def _choose_cells(cells: pl.DataFrame, first: int, header: Header) -> pl.DataFrame:
    """The columns wanted of lines that are numbered from `first` on, without blank records."""
    numbered = cells.with_row_index("", first)
    may_be_header = pl.any_horizontal(pl.nth(1, -1).is_in(list(header.spellings)))
    headers = [
        number
        for number, *fields in numbered.filter(may_be_header).iter_rows()
        if is_header_again([field or "" for field in fields], number, header)
    ]
    wanted = dict(zip(header.wanted, header.places, strict=True))
    chosen = cells.select(
        pl.int_range(first, pl.len() + first, dtype=pl.Int64).alias(ROW_NUMBER),
        pl.lit(len(header.names), pl.Int64).alias(FIELD_COUNT),
        pl.lit(len(header.names), pl.Int64).alias(EXPECTED_FIELD_COUNT),
        *(pl.nth(place).alias(name_in_frame(name)) for name, place in wanted.items()),
    )
    # A blank record has no value in any column, so most files need no closer look.
    if all(cells.to_series(place).null_count() for place in wanted.values()):
        has_text = pl.any_horizontal(pl.all().str.strip_chars(_BLANKS) != "")
        chosen = chosen.filter(cells.select(has_text.fill_null(value=False)).to_series())
    return chosen.filter(~pl.col(ROW_NUMBER).is_in(headers)) if headers else chosen


def _read_by_record(text: bytes, header: Header, profile: Profile) -> pl.DataFrame:
    """One record after the other, for files with quotes, blank lines or records of wrong length."""
    width, places = len(header.names), header.places
    nothing: list[str | None] = [None] * len(places)
    frames = []
    numbers: list[int] = []
    field_counts: list[int] = []
    # One list for all columns: a list for each record would be searched for garbage all the time.
    values: list[str | None] = []
    for number, record in enumerate(islice(read_from_header(text, profile), 1, None), 2):
        first = record[0].strip()
        if not first and is_blank(record):
            continue
        may_be_header = first in header.spellings or record[-1].strip() in header.spellings
        if may_be_header and is_header_again(record, number, header):
            continue
        numbers.append(number)
        field_counts.append(len(record))
        values += [record[place] for place in places] if len(record) == width else nothing
        if len(numbers) == _RECORDS_AT_ONCE:
            frames.append(_make_frame(numbers, field_counts, values, header))
            numbers, field_counts, values = [], [], []
    return pl.concat([*frames, _make_frame(numbers, field_counts, values, header)])


def _make_frame(
    numbers: list[int], field_counts: list[int], values: list[str | None], header: Header
) -> pl.DataFrame:
    """The frame of some records: `values` has the fields wanted of one after the other."""
    count = len(header.wanted)
    texts = [
        pl.Series(name_in_frame(name), values[place::count], pl.String)
        for place, name in enumerate(header.wanted)
    ]
    return pl.DataFrame(
        [
            pl.Series(ROW_NUMBER, numbers, pl.Int64),
            pl.Series(FIELD_COUNT, field_counts, pl.Int64),
            pl.repeat(len(header.names), len(numbers), dtype=pl.Int64, eager=True).alias(
                EXPECTED_FIELD_COUNT
            ),
            *(text.str.strip_chars(_BLANKS).replace("", None) for text in texts),
        ]
    )
