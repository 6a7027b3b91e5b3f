"""What holds for any league."""

from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import norm, t

from pipeline import tables
from pipeline.methods import NOTES

from .conftest import RankingsOf, Rows

quick = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=2,
    max_size=9,
)


def league(rows: Rows, counts: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Communes with so many of so many on time, those under 30 noted."""
    return [
        rows["share"](f"C{number}", x, n, note="too_few_due" if n < 30 else None)
        for number, (x, n) in enumerate(counts, start=1)
    ]


@quick
@given(counts=COUNTS)
def test_a_units_own_rank_is_in_its_rank_set(
    rows: Rows, rankings_of: RankingsOf, counts: list[tuple[int, int]]
) -> None:
    found = rankings_of(league(rows, counts), communes=9).frame
    assert found.schema == tables.RANKINGS.schema
    assert set(found["note"].drop_nulls()) <= set(NOTES)
    ranked = found.drop_nulls("rank")
    size = ranked.height
    rank, lower, upper = pl.col("rank"), pl.col("rank_lower"), pl.col("rank_upper")
    assert ranked.filter(~rank.is_between(lower, upper)).is_empty()
    assert ranked.filter((lower < 1) | (upper > size)).is_empty()
    least, most = pl.col("simultaneous_lower"), pl.col("simultaneous_upper")
    assert ranked.filter((least > lower) | (most < upper)).is_empty()
    assert ranked.filter(pl.col("may_be_best") != (least == 1)).is_empty()
    assert found.filter(rank.is_null() & pl.col("note").is_null()).is_empty()
    assert found.height == 9


@quick
@given(counts=COUNTS)
def test_tiers_follow_the_ranks_without_a_gap(
    rows: Rows, rankings_of: RankingsOf, counts: list[tuple[int, int]]
) -> None:
    ranked = rankings_of(league(rows, counts), communes=9).frame.drop_nulls("rank")
    tiers = ranked.sort("rank", "tier")["tier"].to_list()
    assert tiers == sorted(tiers)
    assert set(tiers) == set(range(1, max(tiers, default=0) + 1))


@quick
@given(counts=COUNTS, more=st.integers(1, 50))
def test_a_better_unit_never_ranks_lower(
    rows: Rows, rankings_of: RankingsOf, counts: list[tuple[int, int]], more: int
) -> None:
    on_time, due = counts[0][0], max(counts[0][1], 30)
    before = [(on_time, due), *counts[1:]]
    after = [(min(on_time + more, due), due), *counts[1:]]
    first = rankings_of(league(rows, before), communes=9).row("C1")
    second = rankings_of(league(rows, after), communes=9).row("C1")
    assert first["rank"] is None or second["rank"] <= first["rank"]


@quick
@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_byte(
    rows: Rows, rankings_of: RankingsOf, counts: list[tuple[int, int]], random: Random
) -> None:
    given_rows = league(rows, counts)
    shuffled = random.sample(given_rows, len(given_rows))
    first = rankings_of(given_rows, communes=9, previous=given_rows).frame
    second = rankings_of(shuffled, communes=9, previous=shuffled).frame
    assert first.write_csv() == second.write_csv()


@quick
@given(values=st.lists(st.integers(0, 12), min_size=2, max_size=9), data=st.data())
def test_equal_ranks_share_a_tier(
    rows: Rows, rankings_of: RankingsOf, values: list[int], data: st.DataObject
) -> None:
    errors = data.draw(st.lists(st.sampled_from([0.2, 1.0, 3.0]), min_size=9, max_size=9))
    given_rows = [
        rows["points"](f"C{number}", float(value), error)
        for number, (value, error) in enumerate(zip(values, errors, strict=False), start=1)
    ]
    found = rankings_of(given_rows, communes=9).frame.drop_nulls("rank")
    assert found.group_by("rank").agg(pl.col("tier").n_unique())["tier"].max() == 1


def test_a_league_of_300_is_compared_by_pairs(rows: Rows, rankings_of: RankingsOf) -> None:
    counts = [(number, 400) for number in range(1, 301)]
    found = rankings_of(league(rows, counts), communes=300).frame
    assert set(found["rank_set_kind"]) == {"marginal"}


@pytest.mark.parametrize("months", [None, 12])
def test_a_larger_league_is_compared_by_limits_that_hold_jointly(
    rows: Rows, rankings_of: RankingsOf, months: int | None
) -> None:
    counts = [(30 * number, 30 * number + 3 * (number % 7) ** 2) for number in range(1, 302)]
    given_rows = [row | {"months": months} for row in league(rows, counts)]
    found = rankings_of(given_rows, communes=301)
    assert set(found.frame["rank_set_kind"]) == {"joint"}
    limits = _wilson_limits(counts, months)
    for number, (lower, upper) in enumerate(limits, start=1):
        better = sum(other[0] > upper for other in limits)
        worse = sum(other[1] < lower for other in limits)
        row = found.row(f"C{number}")
        expected = (1 + better, len(counts) - worse)
        assert (row["rank_lower"], row["rank_upper"]) == expected
        # They hold for all units at once already.
        assert (row["simultaneous_lower"], row["simultaneous_upper"]) == expected


def _wilson_limits(counts: list[tuple[int, int]], months: int | None) -> list[tuple[float, float]]:
    """Roots of (p - x/n)^2 = z^2 p (1 - p) / n, kept around the value of six decimals.

    For z Student's t where the limits know so many months.
    """
    probability = (1 + 0.95 ** (1 / len(counts))) / 2
    z = norm.ppf(probability) if months is None else t.ppf(probability, months - 1)
    limits = []
    for x, n in counts:
        a, b, c = n + z * z, 2 * x + z * z, x * x / n
        root = max(b * b - 4 * a * c, 0) ** 0.5
        value = round(x / n, 6)
        limits.append((min((b - root) / (2 * a), value), max((b + root) / (2 * a), value)))
    return limits
