"""Deadlines: which due dates a method reads, where an applicant was asked for more papers.

Here belong the clock rules (how waiting for the applicant moves a due date) and the grain (the
instant or the day). Not here: how working time is counted (calendar), what became of a dossier by
its due dates (tallies), which rule a method names (methods).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

import polars as pl

from pipeline import months
from pipeline.calendar import Calendar, hours_between, instant, wall_time
from pipeline.tables import ENDED_STATUSES, LEFT_STATUSES

ClockRule = Literal["as_sent", "restart", "subtract"]
Grain = Literal["instant", "day"]

WAITED_HOURS = "waited_hours"
"""Hours between receipt and end that are no time used, on the dossier's clock."""
_IRREGULAR_REQUESTS = 2
_LAST_INSTANT = timedelta(days=1) - timedelta(milliseconds=1)


@dataclass(frozen=True)
class Rule:
    """How a method reads due dates.

    `clock` says what waiting for the applicant does: nothing beyond the dates sent (as_sent);
    the time allowed runs anew once the dossier is complete (restart; Decree 61/2018/NĐ-CP, art.
    19.4); the wait is added, and a second request makes the dossier overdue (subtract; technical
    paper of Decision 766/QĐ-TTg). `grain` is the instant as sent or the end of the due day.
    """

    clock: ClockRule = "as_sent"
    grain: Grain = "instant"

    @property
    def name(self) -> str:
        """Both in one word, as it stands in tables: `as_sent/instant`."""
        return f"{self.clock}/{self.grain}"


AS_SENT = Rule()
"""Due dates to the instant, as they were sent."""
NAMES = tuple(Rule(clock, grain).name for clock in get_args(ClockRule) for grain in get_args(Grain))
"""The name of every rule."""


def with_deadlines(
    dossiers: pl.LazyFrame,
    rule: Rule,
    calendar: Calendar,
    month: str,
    time_zone: str | None = None,
) -> pl.LazyFrame:
    """The dossiers with the deadlines by a rule in `due_at` and `first_due_at`.

    Takes rows of tables.DOSSIERS of the month's export; waits are working time of the calendar,
    or time that passes in `time_zone` where one is given. The calendar of a promise (the time
    allowed, a new deadline) is the one known when it was made; that of a wait is the one that
    came true. Under restart and subtract `waited_hours` (WAITED_HOURS) is added.

    * A due date that had passed when the papers were asked for stays: late is late.
    * Else, once they are there, the rule moves it, and never to before they were. A due date that
      the desk has moved itself is taken to include the wait, if it is the later of the two.
    * Until then the dossier is not late: it is due when it leaves, or at the month's end at the
      earliest, which a later month decides.
    * Where a result came and the papers' date did not, nothing is added; but a date that passed in
      an earlier month, when it counted as waiting, is due at this one's start.
    * Of several requests only the last is sent. Subtract makes the dossier due at that one.

    What happened at the month's end or later is not known yet.
    """
    first_due_at = pl.coalesce("first_due_at", "due_at")
    if rule == AS_SENT:
        return dossiers
    if rule.clock == "as_sent":
        return dossiers.with_columns(
            due_at=end_of_day(pl.col("due_at")), first_due_at=end_of_day(first_due_at)
        )
    clock = _Clock.of(calendar, time_zone)
    life = _Life.at_month_end(month)
    first, in_force = (
        _deadline(due, rule, clock, life) for due in (first_due_at, pl.col("due_at"))
    )
    is_moved = (
        (pl.col("due_at") != first_due_at)
        & life.is_in_time(first_due_at, rule)
        & ~life.is_irregular(rule)
    )
    includes_wait = pl.max_horizontal(_by_grain(pl.col("due_at"), rule), first)
    return dossiers.with_columns(
        first_due_at=first,
        due_at=pl.when(is_moved).then(includes_wait).otherwise(in_force),
        **{WAITED_HOURS: _waited_hours(first_due_at, rule, clock, life)},
    )


def end_of_day(moment: pl.Expr) -> pl.Expr:
    """The last instant of a moment's day."""
    return moment.dt.truncate("1d") + _LAST_INSTANT


