"""Leagues before and after 1 July 2025: who is in them, and what is no change."""

from typing import Any

import polars as pl
import pytest

from pipeline import agencies, methods, rankings, tables
from pipeline.rankings import RankingScope
from pipeline.tallies import Tallies

JUNE, JULY = "2025-06", "2025-07"
BAC_GIANG, BAC_NINH, HA_NOI, CAO_BANG = "H02", "H05", "H26", "H14"


def indices_of(values: dict[str, float], month: str) -> pl.DataFrame:
    rows = [
        {
            "month": month,
            "unit_code": code,
            "indicator": "processing_time_index",
            "unit": "points",
            "value": value,
            "standard_error": 1.0,
        }
        for code, value in values.items()
    ]
    return pl.DataFrame(rows, schema={**tables.INDICES.schema})


def rank_units(
    values: dict[str, float], month: str, previous: dict[str, float], before: str
) -> dict[str, dict[str, Any]]:
    """The rows of a month's ranking by unit."""
    found = rankings.compute(
        indices_of(values, month),
        indices_of(previous, before),
        Tallies.of(),
        tables.DELIVERED.empty(),
        RankingScope(month, methods.load(), agencies.load(None)),
    )
    return {row["unit_code"]: row for row in found.iter_rows(named=True)}


@pytest.mark.parametrize(
    ("month", "league", "size"),
    [
        (JUNE, "province", 63),
        (JULY, "province", 34),
        ("2025-02", "ministry", 22),
        ("2025-03", "ministry", 17),
    ],
)
def test_a_league_has_the_members_of_its_month(month: str, league: str, size: int) -> None:
    member = {"province": HA_NOI, "ministry": "G02"}[league]
    found = rank_units({member: 80.0}, month, {}, "2024-12")
    assert {row["league"] for row in found.values()} == {league}
    assert len(found) == size


@pytest.mark.parametrize(
    ("month", "code", "name"),
    [
        ("2024-12", "H57", "Thừa Thiên Huế"),
        ("2025-01", "H57", "Huế"),
        (JUNE, BAC_GIANG, "Bắc Giang"),
        (JULY, BAC_NINH, "Bắc Ninh"),
    ],
)
def test_a_member_has_the_name_of_the_month(month: str, code: str, name: str) -> None:
    assert rank_units({HA_NOI: 80.0}, month, {}, "2024-11")[code]["unit_name"] == name


def test_a_value_of_another_territory_is_no_previous_one() -> None:
    before = {HA_NOI: 70.0, BAC_GIANG: 90.0, BAC_NINH: 60.0}
    found = rank_units({HA_NOI: 80.0, BAC_NINH: 85.0}, JULY, before, JUNE)
    assert found[BAC_NINH]["previous_value"] is None
    assert found[HA_NOI]["previous_value"] == 70.0


def test_a_rank_among_63_is_no_previous_one_among_34() -> None:
    before = {HA_NOI: 70.0, CAO_BANG: 90.0}
    found = rank_units({HA_NOI: 80.0, CAO_BANG: 85.0}, JULY, before, JUNE)
    assert {row["previous_rank"] for row in found.values()} == {None}


@pytest.mark.parametrize(("month", "before"), [(JUNE, "2025-05"), ("2025-08", JULY)])
def test_values_and_ranks_within_one_territory_are_previous_ones(month: str, before: str) -> None:
    found = rank_units(
        {HA_NOI: 80.0, BAC_NINH: 85.0}, month, {HA_NOI: 70.0, BAC_NINH: 60.0}, before
    )
    assert (found[BAC_NINH]["previous_value"], found[BAC_NINH]["previous_rank"]) == (60.0, 2)
    assert (found[HA_NOI]["previous_value"], found[HA_NOI]["previous_rank"]) == (70.0, 1)


def test_ministries_that_merged_have_no_previous_value_and_renamed_ones_have() -> None:
    values = {"G17": 80.0, "G21": 85.0}
    found = rank_units(values, "2025-03", {"G17": 70.0, "G21": 60.0, "G04": 50.0}, "2025-02")
    assert found["G17"]["previous_value"] is None
    assert found["G21"]["previous_value"] == 60.0
    assert found["G21"]["previous_rank"] is None


def test_a_merger_of_ministries_leaves_the_provinces_alone() -> None:
    before = {HA_NOI: 70.0, CAO_BANG: 90.0, "G17": 70.0}
    found = rank_units({HA_NOI: 80.0, CAO_BANG: 85.0, "G17": 80.0}, "2025-03", before, "2025-02")
    assert (found[HA_NOI]["previous_rank"], found[CAO_BANG]["previous_rank"]) == (2, 1)
