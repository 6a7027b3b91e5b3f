"""Which rejected rows make a month incomplete."""

import polars as pl
import pytest

from assets.month import report
from pipeline import tables

LIMIT = 0.05


def find(kind: str, rejected: int, rows: int) -> list[tuple[str, int, int]]:
    """The gaps of a sender with so many rejected of its rows of a kind."""
    given = {
        "month": "2026-10",
        "sender_code": "H01",
        "sender_name": "An Giang",
        "kind": kind,
        "status": "accepted",
        "rows": rows,
        "accepted": rows - rejected,
        "rejected": rejected,
    }
    found = report.find_too_many(tables.DELIVERED.conform(pl.DataFrame([given])), LIMIT)
    return list(found.select("kind", "rejected", "rows").iter_rows())


@pytest.mark.parametrize("kind", ["dossiers", "ratings", "figures"])
def test_more_than_the_limit_is_a_gap_and_the_limit_is_none(kind: str) -> None:
    assert find(kind, 1, 20) == []  # 5 %
    assert find(kind, 2, 20) == [(kind, 2, 20)]


def test_a_few_rejected_petitions_are_no_gap_and_many_are() -> None:
    assert find("petitions", 1, 12) == []
    assert find("petitions", 9, 9) == []
    assert find("petitions", 10, 100) == [("petitions", 10, 100)]
    assert find("petitions", 10, 200) == []  # 5 %


def test_nearly_all_rows_are_a_gap_of_every_kind() -> None:
    for kind in tables.KINDS:
        assert find(kind, 8_662, 9_000) == [(kind, 8_662, 9_000)]
