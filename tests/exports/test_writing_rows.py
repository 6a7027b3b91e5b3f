"""Rows written in the layout of a profile, which reads the same rows of them."""

import polars as pl
import pytest

from pipeline.exports import read_file
from pipeline.exports.writing import NotReadBackError, write_rows
from pipeline.profiles import Profile

NAMES = ("Mã", "Ngày / Tiếp nhận", "Đơn vị; phòng")
ROWS = [
    {"Mã": "1", "Ngày / Tiếp nhận": "01/02/2026", "Đơn vị; phòng": "Sở Xây dựng, \"số\" 1; 'A'"},
    {"Mã": "2", "Ngày / Tiếp nhận": None, "Đơn vị; phòng": "Ủy ban\nđặc biệt|kế\thoạch"},
    {"Mã": "#3", "Ngày / Tiếp nhận": "03/02/2026", "Đơn vị; phòng": None},
]
TEXT = pl.DataFrame(ROWS, schema=dict.fromkeys(NAMES, pl.String))


def profile_with(**keys: object) -> Profile:
    given: dict[str, object] = {
        "name": "own",
        "digest": "0",
        "senders": ("H01",),
        "kind": "dossiers",
        "date_formats": ("%d/%m/%Y",),
        "columns": {
            "dossier_id": NAMES[0],
            "received_at": NAMES[1],
            "unit_code": NAMES[2],
            "due_at": NAMES[1],
            "ended_at": NAMES[1],
            "status": NAMES[0],
        },
    }
    return Profile.model_validate(given | keys)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"delimiter": ";"},
        {"delimiter": "\t", "quote": "'"},
        {"delimiter": "|"},
        {"encoding": "utf-16"},
        {"encoding": "utf-8-sig"},
        {"encoding": "windows-1258"},
        {"encoding": "tcvn3"},
        {"header_row": 4},
        {"header_row": 3, "header_rows": 2},
        {"footer": ["Tổng", "Người lập"]},
        {"sheet": "Hồ sơ", "records": "data.items"},
    ],
    ids=str,
)
def test_a_profile_reads_the_same_rows_whatever_it_says(keys: dict[str, object]) -> None:
    profile = profile_with(**keys)
    written = write_rows(TEXT, NAMES, profile)
    rows, own = read_file(written, "dossiers-split.csv", profile)
    expected = TEXT.with_columns(pl.all().str.replace_all("\n", " "))
    assert rows.frame.select(NAMES).equals(expected)
    assert own == profile
    # Written once more they are the same bytes.
    assert write_rows(TEXT, NAMES, profile) == written


def test_rows_that_a_footer_would_cut_off_are_told() -> None:
    with pytest.raises(NotReadBackError, match="3 rows are written and 2 are read: see footer"):
        write_rows(TEXT, NAMES, profile_with(footer=["#3"]))


def test_letters_that_the_encoding_lacks_are_told() -> None:
    with pytest.raises(NotReadBackError, match="not in the encoding latin-1"):
        write_rows(TEXT, NAMES, profile_with(encoding="latin-1"))
