"""Dossiers, ratings and petitions written by hand, counted in October 2026.

Dossiers are on the elapsed clock, and their sender sends for the first time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import polars as pl
import pytest

from pipeline import calendar, tables
from pipeline.calendar import Clock, ClockName
from pipeline.deadlines import AS_SENT, DeadlineRule
from pipeline.tallies import answers, ledger, rated, verdicts
from pipeline.tallies.dossiers import count_ages, count_outcomes, judge_dossiers
from pipeline.tallies.petitions import count_petitions

Row = dict[str, object]
"""Some columns of a record; a fixture fills in the others."""
Change = Mapping[str, object]

MONTH = "2026-10"
VIETNAM, ZONE = calendar.vietnam(), "Asia/Ho_Chi_Minh"
FILE: Row = {"sender_code": "H01", "sha256": "f", "unit_code": "H01.1"}
DOSSIER: Row = FILE | {
    "procedure_code": "2.000815",
    "status": "in_progress",
    "channel": "online",
    "applicant": "citizen",
    "received_at": datetime(2026, 10, 1),
}
RATING: Row = FILE | {
    "respondent_id": "r",
    "question": "overall",
    "scale": "five",
    "answer": 4,
    "mode": "kiosk",
    "weight": 1.0,
}
PETITION: Row = FILE | {
    "petition_id": "p",
    "subject": "conduct",
    "received_at": datetime(2026, 10, 5, 9),
    "due_at": datetime(2026, 10, 20, 17),
    "status": "in_progress",
}


class DossiersCounted(Protocol):
    """From changes to an open dossier, one for each, to what is counted of them in a month."""

    def __call__(
        self,
        *changes: Change,
        month: str = MONTH,
        rule: DeadlineRule = AS_SENT,
        clock: ClockName = "elapsed",
    ) -> pl.DataFrame: ...


OutcomesOf = DossiersCounted
AgesOf = DossiersCounted


class AnswersOf(Protocol):
    """From changes to a rating, one for each, to the answers in October 2026."""

    def __call__(self, *changes: Change, due_dossiers: pl.LazyFrame = ...) -> pl.DataFrame: ...


class PetitionsOf(Protocol):
    """From changes to an open petition, one for each, to their counts in a month."""

    def __call__(self, *changes: Change, month: str = MONTH) -> pl.DataFrame: ...


class DueDossiersOf(Protocol):
    """From changes to an open dossier, one for each, to those due in October 2026."""

    def __call__(self, *changes: Change) -> pl.DataFrame: ...


def build(kind: str, row: Row, changes: tuple[Change, ...]) -> pl.LazyFrame:
    return pl.LazyFrame(
        [{**row, **change} for change in changes], schema=tables.RECORDS[kind].schema
    )


def judged(
    changes: tuple[Change, ...], month: str, rule: DeadlineRule, clock: ClockName
) -> pl.LazyFrame:
    dossiers = ledger.with_history(build("dossiers", DOSSIER, changes), month)
    return judge_dossiers(dossiers, month, rule, Clock(clock, VIETNAM, ZONE))


class RatedOf(Protocol):
    """From changes to a dossier and to a rating, to what is counted of both in October 2026."""

    def __call__(
        self, dossiers: Sequence[Change], ratings: Sequence[Change]
    ) -> dict[str, pl.DataFrame]: ...


@pytest.fixture(scope="session")
def rated_of() -> RatedOf:
    # H01.1 and H01.2 belong to H01.
    members = pl.DataFrame(
        [
            ("H01", "H01"),
            ("H01.1", "H01.1"),
            ("H01.2", "H01.2"),
            ("H01.1", "H01"),
            ("H01.2", "H01"),
        ],
        schema=["unit_code", "pooled_code"],
        orient="row",
    )

    def count(dossiers: Sequence[Change], ratings: Sequence[Change]) -> dict[str, pl.DataFrame]:
        of_month = judged(tuple(dossiers), MONTH, AS_SENT, "elapsed")
        served = rated.select_served(of_month, MONTH)
        rows = build("ratings", RATING, tuple(ratings))
        return rated.count_rated(rows, served, members, MONTH) | {
            "served": served.collect(),
            "outcomes": count_outcomes(of_month, MONTH, "elapsed", AS_SENT),
        }

    return count


@pytest.fixture(scope="session")
def outcomes_of() -> OutcomesOf:
    def count(
        *changes: Change,
        month: str = MONTH,
        rule: DeadlineRule = AS_SENT,
        clock: ClockName = "elapsed",
    ) -> pl.DataFrame:
        return count_outcomes(judged(changes, month, rule, clock), month, clock, rule)

    return count


@pytest.fixture(scope="session")
def ages_of() -> AgesOf:
    def count(
        *changes: Change,
        month: str = MONTH,
        rule: DeadlineRule = AS_SENT,
        clock: ClockName = "elapsed",
    ) -> pl.DataFrame:
        return count_ages(judged(changes, month, rule, clock), month, clock)

    return count


@pytest.fixture(scope="session")
def answers_of() -> AnswersOf:
    nothing_due = verdicts.NO_DUE_DOSSIERS.lazy()

    def count(*changes: Change, due_dossiers: pl.LazyFrame = nothing_due) -> pl.DataFrame:
        return answers.count_answers(build("ratings", RATING, changes), MONTH, due_dossiers)

    return count


@pytest.fixture(scope="session")
def petitions_of() -> PetitionsOf:
    def count(*changes: Change, month: str = MONTH) -> pl.DataFrame:
        rows = build("petitions", PETITION, changes)
        return count_petitions(rows, month, calendar.vietnam())

    return count


@pytest.fixture(scope="session")
def due_dossiers_of() -> DueDossiersOf:
    def select(*changes: Change) -> pl.DataFrame:
        dossiers = judged(changes, MONTH, AS_SENT, "elapsed")
        return verdicts.due_dossiers(dossiers, MONTH).collect()

    return select
