"""A file that is no text of an export is told for what it is."""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import zipfile
from pathlib import Path

import polars as pl
import pytest

from pipeline import exports
from pipeline.exports.forms import Form, check_form
from pipeline.faults import FileFault

TEXT = "id,state,received\n1,Đã trả,2026-10-05\n2,Chờ,2026-10-06\n"


def packed_as_zip(*names: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            is_type = name == "mimetype"
            archive.writestr(
                name, "application/vnd.oasis.opendocument.spreadsheet" if is_type else "id,state"
            )
    return file.getvalue()


def parquet() -> bytes:
    file = io.BytesIO()
    pl.DataFrame({"id": ["1"]}).write_parquet(file)
    return file.getvalue()


def database(folder: Path) -> bytes:
    connection = sqlite3.connect(folder / "a.db")
    connection.execute("CREATE TABLE a (b)")
    connection.commit()
    connection.close()
    return (folder / "a.db").read_bytes()


def fault_of(data: bytes, encoding: str = "utf-8") -> FileFault:
    with pytest.raises(FileFault) as raised:
        exports.decode_text(data, encoding)
    return raised.value


FORMATS = {
    "an Excel workbook (.xlsx)": packed_as_zip("[Content_Types].xml", "xl/workbook.xml"),
    "an Excel workbook (.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048),
    "an OpenDocument file (.ods)": packed_as_zip("mimetype", "content.xml"),
    "a Word document (.docx)": packed_as_zip("[Content_Types].xml", "word/document.xml"),
    "a zip archive": packed_as_zip("dossiers.csv"),
    "a PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "a Parquet file": parquet(),
    "an HTML page": b"\n<!DOCTYPE html>\n<html><table><tr><td>id</td></tr></table></html>",
    "an XML document": b'<?xml version="1.0"?>\n<Workbook><Row/></Workbook>',
    "an RTF document": rb"{\rtf1\ansi id\tab state}",
    "JSON": json.dumps([{"id": 1, "state": 9}]).encode(),
    "packed as bzip2": bz2.compress(TEXT.encode()),
    "packed as xz": lzma.compress(TEXT.encode()),
    "packed as gzip twice": gzip.compress(gzip.compress(TEXT.encode())),
}


@pytest.mark.parametrize("what", FORMATS)
def test_another_format_is_named_with_what_to_do(what: str) -> None:
    fault = fault_of(FORMATS[what])
    assert fault.fault == "unreadable"
    assert fault.message.startswith(f"it is {what}")
    assert "CSV" in fault.message
    assert "CSV" in fault.message_vi


@pytest.mark.parametrize(
    ("what", "ending"),
    [
        ("an Excel workbook (.xlsx)", ".xlsx"),
        ("an Excel workbook (.xls", ".xls"),
        ("an OpenDocument file (.ods)", ".ods"),
        ("a zip archive", ".zip"),
        ("a Parquet file", ".parquet"),
        ("JSON", ".json"),
    ],
)
def test_a_form_that_is_read_needs_another_name_alone(what: str, ending: str) -> None:
    fault = fault_of(FORMATS[what])
    assert f"let its name end in {ending}, or save it as CSV (UTF-8)" in fault.message
    assert f"đổi đuôi tên tệp thành {ending}" in fault.message_vi


@pytest.mark.parametrize("what", sorted(set(FORMATS) - {"packed as gzip twice"}))
def test_another_format_within_gzip_is_named_too(what: str) -> None:
    assert fault_of(gzip.compress(FORMATS[what])).message.startswith(f"it is {what}")


def form_fault_of(data: bytes, form: Form) -> FileFault:
    with pytest.raises(FileFault) as raised:
        check_form(data, form)
    assert raised.value.fault == "unreadable"
    return raised.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("what", ["an HTML page", "an XML document"])
def test_a_page_that_is_named_as_a_workbook_is_to_be_saved_as_one(what: str, encoding: str) -> None:
    """Many programs write a page and name it .xls: a spreadsheet opens it after a warning."""
    fault = form_fault_of(FORMATS[what].decode().lstrip().encode(encoding), "workbook")
    assert f"its content is {what}: open it in a spreadsheet and save it as XLSX" in fault.message
    assert "lưu lại dạng XLSX" in fault.message_vi


@pytest.mark.parametrize(
    ("data", "form", "ending"),
    [
        (TEXT.encode(), "workbook", ".csv"),
        (TEXT.replace(",", "\t").encode("utf-16"), "workbook", ".csv"),
        ("mã,trạng thái\n".encode("cp1258", "ignore"), "workbook", ".csv"),
        (FORMATS["JSON"], "workbook", ".json"),
        (FORMATS["a Parquet file"], "json", ".parquet"),
        (FORMATS["a zip archive"], "workbook", ".zip"),
        (FORMATS["an Excel workbook (.xlsx)"], "zip", ".xlsx"),
        (FORMATS["an Excel workbook (.xls"], "json", ".xls"),
        (FORMATS["an OpenDocument file (.ods)"], "zip", ".ods"),
    ],
)
def test_a_file_whose_name_has_the_ending_of_another_form_needs_another_name(
    data: bytes, form: Form, ending: str
) -> None:
    fault = form_fault_of(data, form)
    assert fault.message.endswith(f"its content is something else: let its name end in {ending}")
    assert fault.message_vi.endswith(f"đổi đuôi tên tệp thành {ending}")


@pytest.mark.parametrize(
    "what",
    ["a PDF", "an RTF document", "packed as xz", "packed as gzip twice", "a Word document (.docx)"],
)
def test_what_no_name_makes_readable_is_to_be_exported_again(what: str) -> None:
    assert form_fault_of(FORMATS[what], "workbook").message.endswith(": export it again")


def test_a_database_is_known(tmp_path: Path) -> None:
    assert fault_of(database(tmp_path)).message.startswith("it is a SQLite database")


@pytest.mark.parametrize(
    "text",
    [
        "<id>,state\n1,2\n",
        "{id},state\n1,2\n",
        "[id],state\n1,2\n",
        "PAR1,state\n1,2\n",
        "BZh1,state\n1,2\n",
        "PK,state\n1,2\n",
        '{"id",state\n1,2\n',
    ],
)
def test_a_header_with_an_odd_name_is_text(text: str) -> None:
    assert exports.decode_text(text.encode(), "utf-8") == text.encode()


@pytest.mark.parametrize(
    ("sent_as", "seems"),
    [
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
    ],
)
@pytest.mark.parametrize("said", ["utf-8", "windows-1258"])
@pytest.mark.parametrize("is_packed", [False, True])
def test_text_in_utf_16_or_32_is_told_with_the_encoding_to_name(
    sent_as: str, seems: str, said: str, is_packed: bool
) -> None:
    data = TEXT.encode(sent_as)
    fault = fault_of(gzip.compress(data) if is_packed else data, said)
    assert fault.message == (
        f"it is not {said} text: name its encoding in the profile "
        f'(encoding = "{seems}"), or save it as UTF-8'
    )
    # The cure cures.
    assert exports.decode_text(data, seems).decode() == TEXT


@pytest.mark.parametrize(
    ("sent_as", "said"),
    [("utf-8", "utf-16"), ("utf-8", "utf-16-le"), ("utf-16-be", "utf-16"), ("utf-8", "utf-32")],
)
def test_where_the_profile_says_utf_16_other_text_is_told_too(sent_as: str, said: str) -> None:
    data = "id,state\n1,Đã trả\n".encode(sent_as)
    data += b" " * (-len(data) % 4)
    assert fault_of(data, said).message.startswith(f"it is not {said} text")


def test_nul_bytes_are_told_wherever_they_stand() -> None:
    for data in (b"id,state\n1,\x002\n", TEXT.encode() * 9000 + b"\x00", bytes(5000)):
        for sent in (data, gzip.compress(data)):
            assert fault_of(sent).message.startswith("it has NUL bytes")
    assert fault_of("id,\x00\n".encode("utf-16"), "utf-16").message.startswith("it has NUL bytes")


@pytest.mark.parametrize("place", ["0", "\u200b", "id\u2060", "\ufeffid", "i\u00add", "\u180e"])
@pytest.mark.parametrize("around", ["", "– “Hà Nội” ", "í " * 9])
def test_what_nobody_sees_is_left_out_of_the_text(place: str, around: str) -> None:
    seen = {"0": "0", "\u200b": "", "\u180e": ""}.get(place, "id")
    sent = f"a,{around}{place}b\n".encode()
    assert exports.decode_text(sent, "utf-8").decode() == f"a,{around}{seen}b\n"
    assert exports.decode_text(f"a,{around}{place}b\n".encode("utf-16"), "utf-16") == (
        f"a,{around}{seen}b\n".encode()
    )


@pytest.mark.parametrize("space", ["\u00a0", "\u2007", "\u202f"])
@pytest.mark.parametrize("around", ["", "Đã "])
def test_spaces_that_look_like_the_usual_one_are_it(space: str, around: str) -> None:
    """Of 05/10/2026 08:30 that was copied from a page nobody sees why no date format reads it."""
    sent = f"a,{around}05/10/2026{space}08:30\n"
    read = f"a,{around}05/10/2026 08:30\n".encode()
    assert exports.decode_text(sent.encode(), "utf-8") == read
    assert exports.decode_text(sent.encode("utf-16"), "utf-16") == read
