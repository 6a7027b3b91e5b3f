"""Tallies: exact counts from which everything after them is computed.

Here belongs counting accepted records: integers only, weights in millionths and their squares in
trillionths, times in whole hours, nothing personal. Five tables that add up over files, units,
months and machines. Not here: the tables of answers (answers) and petitions (petition_tallies),
which due dates a method reads (deadlines), rates, limits, ranks (indices, rankings).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import polars as pl
from polars import selectors

from pipeline import months
from pipeline.calendar import Calendar, hours_between, instant
from pipeline.columns import Table
from pipeline.deadlines import AS_SENT, WAITED_HOURS, Rule
from pipeline.petition_tallies import petitions as petitions  # noqa: PLC0414 - of this stem
from pipeline.tables import (
    AGES,
    APPLICANTS,
    CHANNELS,
    COUNTS,
    ENDED_STATUSES,
    FINISHED,
    INTAKES,
    LEFT_STATUSES,
    OPEN,
    OUTCOMES,
    TALLIES,
    UNCOUNTED_STATUSES,
    VERDICTS,
)

Clock = Callable[[pl.Expr], pl.Expr]
"""What a sender's clock shows at a moment, in milliseconds; the hours between two are counted."""

_FILE = ("sender_code", "sha256", "unit_code")
_WORDS = pl.Enum([*INTAKES, *FINISHED, *OPEN, *VERDICTS])
"""Intakes, outcomes and verdicts: numbers until they are counted, for speed."""


@dataclass(frozen=True)
class Tallies:
    """The five tables of counts, of one month or of several; each lazy."""

    outcomes: pl.LazyFrame
    ages: pl.LazyFrame
    answers: pl.LazyFrame
    figures: pl.LazyFrame
    petitions: pl.LazyFrame

    @staticmethod
    def of(**known: pl.LazyFrame) -> "Tallies":
        """The tallies of the tables named; the others are empty."""
        empty = {name: table.empty().lazy() for name, table in TALLIES.items()}
        return Tallies(**empty | known)

    def by_rule(self, rule: Rule) -> "Tallies":
        """The tallies with the outcomes by one rule; the other tables know none."""
        return replace(self, outcomes=self.outcomes.filter(pl.col("rule") == rule.name))


def clock_of(name: str, calendar: Calendar, time_zone: str) -> Clock:
    """A clock by its name: working time of the calendar, or time that passes in a zone."""
    if name == "working":
        return calendar.worked
    return lambda moment: instant(moment, time_zone)


def at_month_end(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.LazyFrame:
    """The dossiers that count, as they stood at the month's end, with hours on their clock.

    Takes accepted rows of tables.DOSSIERS of one clock, with the due dates of one rule
    (deadlines.with_deadlines). A dossier ended at or after the month's end is open at it. Without
    a first due date as sent, the due date in force is the first.

    One row a dossier: its file and unit, dossier_id, procedure_code, channel, applicant,
    received_at, due_at, first_due_at, ended_at, has_result, has_left; allowed_hours (from receipt
    to the first due date), used_hours (to the end of handling), hours_at_start and hours_at_end
    (to the month's); waited_hours where the rule has any.
    """
    start, end = months.start(month), months.end(month)
    is_over = (pl.col("ended_at") < end).fill_null(False)
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
        dossiers.filter(~pl.col("status").is_in(UNCOUNTED_STATUSES))
        .with_columns(first_due_at=pl.coalesce("first_due_at", "due_at"))
        .with_columns(**on_clock)
        .select(
            *_FILE,
            "dossier_id",
            pl.col("procedure_code").fill_null(pl.lit("", pl.Categorical())),
            pl.col("channel").fill_null(pl.lit("other", pl.Enum(CHANNELS))),
            pl.col("applicant").fill_null(pl.lit("other", pl.Enum(APPLICANTS))),
            "received_at",
            "due_at",
            "first_due_at",
            "ended_at",
            selectors.by_name(WAITED_HOURS, require_all=False),
            has_result=pl.col("status").is_in(ENDED_STATUSES) & is_over,
            has_left=pl.col("status").is_in(LEFT_STATUSES) & is_over,
            allowed_hours=since_receipt("first_due"),
            used_hours=since_receipt("ended"),
            hours_at_start=since_receipt("start"),
            hours_at_end=since_receipt("end"),
        )
    )


