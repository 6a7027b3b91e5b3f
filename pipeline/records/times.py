"""Times: text becomes moments, and a column of days is known as one.

Here belongs reading times in the formats of a profile, refusing a file that two formats read
differently, and the grain: whether a column holds days or moments. Not here: which formats there
are (profiles.date_formats), which times a column may hold (the row rules).
"""

from datetime import datetime
from functools import cache
from itertools import combinations

import polars as pl

from pipeline.calendar.zones import to_instant
from pipeline.codes import is_many
from pipeline.columns import MOMENT
from pipeline.faults import FileFault, write_number_vi
from pipeline.profiles import Profile, date_formats
from pipeline.profiles.our_columns import moment_columns

DUE_DATES = ("due_at", "first_due_at")
_SECONDS_OF_DAY = 86_400
_FIRST_SERIAL = datetime(1899, 12, 30)
_DAY = 24 * 3_600_000
_MORNING = 6 * 3_600_000
_DAY_END = pl.duration(hours=23, minutes=59, seconds=59)
_FIRST, _LAST = datetime(1000, 1, 1), datetime(9999, 12, 31, 23, 59, 59)
"""A year has four digits: `%Y` alone would take 26 as the year 26."""
_UTC, _HOURS_OF_OFFSET = "(?:[Zz]|UTC|GMT)$", "([+\\-\u2212][0-9]{2})$"
"""Offsets that Polars does not read: a name of UTC, and hours without minutes."""
_PLAUSIBLE = (datetime(1950, 1, 1), datetime(2150, 1, 1))
"""Readings outside of it say nothing about which of two formats is meant."""
_EARLIER_MOMENTS = {
    "supplement_requested_at": ("received_at",),
    "supplement_received_at": ("received_at", "supplement_requested_at"),
    "ended_at": ("received_at", "supplement_requested_at", "supplement_received_at"),
    "handed_over_at": ("received_at", "ended_at"),
    "handled_at": ("received_at",),
}
"""What comes before a moment in the life of a record, in order of reading."""


def read_moment(text: pl.Expr, ours: str, profile: Profile) -> pl.Expr:
    """The moment that a text is, in the first format that reads it; null where none does.

    In wall time of the profile's zone. A day is its first instant: see `with_days`.
    """
    # Due dates repeat, so a cache pays; other moments are all different.
    is_repeated = ours in DUE_DATES
    return pl.coalesce(
        _read(text, date_format, profile.time_zone, is_repeated=is_repeated)
        for date_format in profile.date_formats
    )


def _read(text: pl.Expr, date_format: str, zone: str, *, is_repeated: bool) -> pl.Expr:
    if date_format == date_formats.SERIAL:
        return _read_serial(text)
    if date_formats.has_offset(date_format):
        sent = text.str.replace(_UTC, "+0000").str.replace(_HOURS_OF_OFFSET, "${1}00")
        in_utc = sent.str.strptime(pl.Datetime("ms", "UTC"), date_format, strict=False)
        moment = in_utc.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    else:
        moment = text.str.strptime(MOMENT, date_format, strict=False, cache=is_repeated)
    is_read = moment.is_between(*_make_limits())
    # Polars takes 2026111 for 2026-11-01 in %Y%m%d, though it may be the 11th of January.
    if shape := date_formats.find_shape(date_format):
        width = date_formats.find_width(date_format)
        is_read &= text.str.contains(shape) if width is None else text.str.len_chars() == width
    return pl.when(is_read).then(moment)


def _read_serial(text: pl.Expr) -> pl.Expr:
    """The moment that a spreadsheet's number of days means, to the second.

    Spreadsheets hold fifteen digits of it, so a second is the finest that can be told.
    """
    days = pl.when(text.str.contains(r"^[0-9]{5}(?:\.[0-9]+)?$")).then(text).cast(pl.Float64)
    seconds = (days * _SECONDS_OF_DAY).round().cast(pl.Int64)
    return (pl.lit(_FIRST_SERIAL, MOMENT) + pl.duration(seconds=seconds)).cast(MOMENT)


