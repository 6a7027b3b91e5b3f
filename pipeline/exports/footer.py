"""Footer: rows that are no records, like totals and signatures, among and below the records.

Here belongs which rows these are. Not here: the header (header), the frame of rows (rows).
"""

import contextlib
import csv
import io
import re
from collections.abc import Iterator, Sequence

from pipeline import letters
from pipeline.exports.header import Header, read_header
from pipeline.profiles import Profile

_LINE_END = re.compile(rb"[\r\n]|\Z")
_FILLED_SHARE = 0.5
"""A record has at least so many of the columns that its profile needs."""
_OF_TOTALS = frozenset(
    (
        "số",
        "cộng",
        "chung",
        "toàn",
        "tỉnh",
        "thành",
        "phố",
        "xã",
        "ngành",
        "cả",
        "kỳ",
        "tháng",
        "all",
    )
)
"""What stands behind the word in a row of totals: `Tổng số`, and not `Tổng cục Thuế`."""
_FEWEST_FILLED = 3
"""Two signatures beside each other are no record."""


def without_footer(text: bytes, profile: Profile) -> bytes:
    """A text that begins with its header, without the rows whose first filled field begins with a
    word of the profile's footer.

    A row that is filled like a record is one, unless its field names a total alone. Rows below the
    last footer that are not filled like records are left out with it: they are signatures. A row
    within keeps its place as a blank one, so that the numbers of the others stay. FileFault as
    `read_header`.
    """
    if not profile.footer:
        return text
    places = _find_places(text, profile)
    if not places:
        return text
    header = read_header(text, profile)
    footers = [
        (start, end)
        for start, end in places
        if start and _is_footer(_read_row(text[start:end], profile), header, profile)
    ]
    if not footers:
        return text
    blank = (profile.delimiter * (len(header.names) - 1)).encode()
    parts, at = [], 0
    for start, end in footers:
        parts += [text[at:start], blank]
        at = end
    rest = text[at:]
    has_records = any(_is_filled(row, header) for row in _read_rows(rest, profile))
    return b"".join([*parts, rest if has_records else b""])


def _find_places(text: bytes, profile: Profile) -> list[tuple[int, int]]:
    """Where lines begin and end whose first filled field begins with a word, outside quotes.

    The end of a line itself is not in them.
    """
    before = re.escape(f"{profile.delimiter}{profile.quote} \t").encode()
    words = b"|".join(re.escape(word).encode() for word in profile.footer)
    quote = profile.quote.encode()
    found = []
    quotes = counted = 0
    for match in re.finditer(rb"[\r\n]([" + before + rb"]*)(?:" + words + rb")", text):
        start = match.start(1)
        # Counted on from the match before: any record may begin with a word.
        quotes += text.count(quote, counted, start)
        counted = start
        if not quotes % 2:
            end = _LINE_END.search(text, match.end())
            found.append((start, end.start() if end else len(text)))
    return found


def _read_row(line: bytes, profile: Profile) -> list[str]:
    return next(_read_rows(line, profile), [])


def _read_rows(text: bytes, profile: Profile) -> Iterator[list[str]]:
    """The rows one after the other: below a total on top stand all records."""
    lines = io.TextIOWrapper(io.BytesIO(text), "utf-8", newline="")
    # What is wrong is said where the records are read.
    with contextlib.suppress(csv.Error):
        yield from csv.reader(lines, delimiter=profile.delimiter, quotechar=profile.quote)


def _is_footer(row: Sequence[str], header: Header, profile: Profile) -> bool:
    first = next((letters.clean_name(field) for field in row if field.strip()), "")
    word = max((each for each in profile.footer if first.startswith(each)), key=len, default="")
    behind = first[len(word) :]
    if not word or behind[:1].isalpha():
        return False
    words = re.findall(r"[^\W\d_]+", behind.casefold())
    return _OF_TOTALS.issuperset(words) or not _is_filled(row, header)


def _is_filled(row: Sequence[str], header: Header) -> bool:
    """Whether a row has values in the columns that are wanted and needed as a record has."""
    filled = {
        name
        for name, place in zip(header.wanted, header.places, strict=True)
        if place < len(row) and row[place].strip()
    }
    least = min(_FEWEST_FILLED, len(header.wanted))
    needed = len(header.needed)
    return len(filled) >= max(least, 1) and len(filled & header.needed) >= _FILLED_SHARE * needed
