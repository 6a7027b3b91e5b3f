"""The ledger: what a sender's earlier exports showed of its dossiers, so that each is judged once.

Here belongs remembering over exports: which due date was the first, what was open, ended, judged
or is no longer seen, and the findings of lives told by several exports. Pure: the ledger after a
delivery follows from the one after the sender's delivery before, and from the dossiers accepted
now. Not here: the verdict itself (tallies), which delivery follows which (deliveries), where the
ledger lies (stages).

What is carried, and why. Of dossiers open as last shown a whole row (LEDGER); of ended ones
a hash that tells a reopened dossier (ENDED), written once with the delivery that showed the
end and looked up in those of REMEMBERED_MONTHS, never copied from month to month: the keys of
deliveries are chained, so that these rest on nothing but what the ledger rests on. A hash of 64
bits stands for a dossier's code: that two of ten million dossiers share one has odds of 3 in a
million. Measured with a sender's million dossiers a month, a fifth of them open: the ledger is 4 MB
and the ended 7 MB (the records are 27 MB), and counting takes 1.0 s of processor time in a first
month and 1.2 s in later ones, instead of 0.7 s without. Codes as text would be three times the
bytes; ended dossiers carried along for 36 months would be 250 MB, written anew each month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipeline import months
from pipeline.columns import MOMENT, Column, Table, code, moment, word
from pipeline.tables import (
    APPLICANTS,
    CHANNELS,
    CLOCKS,
    ENDED_STATUSES,
    FINDINGS,
    LEFT_STATUSES,
    UNSEEN,
)

REMEMBERED_MONTHS = 36
"""How long an ended dossier is known, and one that is judged, or has no due date, and is unseen."""
DOSSIER = "dossier_hash"
"""What names a dossier over exports: a hash of its code and its sender's."""
_SENDER = code("sender_code", "agency that sent the dossier")
_HASH = Column(DOSSIER, pl.UInt64(), "what stands for the dossier's code and its sender's")
LEDGER = Table(
    "ledger",
    "a dossier that the last export to show it showed open",
    (
        _SENDER,
        _HASH,
        code("unit_code", "agency or unit that had it last"),
        code("procedure_code", "procedure; empty when not sent"),
        word("channel", CHANNELS, "how it was handed in"),
        word("applicant", APPLICANTS, "who applied"),
        word("clock", tuple(CLOCKS), "clock of the export that showed it"),
        moment("received_at", "when the dossier was received", is_required=True),
        moment("due_at", "last due date that an export showed"),
        moment("first_due_at", "due date in the first export that showed one, or as sent"),
        code("first_month", "month whose export showed it first"),
        code("last_month", "month whose export showed it last"),
        code("judged_month", "month in which it was judged; empty = not yet", is_required=False),
        Column("due_changes", pl.UInt8(), "how often its due date was seen to change", "changes"),
        Column("is_unseen", pl.Boolean(), "whether the last export does not show it"),
    ),
)
ENDED = Table("ended", "a dossier that a delivery showed ended", (_SENDER, _HASH))
MARKS = ("dossier_hash", "has_past", "is_known", "was_ended", "is_settled", "is_before_month")
"""Columns that `recalled` adds to a dossier."""


@dataclass(frozen=True)
class Past:
    """What is remembered of the senders of a month's deliveries.

    `months` has each sender's last earlier month with an export of dossiers; a sender that is not
    in it begins. `ledger` has the rows of LEDGER after those exports, `ended` the rows of
    ENDED of all exports that are remembered.
    """

    months: Mapping[str, str]
    ledger: pl.DataFrame
    ended: pl.LazyFrame


NO_PAST = Past({}, LEDGER.empty(), ENDED.empty().lazy())
"""Of senders whose first export this is."""


