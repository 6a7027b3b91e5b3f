"""A file as sent: its kind is in its name, and its bytes become UTF-8 text or a fault."""

import gzip
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import exports
from pipeline.faults import FAULTS, FileFault

TEXT = "Mã hồ sơ,Trạng thái\nH01-1,Đã trả kết quả\n"


def fault_of(data: bytes, encoding: str = "utf-8") -> FileFault:
    with pytest.raises(FileFault) as raised:
        exports.decode_text(data, encoding)
    return raised.value


@pytest.mark.parametrize(
    ("file_name", "kind"),
    [
        ("dossiers.csv", "dossiers"),
        ("dossiers-part-2.csv.gz", "dossiers"),
        ("ratings 2026.csv", "ratings"),
        ("petitions-q4.csv.gz", "petitions"),
        ("figures_766.csv", "figures"),
        ("dossiers.CSV", "dossiers"),
        ("dossiers.xlsx", "dossiers"),
        ("ratings.xls", "ratings"),
        ("figures-II.06a.XLSM", "figures"),
        ("petitions.ods", "petitions"),
        ("dossiers.json", "dossiers"),
        ("dossiers.jsonl.gz", "dossiers"),
        ("ratings.parquet", "ratings"),
        ("dossiers-2026-10.zip", "dossiers"),
    ],
)
def test_the_kind_is_how_the_name_begins(file_name: str, kind: str) -> None:
    assert exports.kind_of_file(file_name) == kind


@pytest.mark.parametrize(
    ("file_name", "cure"),
    [
        ("ho-so.csv", "must begin with one of dossiers, ratings, petitions, figures (small"),
        ("my-dossiers.csv", "must begin with"),
        ("Dossiers.csv", "must begin with"),
        ("complaints.csv", "must begin with"),
        ("dossiers.docx", "only names that end in one of .csv, .csv.gz, .xlsx, .xlsm, .xls, .ods,"),
        ("dossiers.pdf", "export the data as a workbook or as CSV (UTF-8)"),
        ("dossiers.gz", "or rename the file if it is one already"),
        ("dossiers", "only names that end in one of .csv"),
    ],
)
def test_another_name_is_of_no_kind_and_the_message_says_how_to_name_it(
    file_name: str, cure: str
) -> None:
    with pytest.raises(FileFault) as raised:
        exports.kind_of_file(file_name)
    assert raised.value.fault == "unknown_kind"
    assert cure in raised.value.message


def test_a_fault_is_one_of_the_closed_list() -> None:
    with pytest.raises(ValueError, match="'lost' is not in the list of faults"):
        FileFault("lost", "", "")
    assert FileFault("empty", "a", "b").fault in FAULTS


def test_plain_text_is_taken_as_it_is() -> None:
    assert exports.decode_text(TEXT.encode(), "utf-8") == TEXT.encode()


def test_a_byte_order_mark_is_left_out() -> None:
    assert exports.decode_text(b"\xef\xbb\xbf" + TEXT.encode(), "utf-8") == TEXT.encode()
    assert exports.decode_text(b"\xef\xbb\xbf" + TEXT.encode(), "UTF_8") == TEXT.encode()
    assert exports.decode_text(TEXT.encode("utf-16-le"), "utf-16-le") == TEXT.encode()
    assert exports.decode_text(("\ufeff" + TEXT).encode("utf-16-le"), "utf-16-le") == TEXT.encode()


def test_utf_16_becomes_utf_8() -> None:
    assert exports.decode_text(TEXT.encode("utf-16"), "utf-16") == TEXT.encode()


def test_windows_1258_has_letters_in_two_parts_that_are_composed() -> None:
    # "ồ" is ô and a combining grave, two bytes.
    sent = "Ma\u0303 hô\u0300 sơ\n".encode("windows-1258")
    assert len(sent) == len("Mã hồ sơ\n") + 2
    assert exports.decode_text(sent, "windows-1258").decode() == "Mã hồ sơ\n"


@given(st.text("aăâeêioôơuưyđ \u0300\u0301\u0303\u0309\u0323", min_size=1).map("x{}".format))
def test_the_same_words_are_the_same_text_however_they_are_composed(words: str) -> None:
    forms = [unicodedata.normalize(form, words).encode() for form in ("NFC", "NFD")]
    assert {exports.decode_text(data, "utf-8") for data in (*forms, words.encode())} == {forms[0]}


def test_gzip_is_known_by_its_bytes_whatever_the_name() -> None:
    packed = gzip.compress(TEXT.encode("utf-16"))
    assert exports.decode_text(packed, "utf-16") == TEXT.encode()


@given(st.data())
def test_a_gzip_cut_short_anywhere_is_unreadable(data: st.DataObject) -> None:
    packed = gzip.compress(TEXT.encode() * 20)
    length = data.draw(st.integers(2, len(packed) - 1))
    fault = fault_of(packed[:length])
    assert fault.fault == "unreadable"
    assert "cut short" in fault.message


def test_a_gzip_with_other_bytes_inside_or_after_is_unreadable() -> None:
    packed = gzip.compress(TEXT.encode() * 20)
    assert fault_of(packed[:20] + b"\0\0\0\0" + packed[24:]).fault == "unreadable"
    assert fault_of(packed + b"more").fault == "unreadable"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode("utf-16"), "utf-8"),
        (TEXT.encode("windows-1258", "ignore"), "utf-8"),
        (TEXT.encode("utf-16")[:-1], "utf-16"),
        (b"\xd2\xd2,\n", "ascii"),
    ],
)
def test_text_in_another_encoding_is_unreadable_and_the_message_names_the_cure(
    data: bytes, encoding: str
) -> None:
    fault = fault_of(data, encoding)
    assert fault.fault == "unreadable"
    assert f"it is not {encoding} text: name its encoding in the profile" in fault.message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        b" \r\n\t\n",
        b"\n" * 3000,
        gzip.compress(b"", mtime=0),
        gzip.compress(b"\n", mtime=0),
    ],
)
def test_a_file_without_a_letter_is_empty(data: bytes) -> None:
    assert fault_of(data).fault == "empty"


def test_a_letter_after_much_white_space_is_text() -> None:
    assert exports.decode_text(b"\n" * 3000 + b"a", "utf-8").endswith(b"a")
