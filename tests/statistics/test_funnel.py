"""Funnels of shares: what FunnelPlotR printed, and what any group must keep."""

from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import funnel

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "funnel"
LEVELS = {"95": 0.95, "99": 0.998}
"""FunnelPlotR calls its 99.8 % limits 99."""


def read_published(name: str) -> pl.DataFrame:
    path = ORACLES / f"medpar_{name}.csv"
    if not path.exists():
        pytest.skip(f"the published funnels are not on this machine: {path}")
    return pl.read_csv(path).with_columns(
        pl.col("^numerator|denominator$").cast(pl.Float64),
    )


def numbers(frame: pl.DataFrame, name: str) -> np.ndarray:
    return frame[name].cast(pl.Float64).to_numpy()


def shares(*counts: tuple[int, int]) -> funnel.Funnel:
    numerators, denominators = np.array(counts, dtype=float).T
    return funnel.fit_shares(numerators, denominators)


def test_over_dispersion_of_shares_is_that_of_funnelplotr() -> None:
    theirs = read_published("PR_died_adjusted99_aggregated_expected")
    found = funnel.fit_shares(numbers(theirs, "numerator"), numbers(theirs, "denominator"))
    assert found.phi == pytest.approx(1.36073398509911, rel=1e-12)
    assert found.tau2 == pytest.approx(0.00353333502020161, rel=1e-12)


def test_shares_counted_from_single_stays_give_the_same_funnel() -> None:
    stays = read_published("input").group_by("provnum").agg(pl.col("died").sum(), n=pl.len())
    found = funnel.fit_shares(numbers(stays, "died"), numbers(stays, "n"))
    assert (found.phi, found.tau2) == pytest.approx((1.36073398509911, 0.00353333502020161))
    summary = {row["case"]: row for row in read_published("summary_expected").to_dicts()}
    row = summary["PR_died_adjusted99"]
    assert (found.phi, found.tau2) == pytest.approx((row["phi"], row["tau2"]), rel=1e-9)
    assert (abs(found.z) > 3.0902).sum() == row["outliers"]


@pytest.mark.parametrize("which", ["95", "99"])
@pytest.mark.parametrize("is_adjusted", [True, False])
def test_limits_of_shares_are_those_of_funnelplotr(which: str, is_adjusted: bool) -> None:
    theirs = read_published("PR_died_adjusted99_aggregated_expected")
    numerators, denominators = numbers(theirs, "numerator"), numbers(theirs, "denominator")
    found = funnel.fit_shares(numerators, denominators)
    tau2 = found.tau2 if is_adjusted else 0
    lower, upper = funnel.share_limits(found.centre, tau2, denominators, LEVELS[which])
    names = ("OD{}LCL", "OD{}UCL") if is_adjusted else ("LCL{}", "UCL{}")
    assert lower == pytest.approx(numbers(theirs, names[0].format(which)), abs=1e-6)
    # With one case the upper angle passes 90 degrees. There FunnelPlotR's 95 % limit turns back,
    # to 0.998; its 99.8 % limit is 1, and so are both of ours.
    turns_back = denominators == 1
    printed = np.where(turns_back, 1.0, numbers(theirs, names[1].format(which)))
    assert upper == pytest.approx(printed, abs=1e-6)
    assert turns_back.sum() == 2


def test_no_provider_lies_outside_by_the_share_that_died() -> None:
    theirs = read_published("PR_died_adjusted99_aggregated_expected")
    z = funnel.fit_shares(numbers(theirs, "numerator"), numbers(theirs, "denominator")).z
    assert (abs(z) > 3.0902).sum() == theirs["outlier"].sum() == 0


def test_equal_shares_are_not_dispersed() -> None:
    found = shares((9, 10), (90, 100), (900, 1000), (18, 20), (27, 30))
    assert found.phi == pytest.approx(0, abs=1e-12)
    assert found.tau2 == 0
    assert found.z == pytest.approx(0, abs=1e-6)


def test_all_on_time_and_none_on_time_have_a_funnel_without_width_beyond_them() -> None:
    for count in (0, 1):
        found = shares(*[(count * n, n) for n in (10, 20, 30, 40, 50)])
        assert (found.centre, found.phi, found.tau2) == (count, 0, 0)
        lower, upper = funnel.share_limits(found.centre, 0, np.array([10.0]), 0.95)
        assert lower <= count <= upper


def test_one_unit_alone_is_its_own_centre() -> None:
    found = shares((9, 10))
    assert (found.centre, found.tau2) == (0.9, 0)
    assert found.z == pytest.approx([0], abs=1e-9)


def test_limits_narrow_as_the_denominator_grows() -> None:
    drawn = np.array([30.0, 300.0, 3000.0])
    lower, upper = funnel.share_limits(0.8, 0.001, drawn, 0.95)
    assert (np.diff(lower) > 0).all()
    assert (np.diff(upper) < 0).all()


COUNTS = st.lists(
    st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=1,
    max_size=20,
)


@given(counts=COUNTS)
def test_a_unit_is_outside_its_limits_exactly_where_z_is(counts: list[tuple[int, int]]) -> None:
    numerators, denominators = np.array(counts, dtype=float).T
    found = funnel.fit_shares(numerators, denominators)
    lower, upper = funnel.share_limits(found.centre, found.tau2, denominators, 0.998)
    share, z = numerators / denominators, found.z
    is_clear = abs(abs(z) - 3.0902323) > 1e-6
    is_outside = (share < lower - 1e-12) | (share > upper + 1e-12)
    assert (is_outside == (abs(z) > 3.0902323))[is_clear].all()


@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_the_order_of_units_changes_nothing(counts: list[tuple[int, int]], random: Random) -> None:
    shuffled = random.sample(counts, len(counts))
    first, second = shares(*counts), shares(*shuffled)
    assert (first.centre, first.phi, first.tau2) == (second.centre, second.phi, second.tau2)
    assert sorted(first.z) == sorted(second.z)
