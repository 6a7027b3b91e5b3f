"""A value is shown where it looks like what its column holds; of any other only its shape."""

import re
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import masking, tables
from pipeline.profiles.our_columns import sendable_columns

COLUMNS = [(kind, column) for kind in tables.KINDS for column in sendable_columns(kind)]
# Scripts with and without capital letters, marks, digits, signs, control characters.
TEXTS = st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=("Cs", "Cn")))


def show(text: str | None, kind: str, column: str) -> str | None:
    frame = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    return frame.select(masking.show_column(pl.col("text"), kind, column)).item()


def mask(text: str) -> str:
    return pl.select(masking.mask_column(pl.lit(text))).item()


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("Nguyễn Văn An 0912345678", "Aaaaaa Aaa Aa 9999999999"),
        ("an.nguyen@example.vn", "aa.aaaaaa@aaaaaaa.aa"),
        ("079085001234", "999999999999"),
        ("Nguye\u0302\u0303n", "Aaaaaa"),  # a letter and its marks are one letter
        ("阮文安", "aaa"),  # letters without capitals
        ("a\x1b[31mb\u202e\n", "a?[99aa??"),
        ("x" * 40, "a" * 40),
        ("x" * 41, "a" * 40 + "…"),
        ("", ""),
    ],
)
def test_a_mask_keeps_the_shape_of_a_text(text: str, shape: str) -> None:
    assert masking.mask_text(text) == shape
    assert mask(text) == shape


@given(TEXTS)
def test_a_column_is_masked_as_a_text_is(text: str) -> None:
    assert mask(text) == masking.mask_text(text)


@given(TEXTS)
def test_of_a_masked_text_no_letter_and_no_digit_is_left(text: str) -> None:
    told = {sign for sign in masking.mask_text(text) if unicodedata.category(sign)[0] in "LN"}
    assert told <= {"A", "a", "9"}


@pytest.mark.parametrize(
    ("kind", "column", "text"),
    [
        ("dossiers", "received_at", "20261005093000"),
        ("dossiers", "received_at", "2026-13-45"),
        ("dossiers", "due_at", "31/02/2026 08:30"),
        ("dossiers", "ended_at", "2026-10-05T09:30:00.123+07:00"),
        ("dossiers", "due_at", "45930.5"),  # a day as spreadsheets count them
        ("ratings", "answered_at", "10/2026"),
        ("petitions", "handled_at", "08:30"),
        ("figures", "period_at", "2026-10"),
        ("ratings", "answer", "9"),
        ("ratings", "weight", "-1,25"),
        ("figures", "numerator", "2.000"),
        ("figures", "denominator", "12 %"),
        ("dossiers", "supplement_requests", "1e3"),
        ("dossiers", "status", "99"),
        ("dossiers", "status", "Finished"),
        ("ratings", "question", "Q17"),
        ("petitions", "is_upheld", "2"),
        ("dossiers", "unit_code", "H26.01"),
        ("petitions", "unit_code", "00123"),
        ("figures", "indicator", "due_on_time"),
        ("dossiers", "procedure_code", "2.000889.000.00.00.H26"),
    ],
)
def test_what_looks_like_its_column_is_shown(kind: str, column: str, text: str) -> None:
    assert show(text, kind, column) == text
    assert masking.show_value(text, kind, column) == text


PERSONAL = (
    "Nguyễn Văn An",
    "NGUYENVANAN",
    "nguyenvanan",
    "079085001234",  # a citizen's number
    "0912345678",
    "091.234.5678",
    "+84 912 345 678",
    "an.nguyen@example.vn",
    "12 Lý Thường Kiệt",
    "C12345678",  # a passport
    "51F-123.45",  # a vehicle
)


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_nothing_personal_is_shown_in_any_column(kind: str, column: str) -> None:
    for text in PERSONAL:
        assert show(text, kind, column) == masking.mask_text(text)
        assert masking.show_value(text, kind, column) == masking.mask_text(text)


@pytest.mark.parametrize("column", ["dossier_id", "respondent_id", "petition_id"])
def test_codes_that_name_a_person_are_always_masked(column: str) -> None:
    assert masking.show_value("H26.01-261008-0975", "ratings", column) == "A99.99-999999-9999"


