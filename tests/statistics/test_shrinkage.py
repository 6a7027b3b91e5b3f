"""Shares drawn to their centre by reliability."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import shrinkage


def of(*counts: tuple[int, int]) -> shrinkage.Shrinkage:
    numerators, denominators = np.array(counts, dtype=float).T
    return shrinkage.shrink_shares(numerators, denominators)


def test_the_correlation_of_equal_sizes_is_that_of_the_analysis_of_variance() -> None:
    found = of((2, 10), (5, 10), (8, 10))
    chi_square = 10 * (0.3**2 + 0 + 0.3**2) / 0.25
    correlation = (chi_square - 2) / (30 - 3 * 10**2 / 30 - 2)
    assert found.centre == 0.5
    assert found.correlation == pytest.approx(correlation)
    reliability = 10 * correlation / (1 + 9 * correlation)
    assert found.reliability == pytest.approx([reliability] * 3)
    assert found.shares == pytest.approx([0.5 - 0.3 * reliability, 0.5, 0.5 + 0.3 * reliability])


def test_reliability_is_the_variance_between_units_over_that_and_sampling() -> None:
    found = of((2, 10), (25, 50), (80, 100))
    variance = found.centre * (1 - found.centre)
    between = variance * found.correlation
    for n, reliability in zip((10, 50, 100), found.reliability, strict=True):
        sampling = variance * (1 - found.correlation) / n
        assert reliability == pytest.approx(between / (between + sampling))


def test_what_chance_explains_is_not_believed() -> None:
    found = of((9, 10), (90, 100), (27, 30))
    assert found.correlation == 0
    assert found.shares == pytest.approx([0.9] * 3)


def test_units_that_are_all_or_nothing_are_believed_wholly() -> None:
    found = of((10, 10), (0, 10), (20, 20), (0, 20))
    assert found.correlation == pytest.approx(1)
    assert found.shares == pytest.approx([1, 0, 1, 0])


@pytest.mark.parametrize("share", [0, 1])
def test_no_case_or_every_case_leaves_nothing_to_shrink(share: int) -> None:
    found = of((share * 10, 10), (share * 40, 40))
    assert found.correlation == 0
    assert found.shares.tolist() == [share] * 2


def test_one_unit_alone_is_its_own_centre() -> None:
    found = of((7, 10))
    assert (found.reliability.tolist(), found.shares.tolist()) == ([0], [0.7])


def test_single_cases_tell_nothing_of_units() -> None:
    assert of((1, 1), (0, 1), (1, 1)).correlation == 0


def test_the_between_variance_of_simulated_units_comes_back() -> None:
    random = np.random.default_rng(7)
    # A beta distribution of 16 and 4 has a correlation of 1 / (16 + 4 + 1).
    sizes = random.integers(30, 300, 20_000)
    found = shrinkage.shrink_shares(
        random.binomial(sizes, random.beta(16, 4, 20_000)).astype(float), sizes.astype(float)
    )
    assert found.correlation == pytest.approx(1 / 21, rel=0.04)


COUNTS = st.lists(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=20,
)


@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_a_share_moves_towards_the_centre_and_never_beyond(
    counts: list[tuple[int, int]], random: Random
) -> None:
    found = of(*counts)
    assert found.correlation == of(*random.sample(counts, len(counts))).correlation
    for (x, n), shrunken, reliability in zip(counts, found.shares, found.reliability, strict=True):
        low, high = sorted((x / n, found.centre))
        assert low - 1e-12 <= shrunken <= high + 1e-12
        assert 0 <= reliability <= 1


@given(counts=COUNTS)
def test_more_cases_are_believed_more(counts: list[tuple[int, int]]) -> None:
    found = of(*counts)
    order = np.argsort([n for _, n in counts], kind="stable")
    assert (np.diff(found.reliability[order]) >= -1e-12).all()
