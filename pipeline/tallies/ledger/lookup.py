"""Recalling: dossiers as shown now, with what the ledger knows of them.

Here belongs reading the ledger. Not here: what the dossiers shown leave for it (telling).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.columns import MOMENT
from pipeline.tables import DEADLINES, ENDED, ENDED_STATUSES, LEDGER, LEFT_STATUSES

REMEMBERED_MONTHS = 36
"""How long an ended dossier is known, and one that is judged, or has no due date, and is unseen."""
DOSSIER = "dossier_hash"
"""What names a dossier over exports: a hash of its code and its sender's."""
MARKS = (
    DOSSIER,
    "shown_due_at",
    "shown_first_due_at",
    "has_past",
    "is_known",
    "was_ended",
    "is_settled",
    "is_before_month",
)
"""Columns that `recalled`, `with_ended` and `settled` add to a dossier."""


@dataclass(frozen=True)
class Past:
    """What is remembered of the senders of a month's deliveries.

    `months` has each sender's last earlier month with an export of dossiers; a sender that is not
    in it begins. `ledger` and `deadlines` have the rows of LEDGER and DEADLINES after those
    exports, `ended` the rows of ENDED of all exports that are remembered.
    """

    months: Mapping[str, str]
    ledger: pl.DataFrame
    deadlines: pl.DataFrame
    ended: pl.LazyFrame


NO_PAST = Past({}, LEDGER.empty(), DEADLINES.empty(), ENDED.empty().lazy())
"""Of senders whose first export this is."""


def recalled(dossiers: pl.LazyFrame, month: str, past: Past = NO_PAST) -> pl.LazyFrame:
    """Accepted dossiers with what the ledger knows of them.

    `first_due_at` becomes the due date in the first export that showed one, or as sent; one that
    is sent later than an export showed it is not believed, for a date once shown never moves.
    An end before the end of a month whose export showed the dossier open was entered late, and
    counts from the end of that month. Further columns are MARKS but is_settled: dossier_hash,
    shown_due_at and shown_first_due_at (before any rule moves them), has_past (its sender has an
    earlier export), is_known (in the ledger), was_ended (see `with_ended`), is_before_month (it
    ended, as sent, before the month began).
    """
    ended, first_due = pl.col("ended_at"), pl.col("first_due_at")
    is_over = pl.col("status").is_in((*ENDED_STATUSES, *LEFT_STATUSES, "not_received"))
    marked = dossiers.with_columns(
        dossier_hash=pl.col("dossier_id").hash() ^ pl.col("sender_code").cast(pl.String).hash(),
        is_before_month=(is_over & (ended < months.start(month))).fill_null(value=False),
        has_past=pl.col("sender_code").cast(pl.String).is_in(list(past.months)),
        was_ended=pl.lit(value=False),
    )
    known = past.ledger.lazy().select(
        DOSSIER,
        known_first_due_at="first_due_at",
        open_until=_end(pl.col("last_month")),
        is_known=pl.lit(value=True),
    )
    return (
        marked.join(known, on=DOSSIER, how="left")
        .with_columns(
            first_due_at=pl.coalesce(pl.min_horizontal(first_due, "known_first_due_at"), "due_at"),
            ended_at=pl.when(ended.is_not_null()).then(pl.max_horizontal(ended, "open_until")),
            is_known=pl.col("is_known").fill_null(value=False),
        )
        .with_columns(shown_due_at="due_at", shown_first_due_at="first_due_at")
        .drop("known_first_due_at", "open_until")
    )


def with_ended(dossiers: pl.DataFrame, past: Past) -> pl.DataFrame:
    """The dossiers, with `was_ended` where an earlier export showed them ended.

    Looked for are those received before the last earlier export that it did not show open: in an
    ordinary month there are none.
    """
    if not past.months:
        return dossiers
    shown_by = max(months.end(month) for month in past.months.values())
    is_sought = pl.col("has_past") & ~pl.col("is_known") & (pl.col("received_at") < shown_by)
    sought = dossiers.filter(is_sought).select(DOSSIER).unique()
    if sought.is_empty():
        return dossiers
    found = past.ended.join(sought.lazy(), on=DOSSIER, how="semi").unique().collect()
    # Few are found, and a dossier's hash of another sender is none of them.
    found = found.with_columns(was_ended_before=pl.lit(value=True))
    return (
        dossiers.join(found, on=DOSSIER, how="left")
        .with_columns(was_ended=pl.col("was_ended_before").fill_null(value=False))
        .drop("was_ended_before")
    )


def settled(dossiers: pl.LazyFrame, month: str, rule: str, past: Past = NO_PAST) -> pl.LazyFrame:
    """The dossiers, with `is_settled` where the rule of that name judges them no more.

    Takes rows of `recalled` with the deadlines of the rule. Settled is what the rule judged, what
    an earlier export showed ended, and what ended before the month and no export had shown. In a
    sender's first export also what was due before the month: nobody knows what earlier exports
    would have shown.
    """
    judged = (
        past.deadlines.lazy()
        .filter(pl.col("judged_month").is_not_null() & (pl.col("rule").cast(pl.String) == rule))
        .select(DOSSIER, is_judged=pl.lit(value=True))
    )
    is_old = (pl.col("first_due_at") < months.start(month)).fill_null(value=False)
    return (
        dossiers.join(judged, on=DOSSIER, how="left")
        .with_columns(
            is_settled=pl.col("is_judged").fill_null(value=False)
            | pl.col("was_ended")
            | (pl.col("is_before_month") & ~pl.col("is_known"))
            | (~pl.col("has_past") & is_old)
        )
        .drop("is_judged")
    )


def _end(month: pl.Expr) -> pl.Expr:
    """The first instant after a month that is given by its name."""
    first = month.cast(pl.String) + "-01"
    return first.str.strptime(MOMENT, "%Y-%m-%d").dt.offset_by("1mo")
