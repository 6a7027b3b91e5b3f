"""A small profile of dossiers, and files of its layout."""

from typing import Protocol

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


class ProfileWith(Protocol):
    """The profile with some keys changed; due and ended are optional."""

    def __call__(self, **keys: object) -> Profile: ...


class FrameOf(Protocol):
    """From a file's bytes to its frame of text rows."""

    def __call__(self, data: bytes | str, **keys: object) -> pl.DataFrame: ...


def build_profile(**keys: object) -> Profile:
    given: dict[str, object] = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": "dossiers",
        "columns": COLUMNS,
        "optional_columns": ("due_at", "ended_at"),
    }
    return Profile.model_validate(given | keys)


@pytest.fixture(scope="session")
def profile_with() -> ProfileWith:
    return build_profile


@pytest.fixture(scope="session")
def frame_of() -> FrameOf:
    def read(data: bytes | str, **keys: object) -> pl.DataFrame:
        profile = build_profile(**keys)
        data = data.encode(profile.encoding) if isinstance(data, str) else data
        return exports.read_rows(exports.decode_text(data, profile.encoding), profile).frame

    return read
