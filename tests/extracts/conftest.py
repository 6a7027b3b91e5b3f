"""Small extracts in columns with our names, placed in time."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import polars as pl
import pytest

from pipeline import extracts, records
from pipeline.exports import read_rows
from pipeline.extracts import Extract
from pipeline.profiles import Profile

TextRow = Mapping[str, str | None]
COLUMNS = {
    "dossiers": (
        "dossier_id",
        "status",
        "received_at",
        "due_at",
        "ended_at",
        "handed_over_at",
        "supplement_requested_at",
        "supplement_received_at",
        "supplement_requests",
    ),
    "petitions": ("petition_id", "status", "received_at", "handled_at", "satisfied"),
    "ratings": ("respondent_id", "answer", "answered_at", "dossier_ended_at"),
    "figures": ("indicator", "period_at", "numerator", "denominator"),
}


class Place(Protocol):
    """From rows of text to an extract; keys of the profile can be changed."""

    def __call__(
        self, rows: Sequence[TextRow], kind: str = "dossiers", /, **keys: object
    ) -> Extract: ...


def build_extract(rows: Sequence[TextRow], kind: str = "dossiers", /, **keys: object) -> Extract:
    columns = COLUMNS[kind]
    given: dict[str, object] = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": kind,
        "date_formats": ("%Y-%m-%d %H:%M:%S",),
        "columns": {name: name for name in columns},
    }
    profile = Profile.model_validate(given | keys)
    lines = [",".join(columns)]
    lines += [",".join(row.get(name) or "" for name in columns) for row in rows]
    text = read_rows("\n".join([*lines, ""]).encode(), profile)
    no_units = pl.DataFrame(schema={"unit_code": pl.String, records.UNIT_STANDING: pl.String})
    return extracts.place_rows(text, records.type_rows(text, profile, no_units), profile)


@pytest.fixture(scope="session")
def place() -> Place:
    return build_extract
