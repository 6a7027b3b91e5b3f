"""Small profiles of each kind whose columns have our names, and files of them, typed."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipeline import records
from pipeline.profiles import Profile
from pipeline.profiles.profile import sendable

STANDING = {"H01": "known", "H01.1": "known", "H02": "foreign"}


def build_profile(kind: str = "dossiers", **keys: Any) -> Profile:
    given = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": kind,
        "date_formats": ("%Y-%m-%d %H:%M:%S",),
        "columns": {name: name for name in sendable(kind)},
    }
    return Profile(**given | keys)


def build_typed(profile: Profile, *rows: dict[str, str | None]) -> pl.DataFrame:
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
    standing = pl.DataFrame({"unit_code": list(STANDING), "unit_standing": list(STANDING.values())})
    return records.typed(text, profile, standing)


@pytest.fixture(scope="session")
def profile_with() -> Callable[..., Profile]:
    """A profile of a kind (dossiers unless told) with some keys changed."""
    return build_profile


@pytest.fixture(scope="session")
def typed() -> Callable[..., pl.DataFrame]:
    """From a profile and rows of text, by our names, to typed rows. H02 is another agency."""
    return build_typed
