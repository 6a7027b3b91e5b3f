"""Date formats: how a profile says in which form times are written.

Here belongs the closed list of tokens that are read right, what to write in place of the others,
and what a format says of the times written in it. Not here: reading times (records.times).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

import polars as pl

from pipeline.columns import MOMENT

TOKENS = {
    "%Y": "year in four digits",
    "%y": "year in two digits: 00 to 69 are 2000 to 2069, 70 to 99 are 1970 to 1999",
    "%m": "month, 01 to 12",
    "%-m": "month without a zero in front",
    "%b": "month in English, short or long: Oct",
    "%B": "month in English, long or short: October",
    "%d": "day, 01 to 31",
    "%-d": "day without a zero in front",
    "%e": "day with a space in front",
    "%j": "day of the year, 001 to 366",
    "%F": "the same as %Y-%m-%d",
    "%a": "day of the week in English, short: Mon",
    "%A": "day of the week in English, long: Monday",
    "%H": "hour, 00 to 23",
    "%-H": "hour without a zero in front",
    "%k": "hour with a space in front",
    "%I": "hour, 01 to 12; needs %p",
    "%-I": "hour, 1 to 12; needs %p",
    "%l": "hour, 1 to 12, with a space in front; needs %p",
    "%p": "AM or PM",
    "%P": "am or pm",
    "%M": "minute",
    "%S": "second",
    "%T": "the same as %H:%M:%S",
    "%R": "the same as %H:%M",
    "%.f": "a point and a fraction of a second of any length, or nothing",
    "%.3f": "a point and three digits of a fraction of a second",
    "%.6f": "a point and six digits of a fraction of a second",
    "%.9f": "a point and nine digits of a fraction of a second",
    "%3f": "three digits of a fraction of a second, without the point",
    "%6f": "six digits of a fraction of a second, without the point",
    "%9f": "nine digits of a fraction of a second, without the point",
    "%z": "offset from UTC, at the end: +0700, +07:00, +07, Z, UTC or GMT",
}
"""What may stand in a date format, with its meaning."""

SERIAL = "serial"
"""A format of its own: a spreadsheet's number of days since 30 December 1899."""

_OFFSET = "write %z, which reads +0700, +07:00, +07, Z, UTC and GMT"
_WEEKS = "write the day as %Y-%m-%d"
_CURES = {
    "%Z": f"the name of a zone would be ignored: {_OFFSET}",
    "%:z": _OFFSET,
    "%::z": _OFFSET,
    "%:::z": _OFFSET,
    "%#z": _OFFSET,
    "%+": "write %Y-%m-%dT%H:%M:%S%.f%z",
    "%f": "it reads billionths of a second: write %.f in place of a point and %f, or %3f or %6f",
    "%s": "seconds since 1970 are in UTC: let the sender write local time, or an offset (%z)",
    "%h": "write %b",
    "%D": "write %m/%d/%y",
    "%x": "write %m/%d/%y",
    "%X": "write %H:%M:%S",
    "%r": "write %I:%M:%S %p",
    "%c": "write %a %b %e %H:%M:%S %Y",
    "%v": "write %e-%b-%Y",
    "%C": "write %Y, the year in four digits",
    "%G": _WEEKS,
    "%g": _WEEKS,
    "%U": _WEEKS,
    "%W": _WEEKS,
    "%V": _WEEKS,
    "%u": _WEEKS,
    "%w": _WEEKS,
}
"""What to write in place of tokens that Polars takes and that are not read right, or not always."""
_TOKEN = re.compile(r"%(?:[-_0.:#]*[369]?[A-Za-z+%]|.|$)", re.DOTALL)
_HOURS_OF_12 = ("%I", "%-I", "%l")
_TIME_OF_DAY = ("%H", "%-H", "%k", *_HOURS_OF_12, "%T", "%R")
_DAYS = ("%d", "%-d", "%e", "%j", "%F")
_WIDTHS = {
    "%Y": 4,
    **dict.fromkeys(("%y", "%m", "%d", "%H", "%I", "%M", "%S"), 2),
    **dict.fromkeys(("%j", "%3f"), 3),
    "%6f": 6,
    "%9f": 9,
}
"""Digits of the tokens that may follow one another without a mark between them."""
_NUMBERS = (*_WIDTHS, "%-m", "%-d", "%e", "%-H", "%k", "%-I", "%l", "%F", "%T", "%R")
_ZONES = frozenset({"Z", "UTC", "GMT", "ICT"})
_EXAMPLE_MOMENT = datetime(2026, 10, 25, 21, 40, 50, 123000)


