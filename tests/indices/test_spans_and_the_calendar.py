"""Whether a month's working time stays within the years whose days off are known."""

from datetime import date

import polars as pl
import pytest

from pipeline.calendar import DAYS, Calendar, vietnam
from pipeline.indices import spans

from .conftest import Counts

MONTH = "2026-08"
OF_2026 = Calendar(pl.DataFrame([(date(2026, 1, 1), "holiday", None)], DAYS, orient="row"))
# From 1 January to the beginning of August: weekdays 22 + 20 + 22 + 22 + 21 + 22 + 23 = 152,
# without New Year's Day 151 working days of 8 hours.
HOURS_LISTED = 151 * 8


def leaves(counted: Counts, month: str = MONTH, calendar: Calendar = OF_2026) -> bool:
    return spans.exceeds_calendar(counted.tallies(), month, calendar)


def test_a_month_without_dossiers_leaves_nothing(counts: type[Counts]) -> None:
    assert not leaves(counts().figure("due_on_time", 9, 12))


@pytest.mark.parametrize(("due_month", "expected"), [("2026-12", False), ("2027-01", True)])
def test_time_allowed_into_a_year_that_is_not_listed_leaves_the_calendar(
    counts: type[Counts], due_month: str, expected: bool
) -> None:
    assert leaves(counts().on_time(3, due_month=due_month)) is expected


@pytest.mark.parametrize(("age", "expected"), [(HOURS_LISTED, False), (HOURS_LISTED + 1, True)])
def test_a_dossier_received_before_the_listed_years_leaves_the_calendar(
    counts: type[Counts], age: int, expected: bool
) -> None:
    assert leaves(counts().late(1).age(age, entered=1)) is expected


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2020-12", True), ("2021-01", False), ("2026-12", False), ("2027-01", True)],
)
def test_a_month_outside_of_the_listed_years_leaves_the_calendar(
    counts: type[Counts], month: str, expected: bool
) -> None:
    counted = counts().late(1, month=month, due_month=month)
    assert leaves(counted, month, vietnam()) is expected


def test_a_dossier_that_ended_early_in_a_year_before_leaves_the_calendar(
    counts: type[Counts],
) -> None:
    early = counts().late(1, month="2021-01", due_month="2021-01")
    early.on_time(1, month="2020-12", due_month="2021-01")
    assert leaves(early, "2021-01", vietnam())


def test_elapsed_time_needs_no_calendar(counts: type[Counts]) -> None:
    elapsed = counts().late(1, clock="elapsed", month="2027-01", due_month="2027-01")
    assert not leaves(elapsed, "2027-01")


def test_where_no_day_off_is_known_every_span_of_working_time_leaves_the_calendar(
    counts: type[Counts],
) -> None:
    nothing = Calendar(OF_2026.days.clear())
    assert leaves(counts().late(1), calendar=nothing)
    assert not leaves(counts().late(1, clock="elapsed"), calendar=nothing)
