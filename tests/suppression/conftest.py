"""Indices written by hand: who answered, in which unit."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipeline import methods, tables
from pipeline.methods import Methods

MONTH = "2026-08"
Row = dict[str, Any]
Rated = Callable[..., list[Row]]

MINIMUM = 30
"""Respondents from which a value is computed."""


def index_row(unit: str, parent: str | None, indicator: str, **more: Any) -> Row:
    """A row of indices as it is computed."""
    return {
        "month": MONTH,
        "unit_code": unit,
        "unit_name": f"Đơn vị {unit}",
        "parent_code": parent,
        "level": "commune",
        "indicator": indicator,
        "unit": "points" if indicator.endswith(("index", "rating")) else "share",
        "method": "reform-index",
        **more,
    }


def rated_unit(
    unit: str,
    parent: str | None,
    respondents: int,
    others: int = 0,
    *,
    scale: str = "five:overall",
    responses: int | None = None,
) -> list[Row]:
    """The rows of a unit with so many respondents, four in five satisfied, of 1,000 dossiers.

    `others` answered on another scale; `responses` rated a dossier of the month.
    """
    counted = respondents if responses is None else responses
    is_enough = respondents >= MINIMUM
    share = {
        "numerator": 0.8 * respondents,
        "denominator": float(respondents),
        "effective_n": float(respondents),
        "left_out": float(others),
        "scale": scale,
        "note": None if is_enough else "too_few_respondents",
    }
    numbers = {"lower": 0.7, "upper": 0.9, "standard_error": 0.05, "interval_source": "sampling"}
    shown = {"value": 0.8, **numbers} if is_enough else {}
    points = {"value": 80.0, "lower": 70.0, "upper": 90.0} if is_enough else {}
    return [
        index_row(unit, parent, "satisfied_share", **share | shown),
        index_row(unit, parent, "satisfaction_index", **share | shown | points),
        index_row(unit, parent, "mean_rating", **share | shown | points | {"effective_n": None}),
        index_row(
            unit,
            parent,
            "response_rate",
            value=counted / 1000,
            numerator=float(counted),
            denominator=1000.0,
            left_out=0.0,
            lower=0.0,
            upper=1.0,
            interval_source="chance",
        ),
        index_row(
            unit,
            parent,
            "reform_performance_index",
            value=75.0 if is_enough else None,
            note=None if is_enough else "no_satisfaction",
        ),
        index_row(
            unit, parent, "due_on_time", value=0.5, numerator=2.0, denominator=4.0, left_out=3.0
        ),
    ]


def as_indices(*rows: list[Row]) -> pl.DataFrame:
    every = [row for each in rows for row in each]
    return tables.INDICES.conform(pl.DataFrame(every, infer_schema_length=None))


@pytest.fixture(scope="session")
def in_force() -> Methods:
    return methods.load_all().at(MONTH)
