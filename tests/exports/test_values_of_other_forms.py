"""Values of forms that have types: numbers, times with zones, and what has no text."""

import io
import json
import os
import signal
import zipfile
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from pipeline.exports import apart, read_file
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.profile import parse_profile
from pipeline.records import UNIT_STANDING, type_rows

RATINGS = """
senders = ["H26"]
kind = "ratings"
decimal_mark = ","
date_formats = ["%Y-%m-%d"]
identity = "row_number"
[columns]
answer = "a"
answered_at = "t"
weight = "w"
"""
DOSSIERS = """
senders = ["H26"]
kind = "dossiers"
time_zone = "Asia/Ho_Chi_Minh"
[columns]
dossier_id = "id"
status = "s"
received_at = "r"
due_at = "d"
ended_at = "e"
"""
PETITIONS = """
senders = ["H26"]
kind = "petitions"
[columns]
petition_id = "id"
status = "s"
received_at = "r"
handled_at = "h"
"""


def profile_of(text: str) -> Profile:
    return parse_profile(text, "ours", "profiles/ours.toml")


def typed(data: bytes, name: str, text: str) -> pl.DataFrame:
    rows, profile = read_file(data, name, profile_of(text))
    standings = pl.DataFrame(schema={"unit_code": pl.String, UNIT_STANDING: pl.String})
    return type_rows(rows, profile, standings)


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def packed(*files: tuple[str, bytes], kept: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kept) as package:
        for name, content in files:
            package.writestr(zipfile.ZipInfo(name), content, kept)
    return buffer.getvalue()


def test_a_number_has_the_value_of_its_cell_whatever_the_marks_of_the_profile() -> None:
    """1.125 is no thousand where a profile writes decimal commas, and points between thousands."""
    sent = {"a": 4, "t": "2026-10-05", "w": 1.125}
    frame = pl.DataFrame({"a": ["4"], "t": ["2026-10-05"], "w": [1.125]})
    exact = frame.with_columns(w=pl.Series([Decimal("1.1250")], dtype=pl.Decimal(10, 4)))
    files = {
        "ratings.json": json.dumps([sent]).encode(),
        "ratings.parquet": parquet(frame),
        "b/ratings.parquet": parquet(exact),
        "ratings.xlsx": workbook(tuple(sent), tuple(sent.values())),
    }
    for name, data in files.items():
        assert typed(data, name, RATINGS)["weight"].to_list() == [1.125], name
    text = workbook(tuple(sent), ("4", "2026-10-05", "1,125"))
    assert typed(text, "ratings.xlsx", RATINGS)["weight"].to_list() == [1.125]


def test_midnights_of_another_zone_are_days_in_parquet_too() -> None:
    days = [datetime(2026, 10, day) for day in (1, 15, 15)]
    columns = dict(zip(("r", "d", "e"), ([day] for day in days), strict=True))
    frame = pl.DataFrame({"id": ["1"], "s": ["9"], **columns}).with_columns(
        pl.col("r", "d", "e").dt.replace_time_zone("UTC")
    )
    found = typed(parquet(frame), "dossiers.parquet", DOSSIERS)
    assert found["due_at"].to_list() == [datetime(2026, 10, 15, 23, 59, 59)]


def test_what_is_no_text_in_parquet_stops_nothing() -> None:
    frame = pl.DataFrame(
        {
            "id": [b"1"],
            "s": ["9"],
            "r": [datetime(2026, 10, 1, 8)],
            "d": [datetime(2026, 10, 5, 8)],
            "e": [None],
            "lasted": [timedelta(hours=3)],
            "papers": [["a", "b"]],
        },
        schema_overrides={"e": pl.Null},
    )
    rows, _ = read_file(parquet(frame), "dossiers.parquet", profile_of(DOSSIERS))
    assert rows.frame["id"].to_list() == ["1"]  # text without the mark of its encoding


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"id": "A\\ud83d", "s": "9", "r": "", "h": ""}]', ["A\ufffd"]),
        ("[]", []),
        ('[{"id": "1", "s": [], "r": "", "h": ""}]', ["1"]),
    ],
)
def test_half_a_letter_and_empty_lists_are_no_fault(text: str, expected: list[str]) -> None:
    rows, _ = read_file(text.encode(), "petitions.json", profile_of(PETITIONS))
    assert rows.frame["id"].to_list() == expected


def test_null_in_place_of_fields_is_no_column_of_its_own() -> None:
    """So databases write the end of a case that is open: null, else an object with the date."""
    records = [
        {"id": "1", "s": "3", "r": "a", "h": {"$date": "2026-10-05"}},
        {"id": "2", "s": "1", "r": "b", "h": None},
    ]
    profile = profile_of(PETITIONS.replace('"h"', '"h.$date"'))
    rows, _ = read_file(json.dumps(records).encode(), "petitions.json", profile)
    assert rows.header == ("id", "s", "r", "h.$date")
    assert rows.frame["h.$date"].to_list() == ["2026-10-05", None]


def test_a_field_that_two_paths_name_is_told() -> None:
    text = '[{"n.v": 5, "n": {"v": 7}}]'
    with pytest.raises(FileFault, match="a record names a field twice"):
        read_file(text.encode(), "petitions.json", profile_of(PETITIONS))


HEADER = b"id,s,r,h\n"


def test_two_files_of_one_name_in_a_zip_are_both_read() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed(("a.csv", HEADER + b"first,1,,\n"), ("a.csv", HEADER + b"second,1,,\n"))
    rows, _ = read_file(data, "petitions.zip", profile_of(PETITIONS))
    assert rows.frame["id"].to_list() == ["first", "second"]


def test_the_limits_are_of_all_files_of_a_zip_together() -> None:
    small = f"{PETITIONS}\n[limits]\nlines = 25\n"
    files = [(f"{number}.csv", HEADER + b"a,1,,\n" * 10) for number in range(3)]
    assert read_file(packed(*files[:2]), "petitions.zip", profile_of(small))
    with pytest.raises(FileFault) as raised:
        read_file(packed(*files), "petitions.zip", profile_of(small))
    assert raised.value.fault == "too_large"


def test_a_zip_that_keeps_a_workbook_as_it_is_is_a_zip() -> None:
    book = workbook(("id", "s", "r", "h"), ("1", "1", "", ""))
    data = packed(("petitions.xlsx", book), kept=zipfile.ZIP_STORED)
    rows, _ = read_file(data, "petitions.zip", profile_of(PETITIONS))
    assert rows.frame["id"].to_list() == ["1"]


def test_a_zip_with_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(FileFault, match="leads out of it"):
        read_file(packed((".", b"a")), "petitions.zip", profile_of(PETITIONS))


def test_a_reader_that_somebody_ended_is_no_fault_of_the_next_file() -> None:
    book = workbook(("id", "s", "r", "h"), ("1", "1", "", ""))
    assert read_file(book, "petitions.xlsx", profile_of(PETITIONS))
    (process,) = apart._free[-1]._processes.values()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    rows, _ = read_file(book, "petitions.xlsx", profile_of(PETITIONS))
    assert rows.frame["id"].to_list() == ["1"]
