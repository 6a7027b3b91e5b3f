"""Patterns of codes: what the national code of a dossier says, beside what its row says.

The national code is the code of a body, the day of receipt, and a number that runs within the day:
H26.01-260105-0001. Here belongs reading it. Not here: whether a code is whole (pipeline.codes).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import polars as pl

from pipeline import months
from pipeline.agencies import Register
from pipeline.tallies.cells import FILE_AND_UNIT

_NATIONAL = r"^(.+)-(\d{6})-(\d{4,6})$"
"""The national code; the number has four digits, and more on a day of 10,000 dossiers."""
_DAY = 86_400_000
_EPOCH, _FIRST, _LAST = date(1970, 1, 1), date(2000, 1, 1), date(2099, 12, 31)
"""_FIRST to _LAST are the days that a year of two digits can mean."""
_HEAD = 4
"""Bytes at the beginning of a code by which most codes of other bodies are passed over."""
_FOUR = 4
_AFTER_BODY = len("-YYMMDD-NNNN")
_READ = ("received_at", "body", "day", "number", "digits")


def abolished_codes(register: Register, month: str) -> dict[str, date]:
    """The bodies that the register no longer has at the month's end: code, first day without it."""
    ends = register.table.group_by("code").agg(
        pl.col("valid_to").max(), is_open=pl.col("valid_to").is_null().any()
    )
    last_day = months.end(month).date() - timedelta(days=1)
    ended = ends.filter(~pl.col("is_open") & (pl.col("valid_to") < last_day))
    return {
        code: day + timedelta(days=1) for code, day in ended.select("code", "valid_to").iter_rows()
    }


def count_codes(dossiers: pl.LazyFrame, month: str, abolished: Mapping[str, date]) -> pl.DataFrame:
    """What national codes show: columns as rows.count_rows.

    Takes rows of ledger.with_history. `code_of_another_day`: the day in the code is not the day of
    receipt. `code_of_abolished_body`: the body of the code, or the nearest one above it that
    `abolished` names, was abolished on the day of receipt or before. `number_missing`: numbers
    between the lowest and the highest of a unit's day in the month that no dossier has, of codes
    that begin with the unit's own and have four digits; in the first file by hash that has the day.
    A dossier in a rejected row is missing too.
    """
    # Nearly all codes have the day of receipt and four digits: they are known by their bytes, and
    # only the others are read as text.
    rows = dossiers.select(*FILE_AND_UNIT, "dossier_id", "received_at").with_columns(
        is_usual=_is_usual()
    )
    usual = rows.filter("is_usual").drop("is_usual")
    others = _read_others(rows.filter(~pl.col("is_usual")))
    usual_numbers = usual.filter(_begins_with_unit()).select(
        *FILE_AND_UNIT,
        day=pl.col("received_at").dt.date(),
        number=_number_of_four_bytes(),
    )
    counts, of_usual, of_others, usual_days, other_days = pl.collect_all(
        [
            usual.group_by(FILE_AND_UNIT).agg(looked_at=pl.len()),
            _select_abolished(usual, abolished),
            others,
            _select_days(usual_numbers, month),
            _select_days(
                others.filter(
                    (pl.col("digits") == _FOUR) & (pl.col("body") == pl.col("unit_code"))
                ),
                month,
            ),
        ]
    )
    return pl.concat(
        [
            *_count_days_and_bodies(counts, of_usual, of_others, abolished),
            _count_missing(pl.concat([usual_days, other_days])),
        ]
    ).filter(pl.col("looked_at") > 0)


# ---- Codes known by their bytes


def _is_usual() -> pl.Expr:
    """Whether a code ends with the day of receipt and four digits after a body; never null."""
    binary = pl.col("dossier_id").cast(pl.Binary)
    since = pl.col("received_at").to_physical() // _DAY - (_FIRST - _EPOCH).days
    is_possible = since.is_between(0, (_LAST - _FIRST).days)
    day = binary.bin.slice(-_AFTER_BODY, 8).bin.reinterpret(dtype=pl.UInt64(), endianness="little")
    of_receipt = pl.lit(_list_days()).gather(since.clip(0, (_LAST - _FIRST).days))
    number = _last_four_bytes()
    high = pl.lit(0xF0F0F0F0, pl.UInt32())
    digits = pl.lit(0x30303030, pl.UInt32())
    # A byte is a digit where its high half is 3, and still is after 6 is added to it.
    are_digits = (number & high == digits) & ((number + 0x06060606) & high == digits)
    has_body = pl.col("dossier_id").str.len_bytes() > _AFTER_BODY
    return ((day == of_receipt) & are_digits & has_body & is_possible).fill_null(value=False)


@cache
def _list_days() -> pl.Series:
    """`-YYMMDD-` of each day from _FIRST to _LAST, its eight bytes as a number."""
    days = ((_FIRST + timedelta(days=number)) for number in range((_LAST - _FIRST).days + 1))
    texts = (f"-{day:%y%m%d}-".encode() for day in days)
    return pl.Series([int.from_bytes(text, "little") for text in texts], dtype=pl.UInt64)


def _last_four_bytes() -> pl.Expr:
    binary = pl.col("dossier_id").cast(pl.Binary)
    return binary.bin.slice(-4, 4).bin.reinterpret(dtype=pl.UInt32(), endianness="little")


