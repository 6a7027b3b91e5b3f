"""Tallies: exact counts from which everything after them is computed.

Here belongs counting accepted records: integers only, weights in millionths and their squares in
trillionths, times in whole hours, nothing personal. Tables that add up over files, units, months
and machines. Not here: what earlier exports showed (ledger), rates, limits, ranks (indices,
rankings).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from pipeline import ledger, months
from pipeline.calendar import Calendar, hours_between, instant
from pipeline.columns import Table
from pipeline.tables import (
    AGES,
    ANSWERS,
    ANY_FACTOR,
    ANY_QUESTION,
    APPLICANTS,
    CHANNELS,
    COUNTS,
    ENDED_STATUSES,
    FACTORS,
    FINDINGS,
    LEFT_STATUSES,
    OUTCOMES,
    UNCOUNTED_STATUSES,
    UNSEEN,
)
from pipeline.verdicts import outcome_in, verdict_in, word

Clock = Callable[[pl.Expr], pl.Expr]
"""What a sender's clock shows at a moment, in milliseconds; the hours between two are counted."""

_FILE = ("sender_code", "sha256", "unit_code")


@dataclass(frozen=True)
class Tallies:
    """The tables of counts, of one month or of several; each lazy."""

    outcomes: pl.LazyFrame
    ages: pl.LazyFrame
    answers: pl.LazyFrame
    figures: pl.LazyFrame
    findings: pl.LazyFrame = field(default_factory=lambda: FINDINGS.empty().lazy())


def clock_of(name: str, calendar: Calendar, time_zone: str) -> Clock:
    """A clock by its name: working time of the calendar, or time that passes in a zone."""
    if name == "working":
        return calendar.worked
    return lambda moment: instant(moment, time_zone)


def at_month_end(dossiers: pl.LazyFrame, month: str, clock: Clock) -> pl.LazyFrame:
    """The dossiers that count, as they stood at the month's end, with hours on their clock.

    Takes accepted rows of tables.DOSSIERS of one clock, as ledger.recalled gives them; plain ones
    are of senders whose first export this is. A dossier ended at or after the month's end is open
    at it. One that an earlier export showed and that now is not received has left: on the date
    sent with that, else with the month.

    One row a dossier: its file and unit, procedure_code, channel, applicant, received_at, due_at,
    first_due_at, ended_at, has_result, has_left; allowed_hours (from receipt to the first due
    date), used_hours (to the end of handling), hours_at_start and hours_at_end (to the month's);
    ledger.MARKS.
    """
    if "is_known" not in dossiers.collect_schema():
        dossiers = ledger.recalled(dossiers, month)
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
            *_FILE,
            pl.col("procedure_code").fill_null(pl.lit("", pl.Categorical())),
            pl.col("channel").fill_null(pl.lit("other", pl.Enum(CHANNELS))),
            pl.col("applicant").fill_null(pl.lit("other", pl.Enum(APPLICANTS))),
            "received_at",
            "due_at",
            "first_due_at",
            "ended_at",
            *ledger.MARKS,
            has_result=pl.col("status").is_in(ENDED_STATUSES) & is_over,
            has_left=is_left & is_over,
            allowed_hours=since_receipt("first_due"),
            used_hours=since_receipt("ended"),
            hours_at_start=since_receipt("start"),
            hours_at_end=since_receipt("end"),
        )
    )


