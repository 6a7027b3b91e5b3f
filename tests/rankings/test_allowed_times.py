"""Allowed times far above those of the other units of the league, for the same procedure."""

from datetime import date
from statistics import median
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import methods, tables
from pipeline.agencies import Register
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
from pipeline.tallies.pooling import Pooling

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


def longer(*cells: Row, register: Register | None = None) -> dict[str, tuple[int, int]]:
    """By unit, its cases and among how many; the units C1 to C9 are one league."""
    found = longer_by_month(*cells, register=register)
    return {unit: counts for (month, unit), counts in found.items() if month == MONTH}


def longer_by_month(
    *cells: Row, register: Register | None = None
) -> dict[tuple[str, str], tuple[int, int]]:
    frame = pl.LazyFrame(list(cells), schema=tables.ALLOWED.schema)
    scope = RankingScope(MONTH, methods.load(), register or register_of(9))
    pools = Pooling.of(Tallies.of(allowed=frame), MONTH, scope.register).pools
    found = find_longer(frame, pools, scope)
    assert set(found["finding"]) <= {FINDING}
    return {
        (month, unit): (cases, looked_at)
        for month, unit, cases, looked_at in found.select(
            "month", "unit_code", "cases", "looked_at"
        ).iter_rows()
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
    rows = pl.col("code") == "C1"
    kind = pl.when(rows).then(pl.lit("department")).otherwise("kind").alias("kind")
    register = Register(register_of(9).table.with_columns(kind), digest="0")
    cells = [allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS)]
    assert longer(*cells, register=register) == {}


def test_each_month_is_compared_with_itself() -> None:
    before = [allowed(unit, 30, month="2026-07") for unit in PEERS]
    found = longer(allowed("C1", 30), *(allowed(unit, 10) for unit in PEERS), *before)
    assert found["C1"] == (20, 20)


def test_months_are_read_as_far_back_as_an_agency_has_a_case_in_every_month() -> None:
    def in_month(month: str, *longer_units: str) -> list[Row]:
        return [
            allowed(f"C{n}", 30 if f"C{n}" in longer_units else 10, month=month)
            for n in range(1, 6)
        ]

    # C1 and C2 in turn are a case of their province in every month.
    cells = in_month(MONTH, "C1") + in_month("2026-07", "C2") + in_month("2026-06", "C1")
    found = longer_by_month(*cells, *in_month("2026-05"), *in_month("2026-04", "C1"))
    assert {month for month, _ in found} == {"2026-05", "2026-06", "2026-07", MONTH}
    found = longer_by_month(*in_month(MONTH), *in_month("2026-07", "C1"))
    assert {month for month, _ in found} == {MONTH}


def test_each_month_has_the_leagues_of_its_own_register() -> None:
    # C4 is a peer until July only: without it C1 has two peers there by the register of today.
    ended = pl.when(pl.col("code") == "C4").then(pl.lit(date(2026, 7, 31))).alias("valid_to")
    register = Register(register_of(5).table.with_columns(ended), digest="0")
    before = [allowed("C1", 30, month="2026-07"), *peers_in("2026-07", "C2", "C3", "C4")]
    now = [allowed("C1", 30), *peers_in(MONTH, "C2", "C3", "C5")]
    found = longer_by_month(*before, *now, register=register)
    assert found["2026-07", "C1"] == (20, 20)


def peers_in(month: str, *units: str) -> list[Row]:
    return [allowed(unit, 10, month=month) for unit in units]


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
