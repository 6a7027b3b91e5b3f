"""What each category brings to a change: worked by hand, and added up for any counts."""

from fractions import Fraction
from itertools import starmap
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.decomposition import round_parts, split_change

Cell = tuple[int, int, int, int]
"""Of a category: numerator and denominator of the month before, then of this month."""


def split(*cells: Cell) -> list[tuple[float, float]]:
    """Rate effect and mix effect of each category."""
    names = ["n0", "d0", "n1", "d1"]
    frame = pl.DataFrame(cells, schema=names, orient="row").with_columns(
        pl.col(names).sum().name.prefix("all_")
    )
    n0, d0, n1, d1, *totals = (pl.col(name) for name in (*names, *(f"all_{n}" for n in names)))
    effects = split_change((n0, n1), (d0, d1), ((totals[0], totals[2]), (totals[1], totals[3])))
    return frame.select(rate=effects[0], mix=effects[1]).rows()


def test_an_example_worked_by_hand() -> None:
    # Before: citizens 90 of 100, enterprises 30 of 100: 120 of 200 = 0.6.
    # Now: citizens 240 of 300, enterprises 40 of 100: 280 of 400 = 0.7. The change is 0.1.
    (citizens, enterprises) = split((90, 100, 240, 300), (30, 100, 40, 100))
    middle = (0.6 + 0.7) / 2
    # Citizens are 0.5 and then 0.75 of all; their share goes from 0.9 to 0.8.
    assert citizens[0] == pytest.approx((0.5 + 0.75) / 2 * (0.8 - 0.9))  # -0.0625
    assert citizens[1] == pytest.approx((0.75 - 0.5) * ((0.9 + 0.8) / 2 - middle))  # +0.05
    # Enterprises are 0.5 and then 0.25 of all; their share goes from 0.3 to 0.4.
    assert enterprises[0] == pytest.approx((0.5 + 0.25) / 2 * (0.4 - 0.3))  # +0.0375
    assert enterprises[1] == pytest.approx((0.25 - 0.5) * ((0.3 + 0.4) / 2 - middle))  # +0.075
    assert sum(map(sum, (citizens, enterprises))) == pytest.approx(0.1)


def test_where_nothing_changed_all_parts_are_zero() -> None:
    assert split((9, 10, 9, 10), (3, 7, 3, 7)) == [(0, 0), (0, 0)]


def test_more_of_everything_in_the_same_mix_changes_nothing() -> None:
    for part in split((9, 10, 18, 20), (3, 7, 6, 14)):
        assert part == pytest.approx((0, 0))


def test_a_category_of_one_month_is_all_mix() -> None:
    # Enterprises, all late, are new: 10 of 10 becomes 10 of 20. The change is -0.5.
    (citizens, enterprises) = split((10, 10, 10, 10), (0, 0, 0, 10))
    middle = (1 + 0.5) / 2
    assert citizens == pytest.approx((0, (0.5 - 1) * (1 - middle)))  # -0.125
    assert enterprises == pytest.approx((0, 0.5 * (0 - middle)))  # -0.375


def test_a_category_that_ended_is_all_mix() -> None:
    # Enterprises, all late, are gone: 10 of 20 becomes 10 of 10. The change is 0.5.
    (citizens, enterprises) = split((10, 10, 10, 10), (0, 10, 0, 0))
    assert citizens == pytest.approx((0, (1 - 0.5) * (1 - 0.75)))
    assert enterprises == pytest.approx((0, (0 - 0.5) * (0 - 0.75)))


@st.composite
def cells(draw: st.DrawFn) -> list[Cell]:
    size = st.integers(0, 500)
    drawn = draw(st.lists(st.tuples(size, size, size, size), min_size=1, max_size=12))
    made = [(min(a, b), max(a, b), min(c, d), max(c, d)) for a, b, c, d in drawn]
    return [*made, (1, 2, 2, 3)]  # so that there are cases in both months


@given(made=cells())
def test_all_parts_together_are_the_change(made: list[Cell]) -> None:
    n0, d0, n1, d1 = (sum(each) for each in zip(*made, strict=True))
    change = float(Fraction(n1, d1) - Fraction(n0, d0))
    assert sum(starmap(float.__add__, split(*made))) == pytest.approx(change, abs=1e-12)


def rounded(
    parts: list[float], whole: float, decimals: int, random: Random | None = None
) -> list[float]:
    frame = pl.DataFrame({"part": parts, "name": [f"{n:02d}" for n in range(len(parts))]})
    frame = frame.with_columns(whole=pl.lit(whole), of=pl.lit("u"))
    if random:
        frame = frame.sample(fraction=1, shuffle=True, seed=random.randrange(2**32))
    return round_parts(frame, ["of"], ["name"], decimals).sort("name")["part"].to_list()


def test_parts_that_lost_most_go_up() -> None:
    # Rounded down to tenths: 0.1, 0.2, -0.3; together 0.0, and 0.1 is asked for.
    assert rounded([0.14, 0.28, -0.29], 0.1, 1) == [0.1, 0.3, -0.3]
    # With another 0.1 asked for, the part with the next largest rest goes up.
    assert rounded([0.14, 0.28, -0.26], 0.2, 1) == [0.2, 0.3, -0.3]


def test_equal_parts_go_up_in_order() -> None:
    assert rounded([1 / 3, 1 / 3, 1 / 3], 1.0, 2) == [0.34, 0.33, 0.33]


@given(made=cells(), random=st.randoms(use_true_random=False), decimals=st.integers(0, 6))
def test_rounded_parts_add_up_to_the_rounded_change_in_any_order(
    made: list[Cell], random: Random, decimals: int
) -> None:
    parts = [part for cell in split(*made) for part in cell]
    n0, d0, n1, d1 = (sum(each) for each in zip(*made, strict=True))
    steps = 10**decimals
    half = Fraction(1, 2)
    whole = int(Fraction(n1 * steps, d1) + half) - int(Fraction(n0 * steps, d0) + half)
    found = rounded(parts, whole / steps, decimals)
    assert sum(round(part * steps) for part in found) == whole
    for part, exact in zip(found, parts, strict=True):
        assert abs(part - exact) * steps < 1 + 1e-5
    assert rounded(parts, whole / steps, decimals, random) == found
