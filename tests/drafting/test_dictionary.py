"""The dictionary: every name and word in it means something of ours."""

import pytest

from pipeline.drafting.names import fold_name, rate_name, read_dictionary, split_words
from pipeline.profiles.our_columns import sendable_columns, words_of_columns
from pipeline.tables import KINDS, QUESTIONS, SCALES

LISTS = {
    "petition_status": ("petitions", "status"),
    "yes_no": ("petitions", "satisfied"),
    "applicant_from_0": ("dossiers", "applicant"),
    "subject": ("petitions", "subject"),
    "mode": ("ratings", "mode"),
    "question": ("ratings", "question"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_its_columns_are_ours(kind: str) -> None:
    assert set(read_dictionary()["columns"][kind]) <= {*sendable_columns(kind), "updated_at"}


@pytest.mark.parametrize("part", ["values", "codes"])
def test_its_words_are_ours(part: str) -> None:
    for name, entries in read_dictionary()[part].items():
        kind, column = LISTS.get(name, ("dossiers", name))
        words = entries if part == "values" else entries.values()
        assert set(words) <= set(words_of_columns(kind)[column]), name


def test_its_questions_and_answers_are_ours() -> None:
    assert set(read_dictionary()["questions"]) == set(QUESTIONS)
    for scale, (low, high) in SCALES.items():
        points = {str(point) for point in range(low, high + 1)}
        assert set(read_dictionary()["answers"][scale]) == points


@pytest.mark.parametrize(
    "name",
    ["NgayTiepNhan", "ngay_tiep_nhan", "Ngày / Tiếp nhận", "NGÀY  TIẾP NHẬN", "ngay tiep nhan"],
)
def test_a_name_is_the_same_however_it_is_written(name: str) -> None:
    assert fold_name(name) == "ngaytiepnhan"


def test_a_word_of_small_letters_before_capitals_is_one() -> None:
    assert split_words("MaTTHC") == ("ma", "tthc")
    assert split_words("Đơn vị") == ("don", "vi")


def test_the_whole_name_is_better_than_a_part_of_it() -> None:
    whole, part = (
        rate_name("Ngày hẹn trả", ["Ngày hẹn trả"]),
        rate_name("Ngày hẹn trả (dự kiến)", ["Ngày hẹn trả"]),
    )
    assert whole > part > rate_name("Chủ hồ sơ", ["Ngày hẹn trả"])
