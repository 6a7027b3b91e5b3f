"""The same dossiers counted by each rule of deadlines: outcomes, verdicts, time saved, ages."""

from datetime import datetime, timedelta
from typing import get_args

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import months, tables
from pipeline.calendar import ClockName
from pipeline.deadlines import AS_SENT, DeadlineRule, Grain, SupplementRule

from .conftest import AgesOf, OutcomesOf, Row
from .lives import Life, shown_in

RULES = [
    DeadlineRule(supplement, grain)
    for supplement in get_args(SupplementRule)
    for grain in get_args(Grain)
]
RESTART, SUBTRACT = DeadlineRule("restart"), DeadlineRule("subtract")
BY_DAY = DeadlineRule("as_sent", "day")
START = datetime(2026, 10, 1)
DUE = datetime(2026, 10, 20, 10)
DAY_END = datetime(2026, 10, 21)
INSTANT = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


def finished(at: datetime, **more: object) -> Row:
    return {"status": "finished", "ended_at": at, "due_at": DUE} | more


def judged(cells: pl.DataFrame) -> tuple[str, str | None, str | None]:
    """Outcome, verdict and due month of the only dossier."""
    assert cells["dossiers"].to_list() == [1]
    return cells.select("outcome", "verdict", "due_month").row(0)


def test_every_cell_names_its_rule(outcomes_of: OutcomesOf) -> None:
    for rule in RULES:
        assert outcomes_of({"due_at": DUE}, rule=rule)["deadline_rule"].to_list() == [rule.name]
    assert outcomes_of({"due_at": DUE})["deadline_rule"].to_list() == ["as_sent/instant"]


@pytest.mark.parametrize(
    ("dossier", "by_instant", "by_day"),
    [
        (finished(DUE), ("finished_on_due_date", "on_time"), ("finished_on_due_date", "on_time")),
        (
            finished(DUE + INSTANT),
            ("finished_overdue", "late"),
            ("finished_on_due_date", "on_time"),
        ),
        (
            finished(DAY_END - INSTANT),
            ("finished_overdue", "late"),
            ("finished_on_due_date", "on_time"),
        ),
        (finished(DAY_END), ("finished_overdue", "late"), ("finished_overdue", "late")),
        (
            finished(DAY_END - INSTANT, status="stopped"),
            ("left", "late"),
            ("left", "left"),
        ),
        # Overdue or not at the month's end does not depend on the hour.
        ({"due_at": datetime(2026, 10, 31, 9)}, ("open_overdue", "late"), ("open_overdue", "late")),
        ({"due_at": datetime(2026, 11, 1)}, ("open_not_due", None), ("open_not_due", None)),
    ],
)
def test_by_the_day_the_deadline_is_the_end_of_the_due_day_in_every_measure(
    outcomes_of: OutcomesOf,
    dossier: Row,
    by_instant: tuple[str, str | None],
    by_day: tuple[str, str | None],
) -> None:
    assert judged(outcomes_of(dossier))[:2] == by_instant
    assert judged(outcomes_of(dossier, rule=BY_DAY))[:2] == by_day


def test_by_the_day_the_time_allowed_runs_to_the_end_of_the_due_day(
    outcomes_of: OutcomesOf,
) -> None:
    # Allowed are all 24 hours of a day instead of 12, and 6 are used: 1 - 6 / 24, not 1 - 6 / 12.
    dossier = finished(START + 6 * HOUR, due_at=START + 12 * HOUR)
    assert outcomes_of(dossier)["saved_thousandths"].to_list() == [500]
    assert outcomes_of(dossier, rule=BY_DAY)["saved_thousandths"].to_list() == [750]


def test_waiting_is_no_time_used(outcomes_of: OutcomesOf) -> None:
    # Received at 0:00, 100 hours allowed; asked after 20, complete after 60, ended after 90.
    dossier = finished(
        START + 90 * HOUR,
        due_at=START + 100 * HOUR,
        supplement_requested_at=START + 20 * HOUR,
        supplement_received_at=START + 60 * HOUR,
    )
    saved = {
        rule.supplement: outcomes_of(dossier, rule=rule)["saved_thousandths"].item()
        for rule in (AS_SENT, RESTART, SUBTRACT)
    }
    assert saved == {
        "as_sent": 1000 - 1000 * 90 // 100,
        "restart": 1000 - 1000 * (90 - 60) // 100,
        "subtract": 1000 - 1000 * (90 - (60 - 20)) // 100,
    }


