"""Dossiers of October 2026 with a supplement, and the deadlines that a rule gives them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline import calendar, tables
from pipeline.calendar import Calendar
from pipeline.deadlines import Rule, with_deadlines

MONTH = "2026-10"
VIETNAM = calendar.vietnam()
DOSSIER = {
    "sender_code": "H01",
    "sha256": "f",
    "unit_code": "H01.1",
    "status": "in_progress",
    "received_at": datetime(2026, 10, 5, 8),
    "due_at": datetime(2026, 10, 9, 17),
}


def build(*changes: dict[str, Any]) -> pl.LazyFrame:
    return pl.LazyFrame(
        [DOSSIER | change for change in changes], schema=tables.DOSSIERS.schema, orient="row"
    )


@pytest.fixture(scope="session")
def dossiers() -> Callable[..., pl.LazyFrame]:
    """Open dossiers received on Monday 5 October at 8, due on Friday at 17; one for each change."""
    return build


@pytest.fixture(scope="session")
def deadlines_of() -> Callable[..., tuple[datetime | None, datetime | None]]:
    """The first due date and the one in force of a dossier by a rule."""

    def deadlines(
        rule: Rule,
        change: dict[str, Any],
        month: str = MONTH,
        calendar: Calendar = VIETNAM,
        time_zone: str | None = None,
    ) -> tuple[datetime | None, datetime | None]:
        found = with_deadlines(build(change), rule, calendar, month, time_zone).collect()
        first, in_force = found.select(pl.coalesce("first_due_at", "due_at"), "due_at").row(0)
        return first, in_force

    return deadlines
