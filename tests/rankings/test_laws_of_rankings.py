"""What holds for any league."""

from random import Random
from statistics import NormalDist
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import tables
from pipeline.methods import NOTES

quick = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

COUNTS = st.lists(
    st.integers(1, 400).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))),
    min_size=2,
    max_size=9,
)


def league(rows: Any, counts: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Communes with so many of so many on time, those under 30 noted."""
    return [
        rows["share"](f"C{number}", x, n, note="too_few_due" if n < 30 else None)
        for number, (x, n) in enumerate(counts, start=1)
    ]


@quick
@given(counts=COUNTS)
def test_a_units_own_rank_is_in_its_rank_set(
    rows: Any, rankings_of: Any, counts: list[tuple[int, int]]
) -> None:
    found = rankings_of(league(rows, counts), communes=9).frame
    assert found.schema == tables.RANKED.schema
    assert set(found["note"].drop_nulls()) <= set(NOTES)
    ranked = found.drop_nulls("rank")
    size = ranked.height
    rank, lower, upper = pl.col("rank"), pl.col("rank_lower"), pl.col("rank_upper")
    assert ranked.filter(~rank.is_between(lower, upper)).is_empty()
    assert ranked.filter((lower < 1) | (upper > size)).is_empty()
    assert found.filter(rank.is_null() & pl.col("note").is_null()).is_empty()
    assert found.height == 9


@quick
@given(counts=COUNTS)
def test_tiers_follow_the_ranks_without_a_gap(
    rows: Any, rankings_of: Any, counts: list[tuple[int, int]]
) -> None:
    ranked = rankings_of(league(rows, counts), communes=9).frame.drop_nulls("rank")
    tiers = ranked.sort("rank", "tier")["tier"].to_list()
    assert tiers == sorted(tiers)
    assert set(tiers) == set(range(1, max(tiers, default=0) + 1))


@quick
@given(counts=COUNTS, more=st.integers(1, 50))
def test_a_better_unit_never_ranks_lower(
    rows: Any, rankings_of: Any, counts: list[tuple[int, int]], more: int
) -> None:
    on_time, due = counts[0][0], max(counts[0][1], 30)
    before = [(on_time, due), *counts[1:]]
    after = [(min(on_time + more, due), due), *counts[1:]]
    first = rankings_of(league(rows, before), communes=9).row("C1")
    second = rankings_of(league(rows, after), communes=9).row("C1")
    for name in ("rank", "rank_lower", "rank_upper"):
        assert first[name] is None or second[name] <= first[name]


@quick
@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_byte(
    rows: Any, rankings_of: Any, counts: list[tuple[int, int]], random: Random
) -> None:
    given_rows = league(rows, counts)
    shuffled = random.sample(given_rows, len(given_rows))
    first = rankings_of(given_rows, communes=9, previous=given_rows).frame
    second = rankings_of(shuffled, communes=9, previous=shuffled).frame
    assert first.write_csv() == second.write_csv()


@quick
@given(counts=COUNTS)
def test_rank_sets_are_those_of_all_pairs(
    rows: Any, rankings_of: Any, counts: list[tuple[int, int]]
) -> None:
    big = [(x * 30, n * 30) for x, n in counts]  # none under 30
    found = rankings_of(league(rows, big), communes=len(big))
    z_limits = _wilson_limits(big)
    for number, (lower, upper) in enumerate(z_limits, start=1):
        better = sum(other[0] > upper for other in z_limits)
        worse = sum(other[1] < lower for other in z_limits)
        row = found.row(f"C{number}")
        assert (row["rank_lower"], row["rank_upper"]) == (1 + better, len(big) - worse)


def _wilson_limits(counts: list[tuple[int, int]]) -> list[tuple[float, float]]:
    """Roots of (p - x/n)^2 = z^2 p (1 - p) / n, kept around the value of six decimals."""
    z = NormalDist().inv_cdf((1 + 0.95 ** (1 / len(counts))) / 2)
    limits = []
    for x, n in counts:
        a, b, c = n + z * z, 2 * x + z * z, x * x / n
        root = max(b * b - 4 * a * c, 0) ** 0.5
        value = round(x / n, 6)
        limits.append((min((b - root) / (2 * a), value), max((b + root) / (2 * a), value)))
    return limits
