"""Patterns that a dossier shows alone: in its own row, or in its row and the ledger before.

Here belongs one flag for each dossier. Not here: many dossiers at one time (crowds), codes (codes).
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline import months
from pipeline.calendar import Clock
from pipeline.tables import ENDED_STATUSES, UNCOUNTED_STATUSES, UNSEEN
from pipeline.tallies.cells import FILE_AND_UNIT
from pipeline.tallies.ledger.identity import DOSSIER_HASH
from pipeline.tallies.ledger.lookup import History, month_end

LAST_DAY = timedelta(days=1)
"""How long before its due date a dossier is in its last day [ours]: a due date that is moved, or
papers that are asked for, earlier than that leave the applicant a day's notice."""
LONG_PAUSE = timedelta(days=5)
"""From when on waiting for papers is long [ours]: a working week; the shortest common promises are
of three to five days, so a pause of five more than doubles them."""

_DAY = 86_400_000
_SECOND = 1_000


@dataclass(frozen=True)
class _Pattern:
    """Among which rows a pattern is looked for (a key of _list_groups), and which of them show it.

    Null is no; None where only the ledger knows which do.
    """

    among: str
    found: pl.Expr | None = None


def count_rows(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.DataFrame:
    """Patterns that each dossier shows alone, and where the ledger's findings could be shown.

    Takes rows of ledger.with_history, all of the one clock. One row is a file, unit and finding:
    FILE_AND_UNIT, finding, cases, looked_at; without those that nothing could show.

    When a dossier ended to the second is known where most ends of its sender have a time of day of
    their own, that is neither midnight nor the moment of receipt or of the papers: an end that is a
    day is read as one of these.
    """
    groups, patterns = _list_groups(month, clock), _list_patterns(month, clock)
    ended = pl.col("ended_at")
    earlier = ("received_at", "supplement_requested_at", "supplement_received_at")
    has_own_time = has_time(ended) & ~pl.any_horizontal(
        (pl.col(name) == ended).fill_null(value=False) for name in earlier
    )
    # Several patterns are looked for among the same dossiers: these are counted once.
    found = {
        name: pl.col(each.among) & each.found
        for name, each in patterns.items()
        if each.found is not None
    }
    counted = (
        dossiers.with_columns(**groups)
        .with_columns(is_own=pl.col("is_timed") & has_own_time, **found)
        .group_by(FILE_AND_UNIT)
        .agg(pl.col("is_own", *groups, *found).sum().cast(pl.Int64))
        .collect(engine="streaming")
    )
    ends, own = (pl.col(name).sum().over("sender_code") for name in ("is_end", "is_own"))
    knows_times = 2 * own > ends
    long = [
        counted.select(
            *FILE_AND_UNIT,
            finding=pl.lit(name),
            cases=pl.lit(0, pl.Int64()) if each.found is None else pl.col(name),
            looked_at=pl.when(knows_times | pl.lit(name != "ended_at_receipt"))
            .then(each.among)
            .otherwise(0),
        )
        for name, each in patterns.items()
    ]
    return pl.concat(long).filter(pl.col("looked_at") > 0)


def ends_in_month(month: str) -> pl.Expr:
    """Whether a dossier ended with a result in the month, by the moment sent: never null.

    An end before the month's start that was entered late counts from the month's start, and so is
    none of these.
    """
    ended = pl.col("ended_at")
    is_in_month = (ended < months.end(month)) & ~pl.col("has_ended_before_month")
    return pl.col("status").is_in(ENDED_STATUSES) & is_in_month.fill_null(value=False)


def has_time(moment: pl.Expr) -> pl.Expr:
    """Whether a moment is not midnight; null where it is."""
    return moment.to_physical() % _DAY != 0


def _list_groups(month: str, clock: Clock) -> dict[str, pl.Expr]:
    """The rows among which patterns are looked for, each a flag."""
    is_end = ends_in_month(month)
    is_turned_away = pl.col("is_in_ledger") & (pl.col("status") == "not_received")
    is_counted = ~pl.col("status").is_in(UNCOUNTED_STATUSES) | is_turned_away
    is_asked = (pl.col("supplement_requests") > 0) & ~pl.col("has_ended_before_month")
    is_long_from = pl.col("supplement_requested_at") + LONG_PAUSE
    is_long_now = (is_long_from >= months.start(month)) & (is_long_from < months.end(month))
    return {
        "is_end": is_end,
        "is_timed": is_end & has_time(pl.col("ended_at")),
        # Where time passes day and night, nobody promised a day off.
        "is_worked_end": is_end & pl.lit(clock.name == "working"),
        "is_asked": is_counted & is_asked,
        # A request is looked at in the month in which waiting becomes long, so in one month only.
        "is_long_now": is_counted & is_long_now & pl.col("shown_first_due_at").is_not_null(),
        "is_counted": is_counted,
        "is_known_due": is_counted & pl.col("is_in_ledger") & pl.col("shown_due_at").is_not_null(),
        "is_shown_later": is_counted & pl.col("has_earlier_export"),
        "is_remembered": pl.col("is_in_ledger"),
    }


def _list_patterns(month: str, clock: Clock) -> dict[str, _Pattern]:
    ended, received = (
        pl.col(name).to_physical() // _SECOND for name in ("ended_at", "received_at")
    )
    return {
        "ended_at_receipt": _Pattern("is_timed", ended == received),
        "ended_on_day_off": _Pattern("is_worked_end", _is_on_day_off(month, clock)),
        "asked_more_than_once": _Pattern("is_asked", pl.col("supplement_requests") > 1),
        "paused_before_due": _Pattern("is_long_now", _is_paused_before_due()),
        "code_of_several": _Pattern("is_counted"),
        "due_moved_more_than_once": _Pattern("is_known_due"),
        "ended_before_shown": _Pattern("is_shown_later"),
        "first_shown_after_due": _Pattern("is_shown_later"),
        "reopened": _Pattern("is_shown_later"),
        UNSEEN: _Pattern("is_remembered"),
    }


def _is_on_day_off(month: str, clock: Clock) -> pl.Expr:
    """Whether a dossier that ended in the month ended on a day off."""
    first, last = months.start(month).date(), months.end(month).date()
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    off = [number for number, day in enumerate(days) if not clock.calendar.is_working_day(day)]
    number = pl.col("ended_at").to_physical() // _DAY - (first - date(1970, 1, 1)).days
    return number.is_in(off)


def _is_paused_before_due() -> pl.Expr:
    """Whether papers were asked for in the last day before the first due date, and waited for long.

    The export shows the last request of a dossier.
    """
    asked, due = pl.col("supplement_requested_at"), pl.col("shown_first_due_at")
    is_over = pl.min_horizontal("supplement_received_at", "ended_at") < asked + LONG_PAUSE
    return (asked <= due) & (asked >= due - LAST_DAY) & ~is_over.fill_null(value=False)


def count_moved_due_dates(dossiers: pl.LazyFrame, history: History) -> pl.DataFrame:
    """Due dates that were moved within LAST_DAY of them, or after: columns as `count_rows`.

    Takes rows of ledger.with_history. An export shows the due date in force at its month's end. One
    that was then less than LAST_DAY ahead, or over, and that this export shows later, was moved in
    that time: when exactly is in no export. Looked at is every dossier that was open then with such
    a due date. A due date that was moved and is reached within one month is seen by nobody.
    """
    shown_until = month_end(pl.col("last_month"))
    close = (
        history.ledger.lazy()
        .select(DOSSIER_HASH, "last_month", ledger_due_at="due_at")
        .filter(pl.col("ledger_due_at") < shown_until + LAST_DAY)
        .drop("last_month")
    )
    return (
        dossiers.filter("is_in_ledger")
        .join(close, on=DOSSIER_HASH, how="inner")
        .group_by(FILE_AND_UNIT)
        .agg(
            cases=(pl.col("shown_due_at") > pl.col("ledger_due_at")).sum(),
            looked_at=pl.len(),
        )
        .with_columns(finding=pl.lit("due_moved_at_the_end"))
        .collect()
        .select(*FILE_AND_UNIT, "finding", "cases", "looked_at")
    )
