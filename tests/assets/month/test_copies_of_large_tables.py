"""Parquet copies of a published month: there beside the CSV, and never a reason for an edition."""

import shutil
from pathlib import Path

import polars as pl
import pytest

from assets.command_line.run import run_month
from assets.month.installation import Installation
from pipeline import parquet, published_data
from pipeline.editions import Editions
from pipeline.tables import INDICES

from ..conftest import LAST_MONTH

pytestmark = pytest.mark.runs


def publish(home: Path) -> bool:
    """Runs the month; whether that made a new edition."""
    return run_month(Installation.at(home), LAST_MONTH).is_new


def test_a_copy_that_would_be_written_otherwise_makes_no_new_edition(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ABOVE_ROWS", 0)
    assert publish(pilot_home)
    data = pilot_home / "published" / LAST_MONTH / "data"
    copied = pl.read_parquet(data / "indices.parquet")
    written = pl.read_csv(data / "indices.csv", schema=INDICES.schema)
    assert copied.equals(published_data.restore_texts(written))
    page = (data.parent / "data.html").read_text("utf-8")
    assert '<a href="data/indices.parquet">' in page
    # All is computed again, and the copies come out with other bytes: as by a newer library.
    before = (data / "indices.parquet").read_bytes()
    monkeypatch.setattr(parquet, "_COMPRESSION", "gzip")
    assert parquet.write(copied, {"table": "indices"}) != before
    shutil.rmtree(pilot_home / "store")
    assert not publish(pilot_home)
    assert (data / "indices.parquet").read_bytes() == before
    assert Editions(pilot_home / "published").find_altered(LAST_MONTH) == {}


def test_a_copy_that_was_altered_is_named_and_the_month_published_anew(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "ABOVE_ROWS", 0)
    publish(pilot_home)
    copy = pilot_home / "published" / LAST_MONTH / "data" / "indices.parquet"
    copy.write_bytes(copy.read_bytes() + b"x")
    found = Editions(pilot_home / "published").find_altered(LAST_MONTH)
    assert found == {"data/indices.parquet": "altered"}
    assert publish(pilot_home)
    assert Editions(pilot_home / "published").find_altered(LAST_MONTH) == {}
