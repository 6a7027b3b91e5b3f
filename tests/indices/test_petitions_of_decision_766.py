"""Indicators 5.1 to 5.3 of Decision 766 count petitions as the national portal does."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipeline import tables
from pipeline.indices.petitions import official_counts

PORTAL = Path(__file__).parents[3] / "shared/oracles/decision_766/phutho_2026-08_satisfaction.csv"


def counted(*cells: dict[str, Any]) -> list[dict[str, Any]]:
    given = {
        **{"month": "2026-08", "sender_code": "H44", "sha256": "f", "unit_code": "H44"},
        **{"subject": "other", "outcome": "handled_on_time", "satisfied": "", "petitions": 1},
    }
    frame = pl.DataFrame([given | cell for cell in cells], schema=tables.PETITION_COUNTS.schema)
    return official_counts(frame.lazy()).collect().to_dicts()


@pytest.mark.parametrize(
    ("outcome", "opinion", "is_on_time", "is_satisfied"),
    [
        ("handled_on_time", "yes", 1, 1),
        ("handled_on_time", "", 1, 1),
        ("handled_on_time", "no", 1, 0),
        # Late is late, whatever the petitioner thinks.
        ("handled_late", "yes", 0, 0),
        ("handled_late", "no", 0, 0),
        ("open_not_due", "", 1, 1),
        ("open_overdue", "", 0, 0),
    ],
)
def test_a_petition_is_on_time_and_satisfied_or_not(
    outcome: str, opinion: str, is_on_time: int, is_satisfied: int
) -> None:
    (found,) = counted({"outcome": outcome, "satisfied": opinion, "petitions": 3})
    assert found["petitions"] == 3
    assert (found["on_time"], found["satisfied"]) == (3 * is_on_time, 3 * is_satisfied)


def test_refused_petitions_are_in_no_count() -> None:
    refused = {"outcome": "refused", "satisfied": "no", "petitions": 5}
    assert counted(refused) == []
    assert counted(refused, {}) == counted({})


def test_petitions_are_told_apart_by_what_they_are_about() -> None:
    found = counted({"subject": "procedures"}, {"subject": "conduct", "petitions": 2}, {})
    assert [(row["procedures"], row["conduct"], row["petitions"]) for row in found] == [(1, 2, 4)]


def test_each_month_and_unit_counts_for_itself_over_its_files() -> None:
    found = counted({}, {"sha256": "g"}, {"unit_code": "H44.01"}, {"month": "2026-09"})
    assert [(row["month"], row["unit_code"], row["petitions"]) for row in found] == [
        ("2026-08", "H44", 2),
        ("2026-08", "H44.01", 1),
        ("2026-09", "H44", 1),
    ]


def test_the_portals_counts_give_its_points() -> None:
    """Its counts as cells: on time and satisfied, on time and not, and the rest late."""
    if not PORTAL.exists():
        pytest.skip(f"the portal's scores are not on this machine: {PORTAL}")
    for unit in pl.read_csv(PORTAL).iter_rows(named=True):
        on_time, satisfied = unit["pet_ontime_num"], unit["pet_satisf_num"]
        found = counted(
            {"satisfied": "yes", "petitions": satisfied},
            {"satisfied": "no", "petitions": on_time - satisfied},
            {"outcome": "handled_late", "petitions": unit["pet_ontime_den"] - on_time},
        )[0]
        assert found["petitions"] == unit["pet_ontime_den"] == unit["pet_satisf_den"]
        for name, score in (("on_time", "pet_ontime_score"), ("satisfied", "pet_satisf_score")):
            # No petitions are full points; that is the method's business, not that of counts.
            points = 6 * found[name] / found["petitions"] if found["petitions"] else 6
            assert points == pytest.approx(unit[score], abs=0.005), (unit["unit_code"], name)
