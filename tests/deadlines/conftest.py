"""Dossiers of October 2026 with a supplement, and the deadlines that a rule gives them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import polars as pl
import pytest

from pipeline import calendar, tables
from pipeline.calendar import Clock
from pipeline.deadlines import DeadlineRule, with_deadlines

Row = dict[str, object]
"""Some columns of a dossier; the fixture fills in the others."""
Deadlines = tuple[datetime | None, datetime | None]
"""The first due date of a dossier and the one in force."""

MONTH = "2026-10"
WORKING = Clock("working", calendar.vietnam(), "Asia/Ho_Chi_Minh")
DOSSIER: Row = {
    "sender_code": "H01",
    "sha256": "f",
    "unit_code": "H01.1",
    "status": "in_progress",
    "received_at": datetime(2026, 10, 5, 8),
    "due_at": datetime(2026, 10, 9, 17),
}


class DeadlinesOf(Protocol):
    """The deadlines by a rule of an open dossier with some columns changed.

    It is received on Monday 5 October at 8, and due on Friday at 17.
    """

    def __call__(
        self,
        rule: DeadlineRule,
        change: Mapping[str, object],
        month: str = MONTH,
        clock: Clock = WORKING,
    ) -> Deadlines: ...


def build(change: Mapping[str, object]) -> pl.LazyFrame:
    return pl.LazyFrame([{**DOSSIER, **change}], schema=tables.DOSSIERS.schema, orient="row")


@pytest.fixture(scope="session")
def deadlines_of() -> DeadlinesOf:
    def deadlines(
        rule: DeadlineRule,
        change: Mapping[str, object],
        month: str = MONTH,
        clock: Clock = WORKING,
    ) -> Deadlines:
        found = with_deadlines(build(change), rule, clock, month).collect()
        first, in_force = found.select(pl.coalesce("first_due_at", "due_at"), "due_at").row(0)
        return first, in_force

    return deadlines