def _number_of_four_bytes() -> pl.Expr:
    """The number that the last four bytes write; they are digits, the first is the lowest byte."""
    text = _last_four_bytes()
    places = zip((0, 8, 16, 24), (1000, 100, 10, 1), strict=True)
    terms = [((text // (1 << shift)) & 0x0F) * worth for shift, worth in places]
    return pl.sum_horizontal(terms).cast(pl.Int64)


def _begins_with_unit() -> pl.Expr:
    code, unit = pl.col("dossier_id"), pl.col("unit_code").cast(pl.String)
    is_as_long = code.str.len_bytes() == unit.str.len_bytes() + _AFTER_BODY
    return is_as_long & code.str.starts_with(unit)


def _select_abolished(usual: pl.LazyFrame, abolished: Mapping[str, date]) -> pl.LazyFrame:
    """The usual codes that may be of an abolished body: FILE_AND_UNIT, received_at, body."""
    heads = {(code + after).encode()[:_HEAD] for code in abolished for after in (".", "-")}
    numbers = sorted(int.from_bytes(head, "little") for head in heads)
    head = pl.col("dossier_id").cast(pl.Binary).bin.slice(0, _HEAD)
    is_candidate = head.bin.reinterpret(dtype=pl.UInt32(), endianness="little").is_in(
        pl.Series(numbers, dtype=pl.UInt32).implode()
    )
    return usual.filter(is_candidate).select(
        *FILE_AND_UNIT, "received_at", body=pl.col("dossier_id").str.head(-_AFTER_BODY)
    )


# ---- Codes read as text


def _read_others(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The national codes among these: FILE_AND_UNIT and _READ. One without a day is none."""
    parts = pl.col("dossier_id").str.extract_groups(_NATIONAL).struct
    return (
        rows.with_columns(body=parts.field("1"), written=parts.field("2"), number=parts.field("3"))
        .filter(pl.col("body").is_not_null())
        .with_columns(
            day=("20" + pl.col("written")).str.strptime(pl.Date, "%Y%m%d", strict=False),
            digits=pl.col("number").str.len_bytes(),
            number=pl.col("number").cast(pl.Int64),
        )
        .filter(pl.col("day").is_not_null())
        .select(*FILE_AND_UNIT, *_READ)
    )


# ---- Counting


def _count_days_and_bodies(
    usual: pl.DataFrame,
    of_usual: pl.DataFrame,
    of_others: pl.DataFrame,
    abolished: Mapping[str, date],
) -> list[pl.DataFrame]:
    is_another_day = pl.col("day") != pl.col("received_at").dt.date()
    other_days = of_others.group_by(FILE_AND_UNIT).agg(
        cases=is_another_day.sum().cast(pl.Int64), looked_at=pl.len().cast(pl.Int64)
    )
    national = pl.concat(
        [
            usual.select(
                *FILE_AND_UNIT,
                pl.lit(0, pl.Int64).alias("cases"),
                pl.col("looked_at").cast(pl.Int64),
            ),
            other_days,
        ]
    )
    both = pl.concat([of_usual, of_others.select(of_usual.columns)])
    found = both.filter(_is_abolished(both["body"], abolished)).group_by(FILE_AND_UNIT)
    of_abolished = found.agg(cases=pl.len().cast(pl.Int64))
    looked_at = national.group_by(FILE_AND_UNIT).agg(pl.col("looked_at").sum())
    with_cases = looked_at.join(of_abolished, on=FILE_AND_UNIT, how="left")
    return [
        _name(national, "code_of_another_day"),
        _name(with_cases.with_columns(pl.col("cases").fill_null(0)), "code_of_abolished_body"),
    ]


def _is_abolished(bodies: pl.Series, abolished: Mapping[str, date]) -> pl.Expr:
    """Whether the body of a code was abolished when its dossier was received."""
    known = {body: _nearest(body, abolished) for body in bodies.unique().drop_nulls()}
    first_day_without = pl.col("body").replace_strict(
        {body: day for body, day in known.items() if day}, default=None, return_dtype=pl.Date
    )
    return (pl.col("received_at").dt.date() >= first_day_without).fill_null(value=False)


def _nearest(body: str, abolished: Mapping[str, date]) -> date | None:
    """When a body, or the nearest one above it by the points in its code, was abolished."""
    while body not in abolished and "." in body:
        body = body.rpartition(".")[0]
    return abolished.get(body)


def _select_days(numbers: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """The numbers of the days of the month, by sender, unit and day: distinct ones, and the files
    that have them.
    """
    first, after = months.start(month).date(), months.end(month).date()
    return (
        numbers.filter((pl.col("day") >= first) & (pl.col("day") < after))
        .group_by("sender_code", "unit_code", "day")
        .agg(pl.col("number").unique(), pl.col("sha256").unique())
    )


def _count_missing(days: pl.DataFrame) -> pl.DataFrame:
    span = pl.col("highest") - pl.col("lowest") + 1
    number, file = pl.col("number"), pl.col("sha256")
    counted = (
        days.group_by("sender_code", "unit_code", "day")
        .agg(_explode(number).unique(), _explode(file).cast(pl.String).min())
        .select(
            *FILE_AND_UNIT,
            lowest=number.list.min(),
            highest=number.list.max(),
            numbers=number.list.len().cast(pl.Int64),
        )
        .group_by(FILE_AND_UNIT)
        .agg(cases=(span - pl.col("numbers")).sum(), looked_at=span.sum())
        .with_columns(pl.col("sha256").cast(pl.Categorical))
    )
    return _name(counted, "number_missing")


def _explode(lists: pl.Expr) -> pl.Expr:
    return lists.list.explode(keep_nulls=False, empty_as_null=False)


def _name(counted: pl.DataFrame, finding: str) -> pl.DataFrame:
    return counted.select(
        *FILE_AND_UNIT,
        pl.lit(finding).alias("finding"),
        pl.col("cases", "looked_at").cast(pl.Int64),
    )
