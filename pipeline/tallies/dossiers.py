"""The tallies of dossiers: what became of each in the month, and at which age.

Here belongs counting accepted dossiers. Not here: what earlier exports showed of them (ledger), by
which due date each is judged (verdicts), which deadlines a method reads (pipeline.deadlines).
"""

from datetime import timedelta

import polars as pl

from pipeline import months
from pipeline.calendar import Clock, hours_between
from pipeline.deadlines import WAITED_HOURS, DeadlineRule, with_deadlines
from pipeline.tables import (
    AGES,
    APPLICANTS,
    CHANNELS,
    ENDED_STATUSES,
    HAS_SHARED_KEY,
    LEFT_STATUSES,
    OUTCOMES,
    UNCOUNTED_STATUSES,
    UNSEEN,
)
from pipeline.tallies import ledger
from pipeline.tallies.age_bins import MINUTE, edge_before, edge_from, minutes_from
from pipeline.tallies.cells import FILE_AND_UNIT, sort_cells
from pipeline.tallies.verdicts import (
    enum_literal,
    outcome_by_due_in_force,
    served_by_first_due,
    with_verdicts,
)

_MILLISECONDS_OF_AN_HOUR = 60 * MINUTE


def judge_dossiers(
    dossiers: pl.LazyFrame,
    month: str,
    rule: DeadlineRule,
    clock: Clock,
    history: ledger.History = ledger.NO_HISTORY,
) -> pl.LazyFrame:
    """The dossiers as they stood at the month's end, judged by a deadline rule.

    Takes accepted rows of tables.DOSSIERS of one clock with their history (ledger.with_history).
    Gives rows of at_month_end with their verdicts.
    """
    dated = with_deadlines(dossiers, rule, clock, month)
    with_already_judged = ledger.with_already_judged(dated, month, rule.name, history)
    return with_verdicts(at_month_end(with_already_judged, month, clock), month)


def at_month_end(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.LazyFrame:
    """The dossiers that count, as they stood at the month's end, with hours on their clock.

    Takes accepted rows of tables.DOSSIERS of one clock, with their history (ledger.with_history),
    the deadlines of one rule (deadlines.with_deadlines), and whether that rule judged them already
    (ledger.with_already_judged). A dossier ended at or after the month's end is open at it. One
    that an earlier export showed and that now is not received has left: on the date sent with that,
    else with the month.

    One row a dossier: its file and unit, dossier_id, procedure_code, channel, applicant,
    received_at, due_at, first_due_at, ended_at, has_result, has_left; allowed_hours (from receipt
    to the first due date), used_hours (to the end of handling), hours_at_start and hours_at_end
    (to the month's); waited_hours; has_shared_key; ledger.HISTORY_COLUMNS.
    """
    start, end = months.start(month), months.end(month)
    is_over = (pl.col("ended_at") < end).fill_null(False)
    is_turned_away = pl.col("is_in_ledger") & (pl.col("status") == "not_received")
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
    on_clock = {f"{name}_on_clock": clock.milliseconds(moment) for name, moment in moments.items()}

    def hours_since_receipt(name: str) -> pl.Expr:
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
            *ledger.HISTORY_COLUMNS,
            WAITED_HOURS,
            HAS_SHARED_KEY,
            has_result=pl.col("status").is_in(ENDED_STATUSES) & is_over,
            has_left=is_left & is_over,
            allowed_hours=hours_since_receipt("first_due"),
            used_hours=hours_since_receipt("ended"),
            hours_at_start=hours_since_receipt("start"),
            hours_at_end=hours_since_receipt("end"),
        )
    )


def count_outcomes(
    dossiers: pl.LazyFrame, month: str, clock: str, deadline_rule: DeadlineRule
) -> pl.DataFrame:
    """What became of the dossiers in the month: cells of tables.OUTCOMES.

    Takes rows of judge_dossiers, all of the one clock and by the one rule. A verdict belongs to the
    month of the first due date; to this month where the first due date is in an earlier one, whose
    edition did not know of it.
    """
    is_received = pl.col("received_at") >= months.start(month)
    received_or_carried_over = (
        pl.when(is_received).then(enum_literal("received")).otherwise(enum_literal("carried_over"))
    )
    intake = pl.when(~pl.col("has_ended_before_month")).then(received_or_carried_over)
    due_month_number = pl.max_horizontal(
        _month_number(pl.col("first_due_at")), _month_number(pl.lit(months.start(month)))
    )
    is_judged = pl.col("verdict").is_not_null()
    is_on_time = pl.col("verdict") == "on_time"
    cells = (
        dossiers.with_columns(
            intake=intake,
            outcome=outcome_by_due_in_force(month),
            due_month_number=pl.when(is_judged).then(due_month_number),
            served=served_by_first_due(month),
            saved=pl.when(is_on_time).then(_saved_thousandths()).otherwise(0),
        )
        .group_by(
            *FILE_AND_UNIT,
            "procedure_code",
            "channel",
            "applicant",
            "intake",
            "outcome",
            "verdict",
            "due_month_number",
            "served",
        )
        .agg(
            dossiers=pl.len(),
            saved_thousandths=pl.col("saved").sum(),
            saved_squared_millionths=(pl.col("saved") ** 2).sum(),
        )
        .with_columns(
            due_month=_month_name(pl.col("due_month_number")),
            clock=pl.lit(clock),
            deadline_rule=pl.lit(deadline_rule.name),
        )
    )
    return sort_cells(cells, month, OUTCOMES)


