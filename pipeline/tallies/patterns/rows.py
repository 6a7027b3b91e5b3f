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
    """Which rows could show a pattern, and which of them do; null is no.

    None where only the ledger knows which do.
    """

    looked_at: pl.Expr
    found: pl.Expr | None


def count_rows(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.DataFrame:
    """Patterns that each dossier shows alone, and where the ledger's findings could be shown.

    Takes rows of ledger.with_history, all of the one clock. One row is a file, unit and finding:
    FILE_AND_UNIT, finding, cases, looked_at; without those that nothing could show.

    When a dossier ended to the second is known where most ends of its sender have a time of day of
    their own, that is neither midnight nor the moment of receipt or of the papers: an end that is a
    day is read as one of these.
    """
    patterns = _list_patterns(month, clock)
    ended, is_end = pl.col("ended_at"), ends_in_month(month)
    earlier = ("received_at", "supplement_requested_at", "supplement_received_at")
    has_own_time = has_time(ended) & ~pl.any_horizontal(
        (pl.col(name) == ended).fill_null(value=False) for name in earlier
    )
    flags = {"is_end": is_end, "is_own": is_end & has_own_time}
    for name, each in patterns.items():
        flags[f"{name} looked_at"] = each.looked_at
        if each.found is not None:
            flags[f"{name} cases"] = each.looked_at & each.found
    # Rows with the same flags are counted together: one number holds the flags of a row.
    worth = {name: 1 << place for place, name in enumerate(flags)}
    packed = pl.sum_horizontal(
        pl.when(flag).then(pl.lit(worth[name], pl.Int32())).otherwise(pl.lit(0, pl.Int32()))
        for name, flag in flags.items()
    )
    counted = (
        dossiers.with_columns(is_end=is_end, is_timed=is_end & has_time(ended))
        .group_by(*FILE_AND_UNIT, flags=packed)
        .agg(rows=pl.len().cast(pl.Int64))
        .group_by(FILE_AND_UNIT)
        .agg(
            ((pl.col("flags") // worth[name] % 2) * pl.col("rows")).sum().alias(name)
            for name in flags
        )
        .with_columns(
            pl.lit(0, pl.Int64()).alias(f"{name} cases")
            for name, each in patterns.items()
            if each.found is None
        )
        .collect(engine="streaming")
    )
    knows_times = 2 * pl.col("is_own").sum().over("sender_code") > pl.col("is_end").sum().over(
        "sender_code"
    )
    long = [
        counted.select(
            *FILE_AND_UNIT,
            finding=pl.lit(name),
            cases=f"{name} cases",
            looked_at=pl.when(knows_times | pl.lit(name != "ended_at_receipt"))
            .then(f"{name} looked_at")
            .otherwise(0),
        )
        for name in patterns
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


def _list_patterns(month: str, clock: Clock) -> dict[str, _Pattern]:
    ended, received = pl.col("ended_at"), pl.col("received_at")
    is_turned_away = pl.col("is_in_ledger") & (pl.col("status") == "not_received")
    is_counted = ~pl.col("status").is_in(UNCOUNTED_STATUSES) | is_turned_away
    is_open_in_month = is_counted & ~pl.col("has_ended_before_month")
    is_shown_before = is_counted & pl.col("has_earlier_export")
    same_second = ended.to_physical() // _SECOND == received.to_physical() // _SECOND
    requests = pl.col("supplement_requests")
    return {
        "ended_at_receipt": _Pattern(pl.col("is_timed"), same_second),
        "ended_on_day_off": _Pattern(
            # Where time passes day and night, nobody promised a day off.
            pl.col("is_end") & pl.lit(clock.name == "working"),
            _is_on_day_off(month, clock),
        ),
        "asked_more_than_once": _Pattern(is_open_in_month & (requests > 0), requests > 1),
        "paused_before_due": _pause_before_due(month, is_counted),
        "code_of_several": _Pattern(is_counted, None),
        "due_moved_more_than_once": _Pattern(
            is_counted & pl.col("is_in_ledger") & pl.col("shown_due_at").is_not_null(), None
        ),
        "ended_before_shown": _Pattern(is_shown_before, None),
        "first_shown_after_due": _Pattern(is_shown_before, None),
        "reopened": _Pattern(is_shown_before, None),
        UNSEEN: _Pattern(pl.col("is_in_ledger"), None),
    }


def _is_on_day_off(month: str, clock: Clock) -> pl.Expr:
    """Whether a dossier that ended in the month ended on a day off."""
    first, last = months.start(month).date(), months.end(month).date()
    days = [first + timedelta(days=number) for number in range((last - first).days)]
    off = [number for number, day in enumerate(days) if not clock.calendar.is_working_day(day)]
    number = pl.col("ended_at").to_physical() // _DAY - (first - date(1970, 1, 1)).days
    return number.is_in(off)


def _pause_before_due(month: str, is_counted: pl.Expr) -> _Pattern:
    """Papers asked for in the last day before the first due date, and waited for long.

    A request is looked at in the month in which waiting becomes long, so in one month only. The
    export shows the last request of a dossier.
    """
    asked, answered = pl.col("supplement_requested_at"), pl.col("supplement_received_at")
    due = pl.col("shown_first_due_at")
    is_long_from = asked + LONG_PAUSE
    is_now = (is_long_from >= months.start(month)) & (is_long_from < months.end(month))
    is_over = pl.min_horizontal(answered, "ended_at") < is_long_from
    return _Pattern(
        is_counted & due.is_not_null() & is_now.fill_null(value=False),
        (asked <= due) & (asked >= due - LAST_DAY) & ~is_over.fill_null(value=False),
    )


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
