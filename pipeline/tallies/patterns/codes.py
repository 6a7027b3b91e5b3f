"""Patterns of codes: what the national code of a dossier says, beside what its row says.

The national code is the code of a body, the day of receipt, and a number that runs within the day:
H26.01-260105-0001. Here belongs reading it. Not here: whether a code is whole (pipeline.codes).
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt
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

    Takes rows of ledger.with_history; looked at are codes of dossiers received in the month, so
    that each is counted once. `code_of_another_day`: the day in the code is not the day of receipt.
    `code_of_abolished_body`: the body of the code, or the nearest one above it that `abolished`
    names, was abolished on the day of receipt or before. `number_missing`: numbers between the
    lowest and the highest of a unit's day in the month that no dossier of the sender has, of codes
    that begin with the unit's own and have four digits, whoever handles the dossier; in the first
    file by hash that has the day. A dossier in a rejected row is missing too. A number that stands
    twice hides one that is missing: codes are distinct wherever they identify dossiers.
    """
    # Nearly all codes have the day of receipt and four digits: they are known by their bytes, and
    # only the others are read as text.
    is_in_month = pl.col("received_at").is_between(
        months.start(month), months.end(month), closed="left"
    )
    rows = (
        dossiers.filter(is_in_month).select(*FILE_AND_UNIT, "dossier_id", "received_at").collect()
    )
    rows = rows.with_columns(*_read_bytes(rows))
    # It is read three times, so it is computed once.
    found = rows.filter("is_usual").with_columns(is_own=_begins_with_unit())
    usual = found.lazy()
    others = _read_others(rows.lazy().filter(~pl.col("is_usual"))).collect()
    first, after = months.start(month).date(), months.end(month).date()
    day = pl.col("received_at").dt.day()
    # One pass for both counts: a code that does not begin with its unit's has no day.
    usual_days = _span_days(usual.with_columns(day=pl.when("is_own").then(day)))
    elsewhere = usual.filter(~pl.col("is_own")).with_columns(
        unit_code=_body().cast(pl.Categorical), day=day
    )
    in_text = others.lazy().filter(
        pl.col("day").is_between(first, after, closed="left") & (pl.col("digits") == _FOUR)
    )
    other_days = _span_days(
        in_text.with_columns(pl.col("day").dt.day(), unit_code=pl.col("body").cast(pl.Categorical))
    )
    days = pl.concat([usual_days.drop_nulls("day"), _span_days(elsewhere), other_days])
    place = ["sender_code", "unit_code"]
    units = pl.concat([usual_days.select(place), others.select(place)]).unique()
    of_units = days.join(units, on=place, how="semi")
    looked_at = usual_days.group_by(FILE_AND_UNIT).agg(looked_at=pl.col("numbers").sum())
    of_usual = _select_abolished(usual, abolished).collect()
    return pl.concat(
        [
            *_count_days_and_bodies(looked_at, of_usual, others, abolished),
            _count_missing(of_units),
        ]
    ).filter(pl.col("looked_at") > 0)


# ---- Codes known by their bytes


