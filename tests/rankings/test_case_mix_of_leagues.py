"""A league's units by late dossiers observed and expected."""

from random import Random
from typing import Any

import polars as pl
import pytest

from pipeline import agencies, methods, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope, case_mix
from pipeline.tables import comparisons
from pipeline.tallies import Tallies

from .conftest import Value

MONTH = "2026-08"
REGISTER = Register(
    tables.AGENCIES.conform(
        pl.DataFrame(
            {
                "code": ["A", "A.1", "B", "C", "P"],
                "name_vi": ["A", "A.1", "B", "C", "P"],
                "kind": ["commune", "office", "commune", "commune", "province"],
                "parent_code": ["P", "A", "P", "P", None],
            }
        )
    ),
    digest="0",
)


def cell(unit: str, procedure: str, verdict: str, dossiers: int, **more: Value) -> dict[str, Any]:
    given = {
        "month": MONTH,
        "sender_code": "P",
        "sha256": "f",
        "unit_code": unit,
        "clock": "working",
        "procedure_code": procedure,
        "channel": "counter",
        "applicant": "citizen",
        "intake": "received",
        "outcome": "finished_early" if verdict == "on_time" else "open_overdue",
        "verdict": verdict,
        "due_month": MONTH,
        "dossiers": dossiers,
        "saved_thousandths": 0,
        "saved_squared_millionths": 0,
    }
    return given | more


def due(unit: str, procedure: str, late: int, of: int, **more: Value) -> list[dict[str, Any]]:
    return [
        cell(unit, procedure, "late", late, **more),
        cell(unit, procedure, "on_time", of - late, **more),
    ]