@pytest.mark.parametrize("rule", RULES)
def test_ages_do_not_depend_on_the_rule(
    outcomes_of: OutcomesOf, ages_of: AgesOf, rule: DeadlineRule
) -> None:
    waited: Row = {
        "supplement_requested_at": START + 20 * HOUR,
        "supplement_received_at": START + 60 * HOUR,
    }
    dossiers: list[Row] = [finished(START + 90 * HOUR, **waited), {"due_at": DUE, **waited}]
    assert ages_of(*dossiers, rule=rule).equals(ages_of(*dossiers))
    assert outcomes_of(*dossiers, rule=rule)["dossiers"].sum() == len(dossiers)


def test_a_dossier_that_waits_is_not_overdue_but_as_sent(outcomes_of: OutcomesOf) -> None:
    waiting = {"due_at": DUE, "supplement_requested_at": DUE}
    assert judged(outcomes_of(waiting)) == ("open_overdue", "late", "2026-10")
    for rule in (RESTART, SUBTRACT):
        assert judged(outcomes_of(waiting, rule=rule)) == ("open_not_due", None, None)
        late = waiting | {"supplement_requested_at": DUE + INSTANT}
        assert judged(outcomes_of(late, rule=rule)) == ("open_overdue", "late", "2026-10")


def test_a_second_request_is_overdue_under_subtract(outcomes_of: OutcomesOf) -> None:
    twice = {"supplement_requested_at": DUE - 30 * HOUR, "supplement_requests": 2}
    for dossier, became in (
        ({"due_at": DUE, **twice}, "open_overdue"),
        (finished(DUE - 20 * HOUR, **twice), "finished_overdue"),
    ):
        for grain in get_args(Grain):
            cells = outcomes_of(dossier, rule=DeadlineRule("subtract", grain))
            assert judged(cells) == (became, "late", "2026-10")


# ---- Each dossier is judged once, over all months of its life

MINUTES = st.integers(0, 70 * 24 * 60).map(lambda count: timedelta(minutes=count))
MONTHS = months.span("2026-08", "2027-05")


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A dossier with all that will ever happen to it; papers are asked for once, or not."""
    received = datetime(2026, 8, 3, 9) + draw(MINUTES)
    first_due = received + draw(MINUTES)
    near = st.sampled_from([-INSTANT, timedelta(0), INSTANT]).map(lambda step: first_due + step)
    requested = draw(st.none() | near | MINUTES.map(lambda waited: received + waited))
    complete = draw(
        st.none() | MINUTES.map(lambda waited: max(requested or received, received) + waited)
    )
    begun = complete or received
    ended = draw(st.none() | st.just(first_due) | MINUTES.map(lambda lived: begun + lived))
    if requested is not None and ended is not None and requested > ended:
        requested = complete = None
    return Life(
        received_at=received,
        due_at=first_due,
        supplement_requested_at=requested and max(requested, received),
        supplement_received_at=complete if requested else None,
        ended_at=ended and max(ended, received),
        status=draw(st.sampled_from((*tables.ENDED_STATUSES, *tables.LEFT_STATUSES))),
    )


@pytest.mark.parametrize("clock", tables.CLOCKS)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
@settings(max_examples=5)
@given(lived=st.lists(lives(), min_size=1, max_size=6))
def test_by_every_rule_each_dossier_is_judged_exactly_once(
    outcomes_of: OutcomesOf, rule: DeadlineRule, clock: ClockName, lived: list[Life]
) -> None:
    named = {str(number): life for number, life in enumerate(lived)}
    verdicts: dict[str, list[str]] = {code: [] for code in named}
    for month in MONTHS:
        shown = shown_in(month, named)
        cells = outcomes_of(*shown, month=month, rule=rule, clock=clock)
        assert cells["dossiers"].sum() == len(shown)
        for code, verdict in cells.select("procedure_code", "verdict").drop_nulls().iter_rows():
            verdicts[code].append(verdict)
    for code, life in named.items():
        found = verdicts[code]
        is_waiting = rule.supplement != "as_sent" and life.supplement_received_at is None
        if life.ended_at is None and is_waiting and life.supplement_requested_at:
            # It waits to this day: late at most once, if it was before the request.
            assert len(found) <= 1
        else:
            assert len(found) == 1