@cache
def _make_limits() -> tuple[pl.Expr, pl.Expr]:
    """The first and last moment, each made once: Polars computes for it, and not while a module is
    imported, since a process with its threads cannot be forked.
    """
    return pl.lit(_FIRST, MOMENT), pl.lit(_LAST, MOMENT)


def check_formats_agree(text: pl.DataFrame, profile: Profile) -> None:
    """Raises FileFault ambiguous_dates where two formats read a value of a column differently.

    `text` has a `<column>_as_sent` for each column of times. Which of the two is meant is in no
    file, and the order of the formats in a profile does not tell.
    """
    for one, other in combinations(profile.date_formats, 2):
        for column in moment_columns(profile.kind):
            found = _compare(text, f"{column}_as_sent", (one, other), profile.time_zone)
            by_both, by_one, by_other = found
            if by_both:
                theirs = profile.columns.get(column, column)
                both_vi, one_vi, other_vi = map(write_number_vi, found)
                raise FileFault(
                    "ambiguous_dates",
                    f"{theirs!r} ({column}): {by_both:,} of its values are read by both {one} and "
                    f"{other}, as different times; {by_one:,} are read by {one} alone, "
                    f"{by_other:,} by {other} alone: keep in the profile {profile.name} only the "
                    "format that is meant",
                    f"cột {theirs!r} ({column}): {both_vi} giá trị đọc được bằng cả {one} và "
                    f"{other} nhưng ra hai thời điểm khác nhau; {one_vi} giá trị chỉ đọc được bằng "
                    f"{one}, {other_vi} chỉ bằng {other}: chỉ giữ định dạng đúng trong cấu hình "
                    f"ánh xạ {profile.name}",
                )


def _compare(
    text: pl.DataFrame, as_sent: str, formats: tuple[str, str], zone: str
) -> tuple[int, int, int]:
    """Values of a column that two formats read differently, and that one of them alone reads."""
    one, other = (
        _read(pl.col(as_sent), date_format, zone, is_repeated=False) for date_format in formats
    )
    read = text.select(one=one, other=other).with_columns(
        pl.when(moment.is_between(*_PLAUSIBLE)).then(moment)
        for moment in (pl.col("one"), pl.col("other"))
    )
    is_one, is_other = pl.col("one").is_not_null(), pl.col("other").is_not_null()
    counts = read.select(
        (pl.col("one") != pl.col("other")).sum(),
        by_one=(is_one & ~is_other).sum(),
        by_other=(is_other & ~is_one).sum(),
    ).row(0)
    return int(counts[0]), int(counts[1]), int(counts[2])


