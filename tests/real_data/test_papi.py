"""PAPI 2011-2016: a published yearly index of 63 provinces, added up and ranked by our own code."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import agencies, methods, tables
from pipeline.rankings import RankingScope, leagues, rank_sets, reasons

DIMENSIONS = ("participation", "transparency", "accountability", "corruption", "procedures")
COLUMNS = [f"papi_{name}" for name in (*DIMENSIONS, "service")]
YEARS = [str(year) for year in range(2011, 2017)]
SHORT_NAMES = {"BRVT": "Ba Ria - Vung Tau", "TP HCM": "Ho Chi Minh City"}
"""The two provinces whose names the file shortens; all others are names in English."""
WITHOUT_DATA = {"2014": ["H02", "H20"]}
"""Bắc Giang and Đồng Tháp; the file gives their totals as 0.0."""


@pytest.fixture(scope="module")
def papi(shared_data: Path) -> pl.DataFrame:
    """Text as in the file, with the code of each province in force in its year."""
    sent = pl.read_csv(shared_data / "papi" / "papi_2011_2016.csv", infer_schema=False)
    provinces = (
        agencies.load(None).at("2014-12").filter(kind="province").select("code", prov="name_en")
    )
    return sent.with_columns(pl.col("prov").replace(SHORT_NAMES)).join(
        provinces, on="prov", how="left"
    )


def totals(papi: pl.DataFrame, year: str) -> dict[str, Decimal]:
    """The sum of the six dimensions, in decimals; provinces without data are left out."""
    rows = papi.filter(year=year).select("code", *COLUMNS).drop_nulls().iter_rows()
    return {code: sum(map(Decimal, values), Decimal(0)) for code, *values in rows}


def ranking(papi: pl.DataFrame, year: str) -> dict[str, dict[str, Any]]:
    """The year's league of provinces by our own code, `papi` standing for its indicator."""
    month = f"{year}-12"
    values = totals(papi, year)
    indices = tables.INDICES.conform(
        pl.DataFrame(
            {
                "month": month,
                "unit_code": list(values),
                "indicator": "papi",
                "value": [float(value) for value in values.values()],
            }
        )
    )
    whole, register = methods.load(), agencies.load(None)
    papi_indicator = whole.indicator("reform_performance_index").model_copy(update={"name": "papi"})
    method = whole.model_copy(update={"indicators": (papi_indicator,)})
    scope = RankingScope(month, method, register)
    entries = leagues.list_entries(indices, scope)
    noted = reasons.with_notes(entries, tables.DELIVERED.empty(), scope)
    found = rank_sets.with_ranks(rank_sets.exclude_singletons(noted))
    return {row["unit_code"]: row for row in found.iter_rows(named=True)}


def test_every_province_of_every_year_is_in_the_register(papi: pl.DataFrame) -> None:
    assert papi["code"].null_count() == 0
    assert papi.group_by("year").agg(pl.col("code").n_unique()).sort("year").rows() == [
        (year, 63) for year in YEARS
    ]


@pytest.mark.parametrize("year", YEARS)
def test_the_published_total_is_the_sum_of_the_dimensions_to_the_last_digit(
    papi: pl.DataFrame, year: str
) -> None:
    published = dict(papi.filter(year=year).select("code", "papi_unweighted").iter_rows())
    summed = totals(papi, year)
    assert len(summed) == 63 - len(WITHOUT_DATA.get(year, []))
    for code, total in summed.items():
        digits = Decimal(published[code])
        # The file's totals are doubles: sixteen digits, of which fourteen are decimals.
        assert abs(total - digits) <= Decimal("1.5e-14")


@pytest.mark.parametrize("year", YEARS)
def test_every_province_with_data_is_ranked_by_its_total(papi: pl.DataFrame, year: str) -> None:
    summed = totals(papi, year)
    expected = {
        code: 1 + sum(other > total for other in summed.values()) for code, total in summed.items()
    }
    found = ranking(papi, year)
    assert len(found) == 63
    assert {code: row["rank"] for code, row in found.items() if code in expected} == expected


@pytest.mark.parametrize("year", YEARS)
def test_a_province_without_data_is_not_ranked_last_but_not_at_all(
    papi: pl.DataFrame, year: str
) -> None:
    found = ranking(papi, year)
    unranked = {code: row["note"] for code, row in found.items() if row["rank"] is None}
    assert unranked == dict.fromkeys(WITHOUT_DATA.get(year, []), "no_export")
    assert max(row["rank"] or 0 for row in found.values()) <= 63 - len(unranked)


def test_names_are_those_of_the_63_provinces(papi: pl.DataFrame) -> None:
    found = ranking(papi, "2014")
    assert found["H02"]["unit_name"] == "Bắc Giang"
    assert found["H57"]["unit_name"] == "Thừa Thiên Huế"
