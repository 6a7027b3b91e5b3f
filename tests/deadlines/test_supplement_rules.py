"""What a request for more papers does to a deadline by each supplement rule, at every edge.

October 2026 begins on a Thursday and has no holiday; its working days have 8 hours.
"""

from datetime import datetime, timedelta
from typing import get_args

import pytest

from pipeline import calendar, tables
from pipeline.calendar import Clock
from pipeline.deadlines import (
    AS_SENT,
    DEADLINE_RULE_NAMES,
    DeadlineRule,
    Grain,
    SupplementRule,
    with_deadlines,
)

from .conftest import MONTH, WORKING, DeadlinesOf, Row, build

RESTART, SUBTRACT = DeadlineRule("restart"), DeadlineRule("subtract")
INSTANT = timedelta(milliseconds=1)
START, END = datetime(2026, 10, 1), datetime(2026, 11, 1)
DUE = datetime(2026, 10, 9, 17)
"""Friday. From Monday 8:00 that is 5 days, or 40 hours."""


def october(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 10, day, hour, minute)


def asked(at: datetime, complete: datetime | None = None, **more: object) -> Row:
    return {"supplement_requested_at": at, "supplement_received_at": complete} | more


def ended(at: datetime, status: str = "finished") -> Row:
    return {"ended_at": at, "status": status}


def elapsed_in(time_zone: str) -> Clock:
    return Clock("elapsed", calendar.vietnam(), time_zone)


ONCE = asked(october(7, 10), october(13, 15))
"""Asked on Wednesday 7 at 10:00, complete on Tuesday 13 at 15:00."""


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        # The date of the desk.
        (AS_SENT, DUE),
        # 40 hours from Tuesday 13, 15:00: 2 on that day, 3 x 8 to Friday 16, 8 on Monday 19, and 6
        # on Tuesday 20: 8 to 12 and 13 to 15.
        (RESTART, october(20, 15)),
        # The wait: 6 hours of Wednesday 7, 3 x 8 of Thursday, Friday and Monday, 6 of Tuesday 13
        # (8 to 12, 13 to 15): 36. From Friday 9, 17:00: 32 to Thursday 15, 4 to Friday 16, 12:00.
        (SUBTRACT, october(16, 12)),
    ],
)
def test_each_supplement_rule_gives_a_dossier_another_due_date(
    deadlines_of: DeadlinesOf, rule: DeadlineRule, due: datetime
) -> None:
    assert deadlines_of(rule, ONCE) == (due, due)


@pytest.mark.parametrize(
    ("rule", "due"),
    [
        (AS_SENT, DUE),
        # Allowed: 4 days and 9 hours. From Tuesday 13, 15:00 to Sunday 18, 0:00.
        (RESTART, october(18)),
        # Waited: 6 days and 5 hours. From Friday 9, 17:00 to Thursday 15, 22:00.
        (SUBTRACT, october(15, 22)),
    ],
)
def test_on_the_elapsed_clock_nights_and_weekends_count(
    deadlines_of: DeadlinesOf, rule: DeadlineRule, due: datetime
) -> None:
    assert deadlines_of(rule, ONCE, clock=elapsed_in("Asia/Ho_Chi_Minh")) == (due, due)


def test_waiting_over_a_clock_change_is_a_difference_of_instants(deadlines_of: DeadlinesOf) -> None:
    # On 1 November 2026 clocks in New York go back at 2:00: from 31 October, 12:00 to 1 November,
    # 12:00 there are 25 hours, and 25 hours after Monday 2, 17:00 it is Tuesday, 18:00.
    change = asked(october(31, 12), datetime(2026, 11, 1, 12), due_at=datetime(2026, 11, 2, 17))
    found = deadlines_of(SUBTRACT, change, month="2026-11", clock=elapsed_in("America/New_York"))
    assert found[0] == datetime(2026, 11, 3, 18)


# ---- Asked before the deadline, at it, after it


@pytest.mark.parametrize("rule", [RESTART, SUBTRACT])
@pytest.mark.parametrize(
    ("requested", "is_moved"), [(DUE - INSTANT, True), (DUE, True), (DUE + INSTANT, False)]
)
def test_a_dossier_late_before_the_request_stays_late(
    deadlines_of: DeadlinesOf, rule: DeadlineRule, requested: datetime, *, is_moved: bool
) -> None:
    for change in (asked(requested, october(13, 15)), asked(requested)):
        first, in_force = deadlines_of(rule, change)
        assert (first != DUE, in_force != DUE) == (is_moved, is_moved)


