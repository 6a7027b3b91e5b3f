"""Counting: what the export of a month has, and how many records an extract tells too little of.

Not here: the exports themselves (cutting).
"""

from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.exports import name_in_frame
from pipeline.extracts.placing import BEGINS, ENDS, REASON, Extract, stands_in
from pipeline.profiles.identity import CODE_OF


@dataclass(frozen=True)
class MonthCounts:
    """How many records a month's export has: received before it, ended in it, open at its end."""

    month: str
    rows: int
    begun_before: int
    ended: int
    shown_open: int


def count_month(extract: Extract, month: str) -> MonthCounts:
    """The counts of a month; `shown_open` are those that have ended since."""
    start, end = months.start(month), months.end(month)
    rows, before, ended, later = (
        extract.states.lazy()
        .filter(stands_in(month))
        .select(
            pl.len(),
            before=(pl.col(BEGINS) < start).sum(),
            ended=(pl.col(ENDS) < end).sum(),
            later=(pl.col(ENDS) >= end).sum(),
        )
        .collect()
        .row(0)
    )
    return MonthCounts(month, rows, before, ended if extract.is_of_spans else 0, later)


def count_gaps(extract: Extract, first: str, last: str) -> dict[str, int]:
    """How many records an extract tells too little of, by what is not in it.

    Only what its kind and its columns let count; 0 where no record is concerned.
    """
    profile = extract.profile
    if not extract.is_of_spans:
        return {}
    placed = extract.states.lazy().filter(pl.col(REASON).is_null())
    final = pl.min_horizontal(pl.col(ENDS), pl.lit(months.end(last)) - pl.duration(seconds=1))
    is_in_several = pl.max_horizontal(pl.col(BEGINS), months.start(first)).dt.truncate(
        "1mo"
    ) < final.dt.truncate("1mo")
    counted = {
        "several_months": is_in_several.sum(),
        "begun_before": (pl.col(BEGINS) < months.start(first)).sum(),
    }
    if profile.kind == "dossiers":
        counted["due_date"] = (is_in_several & pl.col("due_at").is_not_null()).sum()
        if "first_due_at" in profile.columns:
            is_moved = pl.col("first_due_at") != pl.col("due_at")
            counted["moved_due_date"] = (is_in_several & is_moved).sum()
    gaps = placed.select(**counted).collect().row(0, named=True)
    code = profile.columns.get(CODE_OF[profile.kind], "")
    if code in extract.columns:
        codes = extract.rows.frame.get_column(name_in_frame(code)).drop_nulls()
        gaps["code_on_several_rows"] = codes.len() - codes.n_unique()
    return gaps