def _read_bytes(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Whether a code ends with the day of receipt and four digits after a body (is_usual), and the
    number that these digits are (number; of other codes it means nothing).
    """
    binary = pl.col("dossier_id").cast(pl.Binary)
    day_bytes, number_bytes, size, days = (
        each.to_numpy()
        for each in rows.select(
            day=_as_number(binary.bin.slice(-_AFTER_BODY, 8), pl.UInt64()),
            number=_as_number(binary.bin.slice(-_FOUR, _FOUR), pl.UInt32()),
            size=pl.col("dossier_id").str.len_bytes().fill_null(0),
            since=pl.col("received_at").to_physical() // _DAY - (_FIRST - _EPOCH).days,
        )
    )
    # A byte is a digit where its high half is 3, and still is after 6 is added to it.
    high, digits = np.uint32(0xF0F0F0F0), np.uint32(0x30303030)
    are_digits = (number_bytes & high == digits) & (
        (number_bytes + np.uint32(0x06060606)) & high == digits
    )
    known = _list_days()
    of_receipt = known[np.clip(days, 0, len(known) - 1)]
    is_possible = (days >= 0) & (days < len(known))
    is_usual = (day_bytes == of_receipt) & are_digits & is_possible & (size > _AFTER_BODY)
    # The first digit is the lowest byte: two steps of ten and a hundred add up the four.
    low = number_bytes & np.uint32(0x0F0F0F0F)
    pairs = (low * np.uint32(10) + (low >> np.uint32(8))) & np.uint32(0x00FF00FF)
    number = (pairs & np.uint32(0xFF)) * np.uint32(100) + (pairs >> np.uint32(16))
    return pl.Series("is_usual", is_usual), pl.Series("number", number)


def _as_number(some_bytes: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """As many bytes as a number has as that number, the first one lowest; 0 of fewer bytes."""
    return some_bytes.bin.reinterpret(dtype=dtype, endianness="little").fill_null(0)


@cache
def _list_days() -> npt.NDArray[np.uint64]:
    """`-YYMMDD-` of each day from _FIRST to _LAST, its eight bytes as a number."""
    days = ((_FIRST + timedelta(days=number)) for number in range((_LAST - _FIRST).days + 1))
    texts = (f"-{day:%y%m%d}-".encode() for day in days)
    return np.array([int.from_bytes(text, "little") for text in texts], dtype=np.uint64)


def _begins_with_unit() -> pl.Expr:
    code, unit = pl.col("dossier_id"), pl.col("unit_code").cast(pl.String)
    is_as_long = code.str.len_bytes() == unit.str.len_bytes() + _AFTER_BODY
    return is_as_long & code.str.starts_with(unit)


def _body() -> pl.Expr:
    return pl.col("dossier_id").str.head(-_AFTER_BODY)


def _select_abolished(usual: pl.LazyFrame, abolished: Mapping[str, date]) -> pl.LazyFrame:
    """The usual codes that may be of an abolished body: FILE_AND_UNIT, received_at, body."""
    heads = {(code + after).encode()[:_HEAD] for code in abolished for after in (".", "-")}
    numbers = sorted(int.from_bytes(head, "little") for head in heads)
    head = pl.col("dossier_id").cast(pl.Binary).bin.slice(0, _HEAD)
    is_candidate = head.bin.reinterpret(dtype=pl.UInt32(), endianness="little").is_in(
        pl.Series(numbers, dtype=pl.UInt32).implode()
    )
    return usual.filter(is_candidate).select(*FILE_AND_UNIT, "received_at", body=_body())


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


def _span_days(numbers: pl.LazyFrame) -> pl.DataFrame:
    """The lowest and highest number of each day of a file and unit, and how many there are."""
    number = pl.col("number").cast(pl.Int64)
    return (
        numbers.group_by(*FILE_AND_UNIT, pl.col("day").cast(pl.Int8))
        .agg(lowest=number.min(), highest=number.max(), numbers=pl.len().cast(pl.Int64))
        .collect(engine="streaming")
    )


def _count_missing(days: pl.DataFrame) -> pl.DataFrame:
    span = pl.col("highest") - pl.col("lowest") + 1
    counted = (
        days.with_columns(pl.col("sha256").cast(pl.String))
        .group_by("sender_code", "unit_code", "day")
        .agg(
            pl.col("sha256").min(),
            pl.col("lowest").min(),
            pl.col("highest").max(),
            pl.col("numbers").sum(),
        )
        .group_by(FILE_AND_UNIT)
        .agg(
            cases=(span - pl.col("numbers")).clip(lower_bound=0).sum(),
            looked_at=span.sum(),
        )
        .with_columns(pl.col("sha256").cast(pl.Categorical))
    )
    return _name(counted, "number_missing")


def _name(counted: pl.DataFrame, finding: str) -> pl.DataFrame:
    return counted.select(
        *FILE_AND_UNIT,
        pl.lit(finding).alias("finding"),
        pl.col("cases", "looked_at").cast(pl.Int64),
    )