def test_by_the_day_a_request_is_in_time_all_of_the_due_day(deadlines_of: DeadlinesOf) -> None:
    rule = DeadlineRule("restart", "day")
    last = DUE.replace(hour=0) + timedelta(days=1) - INSTANT
    # 40 hours from Monday 12, 8:00.
    moved = datetime(2026, 10, 17) - INSTANT
    assert deadlines_of(rule, asked(last, october(12, 8)))[0] == moved
    assert deadlines_of(rule, asked(last + INSTANT, october(12, 8)))[0] == last


# ---- Complete, still waiting, or complete without a date


@pytest.mark.parametrize("rule", [RESTART, SUBTRACT])
def test_a_dossier_that_waits_at_the_months_end_is_not_due_before_it(
    deadlines_of: DeadlinesOf, rule: DeadlineRule
) -> None:
    assert deadlines_of(rule, asked(october(7))) == (END, END)
    later = datetime(2026, 12, 1, 17)
    assert deadlines_of(rule, asked(october(7), due_at=later)) == (later, later)


@pytest.mark.parametrize("rule", [RESTART, SUBTRACT])
def test_what_happens_at_the_months_end_or_after_is_not_known_yet(
    deadlines_of: DeadlinesOf, rule: DeadlineRule
) -> None:
    # The last instant of October is a Saturday's: no working time is left in it.
    complete_in_time = deadlines_of(rule, asked(october(7), END - INSTANT))[0]
    assert complete_in_time is not None
    assert complete_in_time != END
    assert deadlines_of(rule, asked(october(7), END)) == (END, END)
    # A request at the month's end has not been made by then, so the dossier is late.
    assert deadlines_of(rule, asked(END)) == (DUE, DUE)


@pytest.mark.parametrize("status", tables.LEFT_STATUSES)
@pytest.mark.parametrize("rule", [RESTART, SUBTRACT])
def test_a_dossier_that_leaves_while_it_waits_leaves_in_time(
    deadlines_of: DeadlinesOf, rule: DeadlineRule, status: str
) -> None:
    left = october(21, 9)
    assert deadlines_of(rule, asked(october(7)) | ended(left, status)) == (left, left)
    # Asked too late, it left late.
    assert deadlines_of(rule, asked(DUE + INSTANT) | ended(left, status)) == (DUE, DUE)


@pytest.mark.parametrize("rule", [RESTART, SUBTRACT])
def test_where_a_result_came_and_the_papers_date_did_not_nothing_is_added(
    deadlines_of: DeadlinesOf, rule: DeadlineRule
) -> None:
    done = asked(october(7)) | ended(october(21, 9))
    assert deadlines_of(rule, done) == (DUE, DUE)
    # A date of September counted as waiting at its end: it is due now, and late.
    before = {"received_at": datetime(2026, 9, 1, 8), "due_at": datetime(2026, 9, 21, 17)}
    september = asked(datetime(2026, 9, 10)) | before | ended(october(21, 9))
    assert deadlines_of(rule, september) == (START, START)
    # Papers that came after the result were not waited for.
    assert deadlines_of(rule, done | {"supplement_received_at": october(21, 10)}) == (DUE, DUE)


def test_a_deadline_is_never_before_the_papers_are_there(deadlines_of: DeadlinesOf) -> None:
    # Asked as the week ends, complete on Sunday: no working time was waited.
    sunday = october(11, 10)
    assert deadlines_of(SUBTRACT, asked(DUE, sunday))[0] == sunday


def test_without_a_wait_a_due_date_outside_of_office_hours_stays(deadlines_of: DeadlinesOf) -> None:
    midnight = october(9, 23, 59)
    change = asked(october(7, 18), october(7, 19), due_at=midnight)
    assert deadlines_of(SUBTRACT, change)[0] == midnight


# ---- Several requests


@pytest.mark.parametrize(("requests", "is_overdue"), [(None, False), (1, False), (2, True)])
def test_a_second_request_makes_the_dossier_due_at_once_under_subtract_only(
    deadlines_of: DeadlinesOf, requests: int | None, *, is_overdue: bool
) -> None:
    change = ONCE | {"supplement_requests": requests}
    assert (deadlines_of(SUBTRACT, change)[0] == october(7, 10)) == is_overdue
    assert deadlines_of(RESTART, change)[0] == october(20, 15)
    # Moving the date does not help, nor does waiting, nor the rest of the day.
    for more in ({"first_due_at": DUE, "due_at": END}, {"supplement_received_at": None}):
        for rule in (SUBTRACT, DeadlineRule("subtract", "day")):
            in_force = deadlines_of(rule, change | more)[1]
            assert (in_force == october(7, 10)) == is_overdue


def test_a_result_in_the_instant_of_a_second_request_is_late(deadlines_of: DeadlinesOf) -> None:
    change = asked(october(7, 10), supplement_requests=2) | ended(october(7, 10))
    assert deadlines_of(SUBTRACT, change)[0] == october(7, 10) - INSTANT


