"""Deliveries: how many rows a file of ratings has tells how many answered."""

import polars as pl
import pytest

from pipeline import tables
from pipeline.suppression import withhold_deliveries

LIMIT = 5


def deliveries(accepted: int, kind: str = "ratings") -> pl.DataFrame:
    given = {
        "month": "2026-08",
        "sender_code": "a",
        "sender_name": "Xã a",
        "status": "accepted",
        "profile": "p",
    }
    row = {"kind": kind, "sha256": "1" * 64, "rows": accepted + 2, "accepted": accepted}
    missing = {"month": "2026-08", "sender_code": "b", "sender_name": "b", "status": "missing"}
    rows = [given | row | {"rejected": 2}, missing]
    return tables.DELIVERED.conform(pl.DataFrame(rows, infer_schema_length=None))


def rejected(kind: str = "ratings") -> pl.DataFrame:
    row = {"month": "2026-08", "sender_code": "a", "kind": kind, "sha256": "1" * 64}
    more = {"row_number": 2, "column": "answer", "rule": "r", "reason": "x", "reason_vi": "x"}
    return tables.REJECTED.conform(pl.DataFrame([row | more]))


@pytest.mark.parametrize(
    ("accepted", "kind", "withheld", "is_hidden"),
    [
        (4, "ratings", set(), True),
        (5, "ratings", set(), False),
        (0, "ratings", set(), False),
        (4, "dossiers", set(), False),
        (400, "ratings", {"a"}, True),
        (400, "ratings", {"c"}, False),
        (400, "dossiers", {"a"}, False),
    ],
)
def test_rows_of_ratings_are_withheld_of_few_and_of_a_sender_whose_answers_are(
    accepted: int, kind: str, withheld: set[str], is_hidden: bool
) -> None:
    sent, rows = deliveries(accepted, kind), rejected(kind)
    found, kept = withhold_deliveries(sent, rows, withheld, LIMIT)
    counts = found.select("rows", "accepted", "rejected").row(0)
    assert counts == ((None,) * 3 if is_hidden else (accepted + 2, accepted, 2))
    assert kept.height == (0 if is_hidden else 1)
    others = pl.exclude("rows", "accepted", "rejected")
    assert found.select(others).equals(sent.select(others))


def test_the_files_of_a_sender_are_few_or_many_together() -> None:
    two = pl.concat([deliveries(3), deliveries(3).with_columns(sha256=pl.lit("2" * 64))])
    found, _ = withhold_deliveries(two, rejected(), set(), LIMIT)
    assert found.filter(kind="ratings")["accepted"].to_list() == [3, 3]
