"""XmR and p' charts: what NHSRplotthedots printed, and each rule on both sides of its edge."""

import math
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import control_charts

ORACLES = Path(__file__).parents[3] / "shared" / "oracles" / "spc"
SIGNALS = {
    "Common Cause": None,
    "Above UCL": "above_limit",
    "Below LCL": "below_limit",
    "7 Points Above CL": "seven_above",
    "7 Points Below CL": "seven_below",
    "7 Point Trend (Increasing)": "seven_rising",
    "7 Point Trend (Decreasing)": "seven_falling",
    "2 in 3 Above CL": "two_of_three_above",
    "2 in 3 Below CL": "two_of_three_below",
}


def read_published(name: str) -> pl.DataFrame:
    path = ORACLES / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"the published charts are not on this machine: {path}")
    return pl.read_csv(path)


def chart(*values: float, **options: bool) -> pl.DataFrame:
    points = pl.DataFrame({"chart": [1] * len(values), "value": [float(v) for v in values]})
    return control_charts.xmr_charts(points, **options)


def shares(*counts: tuple[int, int]) -> pl.DataFrame:
    points = pl.DataFrame(counts, schema=["numerator", "denominator"], orient="row")
    return control_charts.p_prime_charts(points.with_columns(chart=pl.lit(1)))


def signals(*values: float) -> list[str | None]:
    return chart(*values)["signal"].to_list()


@pytest.mark.parametrize(
    "name", ["rqm_breaches_target1200_points_expected", "total_attendances_rebased_points_expected"]
)
def test_every_point_has_the_centre_limits_and_flag_that_nhsrplotthedots_printed(name: str) -> None:
    theirs = read_published(name)
    points = theirs.select(chart="rebase_group", value=pl.col("y").cast(pl.Float64))
    found = control_charts.xmr_charts(points)
    for ours, printed in (("centre", "mean_col"), ("lower", "lpl"), ("upper", "upl")):
        assert found[ours].to_list() == pytest.approx(theirs[printed].to_list(), rel=1e-13)
    expected = theirs["special_cause_type"].replace_strict(SIGNALS, return_dtype=pl.String)
    assert found["signal"].to_list() == expected.to_list()


def test_a_rebased_series_begins_anew_at_each_of_its_charts() -> None:
    theirs = read_published("total_attendances_rebased_points_expected")
    total = read_published("total_attendances_input")
    points = total.select(
        chart=pl.int_range(pl.len()) // 12, value=pl.col("attendances").cast(pl.Float64)
    )
    found = control_charts.xmr_charts(points)
    assert found["centre"].to_list() == pytest.approx(theirs["mean_col"].to_list(), rel=1e-13)


def test_screening_leaves_the_leap_out_of_its_own_limits() -> None:
    theirs = read_published("rqm_breaches_target1200_points_expected")
    values = theirs["y"].to_list()
    summary = read_published("rqm_breaches_target1200_summary_expected").row(0, named=True)
    screened = chart(*values)
    assert screened["centre"][0] == pytest.approx(summary["mean_col"], rel=1e-13)
    assert screened["lower"][0] == pytest.approx(summary["lpl"], rel=1e-13)
    assert screened["upper"][0] == pytest.approx(summary["upl"], rel=1e-13)
    assert screened["signal"].null_count() == summary["common_cause"] == 20


def test_limits_are_2_66_mean_moving_ranges_from_the_mean() -> None:
    found = chart(1, 3, 2, 6)  # moving ranges 2, 1, 4
    assert found["centre"][0] == 12 / 4
    assert found["upper"][0] == pytest.approx(3 + 2.66 * 7 / 3)
    assert found["lower"][0] == pytest.approx(3 - 2.66 * 7 / 3)


def test_a_constant_series_has_no_width_and_no_signal() -> None:
    found = chart(*[0.1] * 12)
    assert found["signal"].to_list() == [None] * 12
    assert found["lower"].to_list() == pytest.approx([0.1] * 12)
    assert found["upper"].to_list() == pytest.approx([0.1] * 12)


def test_a_point_beyond_a_limit_is_a_signal_whatever_else_holds() -> None:
    quiet = [10, 11] * 8
    assert signals(*quiet, 30)[-1] == "above_limit"
    assert signals(*quiet, -10)[-1] == "below_limit"


