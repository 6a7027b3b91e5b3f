"""Since when a rule has been broken."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import months
from pipeline.rule_history import find_series

MONTH = "2026-10"


def series(told: str, by: tuple[str, ...] = ("rule",)) -> list[tuple[object, ...]]:
    """The series of a rule: ✓ and ✗ of the months up to MONTH, - of one without a result."""
    rows = [
        (month, "rule", "H26", sign == "✓")
        for month, sign in zip(months.before("2026-11", len(told)), told, strict=True)
        if sign != "-"
    ]
    schema = ["month", "rule", "sender_code", "is_met"]
    return find_series(pl.DataFrame(rows, schema=schema, orient="row"), by, MONTH).rows()


@pytest.mark.parametrize(
    ("told", "since", "count"),
    [
        ("✗", "2026-10", 1),
        ("✗✗✓✗", "2026-10", 1),
        ("✗✓✗✗", "2026-09", 2),
        ("✗✗✗✗", "2026-07", 4),
        ("✓✗-✗", "2026-08", 2),
        ("✗--✗", "2026-07", 2),
    ],
)
def test_a_series_begins_after_the_last_month_that_met_the_rule(
    told: str, since: str, count: int
) -> None:
    assert series(told) == [("rule", since, count)]


@pytest.mark.parametrize("told", ["✓", "✗✗✗✓", "✗✗✗-", ""])
def test_what_is_not_broken_this_month_has_no_series(told: str) -> None:
    rows = [("2026-09", "rule", "H26", True)] if not told else []
    if rows:
        frame = pl.DataFrame(rows, schema=["month", "rule", "sender_code", "is_met"], orient="row")
        assert find_series(frame, ["rule"], MONTH).is_empty()
    else:
        assert series(told) == []


def test_a_rule_is_broken_in_a_month_when_any_sender_breaks_it() -> None:
    # One sender is bad in September, another one in October: the rule since September, neither
    # sender longer than its own month.
    rows = [
        ("2026-08", "rule", "H26", True),
        ("2026-08", "rule", "H29", True),
        ("2026-09", "rule", "H26", False),
        ("2026-09", "rule", "H29", True),
        ("2026-10", "rule", "H26", True),
        ("2026-10", "rule", "H29", False),
    ]
    frame = pl.DataFrame(rows, schema=["month", "rule", "sender_code", "is_met"], orient="row")
    assert find_series(frame, ["rule"], MONTH).rows() == [("rule", "2026-09", 2)]
    by_sender = find_series(frame, ["rule", "sender_code"], MONTH)
    assert by_sender.rows() == [("rule", "H29", "2026-10", 1)]


@given(told=st.text("✓✗-", min_size=1, max_size=14))
def test_a_series_is_what_stands_after_the_last_tick(told: str) -> None:
    broken = told.rpartition("✓")[2]
    names = months.before("2026-11", len(told))[len(told) - len(broken) :]
    expected = [month for month, sign in zip(names, broken, strict=True) if sign == "✗"]
    found = series(told)
    assert found == ([("rule", expected[0], len(expected))] if broken.endswith("✗") else [])


def test_a_later_month_says_nothing_of_an_earlier_one() -> None:
    rows = [("2026-10", "rule", "H26", False), ("2026-11", "rule", "H26", True)]
    frame = pl.DataFrame(rows, schema=["month", "rule", "sender_code", "is_met"], orient="row")
    assert find_series(frame, ["rule"], MONTH).rows() == [("rule", "2026-10", 1)]