@dataclass(frozen=True)
class _Clock:
    """What waiting is measured with.

    `elapsed` gives the milliseconds from one moment to another as they came to pass, `allowed`
    those that were promised at the first of the two, and `later` the moment that was promised at
    a third one to lie so many milliseconds after another.
    """

    elapsed: Callable[[pl.Expr, pl.Expr], pl.Expr]
    allowed: Callable[[pl.Expr, pl.Expr], pl.Expr]
    later: Callable[[pl.Expr, pl.Expr, pl.Expr], pl.Expr]

    @staticmethod
    def of(calendar: Calendar, time_zone: str | None) -> "_Clock":
        """Working time of the calendar, or time that passes in a zone."""
        if time_zone is not None:
            zone = time_zone

            def passed(start: pl.Expr, end: pl.Expr) -> pl.Expr:
                return instant(end, zone) - instant(start, zone)

            return _Clock(
                passed,
                passed,
                lambda start, added, _: wall_time(instant(start, zone) + added, zone),
            )

        def worked(start: pl.Expr, end: pl.Expr, known: Calendar = calendar) -> pl.Expr:
            return known.worked(end) - known.worked(start)

        return _Clock(
            worked,
            lambda start, end: calendar.as_known_at(start, lambda known: worked(start, end, known)),
            lambda start, added, promised_at: calendar.as_known_at(
                promised_at, lambda known: known.first_moment(known.worked(start) + added)
            ),
        )


@dataclass(frozen=True)
class _Life:
    """What the export of a month tells of a dossier's supplement, as it stood at the month's end.

    `requested` and `complete` are null where that had not happened by then; a dossier is complete
    while it is handled, not after. `until` is the end of handling, else the month's end.
    """

    requested: pl.Expr
    complete: pl.Expr
    until: pl.Expr
    has_result: pl.Expr
    month_start: pl.Expr

    @staticmethod
    def at_month_end(month: str) -> "_Life":
        """The supplement of a row of tables.DOSSIERS."""
        end = months.end(month)
        requested_at, received_at = (
            pl.col("supplement_requested_at"),
            pl.col("supplement_received_at"),
        )
        is_over = pl.col("status").is_in((*ENDED_STATUSES, *LEFT_STATUSES)) & (
            pl.col("ended_at") < end
        ).fill_null(value=False)
        is_requested = requested_at < end
        is_in_life = pl.when(is_over).then(received_at <= pl.col("ended_at"))
        is_complete = is_requested & is_in_life.otherwise(received_at < end)
        return _Life(
            requested=pl.when(is_requested).then(requested_at),
            complete=pl.when(is_complete).then(received_at),
            until=pl.when(is_over).then("ended_at").otherwise(pl.lit(end)),
            has_result=is_over & pl.col("status").is_in(ENDED_STATUSES),
            month_start=pl.lit(months.start(month)),
        )

    def is_in_time(self, due: pl.Expr, rule: Rule) -> pl.Expr:
        """Whether the papers were asked for by a due date; never null."""
        return (self.requested <= _by_grain(due, rule)).fill_null(value=False)

    def is_irregular(self, rule: Rule) -> pl.Expr:
        """Whether a further request makes the dossier overdue; never null."""
        if rule.clock != "subtract":
            return pl.lit(value=False)
        is_further = pl.col("supplement_requests") >= _IRREGULAR_REQUESTS
        return (is_further & self.requested.is_not_null()).fill_null(value=False)


def _by_grain(moment: pl.Expr, rule: Rule) -> pl.Expr:
    return end_of_day(moment) if rule.grain == "day" else moment


def _deadline(due: pl.Expr, rule: Rule, clock: _Clock, life: _Life) -> pl.Expr:
    """The deadline that a due date becomes by the rule; null where there is none."""
    # Just before the end, where a dossier ended in the instant of a further request.
    further = pl.min_horizontal(life.requested, life.until - timedelta(milliseconds=1))
    moved = (
        pl.when(life.complete.is_not_null())
        .then(pl.max_horizontal(_moved(due, rule, clock, life), life.complete))
        .when(life.has_result)
        .then(pl.max_horizontal(due, life.month_start))
        .otherwise(pl.max_horizontal(due, life.until))
    )
    return (
        pl.when(due.is_null())
        .then(None)
        .when(life.is_irregular(rule))
        .then(further)
        .when(life.is_in_time(due, rule))
        .then(_by_grain(moved, rule))
        .otherwise(_by_grain(due, rule))
    )


def _moved(due: pl.Expr, rule: Rule, clock: _Clock, life: _Life) -> pl.Expr:
    """Where the rule moves a due date once the papers are there."""
    received, complete = pl.col("received_at"), life.complete
    if rule.clock == "restart":
        return clock.later(complete, clock.allowed(received, due), complete)
    wait = clock.elapsed(life.requested, complete)
    # No wait leaves a due date outside of the office hours where it is.
    return pl.when(wait > 0).then(clock.later(due, wait, complete)).otherwise(due)


def _waited_hours(due: pl.Expr, rule: Rule, clock: _Clock, life: _Life) -> pl.Expr:
    """Hours that are no time used: the wait, and all before it where the clock starts anew."""
    since = pl.col("received_at") if rule.clock == "restart" else life.requested
    waited = hours_between(pl.lit(0), clock.elapsed(since, life.complete))
    return pl.when(life.is_in_time(due, rule)).then(waited.fill_null(0.0)).otherwise(0.0)
