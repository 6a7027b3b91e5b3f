"""A unit is known by its name where exactly one unit of the sender has it; else what comes near."""

from pathlib import Path

import pytest

from pipeline import agencies
from pipeline.agencies import Register, UnitNames

MONTH = "2026-10"
UNITS = """\
code,name_vi,name_en,kind,parent_code
H26.05,Sở Tài chính,Department of Finance,department,H26
H26.12,Sở Y tế,Department of Health,department,H26
H26.13,Sở Khoa học và Công nghệ,,department,H26
H26.31,Phường Tân Lập,,ward,H26
H26.32,Xã Tân Lập,,commune,H26
H26.33,Xã Hòa Bình,,commune,H26
H29.12,Sở Du lịch,,department,H29
"""


@pytest.fixture
def register(tmp_path: Path) -> Register:
    path = tmp_path / "agencies.csv"
    path.write_text(UNITS, encoding="utf-8")
    return agencies.load(path)


@pytest.fixture
def names(register: Register) -> UnitNames:
    return UnitNames(register, "H26", MONTH, {"sở yt": "H26.12", "tân lập": "H26.32"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sở Y tế", "H26.12"),
        ("  SỞ Y  TẾ ", "H26.12"),
        ("So\u031b\u0309 Y te\u0302\u0301", "H26.12"),
        ("Y tế", "H26.12"),
        ("So Y te", "H26.12"),
        ("y te", "H26.12"),
        ("department of finance", "H26.05"),
        ("Phường Tân Lập", "H26.31"),
        ("Xã Hoà Bình", "H26.33"),
        ("Xa Hoa Binh", "H26.33"),
        ("UBND xã Hoà Bình", "H26.33"),
        ("UBND thành phố Hà Nội", "H26"),
        ("TP. Hà Nội", "H26"),
    ],
)
def test_a_name_of_the_register_is_known_in_its_usual_spellings(
    names: UnitNames, text: str, code: str
) -> None:
    assert names.find_code(text) == code


def test_an_alias_comes_before_the_names_of_the_register(names: UnitNames) -> None:
    assert names.find_code("SỞ YT") == "H26.12"
    assert names.find_code("Tân Lập") == "H26.32"


@pytest.mark.parametrize(
    "text",
    [
        "H26.12",  # A code needs no name.
        "H29",  # So does the code of another agency.
        "Tan Lap",  # Two units have this name.
        "Sở Du lịch",  # It belongs to another agency.
        "Quận Tân Lập",  # Neither is a Quận.
        "Sơ Y tế",  # Other accents may be another name.
        "Nguyễn Văn An",
        "",
    ],
)
def test_what_may_mean_two_units_or_none_is_not_known(names: UnitNames, text: str) -> None:
    assert names.find_code(text) is None


def test_an_unknown_name_is_told_the_nearest_names_and_codes(names: UnitNames) -> None:
    assert names.describe_near("Sở Y tê") == " ≈ Sở Y tế (H26.12)"
    near = names.describe_near("H26.1")
    assert near.startswith(" ≈ ")
    assert near.count("(") == 3
    assert names.describe_near("Nguyễn Văn An") == ""


def test_an_agency_that_is_no_more_is_told_with_its_successor(names: UnitNames) -> None:
    # 63 provinces became 34 on 1 July 2025.
    assert names.describe_near("H02") == " → Bắc Ninh (H05)"
    assert names.describe_near("Hà Giang") == " → Tuyên Quang (H60)"


def test_a_name_is_known_in_the_months_of_its_agency(register: Register) -> None:
    before = UnitNames(register, "H22", "2025-06", {})
    after = UnitNames(register, "H60", "2025-07", {})
    assert before.find_code("Hà Giang") == "H22"
    assert after.find_code("Hà Giang") is None
