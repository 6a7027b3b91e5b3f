"""The tallies of dossiers: what became of each in the month, and at which age.

Here belongs counting accepted dossiers. Not here: what earlier exports showed of them (ledger), by
which due date each is judged (verdicts), which due dates a method reads (pipeline.deadlines).
"""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
from polars import selectors

from pipeline import months
from pipeline.calendar import Calendar, hours_between, instant
from pipeline.deadlines import AS_SENT, WAITED_HOURS, Rule
from pipeline.tables import (
    AGES,
    APPLICANTS,
    CHANNELS,
    ENDED_STATUSES,
    LEFT_STATUSES,
    OUTCOMES,
    UNCOUNTED_STATUSES,
    UNSEEN,
)
from pipeline.tallies import ledger
from pipeline.tallies.cells import FILE_AND_UNIT, sorted_cells
from pipeline.tallies.verdicts import outcome_in, verdict_in, word

Clock = Callable[[pl.Expr], pl.Expr]
"""What a sender's clock shows at a moment, in milliseconds; the hours between two are counted."""


def clock_of(name: str, calendar: Calendar, time_zone: str) -> Clock:
    """A clock by its name: working time of the calendar, or time that passes in a zone."""
    if name == "working":
        return calendar.worked
    return lambda moment: instant(moment, time_zone)


