"""Deadlines: which due dates a method reads, where an applicant was asked for more papers.

Here belong the supplement rules (how waiting for the applicant moves a due date) and the grain (the
instant or the day). Not here: how working time is counted (calendar), what became of a dossier by
its due dates (tallies), which deadline rule a method names (methods).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

import polars as pl

from pipeline import months
from pipeline.calendar import Clock, hours_between
from pipeline.tables import ENDED_STATUSES, LEFT_STATUSES

SupplementRule = Literal["as_sent", "restart", "subtract"]
Grain = Literal["instant", "day"]

WAITED_HOURS = "waited_hours"
"""Hours between receipt and end that do not count as time used, on the dossier's clock."""
_DUE_DATES = ("first_due_at", "due_at")
_SUPPLEMENT_COLUMNS = ("asked_at", "complete_at", "until", "is_finished", "waited_milliseconds")
_IRREGULAR_REQUESTS = 2
_LAST_INSTANT_OF_DAY = timedelta(days=1) - timedelta(milliseconds=1)


@dataclass(frozen=True)
class DeadlineRule:
    """How a method reads due dates.

    `supplement` says what waiting for the applicant does: nothing beyond the dates sent (as_sent);
    the time allowed starts again once the dossier is complete (restart; Decree 61/2018/NĐ-CP, art.
    19.4); the wait is added, and a second request makes the dossier overdue (subtract; technical
    paper of Decision 766/QĐ-TTg). `grain` is the instant as sent or the end of the due day.
    """

    supplement: SupplementRule = "as_sent"
    grain: Grain = "instant"

    @property
    def name(self) -> str:
        """Both in one word, as it stands in tables: `as_sent/instant`."""
        return f"{self.supplement}/{self.grain}"


AS_SENT = DeadlineRule()
"""Due dates to the instant, as they were sent."""
DEADLINE_RULE_NAMES = tuple(
    DeadlineRule(supplement, grain).name
    for supplement in get_args(SupplementRule)
    for grain in get_args(Grain)
)
"""The name of every deadline rule."""


def with_deadlines(
    dossiers: pl.LazyFrame, rule: DeadlineRule, clock: Clock, month: str
) -> pl.LazyFrame:
    """The dossiers with the deadlines by a rule in `due_at` and `first_due_at`.

    Takes rows of tables.DOSSIERS of the month's export, all of one clock. The calendar of a promise
    (the time allowed, a new deadline) is the one known when the promise was made; the calendar of a
    wait is the one that came true. Adds `waited_hours` (WAITED_HOURS): 0 where the due dates are
    read as sent.

    * A due date that had passed when the papers were asked for stays: late is late.
    * Otherwise the rule moves it once the papers are there, and never to before they were. A due
      date that the desk has moved itself is taken to include the wait, if it is the later of the
      two.
    * Until then the dossier is not late: it is due when it leaves, or at the month's end at the
      earliest, which a later month decides.
    * Where a result was sent but no date at which the papers came, nothing is added. A due date
      that passed in an earlier month, when the dossier counted as waiting, becomes the start of
      this month.
    * Of several requests only the last is sent. Subtract makes the dossier due at that request.

    What happened at the month's end or later is not known yet.
    """
    if rule.supplement == "as_sent":
        return _with_due_dates_as_sent(dossiers, rule)
    # Step by step: as one expression it is planned for longer than it is computed.
    return (
        _with_first_due_date(dossiers)
        .with_columns(**_supplement_by_month_end(month))
        .with_columns(waited_milliseconds=_waited_milliseconds(rule, clock))
        .with_columns(
            _added_milliseconds(due, rule, clock).alias(f"added_{due}") for due in _DUE_DATES
        )
        .with_columns(_moved_due_date(due, rule, clock).alias(f"moved_{due}") for due in _DUE_DATES)
        .with_columns(_deadline(due, rule, month).alias(f"new_{due}") for due in _DUE_DATES)
        .with_columns(
            _waited_hours(rule).alias(WAITED_HOURS),
            first_due_at=pl.col("new_first_due_at"),
            due_at=_deadline_in_force(rule),
        )
        .drop(
            *_SUPPLEMENT_COLUMNS,
            *(f"{step}_{due}" for step in ("added", "moved", "new") for due in _DUE_DATES),
        )
    )


def _with_due_dates_as_sent(dossiers: pl.LazyFrame, rule: DeadlineRule) -> pl.LazyFrame:
    """The dossiers with the due dates sent, at the end of their days where the grain is the day."""
    nothing_waited = dossiers.with_columns(pl.lit(0.0).alias(WAITED_HOURS))
    if rule.grain == "instant":
        return nothing_waited
    return _with_first_due_date(nothing_waited).with_columns(
        _end_of_day(pl.col(due)) for due in _DUE_DATES
    )


def _with_first_due_date(dossiers: pl.LazyFrame) -> pl.LazyFrame:
    """The dossiers with the due date in force as the first one where no other was sent."""
    return dossiers.with_columns(first_due_at=pl.coalesce("first_due_at", "due_at"))


