"""Months as the pipeline names them: `2026-10`.

A month M is the half-open span [start, end) of local wall time. Here belongs arithmetic on such
names; not here: working days (calendar) or partitions (assets).
"""

import re
from datetime import date, datetime

from pipeline.errors import WrongUseError

_MOST_MONTHS = 1_200
_NAME = re.compile(r"(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])")
"""From 1900 to 2999, in digits of ASCII: years that exports have, and that can be counted with."""


class MonthNameError(WrongUseError, ValueError):
    """A month is not named like `2026-10`; the message says how to write it."""


def is_name(text: str) -> bool:
    """Whether a text names a month."""
    return _NAME.fullmatch(text) is not None


def checked(month: str) -> str:
    """The month itself; MonthNameError when it is not named like `2026-10`."""
    if not is_name(month):
        raise MonthNameError(
            f"{month!r} is not a month: write the year and the month, like 2026-10, "
            "from 1900-01 to 2999-12"
        )
    return month


def start(month: str) -> datetime:
    """The first instant of the month, local wall time."""
    return datetime(int(month[:4]), int(month[5:]), 1)


def end(month: str) -> datetime:
    """The first instant after the month, local wall time."""
    return start(shifted(month, 1))


def shifted(month: str, by_months: int) -> str:
    """The month `by_months` later (earlier when negative)."""
    count = _number(month) + by_months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def _number(month: str) -> int:
    """Months since the year 0."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def span(first: str, last: str) -> list[str]:
    """All months from first to last, both included; empty when last is before first.

    MonthNameError where they are more than a hundred years.
    """
    count = _number(last) - _number(first) + 1
    if count > _MOST_MONTHS:
        raise MonthNameError(
            f"{first} to {last} are {count:,} months: name at most {_MOST_MONTHS:,} at a time"
        )
    return [shifted(first, further) for further in range(count)]


def before(month: str, count: int) -> list[str]:
    """The `count` months before a month, oldest first."""
    return [shifted(month, -back) for back in range(count, 0, -1)]


def of(moment: date) -> str:
    """The month in which a day or a moment of local wall time lies."""
    return f"{moment.year:04d}-{moment.month:02d}"
