"""The built-in register, row for row against the tables that it was made from."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import agencies
from pipeline.tables import CONFIDENCES

Entries = dict[str, list[dict[str, object]]]
"""Rows of the register by code."""
LAST_DAY_OF_63, FIRST_DAY_OF_34 = date(2025, 6, 30), date(2025, 7, 1)
LAST_DAY_OF_22, FIRST_DAY_OF_17 = date(2025, 2, 28), date(2025, 3, 1)

ABSORBED_MINISTRIES = {"G04": "G17", "G05": "G12", "G07": "G09", "G13": "G10", "G14": "G06"}


@pytest.fixture(scope="module")
def entries() -> Entries:
    """The rows of each code, the earliest first."""
    found: Entries = {}
    for row in agencies.load(None).table.iter_rows(named=True):
        found.setdefault(row["code"], []).append(row)
    return found


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_provinces_are_those_of_the_reference_with_their_confidence(
    entries: Entries, reference: Path
) -> None:
    listed = rows_of(reference / "agencies_63.csv")
    assert len(listed) == 63 == sum(code.startswith("H") for code in entries)
    for row in listed:
        first = entries[row["code"]][0]
        assert (first["name_vi"], first["name_en"]) == (row["name_vi"], row["name_en"])
        assert {entry["confidence"] for entry in entries[row["code"]]} == {row["confidence"]}


def test_every_merger_of_provinces_is_that_of_the_reference(
    entries: Entries, reference: Path
) -> None:
    mergers = rows_of(reference / "mergers_2025.csv")
    changes = [row for row in mergers if row["change"] != "unchanged"]
    assert (len(mergers), len(changes)) == (63, 63 - 11)
    for row in changes:
        old, *new = entries[row["old_code"]]
        assert (old["name_vi"], old["valid_to"]) == (row["old_name"], LAST_DAY_OF_63)
        assert old["successor_code"] == row["new_code"]
        assert old["successor_confidence"] == row["mapping_confidence"]
        assert [entry["valid_from"] for entry in new] == [FIRST_DAY_OF_34] * (
            row["change"] == "keeps_code"
        )
        assert entries[row["new_code"]][-1]["name_vi"] == row["new_name"]


def test_every_ministry_is_that_of_the_reference(entries: Entries, reference: Path) -> None:
    for row in rows_of(reference / "ministries.csv"):
        first = entries[row["code"]][0]
        assert (first["name_vi"], first["name_en"]) == (row["name_vi"], row["name_en"])
        assert first["confidence"] == row["code_confidence"]
        heir = ABSORBED_MINISTRIES.get(row["code"], row["code"])
        assert entries[heir][-1]["name_vi"] == row["body_after_2025_03_01"]


def test_five_ministries_were_absorbed_on_1_march_2025_by_whom_is_not_verified(
    entries: Entries,
) -> None:
    for code, heir in ABSORBED_MINISTRIES.items():
        (only,) = entries[code]
        assert (only["valid_to"], only["successor_code"]) == (LAST_DAY_OF_22, heir)
        assert only["successor_confidence"] == "unverified"
        assert entries[heir][-1]["valid_from"] == FIRST_DAY_OF_17


def test_28_codes_of_provinces_and_10_of_ministries_are_shown_to_be_open() -> None:
    codes = agencies.load(None).table.select("code", "kind", "confidence").unique()
    open_codes = codes.filter(confidence="unverified")
    assert open_codes.filter(kind="province").height == 28
    assert open_codes.filter(kind="ministry").height == 10
    assert codes.filter(confidence="weak")["code"].to_list() == ["G13"]
    assert codes["confidence"].is_in(CONFIDENCES).all()


def test_an_open_code_is_seen_in_the_register_of_its_month() -> None:
    in_force = agencies.load(None).at("2025-06")
    confidence = dict(in_force.select("code", "confidence").iter_rows())
    assert (confidence["H02"], confidence["H05"]) == ("unverified", "verified")


def test_an_agency_that_ended_names_a_successor_and_how_sure_that_is() -> None:
    table = agencies.load(None).table
    ended = table.filter(pl.col("valid_to").is_not_null())
    assert ended["successor_code"].null_count() == ended["successor_confidence"].null_count() == 0
    going_on = table.filter(pl.col("valid_to").is_null())
    assert going_on["successor_confidence"].null_count() == going_on.height