def _end_of_day(moment: pl.Expr) -> pl.Expr:
    """The last instant of a moment's day."""
    return moment.dt.truncate("1d") + _LAST_INSTANT_OF_DAY


def _supplement_by_month_end(month: str) -> dict[str, pl.Expr]:
    """What the export of a month shows of a dossier's supplement, as it stood at the month's end.

    `asked_at` and `complete_at` are null where that had not happened by then; a dossier is
    complete while it is handled, not after. `until` is the end of handling, else the month's end.
    """
    end = months.end(month)
    requested, received = pl.col("supplement_requested_at"), pl.col("supplement_received_at")
    is_over = pl.col("status").is_in((*ENDED_STATUSES, *LEFT_STATUSES)) & (pl.col("ended_at") < end)
    is_over = is_over.fill_null(value=False)
    is_in_life = pl.when(is_over).then(received <= pl.col("ended_at")).otherwise(received < end)
    return {
        "asked_at": pl.when(requested < end).then(requested),
        "complete_at": pl.when((requested < end) & is_in_life).then(received),
        "until": pl.when(is_over).then("ended_at").otherwise(pl.lit(end)),
        "is_finished": is_over & pl.col("status").is_in(ENDED_STATUSES),
    }


def _waited_milliseconds(rule: DeadlineRule, clock: Clock) -> pl.Expr:
    """Milliseconds that are not time used: the wait, and all before it where the time restarts."""
    since = pl.col("received_at") if rule.supplement == "restart" else pl.col("asked_at")
    return clock.milliseconds_passed(since, pl.col("complete_at"))


def _added_milliseconds(due: str, rule: DeadlineRule, clock: Clock) -> pl.Expr:
    """Milliseconds that the rule adds: the whole time allowed, or the wait."""
    if rule.supplement == "subtract":
        return pl.col("waited_milliseconds")
    is_complete = pl.col("complete_at").is_not_null()
    return clock.milliseconds_promised(pl.when(is_complete).then("received_at"), pl.col(due))


def _moved_due_date(due: str, rule: DeadlineRule, clock: Clock) -> pl.Expr:
    """Where the rule moves a due date once the papers are there: never to before they are."""
    complete, added = pl.col("complete_at"), pl.col(f"added_{due}")
    start = complete if rule.supplement == "restart" else pl.col(due)
    # Where nothing is added, a due date outside of the office hours stays where it is.
    if_added = clock.moment_promised(start, added, complete)
    moved = pl.when(added > 0).then(if_added).otherwise(start)
    return pl.max_horizontal(moved, complete)


def _deadline(due_date: str, rule: DeadlineRule, month: str) -> pl.Expr:
    """The deadline that a due date becomes by the rule; null where there is none."""
    due, until = pl.col(due_date), pl.col("until")
    # Just before the end, where a dossier ended in the instant of a further request.
    at_further_request = pl.min_horizontal("asked_at", until - timedelta(milliseconds=1))
    if_asked_in_time = (
        pl.when(pl.col("complete_at").is_not_null())
        .then(pl.col(f"moved_{due_date}"))
        .when("is_finished")
        .then(pl.max_horizontal(due, pl.lit(months.start(month))))
        .otherwise(pl.max_horizontal(due, until))
    )
    return (
        pl.when(due.is_null())
        .then(None)
        .when(_is_overdue_by_request(rule))
        .then(at_further_request)
        .when(_is_asked_in_time(due_date, rule))
        .then(_by_grain(if_asked_in_time, rule))
        .otherwise(_by_grain(due, rule))
    )


def _deadline_in_force(rule: DeadlineRule) -> pl.Expr:
    """The deadline in force; one that the desk has moved itself is taken to include the wait."""
    is_moved_by_desk = pl.col("due_at") != pl.col("first_due_at")
    is_moved = is_moved_by_desk & _is_asked_in_time("first_due_at", rule)
    with_wait = pl.max_horizontal(_by_grain(pl.col("due_at"), rule), "new_first_due_at")
    return pl.when(is_moved & ~_is_overdue_by_request(rule)).then(with_wait).otherwise("new_due_at")


def _waited_hours(rule: DeadlineRule) -> pl.Expr:
    hours = hours_between(pl.lit(0), pl.col("waited_milliseconds"))
    return pl.when(_is_asked_in_time("first_due_at", rule)).then(hours).fill_null(0.0)


def _is_asked_in_time(due_date: str, rule: DeadlineRule) -> pl.Expr:
    """Whether the papers were asked for by a due date; never null."""
    return (pl.col("asked_at") <= _by_grain(pl.col(due_date), rule)).fill_null(value=False)


def _is_overdue_by_request(rule: DeadlineRule) -> pl.Expr:
    """Whether a further request makes the dossier overdue; never null."""
    if rule.supplement != "subtract":
        return pl.lit(value=False)
    is_further = pl.col("supplement_requests") >= _IRREGULAR_REQUESTS
    return (is_further & pl.col("asked_at").is_not_null()).fill_null(value=False)


def _by_grain(moment: pl.Expr, rule: DeadlineRule) -> pl.Expr:
    return _end_of_day(moment) if rule.grain == "day" else moment
