"""Rows as the typing step gives them to the suites: a good row of each kind, and changes to it."""

from datetime import datetime
from typing import Any, Protocol

import polars as pl
import pytest

from expectations.rules import records
from pipeline import tables
from pipeline.profiles.our_columns import dtype_of, sendable_columns

MONTH = "2026-10"
SENT_COLUMNS = {
    kind: [name for name in sendable_columns(kind) if name != "failures"] for kind in tables.KINDS
}
ANY_KIND = {
    "sender_code": "H15",
    "sha256": "0" * 64,
    "row_number": 2,
    "unit_code": "H15.1",
    "unit_standing": "known",
    "is_latest_copy": True,
    "has_own_key": True,
    "field_count": 12,
    "expected_field_count": 12,
}
GOOD_ROWS: dict[str, dict[str, Any]] = {
    "dossiers": {
        **ANY_KIND,
        "dossier_id": "H15.1-261005-0001",
        "procedure_code": "2.000815",
        "status": "in_progress",
        "channel": "online",
        "applicant": "citizen",
        "received_at": datetime(2026, 10, 5, 9),
        "due_at": datetime(2026, 10, 20, 17),
        "first_due_at": datetime(2026, 10, 20, 17),
    },
    "ratings": {
        **ANY_KIND,
        "respondent_id": "1",
        "question": "overall",
        "scale": "five",
        "answer": 4,
        "answer_standing": "given",
        "mode": "kiosk",
        "weight": 1.0,
        "answered_at": datetime(2026, 10, 5, 9),
    },
    "petitions": {
        **ANY_KIND,
        "petition_id": "PA-1",
        "subject": "conduct",
        "status": "in_progress",
        "received_at": datetime(2026, 10, 5, 9),
        "due_at": datetime(2026, 10, 26, 17),
    },
    "figures": {
        **ANY_KIND,
        "indicator": "on_time_766",
        "period_at": datetime(2026, 10, 1),
        "numerator": 9,
        "denominator": 12,
        "is_total": False,
    },
}


class RowsOf(Protocol):
    """From a kind and the changes of each row to the frame that `find_reasons` takes."""

    def __call__(self, kind: str, *changes: dict[str, Any]) -> pl.DataFrame: ...


class BrokenRules(Protocol):
    """From a kind and the changes of each row to the rules that each row breaks."""

    def __call__(self, kind: str, changes: list[dict[str, Any]]) -> list[set[str]]: ...


def row_of(kind: str, change: dict[str, Any]) -> dict[str, Any]:
    """The good row with changes; each value was sent as it is, unless a change says otherwise."""
    values = {**GOOD_ROWS[kind], **change}
    texts = {
        f"{column}_as_sent": None if values.get(column) is None else str(values[column])
        for column in SENT_COLUMNS[kind]
    }
    return {**texts, **values}


def schema_of(kind: str) -> dict[str, pl.DataType]:
    # A word is a text until its rule has found it in the list.
    typed = {
        name: pl.String() if isinstance(dtype, pl.Enum | pl.Categorical) else dtype
        for name, dtype in tables.RECORDS[kind].schema.items()
    }
    return {
        "row_index": pl.Int64(),
        **{name: dtype_of(kind, name) for name in SENT_COLUMNS[kind]},
        **typed,
        **{f"{column}_as_sent": pl.String() for column in SENT_COLUMNS[kind]},
        "field_count": pl.Int64(),
        "expected_field_count": pl.Int64(),
        "is_latest_copy": pl.Boolean(),
        "has_own_key": pl.Boolean(),
        "unit_standing": pl.String(),
        **({"answer_standing": pl.String()} if kind == "ratings" else {}),
        **({"broken_sum": pl.String(), "is_total": pl.Boolean()} if kind == "figures" else {}),
    }


def build_rows(kind: str, *changes: dict[str, Any]) -> pl.DataFrame:
    rows = [{"row_index": index, **row_of(kind, change)} for index, change in enumerate(changes)]
    return pl.DataFrame(rows, schema=schema_of(kind))


@pytest.fixture(scope="session")
def rows_of() -> RowsOf:
    """From a kind and the changes of each row to the frame that `find_reasons` takes."""
    return build_rows


@pytest.fixture(scope="session")
def broken_rules() -> BrokenRules:
    """From a kind and the changes of each row to the rules that each row breaks."""

    def broken(kind: str, changes: list[dict[str, Any]]) -> list[set[str]]:
        found = records.find_reasons(kind, build_rows(kind, *changes), MONTH)
        rules: list[set[str]] = [set() for _ in changes]
        for index, rule in found.select("row_index", "rule").iter_rows():
            rules[index].add(rule)
        return rules

    return broken
