"""Funnels of a league's shares, and shares shrunken by their reliability."""

from itertools import pairwise
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope, funnels, leagues
from pipeline.tables import comparisons

from .conftest import Row, Rows, Value

MONTH = "2026-08"
UNITS = [f"C{number}" for number in range(1, 10)]
REGISTER = Register(
    tables.AGENCIES.conform(
        pl.DataFrame(
            {
                "code": [*UNITS, "P"],
                "name_vi": [*UNITS, "P"],
                "kind": ["commune"] * 9 + ["province"],
                "parent_code": ["P"] * 9 + [None],
            }
        )
    ),
    digest="0",
)
SCOPE = RankingScope(MONTH, methods.load(), REGISTER)
USUAL = [(900, 1000), (890, 1000), (905, 1000), (895, 1000), (910, 1000), (899, 1000)]


def funnel_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    indices = pl.DataFrame(rows, schema=tables.INDICES.schema)
    entries = leagues.note_other_kinds(leagues.list_entries(indices, SCOPE))
    return funnels.compute(indices, entries.filter("is_ranked"), SCOPE)


def league(rows: Rows, counts: list[tuple[int, int]], **more: Value) -> list[dict[str, Any]]:
    return [rows["share"](unit, x, n, **more) for unit, (x, n) in zip(UNITS, counts, strict=False)]


def satisfaction_row(unit: str, value: float, respondents: int, **more: Value) -> dict[str, Any]:
    given_row = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "satisfaction_index",
        "unit": "points",
        "value": value,
        "numerator": value / 100 * respondents,
        "denominator": respondents,
        "effective_n": respondents / 2,
        "interval_source": "sampling",
        "scale": "five/overall",
    }
    return given_row | more


def test_a_unit_far_below_the_others_lies_outside_and_is_worse(rows: Rows) -> None:
    found = funnel_of(league(rows, [*USUAL, (200, 1000)]))
    outside = dict(found.select("unit_code", "is_outside").iter_rows())
    assert outside == dict.fromkeys(UNITS[:6]) | {"C7": "worse"}
    far = found.row(6, named=True)
    assert far["value"] < far["lower_998"] < far["lower_95"] < far["centre"]
    assert far["z"] < -3.09


def test_a_unit_far_above_the_others_is_better(rows: Rows) -> None:
    low = [(n - x, n) for x, n in USUAL]
    found = funnel_of(league(rows, [*low, (800, 1000)]))
    assert found["is_outside"].to_list()[-1] == "better"


def test_the_centre_is_the_share_of_all_cases_of_the_league(rows: Rows) -> None:
    found = funnel_of(league(rows, [*USUAL, (0, 4000)]))
    assert found["centre"][0] == round((900 + 890 + 905 + 895 + 910 + 899) / 10_000, 6)


def test_five_units_have_a_funnel_and_four_have_none(rows: Rows) -> None:
    assert funnel_of(league(rows, USUAL[:5])).height == 5
    assert funnel_of(league(rows, USUAL[:4])).is_empty()
    assert funnel_of(league(rows, USUAL[:1])).is_empty()
    assert funnel_of([]).schema == comparisons.FUNNELS.schema


@pytest.mark.parametrize("note", ["too_few_due", "no_denominator"])
def test_a_unit_that_its_own_note_keeps_from_being_ranked_is_not_in_it(
    rows: Rows, note: str
) -> None:
    more = rows["share"]("C7", 1, 2, note=note)
    assert funnel_of([*league(rows, USUAL), more])["unit_code"].to_list() == UNITS[:6]


def test_a_unit_that_is_not_ranked_whatever_the_reason_does_not_touch_the_others(
    rows: Rows,
) -> None:
    far = rows["share"]("C7", 200, 1000)
    indices = pl.DataFrame([*league(rows, USUAL), far], schema=tables.INDICES.schema)
    six = pl.DataFrame({"league": "commune:P", "indicator": "due_on_time", "unit_code": UNITS[:6]})
    found = funnels.compute(indices, six, SCOPE)
    assert found.write_csv() == funnel_of(league(rows, USUAL)).write_csv()


