"""Weights reproduce what is known, and errors are those of R's survey."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.weighting import (
    Integers,
    Margin,
    NotRakedError,
    Raked,
    bound_weights,
    linearised_error,
    rake,
    weighted_mean,
)

SURVEY = Path(__file__).parents[3] / "shared" / "oracles" / "survey"
STYPE = {"E": 4421, "H": 755, "M": 1018}
SCHOOL_WIDE = {"No": 1072, "Yes": 5122}
AS_NEAR_AS_R = 1e-6
"""R's survey stopped when margins were met to 8e-8 of them; the round before had missed 4e-6."""


def margin_of(column: pl.Series, totals: dict[str, int]) -> Margin:
    levels = list(totals)
    return Margin(
        np.array([levels.index(value) for value in column]),
        np.array(list(totals.values()), dtype=float),
    )


@pytest.fixture(scope="module")
def schools() -> pl.DataFrame:
    path = SURVEY / "apiclus1_input.csv"
    if not path.exists():
        pytest.skip(f"the sample of schools is not on this machine: {path}")
    return pl.read_csv(path)


def test_shares_and_errors_are_those_of_r_survey_to_the_printed_digits(
    schools: pl.DataFrame,
) -> None:
    expected = {
        statistic: (share, error)
        for statistic, share, error in pl.read_csv(
            SURVEY / "poststratified_expected.csv"
        ).iter_rows()
    }
    values = (schools["api00"] > 700).to_numpy().astype(float)
    design = schools["pw"].to_numpy()
    rows, clusters = np.arange(len(values)), schools["dnum"].to_numpy()
    by_type = margin_of(schools["stype"], STYPE)
    by_both = [by_type, margin_of(schools["sch.wide"], SCHOOL_WIDE)]
    ways = {
        "share api00>700, unadjusted": (Raked(design), []),
        "post-stratified by stype": (rake(design, [by_type]), [by_type]),
        "raked by stype and sch.wide": (rake(design, by_both, near=AS_NEAR_AS_R), by_both),
    }
    for name, (raked, margins) in ways.items():
        for by, numbers in {"rows": rows, "clusters dnum": clusters}.items():
            found = (
                weighted_mean(values, raked.weights),
                linearised_error(values, raked, numbers, margins),
            )
            assert found == pytest.approx(expected[f"{name}, {by}"], rel=1e-12), (name, by)
    to_the_end = weighted_mean(values, rake(design, by_both).weights)
    assert to_the_end == pytest.approx(expected["raked by stype and sch.wide, rows"][0], rel=1e-8)


def test_raked_weights_are_those_of_r_survey(schools: pl.DataFrame) -> None:
    margins = [
        margin_of(schools["stype"], STYPE),
        margin_of(schools["sch.wide"], SCHOOL_WIDE),
    ]
    design = schools["pw"].to_numpy()
    found = schools.select("stype", "sch.wide").with_columns(
        as_r=pl.Series(rake(design, margins, near=AS_NEAR_AS_R).weights),
        whole=pl.Series(rake(design, margins).weights),
    )
    cells = found.unique(maintain_order=True)
    expected = pl.read_csv(SURVEY / "raked_weights_expected.csv")
    both = expected.join(cells, on=["stype", "sch.wide"], validate="1:1")
    assert both.height == expected.height == 6
    assert both["as_r"].to_list() == pytest.approx(both["weight"].to_list(), rel=1e-13)
    assert both["whole"].to_list() == pytest.approx(both["weight"].to_list(), rel=3e-7)


def test_a_cell_counts_as_often_as_it_was_served() -> None:
    # 60 were served in time, 40 late; 3 of 4 and 1 of 4 of those who answered are satisfied.
    margin = Margin(np.array([0] * 4 + [1] * 4), np.array([60.0, 40.0]))
    values = np.array([1, 1, 1, 0, 1, 0, 0, 0], dtype=float)
    raked = rake(np.ones(8), [margin])
    weights = raked.weights
    assert weights.tolist() == [15.0] * 4 + [10.0] * 4
    # 0.6 x 3/4 + 0.4 x 1/4; those who answered say 4 of 8.
    assert weighted_mean(values, weights) == pytest.approx(0.55)
    # Residuals within cells: 1/4 and -3/4, -1/4 and 3/4; each with its weight of 100.
    squares = 0.15**2 * (3 / 16 + 9 / 16) + 0.1**2 * (3 / 16 + 9 / 16)
    error = linearised_error(values, raked, np.arange(8), [margin])
    assert error == pytest.approx((squares * 8 / 7) ** 0.5)


def test_margins_that_contradict_each_other_are_refused() -> None:
    # Everybody who answered is late and on the counter, or in time and online.
    late = Margin(np.array([0, 1]), np.array([10.0, 90.0]))
    online = Margin(np.array([0, 1]), np.array([50.0, 50.0]))
    with pytest.raises(NotRakedError):
        rake(np.ones(2), [late, online])


