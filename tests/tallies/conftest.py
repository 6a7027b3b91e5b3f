"""Dossiers and ratings written by hand, counted on the elapsed clock in October 2026."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline import calendar, tables, tallies
from pipeline.deadlines import AS_SENT, Rule, with_deadlines

MONTH = "2026-10"
VIETNAM, ZONE = calendar.vietnam(), "Asia/Ho_Chi_Minh"
FILE = {"sender_code": "H01", "sha256": "f", "unit_code": "H01.1"}
DOSSIER = FILE | {
    "procedure_code": "2.000815",
    "status": "in_progress",
    "channel": "online",
    "applicant": "citizen",
    "received_at": datetime(2026, 10, 1),
}
RATING = FILE | {
    "respondent_id": "r",
    "question": "overall",
    "scale": "five",
    "answer": 4,
    "mode": "kiosk",
    "weight": 1.0,
}


def build(kind: str, row: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> pl.LazyFrame:
    return pl.LazyFrame([row | change for change in changes], schema=tables.RECORDS[kind].schema)


def at_month_end(
    changes: tuple[dict[str, Any], ...], month: str, rule: Rule, clock: str
) -> pl.LazyFrame:
    zone = ZONE if clock == "elapsed" else None
    dated = with_deadlines(build("dossiers", DOSSIER, changes), rule, VIETNAM, month, zone)
    return tallies.at_month_end(dated, month, tallies.clock_of(clock, VIETNAM, ZONE))


@pytest.fixture(scope="session")
def outcomes_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open dossier, one for each, to their outcomes in a month."""

    def count(
        *changes: dict[str, Any], month: str = MONTH, rule: Rule = AS_SENT, clock: str = "elapsed"
    ) -> pl.DataFrame:
        at_end = at_month_end(changes, month, rule, clock)
        return tallies.outcomes(at_end, month, clock, rule)

    return count


@pytest.fixture(scope="session")
def ages_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open dossier, one for each, to their ages in a month."""

    def count(
        *changes: dict[str, Any], month: str = MONTH, rule: Rule = AS_SENT, clock: str = "elapsed"
    ) -> pl.DataFrame:
        return tallies.ages(at_month_end(changes, month, rule, clock), month, clock)

    return count


@pytest.fixture(scope="session")
def answers_of() -> Callable[..., pl.DataFrame]:
    """From changes to a rating, one for each, to the answers in October 2026."""

    def count(*changes: dict[str, Any]) -> pl.DataFrame:
        return tallies.answers(build("ratings", RATING, changes), MONTH)

    return count