def recalled(dossiers: pl.LazyFrame, month: str, past: Past = NO_PAST) -> pl.LazyFrame:
    """Accepted dossiers with what the ledger knows of them.

    `first_due_at` becomes the due date in the first export that showed one, or as sent; one that
    is sent later than an export showed it is not believed, for a date once shown never moves.
    An end before the end of a month whose export showed the dossier open was entered late, and
    counts from the end of that month. Further columns are MARKS: dossier_hash; has_past (its
    sender has an earlier export), is_known (in the ledger), was_ended (see `with_ended`),
    is_settled (judged before, or never to be judged), is_before_month (it ended, as sent, before
    the month began).
    """
    ended, first_due = pl.col("ended_at"), pl.col("first_due_at")
    is_over = pl.col("status").is_in((*ENDED_STATUSES, *LEFT_STATUSES, "not_received"))
    marked = dossiers.with_columns(
        dossier_hash=pl.col("dossier_id").hash() ^ pl.col("sender_code").cast(pl.String).hash(),
        is_before_month=(is_over & (ended < months.start(month))).fill_null(value=False),
        was_ended=pl.lit(value=False),
    )
    if not past.months:
        return marked.with_columns(
            first_due_at=pl.coalesce(first_due, "due_at"),
            has_past=pl.lit(value=False),
            is_known=pl.lit(value=False),
            is_settled="is_before_month",
        )
    known = past.ledger.lazy().select(
        DOSSIER,
        known_first_due_at="first_due_at",
        open_until=_end(pl.col("last_month")),
        is_judged=pl.col("judged_month").is_not_null(),
    )
    is_known = pl.col("is_judged").is_not_null()
    never = pl.col("is_before_month") & ~is_known
    return (
        marked.join(known, on=DOSSIER, how="left")
        .with_columns(
            first_due_at=pl.coalesce(pl.min_horizontal(first_due, "known_first_due_at"), "due_at"),
            ended_at=pl.when(ended.is_not_null()).then(pl.max_horizontal(ended, "open_until")),
            has_past=pl.col("sender_code").cast(pl.String).is_in(list(past.months)),
            is_known=is_known,
            is_settled=pl.col("is_judged").fill_null(value=False) | never,
        )
        .drop("known_first_due_at", "open_until", "is_judged")
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


def is_settled(month: str) -> pl.Expr:
    """Whether a dossier is judged no more, of rows with MARKS.

    It was judged, or an earlier export showed it ended. In a sender's first export also what was
    due before the month: nobody knows what earlier exports would have shown.
    """
    is_old = (pl.col("first_due_at") < months.start(month)).fill_null(value=False)
    return pl.col("is_settled") | pl.col("was_ended") | (~pl.col("has_past") & is_old)


def missed(past: Past, shown: pl.DataFrame, month: str, whole: pl.DataFrame) -> pl.DataFrame:
    """The rows of the ledger whose dossiers are not shown now.

    `shown` names the dossiers shown, as ENDED does. `whole` has a row for each sender whose
    export of dossiers is whole, no file of it refused: sender_code, sha256 of its first file by
    hash. Only of these is a dossier `unseen`, and late once its first due date is past.

    Gives LEDGER with sha256, is_judged (late, from now on) and is_news (unseen from now on).
    """
    is_whole = pl.col("sha256").is_not_null()
    is_late = pl.col("judged_month").is_null() & (pl.col("first_due_at") < months.end(month))
    return (
        past.ledger.join(shown, on=DOSSIER, how="anti")
        .join(whole, on="sender_code", how="left")
        .with_columns(
            is_judged=is_whole & is_late.fill_null(value=False),
            is_news=is_whole & ~pl.col("is_unseen"),
        )
        .with_columns(
            judged_month=pl.when("is_judged").then(_name(month)).otherwise("judged_month"),
            is_unseen=pl.col("is_unseen") | is_whole,
        )
    )


def told(shown: pl.LazyFrame, past: Past, month: str, clock: str) -> dict[str, pl.DataFrame]:
    """What the dossiers shown now leave for the ledger.

    Takes rows of tallies.at_month_end, all of one clock, with their verdict. Gives `ledger` (those
    open), `ended` (the others), `findings`, and `shown` (DOSSIER of those that were known).
    """
    is_open = ~pl.col("has_result") & ~pl.col("has_left")
    key = ("sender_code", DOSSIER)
    standing, ended, found, known = pl.collect_all(
        [
            _standing(shown.filter(is_open), past, month).select(*_STANDING),
            shown.filter(~is_open).select(key),
            _found(_findings_of_shown(shown, past, month), month),
            shown.filter("is_known").select(key),
        ]
    )
    return {
        "ledger": LEDGER.conform(standing.with_columns(clock=pl.lit(clock))),
        "ended": ENDED.conform(ended),
        "findings": FINDINGS.conform(found),
        "shown": ENDED.conform(known),
    }


_STANDING = [name for name in LEDGER.names if name != "clock"]


def after(
    told_by_clock: Sequence[Mapping[str, pl.DataFrame]],
    past: Past,
    month: str,
    whole: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """The ledger after the month: `ledger`, `ended` and `findings`, each whole, and `missing`.

    Takes what `told` gives, for each clock, and `whole` of `missed`, whose rows are `missing`.
    """

    def all_of(name: str, *more: pl.DataFrame) -> pl.DataFrame:
        return pl.concat([*more, *(part[name] for part in told_by_clock)])

    missing = missed(past, all_of("shown", ENDED.empty()), month, whole)
    found = FINDINGS.conform(_found({UNSEEN: missing.lazy().filter("is_news")}, month).collect())
    # By hash, so that the same dossiers are the same bytes: a sender has each hash once.
    return {
        "ledger": all_of("ledger", LEDGER.conform(_remembered(missing, month))).sort(DOSSIER),
        "ended": all_of("ended", ENDED.empty()).sort(DOSSIER),
        "findings": all_of("findings", found).sort("sender_code", "sha256", "unit_code", "finding"),
        "missing": missing,
    }


def _standing(still_open: pl.LazyFrame, past: Past, month: str) -> pl.LazyFrame:
    """Dossiers open as shown now, as rows of LEDGER."""
    is_judged = pl.col("verdict").is_not_null() | is_settled(month)
    is_moved_before = (pl.col("due_at") != pl.col("first_due_at")).fill_null(value=False)
    return _with_known(still_open, past).with_columns(
        last_month=_name(month),
        first_month=pl.coalesce("known_first_month", _name(month)),
        judged_month=pl.coalesce("known_judged_month", pl.when(is_judged).then(_name(month))),
        due_at=pl.coalesce("due_at", "known_due_at"),
        due_changes=pl.when("is_known")
        .then(pl.col("known_due_changes") + _is_moved())
        .otherwise(is_moved_before.cast(pl.UInt8)),
        is_unseen=pl.lit(value=False),
    )


def _with_known(shown: pl.LazyFrame, past: Past) -> pl.LazyFrame:
    """Dossiers shown with what the ledger had of them, in columns named known_…."""
    names = ("due_at", "first_due_at", "first_month", "judged_month", "due_changes")
    known = past.ledger.lazy().select(DOSSIER, pl.col(names).name.prefix("known_"))
    return shown.join(known, on=DOSSIER, how="left")


def _is_moved() -> pl.Expr:
    """Whether the due date is another one than an export last showed."""
    return (pl.col("due_at") != pl.col("known_due_at")).fill_null(value=False)


def _remembered(missing: pl.DataFrame, month: str) -> pl.DataFrame:
    """Of dossiers not shown, those that may still be judged or come back."""
    oldest = months.shifted(month, -REMEMBERED_MONTHS)
    is_awaited = pl.col("judged_month").is_null() & pl.col("first_due_at").is_not_null()
    return missing.filter(is_awaited | (pl.col("last_month").cast(pl.String) >= oldest))


def _findings_of_shown(shown: pl.LazyFrame, past: Past, month: str) -> dict[str, pl.LazyFrame]:
    """Dossiers by finding, each in the month that shows it; of a first export nothing is found."""
    of_past = shown.filter("has_past")
    is_before, was_ended = pl.col("is_before_month"), pl.col("was_ended")
    known = _with_known(of_past.filter("is_known"), past)
    is_late_shown = (pl.col("verdict") == "late") & (pl.col("first_due_at") < months.start(month))
    late_shown = _with_known(of_past.filter(is_late_shown), past)
    return {
        "due_moved_more_than_once": known.filter(_is_moved() & (pl.col("known_due_changes") == 1)),
        "ended_before_shown": of_past.filter(is_before & ~pl.col("is_known") & ~was_ended),
        "first_shown_after_due": late_shown.filter(pl.col("known_first_due_at").is_null()),
        "reopened": of_past.filter(was_ended & ~is_before),
    }


def _found(dossiers: Mapping[str, pl.LazyFrame], month: str) -> pl.LazyFrame:
    """Cells of tables.FINDINGS, of the dossiers by finding."""
    return pl.concat(
        frame.group_by("sender_code", "sha256", "unit_code")
        .agg(dossiers=pl.len())
        .with_columns(month=pl.lit(month), finding=pl.lit(name))
        for name, frame in dossiers.items()
    )


def _name(month: str) -> pl.Expr:
    return pl.lit(month, pl.Categorical())


def _end(month: pl.Expr) -> pl.Expr:
    """The first instant after a month that is given by its name."""
    first = month.cast(pl.String) + "-01"
    return first.str.strptime(MOMENT, "%Y-%m-%d").dt.offset_by("1mo")