@given(st.sampled_from(COLUMNS), TEXTS)
def test_what_is_shown_is_the_value_or_its_mask_and_short(
    place: tuple[str, str], text: str
) -> None:
    shown = masking.show_value(text, *place)
    assert show(text, *place) == shown
    assert shown in (text, masking.mask_text(text))
    assert len(shown) <= masking.LONGEST + 1


@pytest.mark.parametrize(("kind", "column"), COLUMNS)
def test_a_huge_value_is_cut_and_nothing_stays_nothing(kind: str, column: str) -> None:
    assert show("1" * 100_000, kind, column) == "9" * 40 + "…"
    assert show(None, kind, column) is None


def test_values_that_a_profile_names_are_shown_to_whoever_tries_it() -> None:
    assert masking.show_value("Đã xong", "dossiers", "status", {"Đã xong"}) == "Đã xong"
    assert masking.show_value("Đã xong", "dossiers", "status") == "Aa aaaa"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("dossiers.csv", "dossiers.csv"),
        ("ratings-2.csv.gz", "ratings-2.csv.gz"),
        ("dossiers_2026-10 (3).csv", "dossiers_2026-10 (3).csv"),
        ("petitions-20261031-H26.csv", "petitions-20261031-H26.csv"),
        ("dossiers-NguyenVanAn.csv", "dossiers-AaaaaaAaaAa.csv"),
        ("dossiersNguyenVanAn.csv", "dossiersAaaaaaAaaAa.csv"),
        ("figures 079085001234.csv", "figures 999999999999.csv"),
        ("Hồ sơ Nguyễn Văn An.xlsx", "Aa aa Aaaaaa Aaa Aa.xlsx"),
        ("ratings\x1b\u202e.csv", "ratings<U+001B><U+202E>.csv"),
        ("a" * 300, "a" * 40 + "…"),
    ],
)
def test_of_a_file_name_kind_numbers_and_shape_are_shown(name: str, shown: str) -> None:
    assert masking.show_file_name(name) == shown


PROCEDURES = {
    "1.004227": True,
    "2.000889.000.00.00.H26": True,
    "BTP-HCM-277387": True,  # the codes before the national ones
    "T-HCM-123456-TT": True,
    "P12": True,
    "Nguyễn Văn An": False,
    "nguyenvanan": False,
    "AN": False,
    "079085001234": False,
    "0912345678": False,
    "H26.01-261008-0975": False,  # the code of a dossier
    "05/10/1980": False,
    "19801005": False,
}


@pytest.mark.parametrize(("text", "is_code"), PROCEDURES.items())
def test_a_code_of_a_procedure_stays_and_any_other_text_becomes_a_label(
    text: str, is_code: bool
) -> None:
    (found, nothing) = masking.label_texts(pl.Series("procedure", [text, None]))
    assert (found == text) is is_code
    assert is_code or re.fullmatch("text-[0-9a-f]{12}", found)
    assert nothing is None


def test_equal_texts_have_one_label_and_others_another() -> None:
    kinds = pl.Series("procedure", ["Missed Trash", "Pothole", "Missed Trash"])
    first, second, third = masking.label_texts(kinds)
    # printf 'Missed Trash' | sha256sum | cut -c1-12
    assert first == third == "text-9b622369af90"
    assert second not in ("Pothole", first)


def test_a_text_that_the_profile_names_stays() -> None:
    kinds = pl.Series("procedure", ["Khai sinh", "Nguyễn Văn An"])
    assert masking.label_texts(kinds, {"Khai sinh"})[0] == "Khai sinh"


@pytest.mark.parametrize("ending", [".XLSX", ".csv.gz", ".Parquet", ".JSONL.gz"])
def test_the_ending_of_a_name_stays_however_long_the_name_is(ending: str) -> None:
    shown = masking.show_file_name(f"dossiers {'Nguyễn Văn An ' * 20}{ending}")
    assert shown.startswith("dossiers Aaaaaa Aaa Aa")
    assert shown.endswith(ending)
    assert len(shown) < 100
