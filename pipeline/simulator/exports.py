"""A sender's month-end exports in the national sync layout, as of the month's end.

Here belong what an export shows of dossiers, ratings and petitions, and writing it. Not here:
what truly happened (dossiers, ratings, petitions), and errors (faults).

The columns keep the names of the layout (MaHoSo is the code of the dossier, NgayTiepNhan its
receipt, …); NgayHenTraDau, the first due date, is this sender's own extension. Moments are
yyyyMMddHHmmss of local wall time.
"""

import gzip
import io
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from pipeline.simulator.dossiers import (
    NEVER,
    ONLINE,
    REFUSED,
    RESULT,
    STOPPED,
    WITHDRAWN,
    Dossiers,
    Span,
)
from pipeline.simulator.office_hours import DAY, HOUR, Seconds
from pipeline.simulator.petitions import NO_DOSSIER, NOT_ASKED, Petitions
from pipeline.simulator.ratings import Ratings
from pipeline.simulator.units import FACTORS, PROCEDURES

_WAITING = 4 * HOUR
"""An online dossier is newly registered for so long before the desk receives it."""
_NEW, _FINISHED, _HANDED_OVER = 1, 9, 10
_JUST_RECEIVED, _IN_PROGRESS, _HANDLED, _TURNED_DOWN = 1, 2, 3, 4
"""Status of a petition; it is just received for a day."""
_ABOUT_CONDUCT = 2
_STATUS_LEFT = {WITHDRAWN: 7, STOPPED: 8, REFUSED: 3}


def dossier_codes(dossiers: Dossiers, unit_codes: list[str]) -> pl.Series:
    """Codes like H26.01-260105-0001: unit, day of receipt, running number within unit and day.

    The dossiers must be in the order of unit and receipt. A code is unique and never changes.
    """
    day = dossiers.received // DAY
    group_starts = np.concatenate([[True], (np.diff(day) != 0) | (np.diff(dossiers.unit) != 0)])[
        : len(day)
    ]
    firsts = np.flatnonzero(group_starts)
    sizes = np.diff(np.append(firsts, len(day)))
    number = np.arange(len(day)) - np.repeat(firsts, sizes) + 1
    prefixes = [
        f"{unit_codes[unit]}-{datetime.fromtimestamp(int(start) * DAY, UTC):%y%m%d}-"
        for unit, start in zip(dossiers.unit[firsts], day[firsts], strict=True)
    ]
    groups = pl.Series(prefixes, dtype=pl.String).gather(np.repeat(np.arange(len(firsts)), sizes))
    numbers = pl.Series(number).cast(pl.String).str.zfill(4)
    return groups + numbers


def dossier_rows(
    dossiers: Dossiers, codes: pl.Series, unit_codes: list[str], month: Span
) -> pl.DataFrame:
    """The dossier export of a month: received before its end and not ended before its start.

    One row is a dossier as of the end of the month; later events are not in it.
    """
    shown = np.flatnonzero((dossiers.received < month.end) & (dossiers.ended >= month.start))
    seen = dossiers.select(shown)
    status = _statuses(seen, month.end)
    is_due_known = (status != _NEW) & (seen.first_due < NEVER)
    first_due = np.where(is_due_known, seen.first_due, NEVER)
    due = np.where(is_due_known & (seen.moved < month.end), seen.due, first_due)
    ended = np.where(seen.ended < month.end, seen.ended, NEVER)
    handed_over = np.where(seen.handed_over < month.end, seen.handed_over, NEVER)
    return pl.DataFrame(
        {
            "MaHoSo": codes.gather(shown),
            "MaTTHC": pl.Series([code for code, _ in PROCEDURES]).gather(seen.procedure),
            "DonViXuLy": pl.Series(unit_codes).gather(seen.unit),
            "TrangThaiHoSo": status,
            "KenhThucHien": seen.channel,
            "LoaiDoiTuong": seen.applicant,
            "NgayTiepNhan": stamps(seen.received),
            "NgayHenTra": stamps(due),
            "NgayHenTraDau": stamps(first_due),
            "NgayKetThucXuLy": stamps(ended),
            "NgayTra": stamps(handed_over),
        }
    )


