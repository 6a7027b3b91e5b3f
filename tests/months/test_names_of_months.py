"""A month is named like 2026-10 and spans [start, end) of local wall time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import months

ANY_MONTH = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2200), st.integers(1, 12))


@pytest.mark.parametrize("name", ["2026-10", "2026-01", "2026-12", "1900-01", "2999-12"])
def test_a_name_of_a_month_is_itself(name: str) -> None:
    assert months.checked(name) == name
    assert months.is_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "2026-13",
        "2026-00",
        "2026-1",
        "26-10",
        "2026/10",
        "2026-10-01",
        " 2026-10",
        "2026-10\n",
        "",
        # Years that no export has, and that dates cannot be counted with at the ends.
        "0000-01",
        "0001-01",
        "1899-12",
        "3000-01",
        "9999-12",
        # Digits that look like a month and compare with none: full width, Arabic.
        "\uff12\uff10\uff12\uff16-10",
        "2026-1\u0660",
    ],
)
def test_anything_else_is_no_month_and_the_message_shows_how_to_write_one(name: str) -> None:
    with pytest.raises(ValueError, match="write the year and the month, like 2026-10"):
        months.checked(name)
    assert not months.is_name(name)


def test_a_month_ends_where_the_next_begins() -> None:
    assert months.start("2026-12") == datetime(2026, 12, 1)
    assert months.end("2026-12") == datetime(2027, 1, 1)
    assert months.of(months.end("2026-12") - timedelta(milliseconds=1)) == "2026-12"
    assert months.of(months.end("2026-12")) == "2027-01"


def test_shifting_passes_over_years() -> None:
    assert months.shifted("2026-11", 2) == "2027-01"
    assert months.shifted("2026-01", -1) == "2025-12"
    assert months.shifted("2026-01", -25) == "2023-12"
    assert months.shifted("2026-01", 0) == "2026-01"


def test_a_span_has_both_its_ends_and_none_when_it_runs_backwards() -> None:
    assert months.span("2025-11", "2026-01") == ["2025-11", "2025-12", "2026-01"]
    assert months.span("2026-01", "2026-01") == ["2026-01"]
    assert months.span("2026-02", "2026-01") == []


def test_the_months_before_come_oldest_first_and_without_the_month_itself() -> None:
    assert months.before("2026-02", 3) == ["2025-11", "2025-12", "2026-01"]
    assert months.before("2026-02", 0) == []


@given(ANY_MONTH, st.integers(-500, 500))
def test_shifting_there_and_back_is_no_shift(month: str, by_months: int) -> None:
    assert months.shifted(months.shifted(month, by_months), -by_months) == month


@given(ANY_MONTH)
def test_months_lie_one_after_the_other_without_a_gap(month: str) -> None:
    assert months.end(month) == months.start(months.shifted(month, 1))
    assert months.of(months.start(month)) == month
    assert [*months.before(month, 1), month] == months.span(months.shifted(month, -1), month)


def test_a_span_ends_with_the_last_month_that_has_a_name() -> None:
    assert months.span("9999-11", "9999-12") == ["9999-11", "9999-12"]


def test_a_span_has_at_most_a_hundred_years() -> None:
    assert len(months.span("1927-01", "2026-12")) == 1_200
    with pytest.raises(
        months.MonthNameError, match="are 1,201 months: name at most 1,200 at a time"
    ):
        months.span("1926-12", "2026-12")
