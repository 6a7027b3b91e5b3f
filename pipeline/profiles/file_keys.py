"""Keys of a profile that say how a file is written: encoding, marks, time zone, dates, codes.

Here belong the types of these keys with their checks. Not here: the keys themselves (profile), the
tokens of dates (date_formats).
"""

import zoneinfo
from datetime import datetime
from typing import Annotated

import polars as pl
from pydantic import AfterValidator, BeforeValidator, Field

from pipeline import tcvn3
from pipeline.profiles import date_formats


def _check_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError:
        raise ValueError(
            f"{encoding!r} is no encoding; use utf-8, utf-16, windows-1258, {tcvn3.NAME} or "
            "another name that Python knows"
        ) from None
    return encoding


def _check_time_zone(zone: str) -> str:
    try:
        zoneinfo.ZoneInfo(zone)
        # Polars has its own list of zones, and names like localtime are not in it.
        pl.select(pl.lit(datetime(2026, 1, 1)).dt.replace_time_zone(zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, pl.exceptions.PolarsError):
        raise ValueError(f"{zone!r} is no time zone; write it like Asia/Ho_Chi_Minh") from None
    return zone


def _check_mark(mark: str) -> str:
    if not mark.isascii() or mark in "\r\n":
        raise ValueError(f"{mark!r} cannot be it; use one like , ; \\t | \" or '")
    return mark


def _check_missing_codes(codes: object) -> object:
    lists = list(codes.values()) if isinstance(codes, dict) else [codes]
    for each in lists:
        if not isinstance(each, list | tuple) or not all(isinstance(c, str) for c in each):
            raise ValueError(
                'write texts in a list, like ["9", "99"], or such a list for a column of ours'
            )
    return codes


def _check_date_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    for date_format in formats:
        if fault := date_formats.find_fault(date_format):
            raise ValueError(fault)
    return formats


Encoding = Annotated[str, AfterValidator(_check_encoding)]
Mark = Annotated[str, Field(min_length=1, max_length=1), AfterValidator(_check_mark)]
"""A character that separates or encloses fields."""
TimeZone = Annotated[str, AfterValidator(_check_time_zone)]
DateFormats = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    Field(min_length=1),
    AfterValidator(_check_date_formats),
]
MissingCodes = Annotated[
    tuple[str, ...] | dict[str, tuple[str, ...]], BeforeValidator(_check_missing_codes)
]
"""Values that mean "not known", of every column or by our column."""
