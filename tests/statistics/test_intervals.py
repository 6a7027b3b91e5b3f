"""Limits of shares and means, standard errors, rounding for publication."""

import math
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import intervals

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "wilson"
x, n = pl.col("x"), pl.col("n")


def wilson(
    successes: float,
    size: float,
    confidence_level: float = 0.95,
) -> tuple[float | None, float | None]:
    frame = pl.DataFrame({"x": [float(successes)], "n": [float(size)]})
    lower, upper = intervals.wilson_limits(x, n, confidence_level)
    return frame.select(lower.alias("lower"), upper.alias("upper")).row(0)


def round_value(value: float, decimals: int) -> float:
    # A column of several, as it is used: a single literal takes another path through Polars.
    frame = pl.DataFrame({"value": [value, value]})
    return frame.select(intervals.round_half_up(pl.col("value"), decimals)).item(0, 0)


def read_published(name: str) -> pl.DataFrame:
    path = ORACLES / name
    if not path.exists():
        pytest.skip(f"the published intervals are not on this machine: {path}")
    return pl.read_csv(path)


def test_wilsons_limits_are_those_that_r_prints() -> None:
    for row in read_published("r_prop_test_binom_test_expected.csv").iter_rows(named=True):
        expected = (row["wilson_lo"], row["wilson_hi"])
        assert wilson(row["x"], row["n"]) == pytest.approx(expected, abs=1e-12)


def test_wilsons_limits_are_those_that_newcombe_printed() -> None:
    for row in read_published("newcombe1998_table1.csv").iter_rows(named=True):
        assert wilson(row["x"], row["n"]) == pytest.approx((row["lo"], row["hi"]), abs=5e-5)


def test_limits_at_other_levels_are_those_that_scipy_checks() -> None:
    is_plain = (pl.col("alternative") == "two-sided") & ~pl.col("continuity")
    rows = read_published("scipy_published.csv").filter(is_plain)
    assert rows.height > 0
    for row in rows.iter_rows(named=True):
        found = wilson(row["k"], row["n"], row["conf"])
        assert found == pytest.approx((row["lo"], row["hi"]), abs=5e-8), row


def test_a_share_of_nothing_has_no_limits() -> None:
    assert wilson(0, 0) == (None, None)


def test_none_and_all_reach_exactly_0_and_1() -> None:
    assert wilson(0, 20)[0] == 0.0
    assert wilson(20, 20)[1] == 1.0


def test_a_share_error_is_not_0_where_all_are_on_time() -> None:
    error = pl.DataFrame({"x": [30], "n": [30]}).select(intervals.share_error(x, n)).item()
    assert error == pytest.approx(math.sqrt(31 / 32 * 1 / 32 / 32))


def test_a_mean_error_is_the_deviation_over_the_root_of_n() -> None:
    # 1, 2, 3, 6: mean 3, deviations 4 + 1 + 0 + 9 = 14, variance 14 / 3
    frame = pl.DataFrame({"total": [12.0], "squares": [50.0], "n": [4]})
    error = frame.select(intervals.mean_error(pl.col("total"), pl.col("squares"), n)).item()
    assert error == pytest.approx(math.sqrt(14 / 3 / 4))


def test_one_case_has_no_mean_error() -> None:
    frame = pl.DataFrame({"total": [1.0], "squares": [1.0], "n": [1]})
    assert frame.select(intervals.mean_error(pl.col("total"), pl.col("squares"), n)).item() is None


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.285, 2, 0.29),  # the float is 0.28499999…
        (1.005, 2, 1.01),  # the float is 1.00499999…
        (75.665, 2, 75.67),
        (0.2849, 2, 0.28),
        (0.5, 0, 1.0),
        (0.7999999999999999, 6, 0.8),
        (0.0, 6, 0.0),
        (1.0, 6, 1.0),
    ],
)
def test_halves_go_up_on_the_decimal_value(value: float, decimals: int, expected: float) -> None:
    assert round_value(value, decimals) == expected


@given(
    st.integers(1, 2_000_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))
)
def test_a_share_of_up_to_two_million_is_rounded_exactly(
    case: tuple[int, int],
) -> None:
    count, size = case
    whole, rest = divmod(count * 10**6 * 2 + size, size * 2)
    assert rest >= 0
    exact = Decimal(whole).scaleb(-6).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    assert round_value(count / size, 6) == float(exact)


@given(st.integers(1, 5000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_limits_hold_the_share_and_widen_with_the_level(case: tuple[int, int]) -> None:
    count, size = case
    lower, upper = wilson(count, size)
    wider_lower, wider_upper = wilson(count, size, 0.999)
    assert lower is not None
    assert upper is not None
    assert wider_lower <= lower <= count / size <= upper <= wider_upper