def outcomes(dossiers: pl.LazyFrame, month: str, clock: str, rule: Rule = AS_SENT) -> pl.DataFrame:
    """What became of the dossiers in the month: cells of tables.OUTCOMES.

    Takes rows of at_month_end, all of the one clock, with the due dates of the one rule.
    """
    is_received = pl.col("received_at") >= months.start(month)
    intake = pl.when(is_received).then(_word("received")).otherwise(_word("carried_over"))
    is_judged = pl.col("verdict").is_not_null()
    is_on_time = pl.col("verdict") == "on_time"
    cells = (
        dossiers.with_columns(intake=intake, outcome=_outcome(month), verdict=_verdict(month))
        .with_columns(
            due_number=pl.when(is_judged).then(_month_number(pl.col("first_due_at"))),
            saved=pl.when(is_on_time).then(_saved_thousandths(rule)).otherwise(0),
        )
        .group_by(
            *_FILE,
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


def _word(word: str) -> pl.Expr:
    return pl.lit(word, _WORDS)


def _outcome(month: str) -> pl.Expr:
    """What became of a dossier in the month, by the due date in force."""
    due, ended, has_result = pl.col("due_at"), pl.col("ended_at"), pl.col("has_result")
    return (
        pl.when(pl.col("has_left"))
        .then(_word("left"))
        .when(has_result & due.is_null())
        .then(_word("finished_without_due"))
        .when(has_result & (ended > due))
        .then(_word("finished_overdue"))
        .when(has_result & (ended.dt.date() < due.dt.date()))
        .then(_word("finished_early"))
        .when(has_result)
        .then(_word("finished_on_due_date"))
        .when(due.is_null())
        .then(_word("open_without_due"))
        .when(due < months.end(month))
        .then(_word("open_overdue"))
        .otherwise(_word("open_not_due"))
    )


def _verdict(month: str) -> pl.Expr:
    """How a dossier is judged by its first due date; null when this month does not judge it."""
    first_due = pl.col("first_due_at")
    is_by_then = (pl.col("ended_at") <= first_due).fill_null(False)
    has_result, has_left = pl.col("has_result"), pl.col("has_left")
    is_due = first_due.is_between(months.start(month), months.end(month), closed="left")
    return (
        pl.when(has_result & is_by_then)
        .then(_word("on_time"))
        .when(has_left & is_by_then)
        .then(_word("left"))
        .when(is_due)
        .then(_word("late"))
    )


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


def sorted_cells(cells: pl.LazyFrame, month: str, table: Table) -> pl.DataFrame:
    """Cells of a month in the shape and order of a table of counts."""
    counted = table.conform(cells.with_columns(month=pl.lit(month)).collect())
    keys = [name for name, dtype in counted.schema.items() if dtype == pl.String]
    ordered = [*keys, *(name for name in ("age_hours", "answer") if name in counted.columns)]
    return counted.sort(ordered, nulls_last=False)


def ages(dossiers: pl.LazyFrame, month: str, clock: str) -> pl.DataFrame:
    """Ages in whole hours at which dossiers entered and left the month: cells of tables.AGES.

    Takes rows of at_month_end, all of the one clock. Exit bin = max(1, ceil(age)); entry bin = 0
    if received in the month, else ceil(age at its start), and always below the exit bin.
    """
    is_over = pl.col("has_result") | pl.col("has_left")
    age = pl.when(is_over).then("used_hours").otherwise("hours_at_end")
    exit_bin = age.ceil().cast(pl.Int64).clip(lower_bound=1)
    is_received = pl.col("received_at") >= months.start(month)
    entry_bin = pl.when(is_received).then(0).otherwise(pl.col("hours_at_start").ceil())
    left_bins = dossiers.select(
        *_FILE, "has_result", "has_left", exit=exit_bin, entry=entry_bin.cast(pl.Int64)
    ).with_columns(entry=pl.min_horizontal("entry", pl.col("exit") - 1))
    entries = left_bins.group_by(*_FILE, age_hours="entry").agg(entered=pl.len())
    exits = left_bins.group_by(*_FILE, age_hours="exit").agg(
        finished=pl.col("has_result").sum(),
        left=pl.col("has_left").sum(),
        still_open=(~pl.col("has_result") & ~pl.col("has_left")).sum(),
    )
    counts = ("entered", "finished", "left", "still_open")
    cells = (
        pl.concat([entries, exits], how="diagonal")
        .group_by(*_FILE, "age_hours")
        .agg(pl.col(name).fill_null(0).cast(pl.Int64).sum() for name in counts)
        .with_columns(clock=pl.lit(clock))
    )
    return sorted_cells(cells, month, AGES)


def judged(dossiers: pl.LazyFrame, month: str) -> pl.LazyFrame:
    """The dossiers due in the month by their first due date that did not leave by then.

    Takes rows of at_month_end; one row a dossier: sender_code, dossier_id, dossier_verdict
    (on_time or late).
    """
    verdict, first_due = pl.col("dossier_verdict"), pl.col("first_due_at")
    is_due = first_due.is_between(months.start(month), months.end(month), closed="left")
    return (
        dossiers.filter(is_due)
        .select("sender_code", "dossier_id", dossier_verdict=_verdict(month))
        .filter(verdict.is_in(["on_time", "late"]))
    )


def counts(figures: pl.LazyFrame, month: str) -> pl.DataFrame:
    """Counts as sent, added up over breakdowns: cells of tables.COUNTS."""
    cells = figures.group_by(*_FILE, "indicator").agg(
        pl.col("numerator").sum(), pl.col("denominator").sum()
    )
    return sorted_cells(cells, month, COUNTS)