def at_month_end(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.LazyFrame:
    """The dossiers that count, as they stood at the month's end, with hours on their clock.

    Takes accepted rows of tables.DOSSIERS of one clock, as ledger.recalled gives them, with the
    due dates of one rule (deadlines.with_deadlines) and settled by it (ledger.settled); plain
    ones are of senders whose first export this is, as sent. A dossier ended at or after the
    month's end is open at it. One that an earlier export showed and that now is not received has
    left: on the date sent with that, else with the month.

    One row a dossier: its file and unit, dossier_id, procedure_code, channel, applicant,
    received_at, due_at, first_due_at, ended_at, has_result, has_left; allowed_hours (from receipt
    to the first due date), used_hours (to the end of handling), hours_at_start and hours_at_end
    (to the month's); waited_hours where the rule has any; ledger.MARKS.
    """
    if "is_settled" not in dossiers.collect_schema():
        dossiers = ledger.settled(ledger.recalled(dossiers, month), month, AS_SENT.name)
    start, end = months.start(month), months.end(month)
    is_over = (pl.col("ended_at") < end).fill_null(False)
    is_turned_away = pl.col("is_known") & (pl.col("status") == "not_received")
    is_left = pl.col("status").is_in(LEFT_STATUSES) | is_turned_away
    left_at = pl.coalesce("ended_at", pl.lit(end - timedelta(milliseconds=1)))
    # Each moment is read once on the clock, which is most of the work.
    moments = {
        "received": pl.col("received_at"),
        "first_due": pl.col("first_due_at"),
        "ended": pl.col("ended_at"),
        "start": pl.lit(start),
        "end": pl.lit(end),
    }
    on_clock = {f"{name}_on_clock": clock(moment) for name, moment in moments.items()}

    def since_receipt(name: str) -> pl.Expr:
        return hours_between(pl.col("received_on_clock"), pl.col(f"{name}_on_clock"))

    return (
        dossiers.filter(~pl.col("status").is_in(UNCOUNTED_STATUSES) | is_turned_away)
        .with_columns(ended_at=pl.when(is_turned_away).then(left_at).otherwise("ended_at"))
        .with_columns(**on_clock)
        .select(
            *FILE_AND_UNIT,
            "dossier_id",
            pl.col("procedure_code").fill_null(pl.lit("", pl.Categorical())),
            pl.col("channel").fill_null(pl.lit("other", pl.Enum(CHANNELS))),
            pl.col("applicant").fill_null(pl.lit("other", pl.Enum(APPLICANTS))),
            "received_at",
            "due_at",
            "first_due_at",
            "ended_at",
            *ledger.MARKS,
            selectors.by_name(WAITED_HOURS, require_all=False),
            has_result=pl.col("status").is_in(ENDED_STATUSES) & is_over,
            has_left=is_left & is_over,
            allowed_hours=since_receipt("first_due"),
            used_hours=since_receipt("ended"),
            hours_at_start=since_receipt("start"),
            hours_at_end=since_receipt("end"),
        )
    )


def count_outcomes(
    dossiers: pl.LazyFrame, month: str, clock: str, rule: Rule = AS_SENT
) -> pl.DataFrame:
    """What became of the dossiers in the month: cells of tables.OUTCOMES.

    Takes rows of at_month_end, all of the one clock, with the due dates of the one rule, `judged`
    or to be so here. A verdict belongs to the month of the first due date, or to this month where
    that is past: an edition of then knew nothing of it.
    """
    is_received = pl.col("received_at") >= months.start(month)
    came_in = pl.when(is_received).then(word("received")).otherwise(word("carried_over"))
    intake = pl.when(~pl.col("is_before_month")).then(came_in)
    due_number = pl.max_horizontal(
        _month_number(pl.col("first_due_at")), _month_number(pl.lit(months.start(month)))
    )
    has_verdict = "verdict" in dossiers.collect_schema()
    verdict = pl.col("verdict") if has_verdict else verdict_in(month)
    is_judged = pl.col("verdict").is_not_null()
    is_on_time = pl.col("verdict") == "on_time"
    cells = (
        dossiers.with_columns(intake=intake, outcome=outcome_in(month), verdict=verdict)
        .with_columns(
            due_number=pl.when(is_judged).then(due_number),
            saved=pl.when(is_on_time).then(_saved_thousandths(rule)).otherwise(0),
        )
        .group_by(
            *FILE_AND_UNIT,
            "procedure_code",
            "channel",
            "applicant",
            "intake",
            "outcome",
            "verdict",
            "due_number",
        )
        .agg(
            dossiers=pl.len(),
            saved_thousandths=pl.col("saved").sum(),
            saved_squared_millionths=(pl.col("saved") ** 2).sum(),
        )
        .with_columns(
            due_month=_month_name(pl.col("due_number")),
            clock=pl.lit(clock),
            rule=pl.lit(rule.name),
        )
    )
    return sorted_cells(cells, month, OUTCOMES)


def count_unseen(missing: pl.DataFrame, month: str) -> pl.DataFrame:
    """Dossiers that are late though no row shows them: cells of tables.OUTCOMES.

    Takes rows of ledger.Missed.late. The cell names a file of this month: the export that should
    have shown them.
    """
    keys = ("procedure_code", "channel", "applicant", "clock", "rule")
    cells = (
        missing.lazy()
        .group_by(*FILE_AND_UNIT, *keys)
        .agg(dossiers=pl.len())
        .with_columns(
            outcome=pl.lit(UNSEEN),
            verdict=pl.lit("late"),
            due_month=pl.lit(month),
            saved_thousandths=pl.lit(0),
            saved_squared_millionths=pl.lit(0),
        )
    )
    return sorted_cells(cells, month, OUTCOMES)


def _saved_thousandths(rule: Rule) -> pl.Expr:
    """Thousandths of the allowed time that were not used; 0 where no time was allowed.

    Waiting that a clock rule does not count is neither used nor allowed.
    """
    used, allowed = pl.col("used_hours"), pl.col("allowed_hours")
    if rule.clock != "as_sent":
        used, allowed = used - pl.col(WAITED_HOURS), allowed - pl.col(WAITED_HOURS)
    share = 1 - used / allowed
    is_allowed = allowed > 0
    return pl.when(is_allowed).then((share.clip(0, 1) * 1000).round(0)).otherwise(0).cast(pl.Int64)


def _month_number(moment: pl.Expr) -> pl.Expr:
    return moment.dt.year().cast(pl.Int32) * 12 + moment.dt.month().cast(pl.Int32) - 1


def _month_name(number: pl.Expr) -> pl.Expr:
    return pl.when(number.is_not_null()).then(
        pl.format(
            "{}-{}",
            (number // 12).cast(pl.String).str.zfill(4),
            (number % 12 + 1).cast(pl.String).str.zfill(2),
        )
    )


def count_ages(dossiers: pl.LazyFrame, month: str, clock: str) -> pl.DataFrame:
    """Ages in whole hours at which dossiers entered and left the month: cells of tables.AGES.

    Takes rows of at_month_end, all of the one clock. Exit bin = max(1, ceil(age)); entry bin = 0
    if received in the month, else ceil(age at its start), and always below the exit bin. What
    ended before the month is not in them.
    """
    dossiers = dossiers.filter(~pl.col("is_before_month"))
    is_over = pl.col("has_result") | pl.col("has_left")
    age = pl.when(is_over).then("used_hours").otherwise("hours_at_end")
    exit_bin = age.ceil().cast(pl.Int64).clip(lower_bound=1)
    is_received = pl.col("received_at") >= months.start(month)
    entry_bin = pl.when(is_received).then(0).otherwise(pl.col("hours_at_start").ceil())
    left_bins = dossiers.select(
        *FILE_AND_UNIT, "has_result", "has_left", exit=exit_bin, entry=entry_bin.cast(pl.Int64)
    ).with_columns(entry=pl.min_horizontal("entry", pl.col("exit") - 1))
    entries = left_bins.group_by(*FILE_AND_UNIT, age_hours="entry").agg(entered=pl.len())
    exits = left_bins.group_by(*FILE_AND_UNIT, age_hours="exit").agg(
        finished=pl.col("has_result").sum(),
        left=pl.col("has_left").sum(),
        still_open=(~pl.col("has_result") & ~pl.col("has_left")).sum(),
    )
    counts = ("entered", "finished", "left", "still_open")
    cells = (
        pl.concat([entries, exits], how="diagonal")
        .group_by(*FILE_AND_UNIT, "age_hours")
        .agg(pl.col(name).fill_null(0).cast(pl.Int64).sum() for name in counts)
        .with_columns(clock=pl.lit(clock))
    )
    return sorted_cells(cells, month, AGES)
