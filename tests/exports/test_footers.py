"""Footers: totals and signatures are no records, and records that begin like them are."""

import pytest

from pipeline.exports import read_file
from pipeline.profiles import Profile
from pipeline.profiles.profile import parse_profile

PROFILE = """
senders = ["H26"]
kind = "dossiers"
optional_columns = ["channel"]
footer = ["Cộng", "Tổng"]
[columns]
dossier_id = "Mã"
status = "Tình trạng"
received_at = "Nhận"
due_at = "Hẹn"
ended_at = "Xong"
channel = "Kênh"
"""
HEADER = "Mã,Tình trạng,Nhận,Hẹn,Xong,Kênh"


def profile(extra: str = "") -> Profile:
    return parse_profile(extra + PROFILE, "ours", "profiles/ours.toml")


def read(*lines: str, header: str = HEADER) -> list[tuple[int, str]]:
    rows, _ = read_file("\n".join([header, *lines, ""]).encode(), "dossiers.csv", profile())
    return list(rows.frame.select("row_number", "Mã").iter_rows())


RECORD = "{},9,01/10/2026,05/10/2026,,"


def record(code: str) -> str:
    return RECORD.format(code)


@pytest.mark.parametrize(
    "foot",
    [
        ("Tổng cộng: 2 hồ sơ,,,,,",),
        (",,,Tổng,2,",),
        ("Cộng,2,2,2,2,2",),  # the word alone, whatever stands beside it
        ("Tổng số,2,,,,", ",,,,Người lập,", "A,,,,B,"),
    ],
)
def test_what_begins_at_the_total_is_left_out(foot: tuple[str, ...]) -> None:
    assert read(record("1"), record("2"), *foot) == [(2, "1"), (3, "2")]


def test_a_record_that_begins_with_the_word_is_a_record() -> None:
    assert read(record("Cộng đồng B"), record("2")) == [(2, "Cộng đồng B"), (3, "2")]
    assert read(record("Tổngcục"), record("2")) == [(2, "Tổngcục"), (3, "2")]


def test_records_below_a_total_of_a_section_or_on_top_are_read_under_their_numbers() -> None:
    assert read(record("1"), "Cộng,1,,,,", record("2"), "Tổng,2,,,,") == [(2, "1"), (4, "2")]
    assert read("Tổng số,2,,,,", record("1"), record("2")) == [(3, "1"), (4, "2")]


def test_a_word_within_quotes_begins_no_line() -> None:
    quoted = '"Ghi\nTổng chú"'
    header = f"Mã,Tình trạng,Nhận,Hẹn,Xong,Kênh,{quoted}"
    assert read(f"{record('1')},x", f'{record("2")},"a\nTổng"', header=header) == [
        (2, "1"),
        (3, "2"),
    ]