def mix_of(*cells: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The communes' rows by unit."""
    found = frame_of(list(cells)).filter(pl.col("league") == "commune:P")
    return {row["unit_code"]: row for row in found.iter_rows(named=True)}


def frame_of(cells: list[dict[str, Any]]) -> pl.DataFrame:
    tallies = Tallies.of(outcomes=pl.DataFrame(cells, schema=tables.OUTCOMES.schema).lazy())
    return case_mix.compute(tallies, RankingScope(MONTH, methods.load(), REGISTER))


# A does well with hard dossiers, B badly with easy ones: A is later, and better.
A_AND_B = [
    *due("A", "easy", 0, 20),
    *due("A", "hard", 40, 80),
    *due("B", "easy", 16, 80),
    *due("B", "hard", 16, 20),
]


def test_the_unit_with_the_harder_mix_passes_the_other_once_that_is_known() -> None:
    found = mix_of(*A_AND_B)
    easy, hard = (0 + 16) / 100, (40 + 16) / 100
    a, b = found["A"], found["B"]
    assert (a["due"], a["late"], b["due"], b["late"]) == (100, 40, 100, 32)
    assert a["expected_late"] == pytest.approx(20 * easy + 80 * hard)
    assert b["expected_late"] == pytest.approx(80 * easy + 20 * hard)
    assert a["ratio"] == pytest.approx(40 / (20 * easy + 80 * hard), abs=1e-6)
    assert a["adjusted_value"] == pytest.approx(a["ratio"] * 72 / 200, abs=1e-6)
    assert (a["rank"], a["adjusted_rank"], a["moved_by_mix"]) == (2, 1, 1)
    assert (b["rank"], b["adjusted_rank"], b["moved_by_mix"]) == (1, 2, -1)


def test_z_has_the_variance_of_the_expected_count() -> None:
    a = mix_of(*A_AND_B)["A"]
    variance = 20 * 0.16 * 0.84 + 80 * 0.56 * 0.44
    assert a["z"] == pytest.approx((40 - 48) / variance**0.5, abs=1e-6)


def test_the_same_mix_moves_nobody() -> None:
    found = mix_of(*due("A", "x", 10, 50), *due("B", "x", 20, 100), *due("C", "x", 9, 50))
    assert [found[unit]["rank"] for unit in "ABC"] == [2, 2, 1]
    assert [found[unit]["moved_by_mix"] for unit in "ABC"] == [0, 0, 0]


def test_another_channel_is_another_kind_of_dossier() -> None:
    online = {"channel": "online"}
    found = mix_of(*due("A", "x", 30, 60), *due("A", "x", 0, 40, **online), *due("B", "x", 20, 100))
    assert found["A"]["expected_late"] == pytest.approx(60 * 50 / 160 + 0)
    assert (found["A"]["shared_due"], found["B"]["shared_due"]) == (60, 100)


def test_a_unit_is_adjusted_where_half_of_its_dossiers_are_of_shared_kinds() -> None:
    for shared, is_compared in ((50, True), (49, False)):
        own = due("A", "own", 30, 100 - shared)
        a = mix_of(*own, *due("A", "x", 10, shared), *due("B", "x", 20, 100))["A"]
        assert (a["ratio"] is not None) == is_compared
        assert (a["adjusted_rank"] is not None) == is_compared
        assert (a["due"], a["shared_due"]) == (100, shared)
        assert a["expected_late"] is not None


def test_where_nobody_is_late_nothing_is_expected_and_nobody_adjusted() -> None:
    found = mix_of(*due("A", "x", 0, 100), *due("B", "x", 0, 50))
    for row in found.values():
        assert row["expected_late"] == 0
        assert row["ratio"] is row["adjusted_value"] is row["rank"] is row["moved_by_mix"] is None


def test_where_all_are_late_all_rank_alike() -> None:
    found = mix_of(*due("A", "x", 100, 100), *due("B", "x", 50, 50))
    assert [found[unit]["ratio"] for unit in "AB"] == [1, 1]
    assert [found[unit]["adjusted_rank"] for unit in "AB"] == [1, 1]
    assert found["A"]["z"] is None


def test_a_unit_of_29_dossiers_is_shown_and_not_ranked() -> None:
    # The two others tie for the first rank, so that the third unit has the third.
    for dossiers, rank in ((29, None), (30, 3)):
        found = mix_of(
            *due("A", "x", 10, 100), *due("B", "x", 10, 100), *due("C", "x", 15, dossiers)
        )
        assert found["C"]["ratio"] is not None
        assert found["C"]["rank"] == found["C"]["adjusted_rank"] == rank
        assert found["A"]["rank"] == 1


def test_byars_limits_stand_where_under_a_tenth_is_late() -> None:
    found = mix_of(*due("A", "x", 9, 100), *due("B", "x", 10, 100))
    assert (found["A"]["limits_kind"], found["B"]["limits_kind"]) == ("byar", "wilson")
    for row in found.values():
        assert row["lower"] < row["ratio"] < row["upper"]


def test_a_unit_alone_in_its_league_has_no_row() -> None:
    assert mix_of(*due("A", "x", 9, 100)) == {}
    assert frame_of([]).schema == comparisons.CASE_MIX.schema


def test_dossiers_of_an_office_count_for_the_commune_above_it() -> None:
    found = mix_of(*due("A.1", "x", 10, 50), *due("A", "x", 0, 50), *due("B", "x", 20, 100))
    assert (found["A"]["due"], found["A"]["late"]) == (100, 10)


def test_a_dossier_that_ended_early_in_a_month_before_counts_by_its_due_month() -> None:
    earlier = cell("A", "x", "on_time", 40, month="2026-07")
    other_month = cell("A", "x", "late", 99, due_month="2026-07")
    left = cell("A", "x", "left", 7, outcome="left")
    found = mix_of(earlier, other_month, left, *due("A", "x", 10, 60), *due("B", "x", 20, 100))
    assert (found["A"]["due"], found["A"]["late"]) == (100, 10)


def test_what_an_absorbed_province_ended_early_counts_for_its_successor() -> None:
    # Bac Giang (H02) was absorbed by Bac Ninh (H05) on 1 July 2025; Ha Noi (H26) stands beside it.
    june, july = "2025-06", "2025-07"

    def sent(
        sender: str, procedure: str, verdict: str, dossiers: int, month: str
    ) -> dict[str, Any]:
        more = {"sender_code": sender, "month": month, "due_month": july}
        return cell(sender, procedure, verdict, dossiers, **more)

    cells = [
        *(sent(code, "x", "on_time", n, june) for code, n in (("H02", 100), ("H05", 100))),
        sent("H26", "x", "on_time", 200, june),
        *(sent(code, "x", "on_time", 100, july) for code in ("H05", "H26")),
        *(sent(code, "x", "late", 30, july) for code in ("H05", "H26")),
    ]
    tallies = Tallies.of(outcomes=pl.DataFrame(cells, schema=tables.OUTCOMES.schema).lazy())
    found = case_mix.compute(tallies, RankingScope(july, methods.load(), agencies.load(None)))
    assert found.select("unit_code", "due", "late", "ratio", "rank").rows() == [
        ("H05", 330, 30, 1.0, 1),
        ("H26", 330, 30, 1.0, 1),
    ]


def test_the_order_of_cells_does_not_change_a_byte() -> None:
    cells = [
        row
        for unit in ("A", "A.1", "B", "C")
        for number in range(20)
        for row in due(unit, f"p{number}", number % 7, 7 + number * 3)
    ]
    shuffled = Random(3).sample(cells, len(cells))
    assert frame_of(cells).write_csv() == frame_of(shuffled).write_csv()