def count_unseen(late: pl.DataFrame, month: str) -> pl.DataFrame:
    """Dossiers that are late though no row shows them: cells of tables.OUTCOMES.

    Takes rows of ledger.UnseenDossiers.late. The cell names a file of this month: the export that
    should have shown them.
    """
    keys = ("procedure_code", "channel", "applicant", "clock", "deadline_rule")
    cells = (
        late.lazy()
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
    return sort_cells(cells, month, OUTCOMES)


def _saved_thousandths() -> pl.Expr:
    """Thousandths of the allowed time that were not used; 0 where no time was allowed.

    The hours waited for the applicant are neither used nor allowed.
    """
    used = pl.col("used_hours") - pl.col(WAITED_HOURS)
    allowed = pl.col("allowed_hours") - pl.col(WAITED_HOURS)
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
    """Ages at which dossiers entered and left the month: cells of tables.AGES.

    Takes rows of at_month_end, all of the one clock. Exit bin = the bin that holds the age at which
    it ended, left, or was open at the month's end. Entry bin = 0 if received in the month, else the
    first that ends at or above the age at the month's start, and always below the exit bin. As in
    R's `survival`, a dossier that enters at an age is not at risk of what ends at that very age.
    But where receipt is known by the day only, others of its day may have ended on the month's
    first day: then it enters a bin earlier, and is at risk of that. Dossiers that ended before the
    month are not counted.
    """
    is_over = pl.col("has_result") | pl.col("has_left")
    age_at_exit = pl.when(is_over).then("used_hours").otherwise("hours_at_end")
    received_at, entry, leave = pl.col("received_at"), pl.col("entry"), pl.col("exit")
    # Each number is a column before it is used twice: the expressions would compute it twice.
    bins = (
        dossiers.filter(~pl.col("has_ended_before_month"))
        .with_columns(
            is_carried_over=received_at < months.start(month),
            start_age=_milliseconds(pl.col("hours_at_start")),
            exit_age=_milliseconds(age_at_exit),
        )
        .with_columns(
            is_by_day=received_at == received_at.dt.truncate("1d"),
            entry=minutes_from(pl.col("start_age")),
            exit=minutes_from(pl.col("exit_age")).clip(lower_bound=1),
        )
        .with_columns(entry=edge_from(entry), exit=edge_from(leave))
        .with_columns(earlier=edge_before(pl.min_horizontal(entry, leave)))
        .select(
            *FILE_AND_UNIT,
            "has_result",
            "has_left",
            "exit",
            entry=pl.when(~pl.col("is_carried_over"))
            .then(0)
            .when(pl.col("is_by_day") | (entry >= leave))
            .then("earlier")
            .otherwise("entry"),
        )
    )
    entries = bins.group_by(*FILE_AND_UNIT, age_minutes="entry").agg(entered=pl.len())
    exits = bins.group_by(*FILE_AND_UNIT, age_minutes="exit").agg(
        finished=pl.col("has_result").sum(),
        left=pl.col("has_left").sum(),
        still_open=(~pl.col("has_result") & ~pl.col("has_left")).sum(),
    )
    counts = ("entered", "finished", "left", "still_open")
    cells = (
        pl.concat([entries, exits], how="diagonal")
        .group_by(*FILE_AND_UNIT, "age_minutes")
        .agg(pl.col(name).fill_null(0).cast(pl.Int64).sum() for name in counts)
        .with_columns(clock=pl.lit(clock))
    )
    return sort_cells(cells, month, AGES)


def _milliseconds(hours: pl.Expr) -> pl.Expr:
    """Hours on a clock as the whole milliseconds that they were computed from."""
    return (hours * _MILLISECONDS_OF_AN_HOUR).round(0).cast(pl.Int64)
