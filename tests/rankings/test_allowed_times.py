"""Allowed times far above those of the other units of the league, for the same procedure."""

from statistics import median
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import methods, tables
from pipeline.rankings import RankingScope, findings
from pipeline.rankings.allowed_times import (
    FINDING,
    LEAST_DOSSIERS,
    LEAST_PEERS,
    MORE_DAYS,
    TIMES_THE_PEERS,
    find_longer,
)
from pipeline.tallies import Tallies

from .conftest import MONTH, register_of

Row = dict[str, Any]
PEERS = ("C2", "C3", "C4")


def allowed(unit: str, days: int, dossiers: int = 20, **more: Any) -> Row:
    return {
        "month": MONTH,
        "sender_code": "P",
        "sha256": "f",
        "unit_code": unit,
        "clock": "working",
        "procedure_code": "1.004873",
        "allowed_days": days,
        "dossiers": dossiers,
        **more,
    }


def longer(*cells: Row, leagues: dict[str, str] | None = None) -> dict[str, tuple[int, int]]:
    """By unit, its cases and among how many; the units C1 to C9 are one league."""
    units = leagues or {f"C{number}": "communes" for number in range(1, 10)}
    members = pl.DataFrame(list(units.items()), schema=["unit_code", "league"], orient="row")
    frame = pl.LazyFrame(list(cells), schema=tables.ALLOWED.schema)
    found = find_longer(frame, members, MONTH).filter(month=MONTH)
    assert set(found["finding"]) <= {FINDING}
    return {
        unit: (cases, looked_at)
        for unit, cases, looked_at in found.select("unit_code", "cases", "looked_at").iter_rows()
    }


@pytest.mark.parametrize(
    ("peers_days", "days", "cases"),
    [
        # 1.5 x 10 = 15: more than that is far above.
        (10, 15, 0),
        (10, 16, 20),
        # 1.5 x 1 = 1.5, but two days more than the peers' one are three.
        (1, 2, 0),
        (1, 3, 20),
        # 1.5 x 3 = 4.5, and 3 + 2 = 5.
        (3, 4, 0),
        (3, 5, 20),
        (10, 3, 0),
    ],
)
def test_far_above_is_more_than_half_as_much_again_and_two_days(
    peers_days: int, days: int, cases: int
) -> None:
    found = longer(allowed("C1", days), *(allowed(unit, peers_days) for unit in PEERS))
    assert found["C1"] == (cases, 20)
    assert (TIMES_THE_PEERS, MORE_DAYS) == (1.5, 2)


def test_a_case_is_a_dossier_and_not_all_of_the_procedure() -> None:
    cells = [allowed("C1", 10, 15), allowed("C1", 30, 5), *(allowed(unit, 10) for unit in PEERS)]
    assert longer(*cells)["C1"] == (5, 20)


@pytest.mark.parametrize(
    ("dossiers", "is_peer"), [(LEAST_DOSSIERS, True), (LEAST_DOSSIERS - 1, False)]
)
def test_peers_have_enough_dossiers_of_the_procedure(dossiers: int, is_peer: bool) -> None:
    cells = [allowed("C1", 30, 3), *(allowed(unit, 10, dossiers) for unit in PEERS)]
    # The unit itself may have few.
    assert longer(*cells).get("C1") == ((3, 3) if is_peer else None)


def test_fewer_peers_than_the_least_compare_nothing() -> None:
    assert len(PEERS) == LEAST_PEERS
    few = [allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS[:-1])]
    assert longer(*few) == {}
    # With one more each of the four has three others.
    assert set(longer(*few, allowed("C4", 10))) == {"C1", "C2", "C3", "C4"}


@pytest.mark.parametrize("other", [{"procedure_code": "2.000815"}, {"clock": "elapsed"}])
def test_other_procedures_and_clocks_are_not_compared(other: Row) -> None:
    assert longer(allowed("C1", 30, **other), *(allowed(unit, 10) for unit in PEERS)) == {}


def test_other_leagues_are_not_compared() -> None:
    leagues = {"C1": "departments", **dict.fromkeys(PEERS, "communes")}
    assert longer(allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS), leagues=leagues) == {}


def test_each_month_is_compared_with_itself() -> None:
    before = [allowed(unit, 30, month="2026-07") for unit in PEERS]
    found = longer(allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS), *before)
    assert found["C1"] == (20, 20)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=25), min_size=4, max_size=7))
def test_the_peers_median_is_that_of_the_others_medians(times: list[list[int]]) -> None:
    cells = [allowed(f"C{n}", day, 1) for n, days in enumerate(times, 1) for day in days]
    found = longer(*cells)
    lower = {n: sorted(days)[(len(days) - 1) // 2] for n, days in enumerate(times, 1)}
    peers = {n for n, days in enumerate(times, 1) if len(days) >= LEAST_DOSSIERS}
    for n, days in enumerate(times, 1):
        others = [lower[each] for each in peers - {n}]
        if len(others) < LEAST_PEERS:
            assert f"C{n}" not in found
            continue
        usual = median(others)
        cases = sum(day > 1.5 * usual and day >= usual + 2 for day in days)
        assert found[f"C{n}"] == (cases, len(days))


# ---- In the table of findings


def published(*cells: Row) -> dict[str, Row]:
    tallies = Tallies.of(allowed=pl.LazyFrame(list(cells), schema=tables.ALLOWED.schema))
    scope = RankingScope(MONTH, methods.load(), register_of(5))
    table = findings.compute(tallies, tables.INDICES.empty(), scope).filter(finding=FINDING)
    return {row["unit_code"]: row for row in table.iter_rows(named=True)}


def test_a_unit_with_long_allowed_times_stands_out_and_its_province_has_the_counts() -> None:
    before = [allowed(unit, 30 if unit == "C1" else 10, month="2026-07") for unit in ("C1", *PEERS)]
    rows = published(allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS), *before)
    assert (rows["C1"]["count"], rows["C1"]["denominator"], rows["C1"]["share"]) == (20, 20, 1.0)
    assert rows["C1"]["stands_out"]
    assert rows["C1"]["since_month"] == "2026-07"
    assert (rows["C2"]["count"], rows["C2"]["stands_out"]) == (0, False)
    # Four communes of 20 dossiers, and 20 cases.
    assert (rows["P"]["count"], rows["P"]["denominator"]) == (20, 80)