# ---- Two dates


@pytest.mark.parametrize(
    ("in_force", "expected"),
    [
        # Moved by the desk to before the rule's date or beyond it: the wait is counted once.
        (october(13, 17), october(16, 12)),
        (october(16, 12), october(16, 12)),
        (october(19, 17), october(19, 17)),
        # Taken away.
        (None, None),
    ],
)
def test_a_date_moved_by_the_desk_includes_the_wait(
    deadlines_of: DeadlinesOf, in_force: datetime | None, expected: datetime | None
) -> None:
    change = ONCE | {"first_due_at": DUE, "due_at": in_force}
    assert deadlines_of(SUBTRACT, change) == (october(16, 12), expected)


def test_a_date_moved_before_the_request_is_moved_by_the_rule(deadlines_of: DeadlinesOf) -> None:
    # First due on Tuesday 6, moved to Friday 9, asked on Wednesday 7.
    change = ONCE | {"first_due_at": october(6, 17)}
    assert deadlines_of(SUBTRACT, change) == (october(6, 17), october(16, 12))


# ---- What was known


def test_a_promise_is_counted_by_the_calendar_known_when_it_was_made(
    deadlines_of: DeadlinesOf,
) -> None:
    # The swap of Friday 2 January 2026 with Saturday 10 became known on 25 December 2025. Promised
    # on Wednesday 24: 24, 25, 26, 29, 30, 31 December and 2 January are 7 days, not 6.
    before = {"received_at": datetime(2025, 12, 24, 8), "due_at": datetime(2026, 1, 2, 17)}
    change = asked(datetime(2025, 12, 25, 8), datetime(2025, 12, 29, 8)) | before
    # Anew from Monday 29, when the swap was known: 29, 30, 31, 5, 6, 7, 8.
    assert deadlines_of(RESTART, change, month="2026-01")[0] == datetime(2026, 1, 8, 17)
    # Anew from Wednesday 24, when it was not: 24, 25, 26, 29, 30, 31, 2.
    change = asked(datetime(2025, 12, 24, 8), datetime(2025, 12, 24, 8)) | before
    assert deadlines_of(RESTART, change, month="2026-01")[0] == datetime(2026, 1, 2, 17)


def test_a_wait_is_counted_by_the_calendar_as_it_came_true(deadlines_of: DeadlinesOf) -> None:
    # From Wednesday 31 December to Monday 5 January nobody worked but on the 31st: 1 day.
    change = asked(datetime(2025, 12, 31, 8), datetime(2026, 1, 5, 8)) | {
        "received_at": datetime(2025, 12, 22, 8),
        "due_at": datetime(2026, 1, 6, 17),
    }
    assert deadlines_of(SUBTRACT, change, month="2026-01")[0] == datetime(2026, 1, 7, 17)


# ---- The grain


def test_by_the_day_every_deadline_is_the_end_of_its_day(deadlines_of: DeadlinesOf) -> None:
    expected: dict[SupplementRule, datetime] = {
        "as_sent": october(10),
        "restart": october(21),
        "subtract": october(17),
    }
    for supplement, end in expected.items():
        assert deadlines_of(DeadlineRule(supplement, "day"), ONCE) == (end - INSTANT, end - INSTANT)
    assert (
        deadlines_of(DeadlineRule("as_sent", "day"), {"due_at": END - INSTANT})[0] == END - INSTANT
    )
    assert deadlines_of(DeadlineRule("as_sent", "day"), {"due_at": None}) == (None, None)


@pytest.mark.parametrize("supplement", get_args(SupplementRule))
@pytest.mark.parametrize("grain", get_args(Grain))
def test_a_dossier_without_due_date_or_request_is_not_changed(
    deadlines_of: DeadlinesOf, supplement: SupplementRule, grain: Grain
) -> None:
    rule = DeadlineRule(supplement, grain)
    assert rule.name == f"{supplement}/{grain}"
    assert rule.name in DEADLINE_RULE_NAMES
    assert deadlines_of(rule, ONCE | {"due_at": None}) == (None, None)
    untouched = DUE if grain == "instant" else october(10) - INSTANT
    assert deadlines_of(rule, {}) == (untouched, untouched)
    assert deadlines_of(rule, {"supplement_received_at": october(7)}) == (untouched, untouched)


def test_due_dates_as_sent_stay_as_sent_and_nothing_is_waited() -> None:
    dossiers = build(ONCE)
    found = with_deadlines(dossiers, AS_SENT, WORKING, MONTH).collect()
    assert found.drop("waited_hours").equals(dossiers.collect())
    assert found["waited_hours"].to_list() == [0.0]
