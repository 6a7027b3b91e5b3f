"""Every age is in one bin, no wider than 1 % of the age or one minute."""

from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tallies.age_bins import MINUTE, edge_before, edge_from, minutes_from

TEN_YEARS = 10 * 366 * 24 * 60


def list_edges(last: int) -> list[int]:
    """Every minute up to 200, then 100 bins of 2 minutes, 100 of 4, and so on."""
    edges, width = list(range(201)), 2
    while edges[-1] < last:
        edges += [edges[-1] + width * number for number in range(1, 101)]
        width *= 2
    return edges


EDGES = list_edges(TEN_YEARS)


def edges_about(minutes: int) -> tuple[int, int]:
    age = pl.lit(minutes, pl.Int64)
    before, at = pl.select(before=edge_before(age), at=edge_from(age)).row(0)
    return before, at


@pytest.mark.parametrize(
    ("minutes", "before", "at"),
    [
        (0, 0, 0),
        (1, 0, 1),
        (199, 198, 199),
        (200, 199, 200),
        # From 200 on every second minute is an edge,
        (201, 200, 202),
        (202, 200, 202),
        (203, 202, 204),
        (400, 398, 400),
        # from 400 on every fourth, from 800 on every eighth.
        (401, 400, 404),
        (800, 796, 800),
        (801, 800, 808),
    ],
)
def test_the_edges_of_bins(minutes: int, before: int, at: int) -> None:
    assert edges_about(minutes) == (before, at)


@pytest.mark.parametrize(
    ("milliseconds", "minutes"), [(-1, 0), (0, 0), (1, 1), (MINUTE, 1), (MINUTE + 1, 2)]
)
def test_a_minute_that_has_begun_counts_whole(milliseconds: int, minutes: int) -> None:
    assert pl.select(minutes_from(pl.lit(milliseconds, pl.Int64))).item() == minutes


@given(st.integers(1, TEN_YEARS * MINUTE))
def test_the_upper_edge_is_right_to_one_percent_or_one_minute(milliseconds: int) -> None:
    age = milliseconds / MINUTE
    before, upper = edges_about(pl.select(minutes_from(pl.lit(milliseconds, pl.Int64))).item())
    assert upper == next(edge for edge in EDGES if edge >= age)
    assert before == max(edge for edge in EDGES if edge < age)
    assert upper - age <= max(1, 0.01 * age)


def test_ten_years_have_fewer_than_two_thousand_bins() -> None:
    assert len(EDGES) < 2000
    assert all(after - before <= max(1, before // 100) for before, after in pairwise(EDGES))
