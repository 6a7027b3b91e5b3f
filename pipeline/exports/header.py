"""Header: which columns a file has, and where those stand that its profile names.

Here belong finding the header, joining its rows, a second one further down, and the footer. Not
here: cutting text into records (cutting), the frame of rows (rows), what is said of a header that
lacks a column (drift).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline import letters
from pipeline.exports.cutting import is_blank, read_records, write_record
from pipeline.exports.drift import missing_columns, repeated_column, two_names, uncut_header
from pipeline.exports.numbered_header import from_numbers, hold
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile
from pipeline.profiles.wide import with_columns_of_parts


@dataclass(frozen=True)
class Header:
    """The header of a file.

    `names` are those of its columns, as letters.clean_name gives them; `wanted` those that the
    profile names, each once; `needed` those of them that are not optional. `spellings` has every
    name as sent and cleaned.
    """

    names: tuple[str, ...]
    wanted: tuple[str, ...]
    needed: frozenset[str]
    spellings: frozenset[str]

    @property
    def places(self) -> tuple[int, ...]:
        """Where the columns wanted stand, the first column being 0."""
        return tuple(self.names.index(name) for name in self.wanted)


def from_header_row(text: bytes, profile: Profile) -> bytes:
    """The text from the line of the header on. FileFault missing_column beyond the last line."""
    line_end = b"\n" if b"\n" in text else b"\r"
    start = 0
    for _ in range(profile.header_row - 1):
        start = text.find(line_end, start) + 1
        if start in (0, len(text)):
            raise FileFault(
                "missing_column",
                f"the header should be in line {profile.header_row} (header_row), and the file has "
                f"fewer lines: send the whole file, or correct header_row in the profile "
                f"{profile.name}",
                f"dòng tiêu đề phải ở dòng {profile.header_row} (header_row), nhưng tệp có ít dòng "
                f"hơn: gửi lại đủ tệp, hoặc sửa header_row trong cấu hình ánh xạ {profile.name}",
            )
    if profile.form:
        return from_numbers(text[start:], profile)
    return _join_header_rows(text[start:], profile) if profile.header_rows > 1 else text[start:]


def _join_header_rows(text: bytes, profile: Profile) -> bytes:
    """The text with one header in place of two rows: `Ngày / Tiếp nhận`, or the one of them that
    says something. A name in the upper row holds for the empty ones on its right, as merged cells
    have it, where the lower row has a name. Where the same two rows stand further down, as on every
    printed page, they are blank.
    """
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    held: list[str] = []
    records = csv.reader(hold(lines, held), delimiter=profile.delimiter, quotechar=profile.quote)
    try:
        upper, lower = next(records, []), next(records, [])
    except csv.Error:  # A field longer than any may be: who reads the records says so.
        return text
    names, above = [], ""
    for place in range(max(len(upper), len(lower))):
        own = upper[place].strip() if place < len(upper) else ""
        below = lower[place].strip() if place < len(lower) else ""
        above = own or above
        names.append(f"{above} / {below}" if above and below else own or below)
    header = "".join(held).encode()
    blank = profile.delimiter.encode() * (len(names) - 1) + b"\n"
    rest = text[len(header) - 1 :].replace(b"\n" + header, b"\n" + blank * 2)
    return write_record(names, profile) + rest[1:]


def read_header(text: bytes, profile: Profile) -> Header:
    """The header of a text that begins with it.

    Raises FileFault: missing_column for a named column that is not in it once, too_large for more
    columns than the limit.
    """
    sent = next(read_from_header(text, profile), [])
    if len(sent) > profile.limits.columns:
        raise FileFault(
            "too_large",
            f"row 1: the header has more than {profile.limits.columns:,} columns: send only the "
            "columns that are needed, or raise columns under [limits] in the profile",
            f"dòng 1: dòng tiêu đề có hơn {write_number_vi(profile.limits.columns)} cột: chỉ gửi "
            "các cột cần thiết, hoặc tăng columns trong mục [limits] của cấu hình ánh xạ",
        )
    names = [letters.clean_name(name) for name in sent]
    profile = with_columns_of_parts(profile)
    filled = [cell for cell in sent if cell.strip()]
    if len(filled) == 1 and (fault := uncut_header(filled[0], profile)):
        raise fault
    wanted = _find_columns(names, profile)
    optional = {name for ours in profile.optional_columns for name in profile.names_of(ours)}
    spellings = {*names, *(name.strip() for name in sent)} - {""}
    return Header(tuple(names), tuple(wanted), frozenset(wanted) - optional, frozenset(spellings))


def read_from_header(text: bytes, profile: Profile) -> Iterator[list[str]]:
    """The header and the records after it. Blank records before the header are left out."""
    records = read_records(text, profile)
    yield from islice((record for record in records if not is_blank(record)), 1)
    yield from records


def _find_columns(header: list[str], profile: Profile) -> list[str]:
    """The columns of the header that the profile names. FileFault where one is not there once."""
    wanted, missing = [], []
    for ours in profile.columns:
        found = [name for name in profile.names_of(ours) if name in header]
        if len(found) > 1:
            raise two_names(ours, found, profile)
        if found and header.count(found[0]) > 1:
            raise repeated_column(ours, found[0], header, profile)
        if not found and ours not in profile.optional_columns:
            missing.append(ours)
        wanted += found
    if missing:
        raise missing_columns(missing, header, profile)
    return list(dict.fromkeys(wanted))


def is_header_again(fields: Sequence[str], number: int, header: Header) -> bool:
    """Whether a record is the header once more, as on every printed page: it is none then.

    Raises FileFault unreadable where it is a header whose columns stand elsewhere. That may follow
    the last record of another file on the same line. With its columns in the same places it stays a
    record there, and where another column has a new name: the row rules reject it, because its name
    of a time is no time.
    """
    names = [letters.clean_name(field) for field in fields]
    width = len(header.names)
    is_joined = len(names) > width
    if len(header.needed) < 2 or len(header.needed - set(names)) > is_joined:  # noqa: PLR2004
        return False
    if tuple(names) == header.names:
        return True
    if len(names) in (width, 2 * width - 1):
        last = names[-width:]
        places = dict(zip(header.wanted, header.places, strict=True))
        if all(
            last[place] == name or (is_joined and not place and last[0].endswith(name))
            for name, place in places.items()
        ):
            return False
    raise FileFault(
        "unreadable",
        f"row {number}: it is a second header, with other columns or in another order, so two "
        "files were joined: send them as two files",
        f"dòng {number}: là dòng tiêu đề thứ hai, có các cột khác hoặc theo thứ tự khác, nghĩa là "
        "hai tệp bị ghép làm một: gửi riêng từng tệp",
    )
