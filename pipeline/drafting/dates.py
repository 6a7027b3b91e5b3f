"""Dates: which formats the times of a file are written in, by reading every value.

Here belong the formats that a value may have by its shape, and the choice among them. Not here:
what a format may say (profiles.date_formats), reading times (records.times).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.drafting.column_values import ROWS, VALUE, ColumnValues
from pipeline.exports import name_in_frame
from pipeline.plurals import count_of
from pipeline.profiles import Profile
from pipeline.profiles.date_formats import SERIAL, has_day, has_time_of_day
from pipeline.records.times import read_moment

_COLUMN = "column"
_DAYS = (
    (r"9999(?P<m>[-/.])99?(?P=m)99?", ("%Y{m}%m{m}%d",)),
    (r"99?(?P<m>[-/.])99?(?P=m)9999", ("%d{m}%m{m}%Y", "%m{m}%d{m}%Y")),
    (r"99?(?P<m>[-/.])99?(?P=m)99", ("%d{m}%m{m}%y", "%m{m}%d{m}%y")),
    (r"99?(?P<m>[- /])a+(?P=m)9999", ("%d{m}%b{m}%Y", "%d{m}%B{m}%Y")),
    (r"99?(?P<m>[- /])a+(?P=m)99", ("%d{m}%b{m}%y",)),
    (r"a+(?P<m> )99?, 9999", ("%b %d, %Y", "%B %d, %Y")),
    (r"a 99? a 99? a 9999", ("ngày %d tháng %m năm %Y", "Ngày %d tháng %m năm %Y")),
    (r"99? a 99? a 9999", ("%d tháng %m năm %Y",)),
    (r"99?-a 99?-9999", ("%d-thg %m-%Y", "%d-Thg %m-%Y")),
    (r"99?-a 99?-99", ("%d-thg %m-%y", "%d-Thg %m-%y")),
    (r"99999999", ("%Y%m%d", "%d%m%Y")),
    (r"9999(?P<m>[-/.])99?", ("%Y{m}%m",)),
    (r"99?(?P<m>[-/.])9999", ("%m{m}%Y",)),
)
"""Shapes of days and months, with the formats that they may be."""
_CLOCK = (
    r"(?P<hm>99?[:hg]99)(?P<s>:99)?(?P<f>\.9+)?(?P<b> ?)(?P<p>[ap]m|[AP]M)?"
    r"(?P<z> ?(?:Z|UTC|GMT|[+-]99:?99|[+-]99))?"
)
_COMPACT = {
    "99999999999999": "%Y%m%d%H%M%S",
    "999999999999": "%Y%m%d%H%M",
    "99999999T999999": "%Y%m%dT%H%M%S",
    "99999999T999999Z": "%Y%m%dT%H%M%S%z",
}
_SERIAL = r"99999(?:\.9+)?"
_FIRST_SERIAL, _LAST_SERIAL = 25_000, 70_000
"""Days since 1900 from 1968 to 2091: other numbers of five digits are no days."""
_MOST_EXAMPLES = 5


@dataclass(frozen=True)
class FoundDates:
    """The date formats of a file.

    `rows` has by format how many values, over all columns, it is the first to read; `with_time` how
    many of the values read say a time of day other than 00:00:00. `unread` has by our column how
    many values no format reads, and the shapes of some of them. `unsure` has what a person should
    look at.
    """

    formats: tuple[str, ...]
    rows: dict[str, int]
    reasons: dict[str, str]
    with_time: int
    unread: dict[str, tuple[int, tuple[str, ...]]]
    unsure: tuple[str, ...]


def share_of_dates(values: ColumnValues) -> float:
    """The share of a column's values that have the shape of a day or a moment."""
    rows = sum(n for shape, n in values.shapes if _list_formats(shape, has_serial=False))
    return rows / values.filled if values.filled else 0.0


def share_of_serials(values: ColumnValues) -> float:
    """The share of a column's values that may be a spreadsheet's numbers of days."""
    is_number = pl.col(VALUE).str.contains(r"^[0-9]{5}(?:\.[0-9]+)?$")
    number = pl.when(is_number).then(pl.col(VALUE)).cast(pl.Float64, strict=False)
    return values.share(number.is_between(_FIRST_SERIAL, _LAST_SERIAL).fill_null(value=False))


def _list_formats(shape: str, *, has_serial: bool = True) -> tuple[str, ...]:
    """The formats that a value of this shape may be written in, the likelier of two first."""
    if shape in _COMPACT:
        return (_COMPACT[shape],)
    if has_serial and re.fullmatch(_SERIAL, shape):
        return (SERIAL,)
    for pattern, formats in _DAYS:
        for whole in (
            rf"(?P<day>{pattern})(?:(?P<t>T|  ?|, | - )(?:{_CLOCK}))?",
            rf"(?:{_CLOCK})(?P<t> )(?P<day>{pattern})",
        ):
            if found := re.fullmatch(whole, shape):
                parts = found.groupdict()
                clock = _write_clock(parts)
                is_first = found.start("day") == 0
                return tuple(
                    _place(each.format(m=parts.get("m") or ""), clock, parts["t"] or "", is_first)
                    for each in formats
                )
    return ()


def _write_clock(parts: Mapping[str, str | None]) -> str:
    if not parts.get("hm"):
        return ""
    hour = "%I" if parts["p"] else "%H"
    half = f"{parts['b']}%p" if parts["p"] else ""
    zone = parts["z"] or ""
    blank = zone[: len(zone) - len(zone.lstrip())]
    between = "".join(sign for sign in parts["hm"] or "" if sign != "9")
    return f"{hour}{between}%M{':%S' if parts['s'] else ''}{'%.f' if parts['f'] else ''}{half}" + (
        f"{blank}%z" if zone else ""
    )


