"""Dossiers, ratings and petitions written by hand, counted in October 2026.

Dossiers are on the elapsed clock.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest

from pipeline import calendar, tables
from pipeline.deadlines import AS_SENT, Rule, with_deadlines
from pipeline.tallies import answers, verdicts
from pipeline.tallies.dossiers import at_month_end as stand_at_month_end
from pipeline.tallies.dossiers import clock_of, count_ages, count_outcomes
from pipeline.tallies.petitions import count_petitions

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
PETITION = FILE | {
    "petition_id": "p",
    "subject": "conduct",
    "received_at": datetime(2026, 10, 5, 9),
    "due_at": datetime(2026, 10, 20, 17),
    "status": "in_progress",
}


def build(kind: str, row: dict[str, Any], changes: tuple[dict[str, Any], ...]) -> pl.LazyFrame:
    return pl.LazyFrame([row | change for change in changes], schema=tables.RECORDS[kind].schema)


def at_month_end(
    changes: tuple[dict[str, Any], ...], month: str, rule: Rule, clock: str
) -> pl.LazyFrame:
    zone = ZONE if clock == "elapsed" else None
    dated = with_deadlines(build("dossiers", DOSSIER, changes), rule, VIETNAM, month, zone)
    return stand_at_month_end(dated, month, clock_of(clock, VIETNAM, ZONE))


@pytest.fixture(scope="session")
def outcomes_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open dossier, one for each, to their outcomes in a month."""

    def count(
        *changes: dict[str, Any], month: str = MONTH, rule: Rule = AS_SENT, clock: str = "elapsed"
    ) -> pl.DataFrame:
        at_end = at_month_end(changes, month, rule, clock)
        return count_outcomes(at_end, month, clock, rule)

    return count


@pytest.fixture(scope="session")
def ages_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open dossier, one for each, to their ages in a month."""

    def count(
        *changes: dict[str, Any], month: str = MONTH, rule: Rule = AS_SENT, clock: str = "elapsed"
    ) -> pl.DataFrame:
        return count_ages(at_month_end(changes, month, rule, clock), month, clock)

    return count


@pytest.fixture(scope="session")
def answers_of() -> Callable[..., pl.DataFrame]:
    """From changes to a rating, one for each, to the answers in October 2026."""

    def count(*changes: dict[str, Any], judged: pl.LazyFrame | None = None) -> pl.DataFrame:
        return answers.count_answers(build("ratings", RATING, changes), MONTH, judged)

    return count


@pytest.fixture(scope="session")
def petitions_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open petition, one for each, to their counts in a month."""

    def count(*changes: dict[str, Any], month: str = MONTH) -> pl.DataFrame:
        rows = build("petitions", PETITION, changes)
        return count_petitions(rows, month, calendar.vietnam())

    return count


@pytest.fixture(scope="session")
def judged_of() -> Callable[..., pl.DataFrame]:
    """From changes to an open dossier, one for each, to those due in October 2026."""

    def judge(*changes: dict[str, Any]) -> pl.DataFrame:
        at_end = at_month_end(changes, MONTH, AS_SENT, "elapsed")
        return verdicts.due_in(at_end, MONTH).collect()

    return judge