def with_days(frame: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """Typed rows in which a due date that is a day is the end of it, and an end on a day is no
    earlier than what came before it on that day.

    A value is a day where its format has no time of day, or where the profile says so of its
    column. Where the profile does not say it, a value of 00:00:00 is a day too if most values of
    its column in the file are (most, and not all, so that one bad row does not decide for the
    others), or many are and fewer lie in the night; with offsets also one of 00:00:00 in UTC.
    """
    midnights = _find_columns_of_midnights(frame, profile)
    for column in moment_columns(profile.kind):
        day = _find_day(column, profile, midnights.get(column))
        if day is not None:
            frame = frame.with_columns(_place_in_day(column, day).alias(column))
    return frame


def _find_day(column: str, profile: Profile, midnights: str | None) -> pl.Expr | None:
    """The first instant of the day where a value of a column is a day, else null.

    None where no value is. `midnights` says in which zone most values are 00:00:00: "own" or "utc",
    None where in neither.
    """
    moment = pl.col(column)
    has_time = [date_formats.has_time_of_day(each) for each in profile.date_formats]
    if profile.grain.get(column) == "day" or not any(has_time):
        return moment.dt.truncate("1d")
    may_be_days = not all(has_time)
    is_day = _is_in_format_of_days(column, profile) if may_be_days else pl.lit(value=False)
    if midnights == "own":
        return pl.when(is_day | _is_midnight(moment)).then(moment)
    if midnights == "utc":
        in_utc = _in_utc(moment, profile)
        return pl.when(is_day).then(moment).when(_is_midnight(in_utc)).then(in_utc)
    return pl.when(is_day).then(moment) if may_be_days else None


def _find_columns_of_midnights(frame: pl.DataFrame, profile: Profile) -> dict[str, str]:
    """The columns most of whose values are days or 00:00:00, and in which zone: "own" or "utc".

    Columns too in which many are 00:00:00, and fewer in the hours after it: one of the programs of
    the sender writes days, and nobody works at night. Only of the columns whose grain the profile
    leaves open. One pass over the rows for all.
    """
    has_time = [date_formats.has_time_of_day(each) for each in profile.date_formats]
    columns = [each for each in moment_columns(profile.kind) if each not in profile.grain]
    if not columns or not any(has_time):
        return {}
    has_offset = any(date_formats.has_offset(each) for each in profile.date_formats)
    zones = ("own", "utc") if has_offset else ("own",)
    counts = []
    for column in columns:
        moment = pl.col(column)
        is_day = pl.lit(value=False) if all(has_time) else _is_in_format_of_days(column, profile)
        counts.append(moment.count().alias(column))
        # A format of days has no time either, but says so itself: it is no sign of another program.
        counts.append((_is_midnight(moment) & ~is_day).sum().alias(f"{column} midnights"))
        is_night = (moment.to_physical() % _DAY).is_between(1, _MORNING, closed="left")
        counts.append(is_night.sum().alias(f"{column} nights"))
        for zone in zones:
            is_midnight = _is_midnight(moment if zone == "own" else _in_utc(moment, profile))
            is_so = moment.is_not_null() & (is_midnight | is_day)
            counts.append(is_so.sum().alias(f"{column} {zone}"))
    found = frame.select(counts).row(0, named=True)
    midnights: dict[str, str] = {}
    for column in columns:
        most = [zone for zone in zones if 2 * found[f"{column} {zone}"] > found[column]]
        at_midnight, at_night = found[f"{column} midnights"], found[f"{column} nights"]
        if most:
            midnights[column] = most[0]
        elif is_many(at_midnight, found[column]) and at_midnight > at_night:
            midnights[column] = "own"
    return midnights


def _is_midnight(moment: pl.Expr) -> pl.Expr:
    return moment.to_physical() % _DAY == 0


def _in_utc(moment: pl.Expr, profile: Profile) -> pl.Expr:
    return to_instant(moment, profile.time_zone).cast(MOMENT)


def _is_in_format_of_days(column: str, profile: Profile) -> pl.Expr:
    """Whether the first format that reads a value has no time of day; never null."""
    text, is_day = pl.col(f"{column}_as_sent"), pl.lit(value=False)
    for date_format in reversed(profile.date_formats):
        reading = _read(text, date_format, profile.time_zone, is_repeated=column in DUE_DATES)
        has_time = date_formats.has_time_of_day(date_format)
        is_day = pl.when(reading.is_not_null()).then(pl.lit(not has_time)).otherwise(is_day)
    return is_day


def _place_in_day(column: str, day: pl.Expr) -> pl.Expr:
    """The moment that stands for a value: for a day its end where it is due, else its beginning or
    what came before it on that day; for any other the value itself.
    """
    if column in DUE_DATES:
        return pl.coalesce(day + _DAY_END, column)
    earlier = [
        pl.when(pl.col(each).dt.truncate("1d") == day).then(each)
        for each in _EARLIER_MOMENTS.get(column, ())
    ]
    return pl.coalesce(pl.when(day.is_not_null()).then(pl.max_horizontal(day, *earlier)), column)
