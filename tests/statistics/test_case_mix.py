"""Expected events by stratum, and limits of observed over expected."""

import math
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.statistics import case_mix


def expected_of(*cells: tuple[str, str, int, int]) -> dict[str, dict[str, Any]]:
    """Of cells (unit, stratum, cases, events) of one group: the answer by unit."""
    frame = pl.DataFrame(
        cells, schema=["unit_code", "stratum", "cases", "events"], orient="row"
    ).with_columns(group=pl.lit("g"))
    found = case_mix.expected_events(frame, ["stratum"])
    return {row["unit_code"]: row for row in found.iter_rows(named=True)}


def limits(events: int, cases: int, expected_events: float) -> tuple[Any, ...]:
    frame = pl.DataFrame(
        {"events": [events], "cases": [cases], "expected_events": [float(expected_events)]}
    )
    lower, upper, kind = case_mix.ratio_limits(0.95)
    return frame.select(lower=lower, upper=upper, kind=kind).row(0)


def test_expected_are_the_units_cases_at_the_groups_rates() -> None:
    found = expected_of(
        ("A", "easy", 80, 4), ("A", "hard", 20, 9), ("B", "easy", 20, 6), ("B", "hard", 80, 41)
    )
    easy, hard = (4 + 6) / 100, (9 + 41) / 100
    assert found["A"]["events"] == 13
    assert found["A"]["expected_events"] == pytest.approx(80 * easy + 20 * hard)
    assert found["B"]["expected_events"] == pytest.approx(20 * easy + 80 * hard)
    assert found["A"]["variance"] == pytest.approx(80 * 0.1 * 0.9 + 20 * 0.5 * 0.5)
    assert found["A"]["group_share"] == 60 / 200


def test_a_stratum_of_one_unit_alone_compares_nobody() -> None:
    found = expected_of(("A", "own", 50, 30), ("A", "shared", 10, 5), ("B", "shared", 90, 5))
    assert found["A"]["shared_cases"] == 10
    assert found["B"]["shared_cases"] == 90
    assert found["A"]["expected_events"] == pytest.approx(30 + 10 * 10 / 100)


def test_groups_have_rates_of_their_own() -> None:
    frame = pl.DataFrame(
        {
            "group": ["g", "h"],
            "unit_code": ["A", "A"],
            "stratum": ["s", "s"],
            "cases": [10, 10],
            "events": [1, 9],
        }
    )
    assert case_mix.expected_events(frame, ["stratum"])["expected_events"].to_list() == [1, 9]


def test_a_unit_without_cases_has_no_row() -> None:
    assert list(expected_of(("A", "s", 0, 0), ("B", "s", 5, 1))) == ["B"]


def test_byars_limits_hold_under_a_tenth_and_wilsons_from_there_on() -> None:
    assert limits(99, 1000, 100)[2] == "byar"
    assert limits(100, 1000, 100)[2] == "wilson"


def test_byars_limits_are_close_to_the_exact_ones() -> None:
    for events in (1, 5, 20, 90):
        lower, upper, _ = limits(events, 1000, 1)
        assert lower == pytest.approx(stats.chi2.ppf(0.025, 2 * events) / 2, abs=0.06)
        assert upper == pytest.approx(stats.chi2.ppf(0.975, 2 * events + 2) / 2, abs=0.06)


def test_wilsons_limits_are_those_of_the_share_over_the_expected_share() -> None:
    lower, upper, _ = limits(50, 100, 40)
    # Wilson for 50 of 100 at 95 %: 0.4038 to 0.5962
    assert (lower, upper) == pytest.approx((0.40383 / 0.4, 0.59617 / 0.4), abs=1e-4)


def test_none_of_some_expected_has_a_lower_limit_of_0() -> None:
    lower, upper, kind = limits(0, 100, 5)
    assert (lower, kind) == (0, "byar")
    # The exact upper limit of a count of 0 is -ln(0.025)
    assert upper == pytest.approx(-math.log(0.025) / 5, abs=0.03)


def test_where_nothing_is_expected_there_are_no_limits() -> None:
    assert limits(0, 100, 0) == (None, None, None)


CELLS = st.lists(
    st.tuples(
        st.sampled_from("ABC"), st.sampled_from("xyz"), st.integers(0, 50), st.integers(0, 50)
    ).map(lambda cell: (*cell[:2], cell[2] + cell[3], cell[3])),
    min_size=1,
    max_size=9,
    unique_by=lambda cell: cell[:2],
)


@given(cells=CELLS, random=st.randoms(use_true_random=False))
def test_a_groups_expected_events_add_up_to_its_observed_ones_in_any_order(
    cells: list[tuple[str, str, int, int]], random: Random
) -> None:
    found = expected_of(*cells)
    assert found == expected_of(*random.sample(cells, len(cells)))
    total = sum(row["expected_events"] for row in found.values())
    assert total == pytest.approx(sum(cell[3] for cell in cells))
    for row in found.values():
        assert 0 <= row["expected_events"] <= row["cases"] + 1e-9
        assert row["variance"] <= row["expected_events"] + 1e-9
