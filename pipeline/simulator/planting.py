"""Planted patterns: ways of work that an inspector would ask about, in some units at a known rate.

Here belongs how a pattern comes into the rows that a unit sends. Off unless a parameter asks for
it; then also the columns of supplements are sent, with an honest share of requests. Which rows have
a pattern follows from their codes alone, so that each month tells the same of a dossier. Not here:
errors in rows (row_errors), how findings are counted (tallies.patterns).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import polars_hash

from pipeline.columns import MOMENT
from pipeline.simulator.dossiers import NEVER, RESULT, Dossiers, Span
from pipeline.simulator.office_hours import DAY, HOUR

OF_DOSSIERS = (
    "asked_more_than_once",
    "code_of_abolished_body",
    "code_of_another_day",
    "due_moved_at_the_end",
    "ended_at_one_time",
    "ended_at_receipt",
    "ended_before_received",
    "ended_in_one_minute",
    "ended_on_day_off",
    "number_missing",
    "paused_before_due",
    "unseen",
)
OF_RATINGS = ("rated_before_result", "rated_in_one_minute", "rated_by_one_person")
PLANTED = (*OF_DOSSIERS, *OF_RATINGS)
"""The findings that are planted, each in units of its own."""

_SCALE = 10_000
_WEEK = 7 * DAY
_STEP = 7_919
_ASKED, _ASKED_TWICE = 0.1, 0.05
"""Honest shares: of dossiers for which papers are asked for, and of these for which twice."""
_CODE, _UNIT = pl.col("MaHoSo"), pl.col("DonViXuLy")
_RECEIVED, _ENDED = pl.col("NgayTiepNhan"), pl.col("NgayKetThucXuLy")
_FIRST_DUE, _DUE = pl.col("NgayHenTraDau"), pl.col("NgayHenTra")
_ASKED_AT, _ANSWERED_AT = pl.col("NgayYeuCauBoSung"), pl.col("NgayTiepNhanBoSung")
_MOMENTS = (
    "NgayTiepNhan",
    "NgayHenTra",
    "NgayHenTraDau",
    "NgayKetThucXuLy",
    "NgayTra",
    "NgayYeuCauBoSung",
    "NgayTiepNhanBoSung",
    "NgayDanhGia",
)

Chosen = Mapping[str, Sequence[str]]
"""The units that each finding is planted in."""


def choose_units(rng: np.random.Generator, units: Sequence[str]) -> dict[str, list[str]]:
    """A unit for each finding, as long as there are units; one unit has at most one."""
    order = rng.permutation(len(units))
    return {finding: [units[number]] for finding, number in zip(PLANTED, order, strict=False)}


def wait_before_due(
    lives: Dossiers, codes: pl.Series, units: Sequence[str], chosen: Chosen, rate: float
) -> Dossiers:
    """The lives of a sender's dossiers, with those longer that wait for papers before they are due.

    Papers are asked for just before the due date (plant), and a result comes a week after it.
    """
    numbers = [units.index(unit) for unit in chosen.get("paused_before_due", ())]
    named = pl.DataFrame({"MaHoSo": codes}).select(_draw("paused_before_due", rate)).to_series()
    is_paused = np.isin(lives.unit, numbers) & named.to_numpy() & (lives.first_due < NEVER)
    is_paused &= lives.ending == RESULT
    # Due dates are the end of a day: the results come at as many moments before it as there are.
    spread = np.arange(len(lives)) * _STEP % (6 * HOUR)
    after = np.where(is_paused, lives.first_due, 0) + _WEEK - spread
    ended = np.where(is_paused, np.maximum(lives.ended, after), lives.ended)
    return replace(lives, ended=ended, handed_over=np.maximum(lives.handed_over, ended))


def plant(rows: pl.DataFrame, kind: str, month: Span, chosen: Chosen, rate: float) -> pl.DataFrame:
    """The rows of a kind that a sender sends for a month, with what is planted in its units.

    `rate` is the share of the rows that could show a finding and do, in the units chosen.
    """
    if kind == "petitions":
        return rows
    moments = [name for name in _MOMENTS if name in rows.columns]
    read = rows.with_columns(_read(pl.col(name)).alias(name) for name in moments)
    if kind == "dossiers":
        read = _ask_for_papers(read, month)
    steps = _of_dossiers(month) if kind == "dossiers" else _of_ratings(month)
    for finding, step in steps.items():
        units = list(chosen.get(finding, ()))
        if units:
            is_chosen = _UNIT.is_in(units) & _draw(finding, rate)
            read = step(read, is_chosen.fill_null(value=False))
    written = [name for name in _MOMENTS if name in read.columns]
    return read.with_columns(_write(pl.col(name)).alias(name) for name in written)


def _draw(finding: str, rate: float) -> pl.Expr:
    """Whether a code is among the share `rate` of all codes that is drawn for a finding."""
    return _number(finding) < round(rate * _SCALE)


def _number(salt: str) -> pl.Expr:
    """A number below _SCALE that follows from a code and a word."""
    named = polars_hash.concat_str(_CODE, pl.lit(salt), separator="/")
    return named.nchash.xxh3_64() % _SCALE


def _read(number: pl.Expr) -> pl.Expr:
    return number.cast(pl.String).str.strptime(MOMENT, "%Y%m%d%H%M%S")


def _write(moment: pl.Expr) -> pl.Expr:
    return moment.dt.strftime("%Y%m%d%H%M%S").cast(pl.Int64)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _ask_for_papers(rows: pl.DataFrame, month: Span) -> pl.DataFrame:
    """The rows with the columns of supplements: an honest share of dossiers waits for a day."""
    asked, answered = _RECEIVED + timedelta(hours=2), _RECEIVED + timedelta(days=1, hours=2)
    is_asked = _draw("asked", _ASKED) & (asked < _moment(month.end))
    is_asked &= (answered < _ENDED).fill_null(value=True)
    times = pl.when(_draw("asked twice", _ASKED_TWICE)).then(2).otherwise(1)
    return rows.with_columns(
        NgayYeuCauBoSung=pl.when(is_asked).then(asked),
        NgayTiepNhanBoSung=pl.when(is_asked & (answered < _moment(month.end))).then(answered),
        SoLanYeuCauBoSung=pl.when(is_asked).then(times).otherwise(0),
    )


Step = Callable[[pl.DataFrame, pl.Expr], pl.DataFrame]


def _of_dossiers(month: Span) -> dict[str, Step]:
    start, end = _moment(month.start), _moment(month.end)
    last_friday = end - timedelta(days=1 + (end.weekday() + 2) % 7)
    is_ended = pl.col("TrangThaiHoSo").is_in([9, 10]) & (start <= _ENDED)
    is_ended = is_ended.fill_null(value=False)
    batch = pl.lit(last_friday + timedelta(hours=16, minutes=30)).cast(MOMENT)
    sunday = _ENDED.dt.truncate("1d") + pl.duration(days=7 - _ENDED.dt.weekday(), hours=10)
    sunday += pl.duration(seconds=_number("second"))
    is_carried = start > _RECEIVED
    moved_on = _FIRST_DUE + timedelta(days=30)
    asked = _FIRST_DUE - timedelta(hours=3)
    waits = (_FIRST_DUE + timedelta(days=6) < _ENDED).fill_null(value=True)
    code, number = _CODE.str.head(-12), _CODE.str.tail(4)
    day_before = (_RECEIVED - timedelta(days=1)).dt.strftime("%y%m%d")

    def set_end(moment: pl.Expr, condition: pl.Expr) -> Step:
        return lambda rows, is_chosen: rows.with_columns(
            NgayKetThucXuLy=pl.when(is_chosen & is_ended & condition).then(moment).otherwise(_ENDED)
        )

    def set_code(text: pl.Expr) -> Step:
        return lambda rows, is_chosen: rows.with_columns(
            MaHoSo=pl.when(is_chosen).then(text).otherwise(_CODE)
        )

    def drop(condition: pl.Expr) -> Step:
        return lambda rows, is_chosen: rows.filter(~(is_chosen & condition))

    def pause(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_paused = (is_chosen & waits & (asked > _RECEIVED) & (asked < end)).fill_null(value=False)
        return rows.with_columns(
            NgayYeuCauBoSung=pl.when(is_paused).then(asked).otherwise(_ASKED_AT),
            NgayTiepNhanBoSung=pl.when(is_paused).then(_ENDED).otherwise(_ANSWERED_AT),
            SoLanYeuCauBoSung=pl.when(is_paused).then(1).otherwise("SoLanYeuCauBoSung"),
        )

    def move(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_over = is_carried & (start + timedelta(days=1) > _FIRST_DUE)
        is_moved = (is_chosen & is_over).fill_null(value=False)
        return rows.with_columns(NgayHenTra=pl.when(is_moved).then(moved_on).otherwise(_DUE))

    return {
        "asked_more_than_once": lambda rows, is_chosen: rows.with_columns(
            SoLanYeuCauBoSung=pl.when(is_chosen & (pl.col("SoLanYeuCauBoSung") == 1))
            .then(2)
            .otherwise("SoLanYeuCauBoSung")
        ),
        "code_of_abolished_body": set_code("H03.99" + _CODE.str.tail(12)),
        "code_of_another_day": set_code(code + "-" + day_before + "-9" + number),
        "due_moved_at_the_end": move,
        "ended_at_one_time": set_end(batch, batch > _ENDED),
        "ended_at_receipt": set_end(_RECEIVED, start <= _RECEIVED),
        "ended_before_received": set_end(_RECEIVED - timedelta(days=20), ~is_carried),
        "ended_in_one_minute": set_end(
            batch + pl.duration(seconds=_number("second") % 60), batch > _ENDED
        ),
        "ended_on_day_off": set_end(sunday, sunday < end),
        "number_missing": drop(pl.lit(value=True)),
        "paused_before_due": pause,
        "unseen": drop(is_carried),
    }


def _of_ratings(month: Span) -> dict[str, Step]:
    answered, start = pl.col("NgayDanhGia"), _moment(month.start)
    before = _ENDED - timedelta(hours=1)
    late = pl.lit(_moment(month.end) - timedelta(hours=2)).cast(MOMENT)

    def rate_before(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        is_before = is_chosen & (before >= start)
        return rows.with_columns(NgayDanhGia=pl.when(is_before).then(before).otherwise(answered))

    def rate_at_once(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        return rows.with_columns(
            NgayDanhGia=pl.when(is_chosen).then(late).otherwise(answered),
            DiemDanhGia=pl.when(is_chosen).then(5).otherwise("DiemDanhGia"),
        )

    def rate_as_one(rows: pl.DataFrame, is_chosen: pl.Expr) -> pl.DataFrame:
        return rows.with_columns(MaPhieu=pl.when(is_chosen).then("P-" + _UNIT).otherwise("MaPhieu"))

    return {
        "rated_before_result": rate_before,
        "rated_in_one_minute": rate_at_once,
        "rated_by_one_person": rate_as_one,
    }
