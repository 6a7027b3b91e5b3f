"""A small profile of dossiers, and files of its layout."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from pipeline import exports
from pipeline.profiles import Profile

COLUMNS = {
    "dossier_id": "id",
    "status": "state",
    "received_at": "received",
    "due_at": "due",
    "ended_at": "ended",
}


def build_profile(**keys: Any) -> Profile:
    given = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": "dossiers",
        "columns": COLUMNS,
        "optional_columns": ("due_at", "ended_at"),
    }
    return Profile(**given | keys)


@pytest.fixture(scope="session")
def profile_with() -> Callable[..., Profile]:
    """The profile with some keys changed; due and ended are optional."""
    return build_profile


@pytest.fixture(scope="session")
def frame_of() -> Callable[..., pl.DataFrame]:
    """From a file's bytes to its frame of text rows."""

    def read(data: bytes | str, **keys: Any) -> pl.DataFrame:
        profile = build_profile(**keys)
        data = data.encode(profile.encoding) if isinstance(data, str) else data
        return exports.rows(exports.text_of(data, profile.encoding), profile).frame

    return read
