"""What is sent again, taken back or spoilt, and what the editions say of it."""

import csv
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from assets.month import results
from assets.month.installation import Installation

from ..conftest import LAST_MONTH, ReformIndex, Said, tally_month

pytestmark = pytest.mark.runs

MONTH = "2026-06"


def test_a_file_sent_twice_taken_back_and_put_back(
    small_home: Path, reform_index: ReformIndex
) -> None:
    published = small_home / "published" / MONTH
    sent = small_home / "inbox" / "H56" / MONTH / "dossiers.csv"

    def run() -> Said:
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
    assert "Thanh Hoa" in corrections
    assert "withdrawn" in corrections
    assert (small_home / "published" / "editions" / MONTH / "1" / "data").is_dir()

    sent.write_bytes(content)
    said = run()
    assert f"{MONTH}: edition 3 published" in said.out
    assert changes() == [{"sender_code": "H56", "kind": "dossiers", "change": "added"}]
    assert data() == first


def test_a_month_whose_files_are_all_refused_keeps_its_edition(
    small_home: Path, reform_index: ReformIndex
) -> None:
    link = small_home / "published" / MONTH
    before = {path: path.read_bytes() for path in link.rglob("*") if path.is_file()}
    for path in (small_home / "inbox").glob(f"*/{MONTH}/*.csv"):
        path.write_text(f"wrong\n{path}\n", encoding="utf-8")
    said = reform_index("run", "--month", MONTH, "--home", small_home)
    assert said.status == 1
    assert f"nothing to publish for {MONTH}: no export was accepted." in said.err
    for sender in ("H26", "H29", "H56"):
        assert f"inbox/{sender}/{MONTH}/dossiers.csv: row 1: the columns 'MaHoSo'" in said.err
    assert {path: path.read_bytes() for path in link.rglob("*") if path.is_file()} == before


def test_the_only_sender_takes_its_file_back_and_the_next_edition_says_so(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    published = pilot_home / "published" / LAST_MONTH

    def run() -> Said:
        return reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)

    def rows(name: str) -> list[dict[str, str]]:
        text = (published / "data" / f"{name}.csv").read_text("utf-8").splitlines()
        return list(csv.DictReader(text))

    assert run().status == 0
    content = sent.read_bytes()
    sent.unlink()
    said = run()
    assert said.status == 3
    assert f"{LAST_MONTH}: edition 2 published; some senders sent nothing\n" in said.out
    assert rows("indices") == rows("rankings") == []
    assert [(row["sender_code"], row["status"]) for row in rows("deliveries")] == [
        ("T1", "missing")
    ]
    told = json.loads((published / "manifest.json").read_text("utf-8"))
    assert told["changes"]["deliveries"] == [
        {"sender_code": "T1", "kind": "figures", "change": "withdrawn"}
    ]
    page = (published / "en" / "index.html").read_text("utf-8")
    missing = f"nothing was sent for {LAST_MONTH}: put the export into the inbox"
    assert missing in page
    assert "Trung tâm hành chính công thử nghiệm" in page

    said = run()
    assert (said.status, f"{LAST_MONTH}: edition 2 unchanged" in said.out) == (3, True)
    sent.write_bytes(content)
    assert f"{LAST_MONTH}: edition 3 published\n" in run().out
    # A file that is there and refused is to be mended first: the edition in force stays.
    sent.write_bytes(b"wrong\n")
    said = run()
    assert (said.status, f"nothing to publish for {LAST_MONTH}" in said.err) == (1, True)
    assert published.readlink() == Path("editions", LAST_MONTH, "3")


def test_a_month_that_was_never_published_and_whose_file_is_taken_back_has_no_edition(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    sent = pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv"
    sent.write_bytes(b"wrong\n")
    assert reform_index("run", "--month", LAST_MONTH, "--home", pilot_home).status == 1
    sent.unlink()
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert said.status == 1
    assert f"Put exports into inbox/<sender>/{LAST_MONTH}/\n" in said.err
    assert not (pilot_home / "published").exists()


def test_a_broken_profile_of_nobody_is_told_until_it_is_mended_and_never_published(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    folder = pilot_home / "inbox" / "T1" / LAST_MONTH
    (folder / "figures-2.csv").write_text("ten,tu,mau\nT1,9,10\n", "utf-8")
    broken = pilot_home / "profiles" / "own.toml"
    broken.parent.mkdir()
    broken.write_text("kind = figures\n", "utf-8")
    data = pilot_home / "published" / LAST_MONTH / "data" / "deliveries.csv"

    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    (line,) = [line for line in said.out.splitlines() if line.startswith("inbox/")]
    assert line.startswith(f"inbox/T1/{LAST_MONTH}/figures-2.csv: row 1: the column")
    assert "(profiles/own.toml is not TOML" in line
    before = data.read_bytes()
    assert b"own.toml" not in before

    broken.unlink()
    said = reform_index("run", "--month", LAST_MONTH, "--home", pilot_home)
    assert f"{LAST_MONTH}: edition 1 unchanged" in said.out
    assert "own.toml" not in said.out + said.err
    assert data.read_bytes() == before


def test_a_run_forgets_results_that_no_plan_names_and_keeps_those_of_every_month(
    small_home: Path, reform_index: ReformIndex
) -> None:
    def kept(stage: str) -> set[str]:
        return set(Installation.at(small_home).store.keys(stage))

    def planned(column: str) -> set[str]:
        store = Installation.at(small_home).store
        plans = [store.read("exports", month, "plan") for month in store.keys("exports")]
        return {str(key) for plan in plans for key in plan[column]}

    # Four months of three senders.
    before = planned("key")
    assert len(before) == 4 * 3
    assert (kept("records"), kept("tallies")) == (before, planned("tallies_key"))
    sent = small_home / "inbox" / "H56" / MONTH / "ratings.csv"
    sent.write_text("".join(sent.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    reform_index("run", "--month", MONTH, "--home", small_home)
    assert (kept("records"), kept("tallies")) == (planned("key"), planned("tallies_key"))
    assert len(before - planned("key")) == 1
    # Its history and the other months are still there: nothing is counted again.
    said = reform_index("run", "--from", "2026-05", "--to", MONTH, "--home", small_home)
    assert f"{MONTH}: edition 2 unchanged" in said.out


@pytest.mark.parametrize("lost", ["dossiers.csv", "all"])
def test_a_sender_without_dossiers_of_the_month_has_no_on_time_rate(
    small_home: Path, lost: str
) -> None:
    folder = small_home / "inbox" / "H56" / MONTH
    if lost == "all":
        shutil.rmtree(folder)
    else:
        (folder / lost).unlink()
    indices = results.indices_of_month(tally_month(small_home, MONTH))
    of_h56 = indices.filter(pl.col("unit_code").str.starts_with("H56"))
    due = of_h56.filter(pl.col("indicator").is_in(["due_on_time", "processing_time_index"]))
    assert due.filter(pl.col("value").is_not_null()).is_empty()