def test_a_provisional_share_is_in_it(rows: Rows) -> None:
    assert funnel_of(league(rows, USUAL, note="provisional")).height == 6


def test_a_share_of_nothing_is_not_in_it(rows: Rows) -> None:
    nothing = rows["share"]("C7", 1, 1) | {"numerator": 0, "denominator": 0}
    assert "C7" not in funnel_of([*league(rows, USUAL), nothing])["unit_code"]


def test_equal_units_have_no_over_dispersion_and_none_lies_outside(rows: Rows) -> None:
    found = funnel_of(league(rows, [(90, 100), (180, 200), (270, 300), (45, 50), (900, 1000)]))
    assert found["phi"].to_list() == found["tau2"].to_list() == [0] * 5
    assert found["is_outside"].null_count() == 5
    assert found["reliability"].to_list() == [0] * 5
    assert found["shrunken_value"].to_list() == [0.9] * 5


@pytest.mark.parametrize("share", [0, 1])
def test_all_at_0_or_1_lie_on_the_centre(rows: Rows, share: int) -> None:
    found = funnel_of(league(rows, [(share * n, n) for n in (50, 60, 70, 80, 90)]))
    assert found["centre"].to_list() == found["shrunken_value"].to_list() == [share] * 5
    assert found["is_outside"].null_count() == 5
    assert found["z"].to_list() == [0] * 5


def test_points_have_a_funnel_in_points_on_the_effective_sample() -> None:
    values = [90.0, 88.0, 86.0, 60.0, 92.0]
    found = funnel_of([satisfaction_row(u, v, 400) for u, v in zip(UNITS, values, strict=False)])
    assert found["denominator"].to_list() == [200] * 5
    assert found["centre"][0] == pytest.approx(sum(values) / 5)
    assert found.filter(pl.col("lower_95") > 1).height == 5
    first = found.row(0, named=True)
    drawn = first["centre"] + first["reliability"] * (first["value"] - first["centre"])
    assert first["shrunken_value"] == pytest.approx(drawn, abs=1e-4)


def test_a_unit_asked_on_another_scale_is_not_in_the_funnel() -> None:
    rows = [satisfaction_row(unit, 90.0, 400) for unit in UNITS[:5]]
    other = satisfaction_row("C6", 20.0, 400, scale="three/overall")
    assert funnel_of([*rows, other])["unit_code"].to_list() == UNITS[:5]


def test_what_varies_from_month_to_month_is_not_taken_for_a_small_sample(rows: Rows) -> None:
    source: Row = {"interval_source": "chance+months", "effective_n": 10.0}
    found = funnel_of(league(rows, USUAL, **source))
    assert found["denominator"].to_list() == [1000] * 6


def test_means_have_no_funnel(rows: Rows) -> None:
    saved = league(rows, USUAL, indicator="time_saved")
    points = [rows["points"](unit, 90.0) for unit in UNITS]
    assert funnel_of([*saved, *points]).is_empty()


quick = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
COUNTS = st.lists(
    st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=5,
    max_size=9,
)


@quick
@given(counts=COUNTS, random=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_byte(
    rows: Rows, counts: list[tuple[int, int]], random: Random
) -> None:
    given_rows = league(rows, counts)
    shuffled = random.sample(given_rows, len(given_rows))
    assert funnel_of(given_rows).write_csv() == funnel_of(shuffled).write_csv()


@quick
@given(counts=COUNTS)
def test_limits_enclose_the_centre_and_the_words_are_those_listed(
    rows: Rows, counts: list[tuple[int, int]]
) -> None:
    found = funnel_of(league(rows, counts))
    lines = ("lower_998", "lower_95", "centre", "upper_95", "upper_998")
    for low, high in pairwise(lines):
        assert found.filter(pl.col(low) > pl.col(high) + 1e-6).is_empty()
    assert set(found["is_outside"].drop_nulls()) <= set(comparisons.OUTSIDE)
    assert found.filter(~pl.col("reliability").is_between(0, 1)).is_empty()
