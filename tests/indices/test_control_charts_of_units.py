"""Control charts of a unit's own series, anew after each break."""

from random import Random
from typing import Any

import polars as pl
import pytest

from pipeline import months, tables
from pipeline.indices import control_charts
from pipeline.methods import Method
from pipeline.statistics.control_charts import SIGNALS
from pipeline.tables import comparisons

from .conftest import Value

EDITION = "2026-08"


def series(
    values: list[float | None],
    *,
    indicator: str = "processing_time_index",
    breaks: tuple[int, ...] = (),
    unit: str = "H01",
    **more: Value,
) -> list[dict[str, Any]]:
    """Months up to the edition; of a share the values are out of 1000."""
    names = [*months.before(EDITION, len(values) - 1), EDITION]
    is_share = indicator in tables.RATE_INDICATORS
    return [
        {
            "month": EDITION,
            "unit_code": unit,
            "indicator": indicator,
            "series_month": name,
            "basis": "as_published",
            "value": value,
            "numerator": value * 1000 if is_share and value is not None else None,
            "denominator": 1000.0 if is_share else None,
            "is_break": place in breaks,
        }
        | more
        for place, (name, value) in enumerate(zip(names, values, strict=True))
    ]


def charts_of(method: Method, *rows: dict[str, Any]) -> pl.DataFrame:
    return control_charts.compute(pl.DataFrame(rows, schema=tables.SERIES.schema), method)


QUIET: list[float | None] = [80.0, 82.0] * 6


def test_twelve_months_have_a_chart_and_eleven_have_none(method: Method) -> None:
    found = charts_of(method, *series(QUIET))
    assert found.height == 12
    assert found["centre"].to_list() == [81] * 12
    assert found["upper"][0] == pytest.approx(81 + 2.66 * 2)
    assert found["signal"].null_count() == 12
    assert charts_of(method, *series(QUIET[:11])).is_empty()
    assert charts_of(method).schema == comparisons.CONTROL_CHARTS.schema


def test_a_month_far_from_the_others_is_a_signal(method: Method) -> None:
    found = charts_of(method, *series([*QUIET, 70.0]))
    assert found["signal"].to_list() == [None] * 12 + ["below_limit"]


def test_shares_have_limits_that_know_their_denominators(method: Method) -> None:
    rows = series([0.8, 0.82] * 8, indicator="due_on_time")
    rows[3] |= {"numerator": 82.0, "denominator": 100.0}
    found = charts_of(method, *rows)
    width = found["upper"] - found["lower"]
    assert width[3] == pytest.approx(width[2] * 10**0.5, rel=1e-3)
    assert found["denominator"].to_list()[2:5] == [1000, 100, 1000]


def test_a_chart_begins_anew_at_a_break(method: Method) -> None:
    higher = [value + 15 for value in QUIET if value is not None]
    found = charts_of(method, *series([*QUIET, *higher], breaks=(12,)))
    assert found["centre"].to_list() == [81] * 12 + [96] * 12
    assert found["is_rebased"].to_list() == [False] * 12 + [True] + [False] * 11
    assert found["signal"].null_count() == 24
    joined = charts_of(method, *series([*QUIET, *higher]))
    assert joined["signal"].null_count() < 24


def test_months_after_a_break_have_no_limits_until_there_are_twelve(method: Method) -> None:
    found = charts_of(method, *series([*QUIET, 20.0, 21.0, 20.0], breaks=(12,)))
    assert found["value"].to_list()[12:] == [20, 21, 20]
    for name in ("centre", "lower", "upper", "signal"):
        assert found[name].to_list()[12:] == [None] * 3
    assert found["centre"].null_count() == 3


def test_a_series_broken_into_short_pieces_has_no_chart(method: Method) -> None:
    assert charts_of(method, *series([*QUIET[:10], *QUIET[:11]], breaks=(10,))).is_empty()
    assert charts_of(method, *series([*QUIET[:10], *QUIET], breaks=(10,))).height == 22


def test_a_break_in_an_empty_month_is_one_for_the_next(method: Method) -> None:
    rows = series([*QUIET, None, *QUIET], breaks=(12,))
    found = charts_of(method, *rows)
    assert found.height == 24
    assert found.filter("is_rebased")["series_month"].to_list() == [rows[13]["series_month"]]


def test_empty_months_and_denominators_of_none_are_passed_over(method: Method) -> None:
    rows = series([0.8, 0.82] * 8, indicator="due_on_time")
    rows[2] |= {"value": None, "numerator": 0.0, "denominator": 0.0}
    rows[5] |= {"numerator": None}
    assert charts_of(method, *rows).height == 14


@pytest.mark.parametrize("share", [0.0, 1.0, round(1 / 3, 6)])
def test_a_constant_share_has_no_signal(method: Method, share: float) -> None:
    rows = series([share] * 14, indicator="due_on_time")
    # published of six decimals, counted whole
    for place, row in enumerate(rows):
        cases = 30.0 * (1 + place % 3)
        row |= {"numerator": float(round(share * cases)), "denominator": cases}
    found = charts_of(method, *rows)
    assert found["signal"].null_count() == 14
    assert found["value"].to_list() == [share] * 14
    assert found["lower"].to_list() == found["upper"].to_list() == [share] * 14


def test_only_months_as_published_and_indicators_of_the_method_are_charted(method: Method) -> None:
    restated = series(QUIET, basis="restated")
    unknown = series(QUIET, indicator="happiness")
    assert charts_of(method, *restated, *unknown).is_empty()


def test_the_signals_are_those_listed_and_the_order_of_rows_does_not_matter(
    method: Method,
) -> None:
    random = Random(2)
    rows = [
        row
        for unit in ("H01", "H02", "H03")
        for indicator in ("due_on_time", "reform_performance_index")
        for row in series(
            [round(random.random(), 6) for _ in range(40)],
            indicator=indicator,
            unit=unit,
            breaks=(14, 30),
        )
    ]
    found = charts_of(method, *rows)
    assert found.height == 6 * 40
    assert set(found["signal"].drop_nulls()) <= set(SIGNALS)
    assert found.write_csv() == charts_of(method, *random.sample(rows, len(rows))).write_csv()
