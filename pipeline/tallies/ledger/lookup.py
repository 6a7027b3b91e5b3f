"""Looking dossiers up in the ledger: what earlier exports showed of those that are shown now.

Here belongs reading the ledger. Not here: the ledger after the month (update).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.columns import MOMENT
from pipeline.tables import DEADLINES, ENDED, ENDED_STATUSES, LEDGER, LEFT_STATUSES
from pipeline.tallies.ledger.identity import DOSSIER_HASH, dossier_hash

REMEMBERED_MONTHS = 36
"""How many months an ended dossier is remembered, and an unseen one that no month will judge."""
HISTORY_COLUMNS = (
    DOSSIER_HASH,
    "shown_due_at",
    "shown_first_due_at",
    "has_earlier_export",
    "is_in_ledger",
    "has_been_shown_ended",
    "is_already_judged",
    "has_ended_before_month",
)
"""Columns that `with_history`, `with_shown_ended` and `with_already_judged` add to a dossier."""


@dataclass(frozen=True)
class History:
    """What is remembered of the earlier exports of a month's senders.

    `months` has each sender's last earlier month with an export of dossiers; a sender that is not
    in it sends for the first time. `ledger` and `deadlines` have the rows of LEDGER and DEADLINES
    after those exports, `ended` the rows of ENDED of all exports that are remembered.
    """

    months: Mapping[str, str]
    ledger: pl.DataFrame
    deadlines: pl.DataFrame
    ended: pl.LazyFrame


NO_HISTORY = History({}, LEDGER.empty(), DEADLINES.empty(), ENDED.empty().lazy())
"""The history of senders that send for the first time."""


def with_history(
    dossiers: pl.LazyFrame,
    month: str,
    history: History = NO_HISTORY,
    identity: Sequence[str] = ("dossier_id",),
) -> pl.LazyFrame:
    """Accepted dossiers with what the ledger knows of them.

    `identity` are the columns that identify a dossier. Without any, nothing names a dossier over
    exports: each export is counted as if it were the sender's first.

    `first_due_at` becomes the due date in the first export that showed one, or as sent. A first
    due date that is sent later than an export showed it is not believed: a date once shown never
    moves. An end before the end of a month whose export showed the dossier open was entered late,
    and counts from the end of that month.

    Adds HISTORY_COLUMNS but is_already_judged: dossier_hash; shown_due_at and shown_first_due_at
    (before any deadline rule moves them); has_earlier_export (the sender has one); is_in_ledger;
    has_been_shown_ended (false here: see `with_shown_ended`); has_ended_before_month (as sent).
    """
    ended, first_due = pl.col("ended_at"), pl.col("first_due_at")
    is_over = pl.col("status").is_in((*ENDED_STATUSES, *LEFT_STATUSES, "not_received"))
    has_ended_before_month = is_over & (ended < months.start(month))
    has_earlier_export = pl.col("sender_code").cast(pl.String).is_in(list(history.months))
    named = dossiers.with_columns(
        dossier_hash(identity).alias(DOSSIER_HASH),
        has_ended_before_month=has_ended_before_month.fill_null(value=False),
        has_earlier_export=has_earlier_export if identity else pl.lit(value=False),
        has_been_shown_ended=pl.lit(value=False),
    )
    in_ledger = history.ledger.lazy().select(
        DOSSIER_HASH,
        ledger_first_due_at="first_due_at",
        open_until=month_end(pl.col("last_month")),
        is_in_ledger=pl.lit(value=True),
    )
    return (
        named.join(in_ledger, on=DOSSIER_HASH, how="left")
        .with_columns(
            first_due_at=pl.coalesce(pl.min_horizontal(first_due, "ledger_first_due_at"), "due_at"),
            ended_at=pl.when(ended.is_not_null()).then(pl.max_horizontal(ended, "open_until")),
            is_in_ledger=pl.col("is_in_ledger").fill_null(value=False),
        )
        .with_columns(shown_due_at="due_at", shown_first_due_at="first_due_at")
        .drop("ledger_first_due_at", "open_until")
    )


def with_shown_ended(dossiers: pl.DataFrame, history: History) -> pl.DataFrame:
    """The dossiers with `has_been_shown_ended` true where an earlier export showed them ended.

    Takes rows of `with_history`. Looked for are only dossiers of senders with an earlier export
    that are not in the ledger and were received before the last of the earlier exports: in an
    ordinary month there are none.
    """
    if not history.months:
        return dossiers
    shown_by = max(months.end(month) for month in history.months.values())
    may_have_ended = (
        pl.col("has_earlier_export") & ~pl.col("is_in_ledger") & (pl.col("received_at") < shown_by)
    )
    looked_for = dossiers.filter(may_have_ended).select(DOSSIER_HASH).unique()
    if looked_for.is_empty():
        return dossiers
    found = (
        history.ended.join(looked_for.lazy(), on=DOSSIER_HASH, how="semi")
        .select(DOSSIER_HASH, is_found=pl.lit(value=True))
        .unique()
        .collect()
    )
    return (
        dossiers.join(found, on=DOSSIER_HASH, how="left")
        .with_columns(has_been_shown_ended=pl.col("is_found").fill_null(value=False))
        .drop("is_found")
    )


def with_already_judged(
    dossiers: pl.LazyFrame, month: str, deadline_rule: str, history: History = NO_HISTORY
) -> pl.LazyFrame:
    """The dossiers with `is_already_judged` where a deadline rule does not judge them any more.

    Takes rows of `with_history` with the deadlines of the rule of that name. Already judged is a
    dossier that the rule judged in an earlier month, that an earlier export showed ended, or that
    ended before the month without any export having shown it. In a sender's first export a
    dossier that was due before the month counts as judged too: nobody knows what earlier exports
    would have shown.
    """
    judged = (
        history.deadlines.lazy()
        .filter(
            pl.col("judged_month").is_not_null()
            & (pl.col("deadline_rule").cast(pl.String) == deadline_rule)
        )
        .select(DOSSIER_HASH, is_judged_in_ledger=pl.lit(value=True))
    )
    is_due_before_month = (pl.col("first_due_at") < months.start(month)).fill_null(value=False)
    return (
        dossiers.join(judged, on=DOSSIER_HASH, how="left")
        .with_columns(
            is_already_judged=pl.col("is_judged_in_ledger").fill_null(value=False)
            | pl.col("has_been_shown_ended")
            | (pl.col("has_ended_before_month") & ~pl.col("is_in_ledger"))
            | (~pl.col("has_earlier_export") & is_due_before_month)
        )
        .drop("is_judged_in_ledger")
    )


def month_end(month: pl.Expr) -> pl.Expr:
    """The first instant after a month that is given by its name."""
    first = month.cast(pl.String) + "-01"
    return first.str.strptime(MOMENT, "%Y-%m-%d").dt.offset_by("1mo")
