"""A small month by hand: two units of one province, one file refused, one sender missing."""

from collections.abc import Callable

import polars as pl
import pytest

from pipeline import agencies, methods, tables
from pipeline.bulletin import Content

MONTH = "2026-10"
FIRST, SECOND, REFUSED = "1" * 64, "2" * 64, "3" * 64

Value = str | int | float | None
Row = dict[str, Value]
Delivered = Callable[..., pl.DataFrame]


def index_row(
    unit_code: str, unit_name: str, indicator: str, value: float | None, **more: Value
) -> Row:
    return {
        "month": MONTH,
        "unit_code": unit_code,
        "unit_name": unit_name,
        "parent_code": "H15",
        "level": "department",
        "indicator": indicator,
        "value": value,
        "unit": "share",
        "method": "reform-index",
        **more,
    }


def indices() -> pl.DataFrame:
    rows = [
        index_row("H15.2", "Sở Tài chính", "due_on_time", None, note="no_export"),
        index_row(
            "H15.1",
            "Sở Nội vụ, “Một cửa”",
            "due_on_time",
            9 / 12,
            numerator=9.0,
            denominator=12.0,
            lower=1e-7,
            upper=0.9,
            interval_source="chance",
            left_out=0.0,
            standard_error=0.1250005,
        ),
        index_row("H15.1", "Sở Nội vụ, “Một cửa”", "on_time_of_finished", 1.0, numerator=12.0),
    ]
    return tables.INDICES.conform(pl.DataFrame(rows, infer_schema_length=None))


def rankings() -> pl.DataFrame:
    row = {
        "month": MONTH,
        "league": "department of H15",
        "indicator": "due_on_time",
        "unit_code": "H15.1",
        "unit_name": "Sở Nội vụ, “Một cửa”",
        "value": 0.75,
        "rank": 1,
        "rank_lower": 1,
        "rank_upper": 2,
        "rank_set_kind": "marginal",
        "tier": 1,
    }
    return tables.RANKINGS.conform(pl.DataFrame([row]))


def delivery(
    sender_code: str, kind: str | None, sha256: str | None, status: str = "accepted", **more: Value
) -> Row:
    return {
        "month": MONTH,
        "sender_code": sender_code,
        "sender_name": "Đắk Lắk",
        "kind": kind,
        "sha256": sha256,
        "status": status,
        **more,
    }


def deliveries(*rows: Row) -> pl.DataFrame:
    chosen = rows or (
        delivery("H15", "ratings", SECOND, rows=40, accepted=40, rejected=0),
        delivery("H15", "dossiers", FIRST, profile="national", rows=30, accepted=28, rejected=2),
        delivery("H16", "dossiers", REFUSED, "refused", fault="wrong_month", message="a, b"),
        delivery("H17", None, None, "missing"),
    )
    return tables.DELIVERED.conform(pl.DataFrame(chosen, infer_schema_length=None))


def make_content() -> Content:
    return Content(
        month=MONTH,
        indices=indices(),
        rankings=rankings(),
        deliveries=deliveries(),
        rejected=tables.REJECTED.empty(),
        register=agencies.load(None),
        method=methods.load(),
        is_simulated=False,
        scorecards=methods.load_all().scorecards,
    )


@pytest.fixture
def content() -> Content:
    return make_content()


@pytest.fixture
def delivered() -> Delivered:
    """Makes a deliveries table of rows (sender, kind, SHA-256, …)."""
    return lambda *rows: deliveries(*(delivery(*row[:3], **row[3]) for row in rows))