def rating_rows(
    ratings: Ratings, dossiers: Dossiers, codes: pl.Series, unit_codes: list[str], month: Span
) -> pl.DataFrame:
    """The rating export of a month: one row is an answer given in it, one for each of FACTORS."""
    in_month = (ratings.answered >= month.start) & (ratings.answered < month.end)
    chosen = np.flatnonzero(ratings.is_respondent & in_month)
    row = np.repeat(chosen, len(FACTORS))
    dossier = ratings.dossier[row]
    rated = codes.gather(dossier)
    return pl.DataFrame(
        {
            "MaPhieu": "P-" + rated,
            "MaHoSo": rated,
            "DonViXuLy": pl.Series(unit_codes).gather(dossiers.unit[dossier]),
            "CauHoi": pl.Series(FACTORS).gather(np.tile(np.arange(len(FACTORS)), len(chosen))),
            "DiemDanhGia": ratings.answers[chosen].ravel(),
            "HinhThucDanhGia": ratings.mode[row],
            "NgayDanhGia": stamps(ratings.answered[row]),
            "NgayKetThucXuLy": stamps(dossiers.ended[dossier]),
        },
        strict=False,
    )


def petition_rows(
    petitions: Petitions, codes: pl.Series, unit_codes: list[str], month: Span
) -> pl.DataFrame:
    """The petition export of a month: received before its end and not handled before its start.

    One row is a petition as of the end of the month. `codes` are those of the dossiers.
    """
    shown = np.flatnonzero((petitions.received < month.end) & (petitions.handled >= month.start))
    seen = petitions.select(shown)
    is_closed = seen.handled < month.end
    is_new = seen.received >= month.end - DAY
    is_asked = is_closed & ~seen.is_refused & (seen.satisfied != NOT_ASKED)
    is_found = is_closed & ~seen.is_refused & (seen.subject == _ABOUT_CONDUCT)
    units = pl.Series(unit_codes)
    # A running number in the order of units and receipt never changes from month to month.
    numbers = pl.Series(shown + 1).cast(pl.String).str.zfill(4)
    return pl.DataFrame(
        {
            "MaPAKN": units.gather(seen.unit) + "-PA-" + numbers,
            "DonViXuLy": units.gather(seen.unit),
            "NoiDung": seen.subject,
            "MaHoSo": codes.gather(np.maximum(seen.dossier, 0)).set(
                pl.Series(seen.dossier == NO_DOSSIER), None
            ),
            "NgayTiepNhan": stamps(seen.received),
            "HanXuLy": stamps(seen.due),
            "NgayXuLy": stamps(np.where(is_closed, seen.handled, NEVER)),
            "TrangThai": np.where(
                is_closed,
                np.where(seen.is_refused, _TURNED_DOWN, _HANDLED),
                np.where(is_new, _JUST_RECEIVED, _IN_PROGRESS),
            ),
            "HaiLong": pl.Series(seen.satisfied).set(pl.Series(~is_asked), None),
            "PhanAnhDung": pl.Series(seen.is_upheld.astype(np.int8)).set(
                pl.Series(~is_found), None
            ),
        }
    )


def stamps(moments: Seconds) -> pl.Series:
    """Moments as whole numbers yyyyMMddHHmmss; null where a moment is NEVER."""
    is_some = moments < NEVER
    # Moments that are NEVER take any day here: they become null.
    known = np.where(is_some, moments, moments.min(initial=NEVER) if is_some.any() else 0)
    day, time = np.divmod(known, DAY)
    first, last = (int(day.min()), int(day.max())) if len(day) else (0, 0)
    dates = np.arange(first, last + 1).astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    day_of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    numbers = (1970 + months // 12) * 10_000 + (months % 12 + 1) * 100 + day_of_month
    time_of_day = time // 3600 * 10_000 + time // 60 % 60 * 100 + time % 60
    return pl.Series(numbers[day - first] * 1_000_000 + time_of_day).set(pl.Series(~is_some), None)


def _statuses(seen: Dossiers, at: int) -> npt.NDArray[np.int8]:
    has_ended = seen.ended < at
    is_new = ~has_ended & (seen.channel == ONLINE) & (seen.received >= at - _WAITING)
    is_new |= ~has_ended & (seen.ending == REFUSED)
    status = np.where(is_new, np.int8(_NEW), seen.open_status)
    with_result = has_ended & (seen.ending == RESULT)
    status[with_result] = _FINISHED
    status[with_result & (seen.handed_over < at)] = _HANDED_OVER
    for ending, code in _STATUS_LEFT.items():
        status[has_ended & (seen.ending == ending)] = code
    return status.astype(np.int8)


def write_csv(rows: pl.DataFrame, path: Path) -> None:
    """The rows as CSV in UTF-8; compressed, without a time stamp, where the name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".gz":
        rows.write_csv(path)
        return
    with (
        path.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1, mtime=0) as packed,
    ):
        text = io.BytesIO()
        rows.write_csv(text)
        packed.write(text.getbuffer())
