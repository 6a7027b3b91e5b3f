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
_DUE_DATES = ("first_due_at", "due_at")
_STEPS = ("asked_at", "complete_at", "until", "is_finished", "wait")
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
    if rule == AS_SENT:
        return dossiers
    dated = dossiers.with_columns(first_due_at=pl.coalesce("first_due_at", "due_at"))
    if rule.clock == "as_sent":
        return dated.with_columns(end_of_day(pl.col(due)) for due in _DUE_DATES)
    clock = _Clock.of(calendar, time_zone)
    # Step by step: as one expression it is planned for longer than it is computed.
    return (
        dated.with_columns(**_supplement(month))
        .with_columns(_wait(rule, clock).alias("wait"))
        .with_columns(_added(due, rule, clock).alias(f"added_{due}") for due in _DUE_DATES)
        .with_columns(_moved(due, rule, clock).alias(f"moved_{due}") for due in _DUE_DATES)
        .with_columns(_deadline(due, rule, month).alias(f"new_{due}") for due in _DUE_DATES)
        .with_columns(
            _waited_hours(rule).alias(WAITED_HOURS),
            first_due_at=pl.col("new_first_due_at"),
            due_at=_in_force(rule),
        )
        .drop(
            *_STEPS, *(f"{step}_{due}" for step in ("added", "moved", "new") for due in _DUE_DATES)
        )
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


def _supplement(month: str) -> dict[str, pl.Expr]:
    """What the export of a month tells of a dossier's supplement, as it stood at the month's end.

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


def _wait(rule: Rule, clock: _Clock) -> pl.Expr:
    """Milliseconds that are no time used: the wait, and all before it where the clock restarts."""
    since = pl.col("received_at") if rule.clock == "restart" else pl.col("asked_at")
    return clock.elapsed(since, pl.col("complete_at"))


def _added(name: str, rule: Rule, clock: _Clock) -> pl.Expr:
    """Milliseconds that the rule adds: the time allowed anew, or the wait."""
    if rule.clock == "subtract":
        return pl.col("wait")
    is_complete = pl.col("complete_at").is_not_null()
    return clock.allowed(pl.when(is_complete).then("received_at"), pl.col(name))


def _moved(name: str, rule: Rule, clock: _Clock) -> pl.Expr:
    """Where the rule moves a due date once the papers are there: never to before they are."""
    complete, added = pl.col("complete_at"), pl.col(f"added_{name}")
    begun = complete if rule.clock == "restart" else pl.col(name)
    # Where nothing is added, a due date outside of the office hours stays where it is.
    moved = pl.when(added > 0).then(clock.later(begun, added, complete)).otherwise(begun)
    return pl.max_horizontal(moved, complete)


def _deadline(name: str, rule: Rule, month: str) -> pl.Expr:
    """The deadline that a due date becomes by the rule; null where there is none."""
    due, until = pl.col(name), pl.col("until")
    # Just before the end, where a dossier ended in the instant of a further request.
    at_further_request = pl.min_horizontal("asked_at", until - timedelta(milliseconds=1))
    if_in_time = (
        pl.when(pl.col("complete_at").is_not_null())
        .then(pl.col(f"moved_{name}"))
        .when("is_finished")
        .then(pl.max_horizontal(due, pl.lit(months.start(month))))
        .otherwise(pl.max_horizontal(due, until))
    )
    return (
        pl.when(due.is_null())
        .then(None)
        .when(_is_irregular(rule))
        .then(at_further_request)
        .when(_is_in_time(name, rule))
        .then(_by_grain(if_in_time, rule))
        .otherwise(_by_grain(due, rule))
    )


def _in_force(rule: Rule) -> pl.Expr:
    """The deadline in force; one that the desk has moved itself is taken to include the wait."""
    is_moved = (pl.col("due_at") != pl.col("first_due_at")) & _is_in_time("first_due_at", rule)
    includes_wait = pl.max_horizontal(_by_grain(pl.col("due_at"), rule), "new_first_due_at")
    return pl.when(is_moved & ~_is_irregular(rule)).then(includes_wait).otherwise("new_due_at")


def _waited_hours(rule: Rule) -> pl.Expr:
    hours = hours_between(pl.lit(0), pl.col("wait"))
    return pl.when(_is_in_time("first_due_at", rule)).then(hours).fill_null(0.0)


def _is_in_time(name: str, rule: Rule) -> pl.Expr:
    """Whether the papers were asked for by a due date; never null."""
    return (pl.col("asked_at") <= _by_grain(pl.col(name), rule)).fill_null(value=False)


def _is_irregular(rule: Rule) -> pl.Expr:
    """Whether a further request makes the dossier overdue; never null."""
    if rule.clock != "subtract":
        return pl.lit(value=False)
    is_further = pl.col("supplement_requests") >= _IRREGULAR_REQUESTS
    return (is_further & pl.col("asked_at").is_not_null()).fill_null(value=False)


def _by_grain(moment: pl.Expr, rule: Rule) -> pl.Expr:
    return end_of_day(moment) if rule.grain == "day" else moment