def _place(day: str, clock: str, between: str, is_day_first: bool) -> str:
    if not clock:
        return day
    return f"{day}{between}{clock}" if is_day_first else f"{clock}{between}{day}"


def find_dates(
    columns: Mapping[str, ColumnValues], kind: str, form_dates: Iterable[str] = ()
) -> FoundDates:
    """The formats of our columns of times, each by the values of the column that holds it.

    The format that reads most of what is not read yet is taken first. A format that reads a value
    as another time than one already taken is left out, because the file would be refused.
    """
    frame = pl.concat(
        [
            values.counts.select(pl.lit(ours).alias(_COLUMN), VALUE, pl.col(ROWS).cast(pl.Int64))
            for ours, values in columns.items()
        ]
        or [pl.DataFrame(schema={_COLUMN: pl.String, VALUE: pl.String, ROWS: pl.Int64})]
    )
    needs_day = kind in ("dossiers", "petitions")
    shapes = dict.fromkeys(s for values in columns.values() for s, _ in values.shapes)
    found = dict.fromkeys(f for shape in shapes for f in _list_formats(shape))
    candidates = [each for each in (*form_dates, *found) if has_day(each) or not needs_day]
    candidates = list(dict.fromkeys(candidates))
    read = _read(frame, candidates)
    formats, rows, reasons, unsure = _choose(read, candidates)
    is_read = (
        pl.any_horizontal(pl.col(each).is_not_null() for each in formats)
        if formats
        else pl.lit(value=False)
    )
    left = read.filter(~is_read)
    unread = {
        str(ours): (
            int(rest[ROWS].sum()),
            tuple(rest.sort(ROWS, descending=True)[VALUE].head(_MOST_EXAMPLES)),
        )
        for (ours,), rest in left.group_by(_COLUMN, maintain_order=True)
    }
    timed = [each for each in formats if has_time_of_day(each)]
    moment = pl.coalesce(timed) if timed else pl.lit(None, pl.Datetime)
    # A date in a cell is written with 00:00:00, and is a day all the same.
    has_time = (moment != moment.dt.truncate("1d")).fill_null(value=False)
    with_time = int(read.select((pl.col(ROWS) * has_time).sum()).item())
    return FoundDates(tuple(formats), rows, reasons, with_time, unread, tuple(unsure))


def _read(frame: pl.DataFrame, candidates: list[str]) -> pl.DataFrame:
    """Beside each value the moment that each format reads in it, where that is a likely one."""
    readings = []
    for each in candidates:
        profile = Profile.model_construct(date_formats=(each,), time_zone="UTC")
        moment = read_moment(pl.col(VALUE), "received_at", profile)
        is_likely = moment.dt.year().is_between(1950, 2149)
        readings.append(pl.when(is_likely).then(moment).alias(each))
    return frame.with_columns(readings)


def _choose(
    read: pl.DataFrame, candidates: list[str]
) -> tuple[list[str], dict[str, int], dict[str, str], list[str]]:
    chosen: list[str] = []
    rows: dict[str, int] = {}
    reasons: dict[str, str] = {}
    unsure: list[str] = []
    left = list(candidates)
    open_rows = read
    while left:
        gains = {
            each: int(open_rows.filter(pl.col(each).is_not_null())[ROWS].sum()) for each in left
        }
        most = max(gains.values())
        if not most:
            break
        equal = [each for each in left if gains[each] == most]
        best = min(equal, key=lambda each: (_count_months(open_rows, each), left.index(each)))
        left.remove(best)
        clash = [each for each in chosen if _count_clashes(read, best, each)[0]]
        if clash:
            unsure.append(
                f"{most:,} more values would be read as {best}, and {clash[0]} reads some of its "
                "values as other times, so no profile can have both: ask which one is meant"
            )
            continue
        chosen.append(best)
        rows[best] = most
        reasons[best] = f"it reads {count_of(most, 'value')}"
        rivals = [each for each in left if _count_clashes(read, best, each)[0]]
        for rival in rivals:
            both, own, other = _count_clashes(read, best, rival)
            reasons[best] += (
                f"; by {rival} too {both:,}, by it alone {own:,}, by {rival} alone {other:,}"
            )
            if not own:
                unsure.append(
                    f"every value that {best} reads is read by {rival} too, as another time: "
                    f"{best} is taken, which gives fewer months or is usual here: see that it "
                    "is meant"
                )
        open_rows = open_rows.filter(pl.col(best).is_null())
    return chosen, rows, reasons, unsure


def _count_months(read: pl.DataFrame, candidate: str) -> int:
    return read[candidate].dt.truncate("1mo").n_unique()


def _count_clashes(read: pl.DataFrame, one: str, other: str) -> tuple[int, int, int]:
    """Rows whose value two formats read as different times, and that one of them alone reads."""
    first, second = pl.col(one), pl.col(other)
    counts = read.select(
        (pl.col(ROWS) * (first != second).fill_null(value=False)).sum(),
        by_one=(pl.col(ROWS) * (first.is_not_null() & second.is_null())).sum(),
        by_other=(pl.col(ROWS) * (second.is_not_null() & first.is_null())).sum(),
    ).row(0)
    return int(counts[0]), int(counts[1]), int(counts[2])


def read_moments(
    frame: pl.DataFrame, columns: Mapping[str, str], dates: FoundDates
) -> pl.DataFrame:
    """The moments of our columns of times, in the formats that were found."""
    profile = Profile.model_construct(date_formats=dates.formats, time_zone="Asia/Ho_Chi_Minh")
    if not dates.formats:
        return pl.DataFrame()
    return frame.select(
        read_moment(pl.col(name_in_frame(theirs)), "due_at", profile).alias(ours)
        for ours, theirs in columns.items()
    )
