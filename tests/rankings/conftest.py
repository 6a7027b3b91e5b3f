"""Indices written by hand for a league of communes, and their rankings.

Communes C1 … C9 belong to the province P, which sends for all of them; Q stands alone.
"""

from collections.abc import Callable
from typing import Any, Protocol

import polars as pl
import pytest

from pipeline import columns, methods, rankings, tables
from pipeline.agencies import Register
from pipeline.rankings import RankingScope
from pipeline.tallies import Tallies

MONTH = "2026-08"

Value = str | int | float | None
Row = dict[str, Value]
Rows = dict[str, Callable[..., Row]]


def register_of(communes: int) -> Register:
    codes = [f"C{number}" for number in range(1, communes + 1)]
    table = pl.DataFrame(
        {
            "code": [*codes, "P"],
            "name_vi": [f"Xã {code}" for code in codes] + ["Tỉnh P"],
            "kind": ["commune"] * communes + ["province"],
            "parent_code": ["P"] * communes + [None],
        }
    )
    return Register(tables.AGENCIES.conform(table), digest="0")


def outcome(
    unit: str, outcome: str, dossiers: int, intake: str = "received", **more: Any
) -> dict[str, Any]:
    """A cell of outcomes: dossiers of a unit with one outcome."""
    return {
        "month": MONTH,
        "sender_code": "P",
        "sha256": "f",
        "unit_code": unit,
        "clock": "working",
        "deadline_rule": methods.load().deadline_rule.name,
        "procedure_code": "",
        "channel": "counter",
        "applicant": "citizen",
        "intake": intake,
        "outcome": outcome,
        "dossiers": dossiers,
        "saved_thousandths": 0,
        "saved_squared_millionths": 0,
        **more,
    }


def share(unit: str, numerator: int, denominator: int, **more: Value) -> Row:
    """A row of due_on_time, as indices publish it."""
    given: Row = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "due_on_time",
        "unit": "share",
        "value": round(numerator / denominator, 6),
        "numerator": numerator,
        "denominator": denominator,
        "effective_n": denominator,
    }
    return given | more


def points(unit: str, value: float | None, error: float | None = 1.0, **more: Value) -> Row:
    """A row of processing_time_index, as indices publish it."""
    given: Row = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "processing_time_index",
        "unit": "points",
        "value": value,
        "standard_error": error,
    }
    return given | more


def days(unit: str, value: float, **more: Value) -> Row:
    given: Row = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "median_time_days",
        "unit": "days",
        "value": value,
        "clock": "working",
    }
    return given | more


def frame_of(rows: list[Row], table: columns.Table) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**table.schema}) if rows else table.empty()


def accepted(sender: str = "P", kind: str = "dossiers", **more: Value) -> Row:
    given: Row = {
        "month": MONTH,
        "sender_code": sender,
        "sender_name": sender,
        "kind": kind,
        "status": "accepted",
        "rows": 100,
        "accepted": 100,
        "rejected": 0,
    }
    return given | more


class Rankings:
    """Computed rankings, looked up by unit."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.frame = frame

    def row(self, unit: str, indicator: str | None = None) -> dict[str, Any]:
        found = self.frame.filter(pl.col("unit_code") == unit)
        if indicator is not None:
            found = found.filter(pl.col("indicator") == indicator)
        return found.row(0, named=True)

    def column(self, name: str) -> dict[str, Any]:
        """Its value by unit."""
        return dict(self.frame.select("unit_code", name).iter_rows())


class RankingsOf(Protocol):
    """Ranks rows of indices among so many communes, with P's dossiers accepted or as given."""

    def __call__(
        self,
        rows: list[Row],
        *,
        communes: int = 5,
        deliveries: list[Row] | None = None,
        previous: list[Row] | None = None,
        ages: list[Row] | None = None,
    ) -> Rankings: ...


@pytest.fixture(scope="session")
def rows() -> Rows:
    """Writes a row: share(unit, numerator, denominator), points, days, accepted."""
    return {"share": share, "points": points, "days": days, "accepted": accepted}


@pytest.fixture(scope="session")
def rankings_of() -> RankingsOf:
    """Ranks rows of indices among so many communes, with P's dossiers accepted or as given."""
    method = methods.load()

    def compute(
        rows: list[Row],
        *,
        communes: int = 5,
        deliveries: list[Row] | None = None,
        previous: list[Row] | None = None,
        ages: list[Row] | None = None,
    ) -> Rankings:
        tallies = Tallies.of(ages=frame_of(ages or [], tables.AGES).lazy())
        delivered = [accepted()] if deliveries is None else deliveries
        return Rankings(
            rankings.compute(
                frame_of(rows, tables.INDICES),
                None if previous is None else frame_of(previous, tables.INDICES),
                tallies,
                frame_of(delivered, tables.DELIVERED),
                RankingScope(MONTH, method, register_of(communes)),
            )
        )

    return compute
