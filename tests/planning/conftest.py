"""A register of three provinces and a ministry, and files that they sent."""

from collections.abc import Callable
from typing import Any

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


@pytest.fixture(scope="session")
def sent() -> Callable[..., SentFile]:
    """A file of dossiers of H01 in October 2026, with some of it changed."""

    def build(**changes: Any) -> SentFile:
        given = {
            "month": "2026-10",
            "sender_code": "H01",
            "file_name": "dossiers.csv",
            "sha256": "a" * 64,
            "bytes": 10,
        }
        return SentFile(**given | changes)

    return build
