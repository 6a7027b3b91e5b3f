"""Dossiers and ratings written by hand, and the patterns that are counted of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import polars as pl

from pipeline import calendar, tables
from pipeline.calendar import Clock, ClockName
from pipeline.tables import LEDGER
from pipeline.tallies import ledger, patterns

MONTH = "2026-10"
"""October 2026: the 1st is a Thursday; the 5th a Monday, the 3rd and 4th a weekend."""
ZONE = "Asia/Ho_Chi_Minh"
RECEIVED = datetime(2026, 10, 5, 9)
DOSSIER: dict[str, object] = {
    "sender_code": "H26",
    "sha256": "f",
    "unit_code": "H26.01",
    "dossier_id": "d",
    "status": "finished",
    "received_at": RECEIVED,
    "due_at": datetime(2026, 10, 20, 17),
    "ended_at": datetime(2026, 10, 7, 10, 1, 2),
    "has_shared_key": False,
}
RATING: dict[str, object] = {
    "sender_code": "H26",
    "sha256": "f",
    "unit_code": "H26.01",
    "respondent_id": "r",
    "question": "overall",
    "scale": "five",
    "answer": 5,
    "weight": 1.0,
    "answered_at": datetime(2026, 10, 7, 11),
    "dossier_ended_at": datetime(2026, 10, 7, 10),
}
Row = Mapping[str, object]
Counts = dict[str, tuple[int, int]]
"""By finding, its cases and among how many it was looked for."""


def build(kind: str, usual: Row, rows: Sequence[Row]) -> pl.LazyFrame:
    return pl.LazyFrame([{**usual, **row} for row in rows], schema=tables.RECORDS[kind].schema)


def counted(
    *rows: Row,
    clock: ClockName = "working",
    history: ledger.History = ledger.NO_HISTORY,
    abolished: Mapping[str, date] | None = None,
) -> pl.DataFrame:
    """The cells of tables.PATTERNS of dossiers in October 2026."""
    found = ledger.with_history(build("dossiers", DOSSIER, rows), MONTH, history).collect()
    with_history = ledger.with_shown_ended(found, history).lazy()
    parts = [
        patterns.count_rows(with_history, MONTH, Clock(clock, calendar.vietnam(), ZONE)),
        patterns.count_moved_due_dates(with_history, history),
        patterns.count_crowds(with_history, MONTH),
        patterns.count_codes(with_history, MONTH, abolished or {}),
    ]
    return patterns.add_up(parts, tables.FINDINGS.empty(), MONTH)


def counted_ratings(*rows: Row) -> pl.DataFrame:
    """The cells of tables.PATTERNS of ratings."""
    part = patterns.count_ratings(patterns.mark_ratings(build("ratings", RATING, rows)))
    return patterns.add_up([part], tables.FINDINGS.empty(), MONTH)


def totals(cells: pl.DataFrame) -> Counts:
    """The cells added up over files and units."""
    sums = cells.group_by("finding").agg(pl.col("cases", "looked_at").sum())
    return {finding: (cases, looked_at) for finding, cases, looked_at in sums.iter_rows()}


def shown_before(row: Row, due_at: datetime, last_month: str = "2026-09") -> ledger.History:
    """What an earlier export showed of an open dossier: its due date."""
    hashed = build("dossiers", DOSSIER, [row]).select(ledger.dossier_hash()).collect().item()
    remembered = {
        "sender_code": "H26",
        "dossier_hash": hashed,
        "unit_code": "H26.01",
        "procedure_code": "",
        "channel": "other",
        "applicant": "other",
        "clock": "working",
        "received_at": row["received_at"],
        "due_at": due_at,
        "first_due_at": due_at,
        "first_month": last_month,
        "last_month": last_month,
        "due_changes": 0,
        "is_unseen": False,
    }
    return ledger.History(
        {"H26": last_month},
        pl.DataFrame([remembered], schema=LEDGER.schema),
        tables.DEADLINES.empty(),
        tables.ENDED.empty().lazy(),
    )
