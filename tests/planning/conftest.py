"""A register of three provinces and a ministry, and files that they sent."""

from dataclasses import replace
from typing import Protocol, TypedDict, Unpack

import polars as pl
import pytest

from pipeline.agencies import Register
from pipeline.exports import SentFile
from pipeline.tables import AGENCIES


@pytest.fixture(scope="session")
def register() -> Register:
    """H01, H02 and H03 are provinces, H01.1 and H01.2 departments of H01, G01 is a ministry."""
    rows = [
        ("G01", "Bộ Nội vụ", "ministry", None),
        ("H01", "An Giang", "province", None),
        ("H01.1", "Sở Nội vụ", "department", "H01"),
        ("H01.2", "Sở Tài chính", "department", "H01"),
        ("H02", "Bắc Giang", "province", None),
        ("H03", "Bắc Kạn", "province", None),
    ]
    schema = {"code": str, "name_vi": str, "kind": str, "parent_code": str}
    return Register(AGENCIES.conform(pl.DataFrame(rows, schema=schema, orient="row")), "register")


class Changes(TypedDict, total=False):
    """What is different about a file."""

    month: str
    sender_code: str
    file_name: str
    sha256: str
    bytes: int
    place: str


class Send(Protocol):
    """A file of dossiers of H01 in October 2026, with some of it changed."""

    def __call__(self, **changes: Unpack[Changes]) -> SentFile: ...


@pytest.fixture(scope="session")
def sent() -> Send:
    usual = SentFile("2026-10", "H01", "dossiers.csv", "a" * 64, 10)

    def build(**changes: Unpack[Changes]) -> SentFile:
        return replace(usual, **changes)

    return build
