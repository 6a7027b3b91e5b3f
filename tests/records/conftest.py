"""Small profiles of each kind whose columns have our names, and files of them, typed."""

from collections.abc import Mapping
from typing import Protocol

import polars as pl
import pytest

from pipeline import records
from pipeline.exports import TextRows
from pipeline.profiles import Profile
from pipeline.profiles.our_columns import sendable_columns

TextRow = Mapping[str, str | None]
"""A row of text by our names; columns that no row has are not in the file."""
STANDINGS = {"H01": "known", "H01.1": "known", "H02": "foreign"}


class ProfileWith(Protocol):
    """A profile of a kind with some keys changed."""

    def __call__(self, kind: str = "dossiers", /, **keys: object) -> Profile: ...


class Typed(Protocol):
    """From a profile and rows of text to typed rows. H02 is another agency."""

    def __call__(self, profile: Profile, *rows: TextRow) -> pl.DataFrame: ...


def build_profile(kind: str = "dossiers", /, **keys: object) -> Profile:
    given: dict[str, object] = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": kind,
        "date_formats": ("%Y-%m-%d %H:%M:%S",),
        "columns": {name: name for name in sendable_columns(kind)},
    }
    return Profile.model_validate(given | keys)


def build_typed(profile: Profile, *rows: TextRow) -> pl.DataFrame:
    columns = sorted({name for row in rows for name in row})
    text = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns},
        schema=dict.fromkeys(columns, pl.String),
    ).select(
        pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row_number"),
        pl.lit(3, pl.Int64).alias("field_count"),
        pl.lit(3, pl.Int64).alias("expected_field_count"),
        *columns,
    )
    standings = pl.DataFrame(
        {"unit_code": list(STANDINGS), "unit_standing": list(STANDINGS.values())}
    )
    return records.type_rows(TextRows(tuple(columns), text), profile, standings)


@pytest.fixture(scope="session")
def profile_with() -> ProfileWith:
    return build_profile


@pytest.fixture(scope="session")
def typed() -> Typed:
    return build_typed
