"""Every token of a date format is read right, or refused with what to write in its place."""

import re
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from pipeline.profiles import date_formats

DOCS = Path(__file__).parents[2] / "docs" / "profiles.md"
MOMENT = datetime(2026, 10, 5, 21, 4, 7, 123000)
# A format with each token, and the moment above written in it by hand.
WRITTEN = {
    "%Y": ("%Y-%m-%d", "2026-10-05"),
    "%y": ("%d/%m/%y", "05/10/26"),
    "%m": ("%d/%m/%Y", "05/10/2026"),
    "%-m": ("%d/%-m/%Y", "05/10/2026"),
    "%b": ("%d-%b-%Y", "05-Oct-2026"),
    "%B": ("%d %B %Y", "05 October 2026"),
    "%d": ("%d.%m.%Y", "05.10.2026"),
    "%-d": ("%-d/%m/%Y", "5/10/2026"),
    "%e": ("%e/%m/%Y", " 5/10/2026"),
    "%j": ("%Y-%j", "2026-278"),
    "%F": ("%F", "2026-10-05"),
    "%a": ("%a, %d %b %Y", "Mon, 05 Oct 2026"),
    "%A": ("%A %d %B %Y", "Monday 05 October 2026"),
    "%H": ("%Y-%m-%d %H:%M", "2026-10-05 21:04"),
    "%-H": ("%Y-%m-%d %-H:%M", "2026-10-05 21:04"),
    "%k": ("%Y-%m-%d %k:%M", "2026-10-05 21:04"),
    "%I": ("%Y-%m-%d %I:%M %p", "2026-10-05 09:04 PM"),
    "%-I": ("%Y-%m-%d %-I:%M %p", "2026-10-05 9:04 PM"),
    "%l": ("%Y-%m-%d %l:%M %p", "2026-10-05  9:04 PM"),
    "%p": ("%Y-%m-%d %I:%M %p", "2026-10-05 09:04 PM"),
    "%P": ("%Y-%m-%d %I:%M %P", "2026-10-05 09:04 pm"),
    "%M": ("%Y%m%d%H%M", "202610052104"),
    "%S": ("%Y%m%d%H%M%S", "20261005210407"),
    "%T": ("%d/%m/%Y %T", "05/10/2026 21:04:07"),
    "%R": ("%d/%m/%Y %R", "05/10/2026 21:04"),
    "%.f": ("%Y-%m-%d %T%.f", "2026-10-05 21:04:07.123"),
    "%.3f": ("%Y-%m-%d %T%.3f", "2026-10-05 21:04:07.123"),
    "%.6f": ("%Y-%m-%d %T%.6f", "2026-10-05 21:04:07.123000"),
    "%.9f": ("%Y-%m-%d %T%.9f", "2026-10-05 21:04:07.123000000"),
    "%3f": ("%Y-%m-%d %H:%M:%S,%3f", "2026-10-05 21:04:07,123"),
    "%6f": ("%Y-%m-%d %H:%M:%S.%6f", "2026-10-05 21:04:07.123000"),
    "%9f": ("%Y-%m-%d %H:%M:%S.%9f", "2026-10-05 21:04:07.123000000"),
    "%z": ("%Y-%m-%dT%H:%M:%S%z", "2026-10-05T21:04:07+0000"),
}


def test_every_token_is_tried_and_listed_in_the_docs() -> None:
    assert WRITTEN.keys() == date_formats.TOKENS.keys()
    listed = re.findall(
        r"^\| `(%\S+)` \| (.+?) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert dict(listed) == date_formats.TOKENS


@pytest.mark.parametrize("token", WRITTEN)
def test_a_written_moment_is_read_back_with_every_token(token: str) -> None:
    date_format, text = WRITTEN[token]
    assert token in date_format
    assert date_formats.find_fault(date_format) == ""
    dtype = pl.Datetime("ms", "UTC" if date_formats.has_offset(date_format) else None)
    read = pl.Series([text]).str.strptime(dtype, date_format).dt.replace_time_zone(None)[0]
    kept = MOMENT
    if not date_formats.has_time_of_day(date_format):
        kept = MOMENT.replace(hour=0, minute=0, second=0, microsecond=0)
    elif "f" not in date_format:
        has_seconds = "S" in date_format or "T" in date_format.replace("dT", "")
        kept = MOMENT.replace(second=7 if has_seconds else 0, microsecond=0)
    assert read == kept


@pytest.mark.parametrize(
    ("date_format", "cure"),
    [
        ("%Y-%m-%d %H:%M:%S %Z", "write %z"),
        ("%Y-%m-%dT%H:%M:%S%:z", "write %z"),
        ("%Y-%m-%dT%H:%M:%S%#z", "write %z"),
        ("%+", "write %Y-%m-%dT%H:%M:%S%.f%z"),
        ("%Y-%m-%d %H:%M:%S.%f", "write %.f"),
        ("%s", "local time"),
        ("%D", "write %m/%d/%y"),
        ("%c", "write %a %b %e %H:%M:%S %Y"),
        ("%C%y-%m-%d", "write %Y"),
        ("%G-W%V-%u", "write the day as %Y-%m-%d"),
        ("%Y-%U-%w", "write the day as %Y-%m-%d"),
        # A zone in letters or digits of the format itself is passed over like one in %Z.
        ("%Y-%m-%dT%H:%M:%SZ", "write %z"),
        ("%Y-%m-%d %H:%M:%S UTC", "write %z"),
        ("%Y-%m-%d %H:%M:%S utc", "write %z"),
        ("%Y-%m-%d %H:%M:%S ICT", "write %z"),
        ("%Y-%m-%dT%H:%M:%S+07:00", "write %z"),
        ("%Y-%m-%dT%H:%M:%S-0500", "write %z"),
        ("%a %b %d %H:%M:%S %z %Y", "put it there"),
        ("%d/%m/%Y %I:%M", "%I and %p together"),
        ("%d/%m/%Y %H:%M %p", "%I and %p together"),
        ("%-d%-m%Y", "fixed widths"),
        ("%Y-%m-%d %H", "write it like %d/%m/%Y %H:%M"),
        ("%Y-%m-%d %z", "write it like"),
        ("%Y", "write it like"),
        ("%d/%m", "write it like"),
        ("%Q", "use one of %Y, %y, %m"),
        ("%d/%m/%Y %", "use one of %Y, %y, %m"),
    ],
)
def test_a_format_that_is_not_read_right_is_refused_with_what_to_write(
    date_format: str, cure: str
) -> None:
    assert cure in date_formats.find_fault(date_format)


@pytest.mark.parametrize(
    "date_format",
    ["ngày %d tháng %m năm %Y", "%d-%m-%Y %Hh%M", "%Y-%m-%dT%H:%M", "%Y%m", "%m/%Y", "%d %b, %Y"],
)
def test_letters_and_marks_that_are_no_zone_may_stand_between_tokens(date_format: str) -> None:
    assert date_formats.find_fault(date_format) == ""


def test_what_a_format_says_of_its_times() -> None:
    assert date_formats.find_width("%Y%m%d%H%M%S") == len("20261005093000")
    assert date_formats.find_width("%Y%m%d%H%M%S%.f") is None
    assert date_formats.find_shape("%Y-%m-%d") == ""
    assert re.match(date_formats.find_shape("%Y%m%d%z"), "20261005+0700")
    assert not re.match(date_formats.find_shape("%Y%m%d%z"), "2026105+0700")
