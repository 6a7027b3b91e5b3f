"""Belonging: whether a file is of the month and the agency in whose folder it lies.

Here belongs the fault of a file most of whose rows belong elsewhere. Not here: a single such row,
which is for the row rules to say (expectations).
"""

import polars as pl

from pipeline import months
from pipeline.faults import FileFault

UNIT_STANDING = "unit_standing"
"""What the unit of a row is to its sender: `known`, `foreign` or `unknown`."""
_BEGIN_AND_END = {
    "dossiers": ("received_at", "ended_at"),
    "petitions": ("received_at", "handled_at"),
}
"""The moments at which a record begins and ends, of the kinds that are open in between."""
_NOTHING_WITHIN = {
    "dossiers": ("was received or ended", "được tiếp nhận hoặc kết thúc xử lý"),
    "petitions": ("was received or handled", "được tiếp nhận hoặc xử lý"),
}
_NO_DATE_WITHIN = ("has a date", "có thời điểm")
"""What is said of a file none of whose rows has a moment of its own in the month."""
_MOMENT_OF = {"ratings": "answered_at", "figures": "period_at"}
"""The moment of a record, of the kinds that have only one."""
_MOST_ROWS_SHARE = 0.5
"""Above this share of rows that belong elsewhere, the whole file does not belong here."""


def check_file_belongs(frame: pl.DataFrame, kind: str, month: str) -> None:
    """Raises FileFault where most rows of a file belong to another month or another agency."""
    is_foreign = (pl.col(UNIT_STANDING) == "foreign").fill_null(False)
    foreign = frame.select(is_foreign.mean()).item() or 0.0
    if foreign > _MOST_ROWS_SHARE:
        raise FileFault(
            "foreign_sender",
            f"{foreign:.0%} of its rows name units of another agency: put it into that agency's "
            "folder, send the right file, or correct parent_code in agencies.csv",
            f"{foreign:.0%} số dòng thuộc đơn vị của cơ quan khác: chuyển tệp vào thư mục của cơ "
            "quan đó, gửi lại đúng tệp, hoặc sửa parent_code trong agencies.csv",
        )
    outside, within = frame.select(
        outside=_is_outside_month(kind, month).mean(), within=_is_within_month(kind, month).any()
    ).row(0)
    if (outside or 0.0) > _MOST_ROWS_SHARE:
        found = f"{outside:.0%} of its rows belong to another month than {month}"
        found_vi = f"{outside:.0%} số dòng thuộc tháng khác, không phải {month}"
    elif outside and not within:
        happened, happened_vi = _NOTHING_WITHIN.get(kind, _NO_DATE_WITHIN)
        found = f"no row {happened} in {month}, and some belong to another month"
        found_vi = f"không dòng nào {happened_vi} trong tháng {month}, và có dòng thuộc tháng khác"
    else:
        return
    raise FileFault(
        "wrong_month",
        f"{found}: put it into the folder of its month, or send the export of {month}",
        f"{found_vi}: chuyển tệp vào thư mục đúng tháng, hoặc gửi tệp của tháng {month}",
    )


def _is_outside_month(kind: str, month: str) -> pl.Expr:
    """Whether a record cannot belong to the month's export; false where its moments are null."""
    start, end = months.start(month), months.end(month)
    if kind in _BEGIN_AND_END:
        begun, ended = _BEGIN_AND_END[kind]
        return ((pl.col(begun) >= end) | (pl.col(ended) < start)).fill_null(False)
    moment = pl.col(_MOMENT_OF[kind])
    return ((moment < start) | (moment >= end)).fill_null(False)


def _is_within_month(kind: str, month: str) -> pl.Expr:
    """Whether one of a record's moments lies in the month; null where they are null.

    The end counts too: a month may have received no petitions at all, and handled some.
    """
    moments = _BEGIN_AND_END.get(kind) or (_MOMENT_OF[kind],)
    start, end = months.start(month), months.end(month)
    return pl.any_horizontal(pl.col(moments).is_between(start, end, closed="left"))
