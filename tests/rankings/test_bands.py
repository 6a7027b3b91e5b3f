"""Bands stand beside totals of official methods, and beside nothing of our own."""

from datetime import date

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope, leagues

MONTH = "2026-08"
UNITS = ("H01", "H02", "H03")
REGISTER = Register(
    tables.AGENCIES.conform(
        pl.DataFrame(
            [
                {"code": code, "name_vi": code, "kind": "province", "valid_from": date(2020, 1, 1)}
                for code in UNITS
            ]
        )
    ),
    digest="0",
)


def bands(indicator: str, *values: float | None) -> dict[str, str | None]:
    """The band of each unit's value, by the methods in force."""
    rows = [
        {"month": MONTH, "unit_code": unit, "indicator": indicator, "value": value}
        for unit, value in zip(UNITS, values, strict=True)
    ]
    indices = tables.INDICES.conform(pl.DataFrame(rows))
    in_force = methods.load_all().at(MONTH).as_one
    found = leagues.list_entries(indices, RankingScope(MONTH, in_force, REGISTER))
    return dict(found.filter(indicator=indicator).select("unit_code", "band").iter_rows())


@pytest.mark.parametrize(
    ("indicator", "limit", "below"),
    [("decision_766_total", 90.0, 89.99), ("circular_01_2018_total", 15.0, 14.9)],
)
def test_a_total_has_its_band_on_both_sides_of_the_best_limit(
    indicator: str, limit: float, below: float
) -> None:
    assert bands(indicator, limit, below, None) == {"H01": "excellent", "H02": "good", "H03": None}


def test_our_own_indices_have_tiers_and_never_these_words() -> None:
    found = bands("processing_time_index", 95.0, 60.0, 10.0)
    assert found == {"H01": None, "H02": None, "H03": None}
