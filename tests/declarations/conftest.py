"""Declarations written by hand, and small files for them."""

from pathlib import Path
from typing import Protocol

import polars as pl
import pytest

from pipeline.declarations import Corrections, load_corrections
from pipeline.exports import TextRows
from pipeline.profiles import Profile

SHA256 = "3f8a0c5d91b2" + "0" * 52


class Declare(Protocol):
    """Writes a correction of H26's file of October and loads all that are there."""

    def __call__(self, *rows: str, name: str = "one", head: str = "", end: str = "") -> Corrections:
        """The rows are the text under each [[rows]]; `head` takes the place of the whole head."""
        ...


HEAD = """\
sender = "H26"
month = "2026-10"
sha256 = "3F8A0C5D91B2"
reported_by = "Văn phòng Sở Nội vụ"
reported_on = 2026-11-04
why = "gõ nhầm ngày"
"""


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    def write(*rows: str, name: str = "one", head: str = HEAD, end: str = "") -> Corrections:
        (tmp_path / "corrections").mkdir(exist_ok=True)
        text = head + "".join(f"[[rows]]\n{row}\n" for row in rows) + end
        (tmp_path / "corrections" / f"{name}.toml").write_text(text, encoding="utf-8")
        return load_corrections(tmp_path / "corrections")

    return write


def row(key: str, column: str, sent: str, right: str) -> str:
    return f'key = {key}\ncolumn = "{column}"\nfrom = "{sent}"\nto = "{right}"'


def profile_of(**keys: object) -> Profile:
    given: dict[str, object] = {
        "name": "own",
        "digest": "0",
        "senders": ("H26",),
        "kind": "dossiers",
        "columns": {
            "dossier_id": "Mã",
            "unit_code": "Đơn vị",
            "status": "Trạng thái",
            "received_at": "Nhận",
            "due_at": "Hẹn",
            "ended_at": "Trả",
        },
    }
    return Profile.model_validate(given | keys)


def rows_of(*rows: tuple[str, str | None, str | None]) -> TextRows:
    """Rows of a code, a unit and an end; the first of them has the number 2."""
    frame = pl.DataFrame(
        rows, schema=dict.fromkeys(("Mã", "Đơn vị", "Trả"), pl.String), orient="row"
    )
    return TextRows(
        ("Mã", "Đơn vị", "Trả"),
        frame.select(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("row_number"), pl.all()),
    )