def test_one_respondent_shows_no_variation() -> None:
    assert np.isnan(
        linearised_error(np.array([1.0, 0.0]), Raked(np.ones(2)), np.zeros(2, np.int64))
    )


answers = st.integers(1, 60).flatmap(
    lambda count: st.tuples(
        *(st.lists(st.integers(0, most), min_size=count, max_size=count) for most in (2, 1, 20, 1))
    )
)


def served_like(levels: Integers, extra: int) -> Margin:
    """A margin in which every level that has an answer has served more than answered."""
    _, level = np.unique(levels, return_inverse=True)
    return Margin(level, (np.bincount(level) * (1 + np.arange(level.max() + 1)) + extra) * 1.0)


@given(answers, st.integers(0, 50))
def test_weights_reproduce_a_margin_and_drop_no_answer(
    drawn: tuple[list[int], ...], extra: int
) -> None:
    channel = np.array(drawn[0])
    margin = served_like(channel, extra)
    weights = rake(np.ones(len(channel)), [margin]).weights
    assert margin.add_up(weights) == pytest.approx(margin.totals)
    assert (weights > 0).all()


@given(answers)
def test_weights_reproduce_every_margin_of_those_served(drawn: tuple[list[int], ...]) -> None:
    # All levels are seen together once, so that the margins can be met.
    channel, late = (np.array(drawn[place] + list(rest)) for place, rest in GRID)
    served = 1.0 + np.arange(len(channel))
    margins = [Margin(level, np.bincount(level, served)) for level in (channel, late)]
    weights = rake(np.ones(len(channel)), margins).weights
    for margin in margins:
        assert margin.add_up(weights) == pytest.approx(margin.totals, rel=1e-9)


GRID = ((0, (0, 0, 1, 1, 2, 2)), (1, (0, 1, 0, 1, 0, 1)))


@given(answers, st.integers(0, 1000))
def test_the_order_of_answers_changes_nothing(drawn: tuple[list[int], ...], seed: int) -> None:
    channel, _, respondent, satisfied = map(np.array, drawn)
    order = np.random.default_rng(seed).permutation(len(channel))
    margin = served_like(channel, 3)
    turned = Margin(margin.level[order], margin.totals)
    raked, of_turned = (rake(np.ones(len(channel)), [each]) for each in (margin, turned))
    values = satisfied.astype(float)
    means = (
        weighted_mean(values, raked.weights),
        weighted_mean(values[order], of_turned.weights),
    )
    assert means[0] == pytest.approx(means[1])
    errors = (
        linearised_error(values, raked, respondent, [margin]),
        linearised_error(values[order], of_turned, respondent[order], [turned]),
    )
    assert errors[0] == pytest.approx(errors[1], nan_ok=True, abs=1e-12)


@given(answers)
def test_where_all_answered_the_crude_share_stands(drawn: tuple[list[int], ...]) -> None:
    channel, late, _, satisfied = map(np.array, drawn)
    margins = [Margin(level, np.bincount(level) * 1.0) for level in (channel, late)]
    margins = [
        Margin(np.unique(each.level, return_inverse=True)[1], each.totals[each.totals > 0])
        for each in margins
    ]
    weights = rake(np.ones(len(channel)), margins).weights
    assert weights == pytest.approx(np.ones(len(channel)))
    assert weighted_mean(satisfied * 1.0, weights) == pytest.approx(satisfied.mean())


def test_a_weight_above_the_bound_is_cut_and_the_rest_carries_it() -> None:
    # One of 11 answers stands for 50 of 100 served: 5.5 times the mean weight of 100 / 11.
    margin = Margin(np.array([0] + [1] * 10), np.array([50.0, 50.0]))
    weights = rake(np.ones(11), [margin]).weights
    bounded = bound_weights(weights, [margin], most=3, rounds=50)
    assert bounded.is_cut.tolist() == [True] + [False] * 10
    assert bounded.weights[0] == pytest.approx(3 * 100 / 11)
    assert bounded.weights.sum() == pytest.approx(100)
    # 27.27 of 50 are reached in the first level, of 100 in all.
    assert bounded.gap == pytest.approx((50 - 300 / 11) / 100)


@pytest.mark.parametrize(("most", "is_cut"), [(5.5, False), (5.499, True)])
def test_a_weight_at_the_bound_is_not_cut(most: float, is_cut: bool) -> None:
    margin = Margin(np.array([0] + [1] * 10), np.array([50.0, 50.0]))
    bounded = bound_weights(rake(np.ones(11), [margin]).weights, [margin], most=most, rounds=50)
    assert bool(bounded.is_cut.any()) is is_cut
