"""The R-indicator is worked by hand, and its correction and limits hold in simulated samples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.representation import bound_share, measure_representation


def test_the_indicator_is_the_one_worked_by_hand() -> None:
    # 600 of 1,000 were served at the counter and 300 answered; online 40 of 400.
    found = measure_representation(np.array([600.0, 400.0]), np.array([300.0, 40.0]))
    assert found is not None
    # Rates 0.5 and 0.1, of all 0.34: S² = 0.6 x 0.16² + 0.4 x 0.24² = 0.0384.
    assert found.plain == pytest.approx(1 - 2 * 0.0384**0.5)
    # By chance: variances 0.25 / 599 and 0.09 / 399, times shares less squares of shares, 0.24.
    by_chance = 0.24 * (0.25 / 599 + 0.09 / 399)
    assert found.value == pytest.approx(1 - 2 * (0.0384 - by_chance) ** 0.5)
    assert found.lower < found.value < found.upper


def test_where_every_cell_answers_as_often_the_indicator_is_one() -> None:
    found = measure_representation(np.array([100.0, 50.0]), np.array([20.0, 10.0]))
    assert found is not None
    assert (found.plain, found.value, found.upper) == (1, 1, 1)


def test_where_half_of_the_cells_answer_and_half_are_silent_the_indicator_is_zero() -> None:
    found = measure_representation(np.array([50.0, 50.0]), np.array([50.0, 0.0]))
    assert found is not None
    assert found.plain == pytest.approx(0)


def test_nobody_served_has_no_indicator_and_an_empty_cell_changes_none() -> None:
    assert measure_representation(np.zeros(2), np.zeros(2)) is None
    served, answered = np.array([60.0, 40.0]), np.array([30.0, 4.0])
    with_empty = measure_representation(np.append(served, 0), np.append(answered, 0))
    assert with_empty == measure_representation(served, answered)


@pytest.mark.parametrize(
    ("size", "rates"),
    [(20, [0.2] * 10), (20, [0.1, 0.3] * 5), (200, [0.05, 0.1, 0.2, 0.4]), (5, [0.1, 0.5] * 40)],
)
def test_small_cells_do_not_bend_the_variance_and_limits_hold_the_truth(
    size: int, rates: list[float]
) -> None:
    rng = np.random.default_rng(11)
    served = np.full(len(rates), float(size))
    true = float(np.var(rates))
    values, plain, is_held = [], [], []
    for _ in range(2000):
        found = measure_representation(served, rng.binomial(size, rates).astype(float))
        assert found is not None
        values.append(((1 - found.value) / 2) ** 2)
        plain.append(((1 - found.plain) / 2) ** 2)
        is_held.append(found.lower <= 1 - 2 * true**0.5 <= found.upper)
    by_chance = float(np.mean(plain)) - true
    assert by_chance > 0
    # Cut off at 0, the variance is a little high where there is none.
    assert abs(np.mean(values) - true) < 0.4 * by_chance
    assert np.mean(is_held) > 0.92


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12),
)
def test_the_indicator_lies_between_its_limits_and_ends(cells: list[tuple[int, int]]) -> None:
    served = np.array([max(pair) for pair in cells], dtype=float)
    answered = np.array([min(pair) for pair in cells], dtype=float)
    found = measure_representation(served, answered)
    if found is None:
        assert served.sum() == 0
        return
    assert -1e-12 <= found.plain <= 1
    assert found.plain <= found.value + 1e-12
    assert found.lower <= found.value <= found.upper <= 1


def test_bounds_hold_what_the_silent_may_think() -> None:
    # One of ten answered, 90 % of them satisfied: 9 of 100 for sure, and 90 who said nothing.
    assert bound_share(0.9, 0.1) == pytest.approx((0.09, 0.99))
    assert bound_share(0.9, 1.0) == pytest.approx((0.9, 0.9))