def test_seven_on_one_side_are_a_signal_and_six_are_none() -> None:
    low = [1, 2, 1, 2, 1, 2, 1]
    seven = [*low, 5, 6, 5, 6, 5, 6, 5]
    assert signals(*seven) == ["seven_below"] * 7 + ["seven_above"] * 7
    assert signals(*low[:6], 6, 1, *low[:6]).count("seven_below") == 0


def test_a_point_on_the_centre_ends_a_run() -> None:
    # mean 0, and a point of 0 after the sixth of the lower ones
    assert "seven_below" not in signals(*[-1, -2] * 3, 0, *[-1, -2], *[2, 1] * 4)


def test_seven_rising_are_a_signal_and_six_are_none() -> None:
    rising, falling = [2, 2.5, 3, 3.5, 4, 4.5, 5], [5, 4.5, 4, 3.5, 3, 2.5, 2]
    around = [7, 0, 7, 0]
    assert signals(*around, *rising, 0, 7)[4:10] == [*["seven_rising"] * 6]
    assert signals(*around[:3], *falling, 7, 0)[4:10] == [*["seven_falling"] * 6]
    assert signals(*around, 5, 2.5, 3, 3.5, 4, 4.5, 4.4, 0, 7).count("seven_rising") == 0


def test_the_top_between_a_rise_and_a_fall_belongs_to_the_fall() -> None:
    found = signals(0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0)
    assert found[6] in {"seven_falling", "above_limit"}
    assert found[7] == "seven_falling"


def test_two_of_three_near_a_limit_are_a_signal_if_all_three_are_on_one_side() -> None:
    quiet = [1, -1] * 30
    for middle, expected in ((1, "two_of_three_above"), (-1, None)):
        found = chart(*quiet, 4.8, middle, 4.8, *quiet)
        centre, upper = found["centre"][0], found["upper"][0]
        assert centre + (upper - centre) * 2 / 3 < 4.8 < upper
        assert found["signal"][60] == found["signal"][62] == expected
        assert found["signal"].null_count() == found.height - 2 * (expected is not None)


def test_two_of_three_just_within_two_thirds_of_a_limit_are_none() -> None:
    quiet = [1, -1] * 30
    found = chart(*quiet, 3.4, 1, 3.4, *quiet)
    centre, upper = found["centre"][0], found["upper"][0]
    assert centre + (upper - centre) * 2 / 3 > 3.4
    assert found["signal"].null_count() == found.height


def test_series_do_not_touch_each_other() -> None:
    values = [1.0, 2, 1, 2, 1, 2, 1, 5, 6, 5, 6, 5, 6, 5]
    alone = chart(*values)
    both = control_charts.xmr_charts(
        pl.DataFrame({"chart": [1] * 14 + [2] * 14, "value": values + values[::-1]})
    )
    assert both.head(14).equals(alone)
    assert both.tail(14)["signal"].to_list() == alone["signal"].to_list()[::-1]


def test_limits_of_shares_know_the_cases_of_each_point() -> None:
    found = shares((90, 100), (160, 200), (95, 100), (170, 200))
    centre = (90 + 160 + 95 + 170) / 600
    errors = [math.sqrt(centre * (1 - centre) / n) for n in (100, 200, 100, 200)]
    z = [(p - centre) / e for p, e in zip((0.9, 0.8, 0.95, 0.85), errors, strict=True)]
    spread = sum(abs(b - a) for a, b in pairwise(z)) / 3 / 1.128
    assert found["centre"][0] == pytest.approx(centre)
    reaches = [3 * spread * error for error in errors]
    assert found["lower"].to_list() == pytest.approx([centre - reach for reach in reaches])
    assert found["upper"].to_list() == pytest.approx([min(centre + r, 1) for r in reaches])


@pytest.mark.parametrize("share", [0, 1, 1 / 3])
def test_the_same_share_every_month_is_no_signal(share: float) -> None:
    found = shares(*[(round(share * n), n) for n in (30, 60, 90, 120) * 4])
    assert found["signal"].null_count() == 16
    assert found["upper"].to_list() == pytest.approx([share] * 16)


def test_one_bad_month_among_perfect_ones_is_the_only_signal() -> None:
    # Screened, no step but its own two would be left, and with a width of 0 all were outside.
    found = shares(*[(100, 100)] * 12, (94, 100), *[(100, 100)] * 11)
    assert found["signal"].to_list() == [None] * 12 + ["below_limit"] + [None] * 11