def find_fault(date_format: str) -> str:
    """What is wrong with a date format and what to write; empty where nothing is."""
    return "" if date_format == SERIAL else next(filter(None, _find_faults(date_format)), "")


def _find_faults(date_format: str) -> Iterator[str]:
    tokens = _TOKEN.findall(date_format)
    for token in tokens:
        if token not in TOKENS:
            cure = _CURES.get(token, f"use one of {', '.join(TOKENS)}")
            yield f"{token} in {date_format!r} cannot be used: {cure}"
    if zone := _find_zone(date_format):
        yield (
            f"{zone!r} in {date_format!r} looks like a zone, which would be ignored: in its "
            f"place {_OFFSET}"
        )
    if "%z" in date_format[:-2]:
        yield f"%z in {date_format!r} is not at its end: put it there"
    is_of_12 = any(token in _HOURS_OF_12 for token in tokens)
    if is_of_12 != any(token in ("%p", "%P") for token in tokens):
        yield f"{date_format!r} needs %I and %p together; hours from 00 to 23 are %H"
    if any(token not in _WIDTHS for pair in _list_neighbours(date_format) for token in pair):
        yield f"{date_format!r} runs numbers together: write them in fixed widths, like %Y%m%d"
    if not _is_read_back(date_format):
        yield f"{date_format!r} is no format of a date; write it like %d/%m/%Y %H:%M"


def _find_zone(date_format: str) -> str:
    """Letters or an offset of a format that the reader would take for a zone; empty for none."""
    literal = _TOKEN.sub("\0", date_format)
    for word in re.findall(r"[^\W\d_]+", literal):
        is_name = word.isascii() and word.isupper() and word != "T"
        if is_name or word.upper() in _ZONES:
            return str(word)
    offset = re.search(r"[+\-\u2212]\d\d:?(?:\d\d)?$", literal)
    return offset[0] if offset else ""


def _list_neighbours(date_format: str) -> list[tuple[str, str]]:
    """Each pair of tokens for numbers with no mark between them."""
    places = list(_TOKEN.finditer(date_format))
    return [
        (first.group(), second.group())
        for first, second in pairwise(places)
        if first.end() == second.start()
        and first.group() in _NUMBERS
        and second.group() in _NUMBERS
    ]


def _is_read_back(date_format: str) -> bool:
    """Whether a moment written in the format can be read back, to its month at least."""
    moment = pl.Series([_EXAMPLE_MOMENT], dtype=pl.Datetime("ms", "UTC"))
    dtype = pl.Datetime("ms", "UTC") if has_offset(date_format) else MOMENT
    try:
        text = moment.dt.strftime(date_format)
        found = text.str.strptime(dtype, date_format, strict=False).to_list()[0]
    except pl.exceptions.PolarsError:
        return False
    month = (_EXAMPLE_MOMENT.year, _EXAMPLE_MOMENT.month)
    return found is not None and (found.year, found.month) == month


def has_day(date_format: str) -> bool:
    """Whether times in the format say the day, not the month alone."""
    return date_format == SERIAL or any(token in _DAYS for token in _TOKEN.findall(date_format))


def has_time_of_day(date_format: str) -> bool:
    """Whether times in the format say the time of day."""
    is_moment = any(token in _TIME_OF_DAY for token in _TOKEN.findall(date_format))
    return date_format == SERIAL or is_moment


def has_offset(date_format: str) -> bool:
    """Whether times in the format say their offset from UTC."""
    return date_format.endswith("%z")


def find_shape(date_format: str) -> str:
    """The regular expression of times in a format whose numbers follow one another directly.

    Empty where marks stand between all numbers: then they are told apart whatever their widths.
    """
    if not _list_neighbours(date_format):
        return ""
    parts, at = [], 0
    for token in _TOKEN.finditer(date_format):
        width = _WIDTHS.get(token.group())
        parts += [
            re.escape(date_format[at : token.start()]),
            ".*" if width is None else f"[0-9]{{{width}}}",
        ]
        at = token.end()
    return f"^{''.join(parts)}{re.escape(date_format[at:])}$"


def find_width(date_format: str) -> int | None:
    """How many characters a time has in a format of numbers of fixed widths; None in any other."""
    tokens = _TOKEN.findall(date_format)
    if date_format == SERIAL or not all(token in _WIDTHS for token in tokens):
        return None
    return len(_TOKEN.sub("", date_format)) + sum(_WIDTHS[token] for token in tokens)
