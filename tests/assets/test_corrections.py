"""What is sent again, taken back or spoilt, and what the editions say of it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets import months, stages
from assets.installation import Installation

MONTH = "2026-06"


def test_a_file_sent_twice_taken_back_and_put_back(
    small_home: Path, reform_index: Callable[..., Any]
) -> None:
    published = small_home / "published" / MONTH
    sent = small_home / "inbox" / "H56" / MONTH / "dossiers.csv"

    def run() -> Any:
        return reform_index("run", "--month", MONTH, "--home", small_home)

    def data() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (published / "data").iterdir()}

    def indices(sender: str) -> list[str]:
        lines = data()["indices.csv"].decode().splitlines()
        return [line for line in lines if line.startswith(f"{MONTH},{sender}")]

    def changes() -> list[dict[str, str]]:
        changed = json.loads((published / "manifest.json").read_text("utf-8"))["changes"]
        return list(changed["deliveries"])

    first, h26 = data(), indices("H26")
    copy = sent.with_name("dossiers-again.csv")
    copy.write_bytes(sent.read_bytes())
    said = run()
    assert said.status == 3
    assert f"{MONTH}: edition 1 unchanged" in said.out

    content = sent.read_bytes()
    copy.unlink()
    sent.unlink()
    said = run()
    assert f"{MONTH}: edition 2 published" in said.out
    assert changes() == [{"sender_code": "H56", "kind": "dossiers", "change": "withdrawn"}]
    # None of its dossiers of the month are known any more: no value, or no row at all.
    official = [line for line in indices("H56,") if ",on_time_766," in line]
    assert all(",on_time_766,,share," in line for line in official)
    assert indices("H26") == h26
    page = (published / "en" / "index.html").read_text("utf-8")
    corrections = page[page.index('id="corrections"') :]
    assert "Thanh Hóa" in corrections
    assert "withdrawn" in corrections
    assert (small_home / "published" / "editions" / MONTH / "1" / "data").is_dir()

    sent.write_bytes(content)
    said = run()
    assert f"{MONTH}: edition 3 published" in said.out
    assert changes() == [{"sender_code": "H56", "kind": "dossiers", "change": "added"}]
    assert data() == first


def test_a_month_whose_files_are_all_refused_keeps_its_edition(
    small_home: Path, reform_index: Callable[..., Any]
) -> None:
    link = small_home / "published" / MONTH
    before = {path: path.read_bytes() for path in link.rglob("*") if path.is_file()}
    for path in (small_home / "inbox").glob(f"*/{MONTH}/*.csv"):
        path.write_text(f"wrong\n{path}\n", encoding="utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 1
    assert f"nothing to publish for {MONTH}: no export was accepted." in said.err
    for sender in ("H26", "H29", "H56"):
        assert f"inbox/{sender}/{MONTH}/dossiers.csv: row 1: the column 'MaHoSo'" in said.err
    assert {path: path.read_bytes() for path in link.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("lost", ["dossiers.csv", "all"])
def test_a_sender_without_dossiers_of_the_month_has_no_on_time_rate(
    small_home: Path, lost: str
) -> None:
    folder = small_home / "inbox" / "H56" / MONTH
    if lost == "all":
        shutil.rmtree(folder)
    else:
        (folder / lost).unlink()
    installation = Installation.at(small_home)
    plans = stages.take_in(installation, MONTH)
    stages.record_pending(installation, plans.values())
    stages.tally_pending(installation, plans.values())
    indices = months.compute_indices(installation, MONTH)
    of_h56 = indices.filter(pl.col("unit_code").str.starts_with("H56"))
    due = of_h56.filter(pl.col("indicator").is_in(["due_on_time", "processing_time_index"]))
    assert due.filter(pl.col("value").is_not_null()).is_empty()
