"""Old encodings of Vietnamese: TCVN3 is read like any other, Windows-1258 composed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import exports, tcvn3
from pipeline.faults import FileFault
from pipeline.profiles.profile import parse_profile

_LOWER = "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"


def test_a_sentence_in_tcvn3_has_the_bytes_of_its_fonts() -> None:
    # Each letter of "Đã trả kết quả" with a mark is one byte: § · (A7 B7), ¶ (B6), Õ (D5).
    assert "Đã trả kết quả".encode("tcvn3") == b"\xa7\xb7 tr\xb6 k\xd5t qu\xb6"
    assert exports.decode_text(b"\xa7\xb7 tr\xb6 k\xd5t qu\xb6", "tcvn3").decode() == (
        "Đã trả kết quả"
    )


@given(st.text(_LOWER + _LOWER.upper() + "abc ABC 019,;", min_size=1))
def test_every_letter_comes_back_from_tcvn3(text: str) -> None:
    # Capital letters whose bytes would be control characters are not in its table.
    known = "".join(letter for letter in text if letter in tcvn3.LETTERS)
    assert known.encode("tcvn3").decode("tcvn3") == known


def test_all_small_letters_are_in_its_table() -> None:
    assert _LOWER.encode("tcvn3").decode("tcvn3") == _LOWER


def test_a_mark_apart_is_put_on_its_letter() -> None:
    assert exports.decode_text(b"xa\xb3", "tcvn3").decode() == unicodedata.normalize("NFC", "xá")


def test_a_profile_names_it() -> None:
    text = (
        'senders = ["H01"]\nkind = "ratings"\nencoding = "tcvn3"\n'
        '[columns]\nanswer = "a"\nanswered_at = "b"\nrespondent_id = "c"\n'
    )
    assert parse_profile(text, "old", "profiles/old.toml").encoding == "tcvn3"


def test_a_letter_that_it_lacks_is_a_fault_of_writing_alone() -> None:
    with pytest.raises(UnicodeEncodeError):
        "日".encode("tcvn3")
    with pytest.raises(FileFault, match="is not windows-1258 text"):
        exports.decode_text(b"\xd2\xd2\xd2,\x81\n", "windows-1258")
