"""Indices written by hand for a league of communes, and their rankings.

Communes C1 … C9 belong to the province P, which sends for all of them; Q stands alone.
"""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipeline import columns, methods, rankings, tables
from pipeline.agencies import Register
from pipeline.tallies import Tallies

MONTH = "2026-08"


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


def share(unit: str, numerator: int, denominator: int, **more: Any) -> dict[str, Any]:
    """A row of due_on_time, as indices publish it."""
    given = {
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


def points(
    unit: str, value: float | None, error: float | None = 1.0, **more: Any
) -> dict[str, Any]:
    """A row of processing_time_index, as indices publish it."""
    given = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "processing_time_index",
        "unit": "points",
        "value": value,
        "standard_error": error,
    }
    return given | more


def days(unit: str, value: float, **more: Any) -> dict[str, Any]:
    given = {
        "month": MONTH,
        "unit_code": unit,
        "indicator": "median_time_days",
        "unit": "days",
        "value": value,
        "clock": "working",
    }
    return given | more


def framed(rows: list[dict[str, Any]], table: columns.Table) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={**table.schema}) if rows else table.empty()


def accepted(sender: str = "P", kind: str = "dossiers", **more: Any) -> dict[str, Any]:
    given = {
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


@pytest.fixture(scope="session")
def rows() -> dict[str, Callable[..., dict[str, Any]]]:
    """Writes a row: share(unit, numerator, denominator), points, days, accepted."""
    return {"share": share, "points": points, "days": days, "accepted": accepted}


@pytest.fixture(scope="session")
def rankings_of() -> Callable[..., Rankings]:
    """Ranks rows of indices among so many communes, with P's dossiers accepted or as given."""
    method = methods.load()

    def compute(
        rows: list[dict[str, Any]],
        *,
        communes: int = 5,
        deliveries: list[dict[str, Any]] | None = None,
        previous: list[dict[str, Any]] | None = None,
        ages: list[dict[str, Any]] | None = None,
    ) -> Rankings:
        tallies = Tallies.of(ages=framed(ages or [], tables.AGES).lazy())
        delivered = [accepted()] if deliveries is None else deliveries
        return Rankings(
            rankings.compute(
                framed(rows, tables.INDICES),
                None if previous is None else framed(previous, tables.INDICES),
                tallies,
                framed(delivered, tables.DELIVERED),
                register_of(communes),
                method,
                MONTH,
            )
        )

    return compute
