"""A dossier's whole life, and what the export of a month shows of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline import months

from .conftest import Row


@dataclass(frozen=True)
class Life:
    """All that will ever happen to a dossier, in the words of tables.DOSSIERS."""

    received_at: datetime
    due_at: datetime
    ended_at: datetime | None
    status: str
    first_due_at: datetime | None = None
    supplement_requested_at: datetime | None = None
    supplement_received_at: datetime | None = None


def shown_in(month: str, lives: Mapping[str, Life]) -> list[Row]:
    """The rows of the month's export of dossiers, by procedure: received and not ended before."""
    return [
        _row(code, life, months.end(month))
        for code, life in lives.items()
        if life.received_at < months.end(month)
        and (life.ended_at is None or life.ended_at >= months.start(month))
    ]


def _row(code: str, life: Life, end: datetime) -> Row:
    """The dossier as it stands at the month's end: what comes later is not known."""

    def known(moment: datetime | None) -> datetime | None:
        return moment if moment and moment < end else None

    return {
        "procedure_code": code,
        "received_at": life.received_at,
        "due_at": life.due_at,
        "first_due_at": life.first_due_at,
        "ended_at": known(life.ended_at),
        "status": life.status if known(life.ended_at) else "in_progress",
        "supplement_requested_at": known(life.supplement_requested_at),
        "supplement_received_at": known(life.supplement_received_at),
    }