def test_where_cases_are_rare_a_point_is_outside_only_if_the_binomial_says_so() -> None:
    # 3 late of 2,400: of 100 none is late in 88 months of 100, one in 11. The chance of two or
    # more is 0.7 %, of three or more 0.03 %; what lies beyond a limit has less than 0.135 %.
    quiet = [(100, 100)] * 7 + [(99, 100)]
    found = shares(*quiet * 3)
    assert found["signal"].null_count() == 24
    assert found["lower"].to_list() == [0.98] * 24
    assert shares(*quiet * 2, *quiet[:7], (98, 100))["signal"].null_count() == 24
    worse = shares(*quiet * 2, *quiet[:7], (96, 100))["signal"]
    assert worse.to_list() == [None] * 23 + ["below_limit"]


def test_seven_alike_signal_nothing_where_fewer_than_five_of_the_rarer_are_expected() -> None:
    def last(late: int) -> str | None:
        """Of a point of a series with some late half of the time, and then seven times none."""
        before = [(1000 - 2 * late, 1000), (1000, 1000)] * 20
        return shares(*before, *[(1000, 1000)] * 6)["signal"][-1]

    # 20 x 2 late of 46 points: 4.3 a point on average for 5, 5.2 for 6.
    assert (last(5), last(6)) == (None, "seven_above")


@given(values=st.lists(st.integers(-1000, 1000), min_size=12, max_size=40))
def test_signals_turn_over_with_the_series(values: list[int]) -> None:
    turned = {
        "above_limit": "below_limit",
        "seven_above": "seven_below",
        "seven_rising": "seven_falling",
        "two_of_three_above": "two_of_three_below",
    }
    turned |= {down: up for up, down in turned.items()}
    upright, mirrored = signals(*values), signals(*[-value for value in values])
    assert mirrored == [signal and turned[signal] for signal in upright]
    assert set(upright) - {None} <= set(control_charts.SIGNALS)


def by_hand(values: list[int], centre: float, upper: float) -> list[str | None]:
    """The rules, point by point and window by window."""
    sides = [0 if abs(v - centre) < 1e-9 else math.copysign(1, v - centre) for v in values]
    reach = upper - centre
    is_outside = [abs(v - centre) > reach + 1e-6 for v in values]
    is_near = [
        not outside and abs(v - centre) > reach * 2 / 3 + 1e-6
        for v, outside in zip(values, is_outside, strict=True)
    ]
    words: list[str | None] = [None] * len(values)

    def mark(places: list[int], word: str) -> None:
        for place in places:
            words[place] = word

    def windows(size: int) -> list[list[int]]:
        return [list(range(first, first + size)) for first in range(len(values) - size + 1)]

    # From the last named rule to the first: what is marked later stands.
    for side, word in ((1, "two_of_three_above"), (-1, "two_of_three_below")):
        for window in windows(3):
            near = [place for place in window if is_near[place]]
            if len(near) >= 2 and all(sides[place] == side for place in window):
                mark(near, word)
    for side, word in ((1, "seven_above"), (-1, "seven_below")):
        for window in windows(7):
            if all(sides[place] == side for place in window):
                mark(window, word)
    for window in windows(7):
        pairs = [(values[a], values[b]) for a, b in pairwise(window)]
        if all(a < b for a, b in pairs):
            mark(window, "seven_rising")
        if all(a > b for a, b in pairs):
            mark(window, "seven_falling")
    for place, side in enumerate(sides):
        if is_outside[place]:
            mark([place], "above_limit" if side > 0 else "below_limit")
    return words


WALKS = st.lists(st.integers(-3, 3), min_size=12, max_size=40)
"""Steps of a walk: long enough ones rise, fall and stay on one side often."""


@given(steps=WALKS, is_walk=st.booleans())
def test_every_rule_marks_the_points_that_it_marks_by_hand(steps: list[int], is_walk: bool) -> None:
    values = [sum(steps[: place + 1]) for place in range(len(steps))] if is_walk else steps
    found = chart(*values)
    expected = by_hand(values, found["centre"][0], found["upper"][0])
    assert found["signal"].to_list() == expected
