"""How much series vary between months, beyond chance."""

import math
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.statistics import between_months


def months_of(rows: list[tuple[int, int]], name: str = "A") -> pl.DataFrame:
    return pl.DataFrame(
        [(name, f"2026-{number:02}", *row) for number, row in enumerate(rows, 1)],
        schema=["name", "series_month", "numerator", "denominator"],
        orient="row",
    )


def variation_of(rows: pl.DataFrame) -> pl.DataFrame:
    return between_months.variation_of_shares(rows.lazy(), "name").sort("name").collect()


def test_sigma_z_is_the_mean_moving_range_of_z_scores_over_its_constant() -> None:
    # 50, 80 and 70 of 100: two thirds on the whole; the error of each is sqrt(2 / 9 / 100)
    error = math.sqrt(2 / 3 * 1 / 3 / 100)
    ranges = [0.30 / error, 0.10 / error]
    found = variation_of(months_of([(50, 100), (80, 100), (70, 100)])).row(0, named=True)
    assert found["sigma_z"] == pytest.approx(sum(ranges) / 2 / 1.128)
    assert found["months"] == 3


def test_months_without_cases_are_passed_over() -> None:
    some = variation_of(months_of([(50, 100), (80, 100), (70, 100)]))
    gap = variation_of(months_of([(50, 100), (0, 0), (80, 100), (0, 0), (70, 100)]))
    assert some.equals(gap)


@pytest.mark.parametrize("rows", [[(5, 10)], [(0, 10), (0, 20)], [(10, 10), (20, 20)]])
def test_a_series_that_cannot_vary_has_no_sigma_and_the_factor_1(
    rows: list[tuple[int, int]],
) -> None:
    found = variation_of(months_of(rows))
    assert found["sigma_z"].to_list() == [None]
    factor = found.select(between_months.variance_factor(pl.col("sigma_z"))).item()
    assert factor == 1.0


def test_months_that_vary_less_than_by_chance_do_not_narrow_limits() -> None:
    sigmas = pl.DataFrame({"sigma_z": [0.3, 1.0, 2.5]})
    factors = sigmas.select(between_months.variance_factor(pl.col("sigma_z"))).to_series()
    assert factors.to_list() == [1.0, 1.0, 2.5**2]


def test_the_sigma_of_means_is_that_of_shares_where_cases_are_0_or_1() -> None:
    shares = months_of([(5_000, 10_000), (8_000, 10_000), (7_000, 10_000), (6_500, 10_000)])
    means = shares.rename({"numerator": "total"}).with_columns(total_of_squares=pl.col("total"))
    found = between_months.variation_of_means(means.lazy(), "name").collect()["sigma_z"][0]
    # within months cases vary less than over all, where months differ
    within = np.mean([share * (1 - share) for share in (0.5, 0.8, 0.7, 0.65)])
    expected = variation_of(shares)["sigma_z"][0] * math.sqrt(0.6625 * 0.3375 / within)
    assert found == pytest.approx(expected, rel=1e-3)


def test_few_months_have_wider_critical_values() -> None:
    frame = pl.DataFrame({"months": [2, 12, 37, None]}, schema={"months": pl.Int64})
    values = frame.select(between_months.critical_value(pl.col("months"), 0.95, 37)).to_series()
    # Student's t with 1, 11 and 36 degrees of freedom, and the normal distribution
    assert values.to_list() == pytest.approx([12.7062, 2.2010, 2.0281, 1.95996], abs=5e-5)


def test_sigma_z_of_months_by_chance_alone_is_1_and_of_others_what_they_vary_by() -> None:
    rng = np.random.default_rng(3)
    series, length, size = 300, 24, 400
    for spread in (0.0, 0.08):
        share = np.clip(0.8 + spread * rng.standard_normal((series, length)), 0, 1)
        counts = rng.binomial(size, share)
        rows = [
            months_of([(int(count), size) for count in of_series], f"{number:03}")
            for number, of_series in enumerate(counts[:, :12])
        ]
        found = variation_of(pl.concat(rows))["sigma_z"].to_numpy()
        expected = math.sqrt(1 + spread**2 / (0.8 * 0.2 / size))
        assert np.mean(found) == pytest.approx(expected, rel=0.06)


_COUNTS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=12)


@settings(max_examples=30)
@given(_COUNTS, _COUNTS, st.randoms(use_true_random=False))
def test_neither_order_nor_other_series_matter(
    some: list[tuple[int, int]], others: list[tuple[int, int]], random: Random
) -> None:
    made = {"A": some, "B": others}
    apart = [months_of([(x, x + y) for x, y in rows], name) for name, rows in made.items()]
    both = pl.concat(apart)
    order = list(range(both.height))
    random.shuffle(order)
    together = variation_of(both[order])
    assert together.equals(variation_of(both))
    # Polars divides a column of one row by other means: the last bit may differ.
    alone = pl.concat([variation_of(each) for each in apart])
    assert_frame_equal(together, alone, rel_tol=1e-12)