def outcomes(dossiers: pl.LazyFrame, month: str, clock: str) -> pl.DataFrame:
    """What became of the dossiers in the month: cells of tables.OUTCOMES.

    Takes rows of at_month_end, all of the one clock, `judged` or to be so here. A verdict belongs
    to the month of the first due date, or to this month where that is past: an edition of then
    knew nothing of it.
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
            saved=pl.when(is_on_time).then(_saved_thousandths()).otherwise(0),
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
        .with_columns(due_month=_month_name(pl.col("due_number")), clock=pl.lit(clock))
    )
    return _cells(cells, month, OUTCOMES)


def unseen_outcomes(missing: pl.DataFrame, month: str) -> pl.DataFrame:
    """Dossiers that are late though no row shows them: cells of tables.OUTCOMES.

    Takes rows of ledger.missed. The cell names a file of this month: the export that should have
    shown them.
    """
    keys = ("procedure_code", "channel", "applicant", "clock")
    cells = (
        missing.lazy()
        .filter("is_judged")
        .group_by(*_FILE, *keys)
        .agg(dossiers=pl.len())
        .with_columns(
            outcome=pl.lit(UNSEEN),
            verdict=pl.lit("late"),
            due_month=pl.lit(month),
            saved_thousandths=pl.lit(0),
            saved_squared_millionths=pl.lit(0),
        )
    )
    return _cells(cells, month, OUTCOMES)


def _saved_thousandths() -> pl.Expr:
    """Thousandths of the allowed time that were not used; 0 where no time was allowed."""
    share = 1 - pl.col("used_hours") / pl.col("allowed_hours")
    is_allowed = pl.col("allowed_hours") > 0
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


def _cells(cells: pl.LazyFrame, month: str, table: Table) -> pl.DataFrame:
    counted = table.conform(cells.with_columns(month=pl.lit(month)).collect())
    keys = [name for name, dtype in counted.schema.items() if dtype == pl.String]
    ordered = [*keys, *(name for name in ("age_hours", "answer") if name in counted.columns)]
    return counted.sort(ordered, nulls_last=False)


def ages(dossiers: pl.LazyFrame, month: str, clock: str) -> pl.DataFrame:
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
    return _cells(cells, month, AGES)


def answers(ratings: pl.LazyFrame, month: str) -> pl.DataFrame:
    """Respondents by unit, question, answer and mode: cells of tables.ANSWERS.

    Takes accepted rows of tables.RATINGS of a whole delivery. Under `any` each respondent of a
    unit stands once, and under `any_factor` each of those who rated a factor, with the largest
    weight of those answers, in the first file by hash.
    """
    rated = ratings.with_columns(
        pl.col(*_FILE, "question", "scale").cast(pl.String),
        pl.col("mode").cast(pl.String).fill_null("other"),
        dossier_number=_month_number(pl.col("dossier_ended_at")),
        weight_millionths=(pl.col("weight") * 1_000_000).round(0).cast(pl.Int64),
    )
    by_question = rated.select(
        *_FILE, "question", "scale", "answer", "mode", "dossier_number", "weight_millionths"
    )
    weight = pl.col("weight_millionths")
    cells = (
        pl.concat(
            [
                by_question,
                _by_respondent(rated, ANY_QUESTION),
                _by_respondent(rated.filter(pl.col("question").is_in(FACTORS)), ANY_FACTOR),
            ]
        )
        .group_by(*_FILE, "question", "scale", "answer", "mode", "dossier_number")
        .agg(
            respondents=pl.len(),
            weight_millionths=weight.sum(),
            weight_squared_trillionths=(weight.cast(pl.Int128) ** 2).sum(),
        )
        .with_columns(dossier_month=_month_name(pl.col("dossier_number")))
    )
    return _cells(cells, month, ANSWERS)


def _by_respondent(rated: pl.LazyFrame, question: str) -> pl.LazyFrame:
    """Each respondent of a unit once, without an answer, under a question of that name."""
    return (
        rated.group_by("sender_code", "unit_code", "respondent_id")
        .agg(
            pl.col("sha256").min(),
            pl.col("scale").min(),
            pl.col("mode").min(),
            pl.col("dossier_number").max(),
            pl.col("weight_millionths").max(),
        )
        .select(
            *_FILE,
            pl.lit(question).alias("question"),
            "scale",
            pl.lit(None, pl.Int64).alias("answer"),
            "mode",
            "dossier_number",
            "weight_millionths",
        )
    )


def counts(figures: pl.LazyFrame, month: str) -> pl.DataFrame:
    """Counts as sent, added up over breakdowns: cells of tables.COUNTS."""
    cells = figures.group_by(*_FILE, "indicator").agg(
        pl.col("numerator").sum(), pl.col("denominator").sum()
    )
    return _cells(cells, month, COUNTS)
