"""Bombs, paths that lead away and what is active in a workbook: refused or without effect.

The reader's own process may take 8 GiB; these tests look at the memory of this one.
"""

import gzip
import io
import json
import resource
import zipfile
from collections.abc import Callable
from itertools import repeat

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipeline.exports import read_file
from pipeline.faults import FileFault
from pipeline.profiles.profile import parse_profile

PROFILE = parse_profile(
    """
senders = ["H26"]
kind = "dossiers"
[columns]
dossier_id = "id"
status = "state"
received_at = "received"
due_at = "due"
ended_at = "ended"
[limits]
megabytes = 64
""",
    "small",
    "profiles/small.toml",
)
HEADER = ("id", "state", "received", "due", "ended")
ROW = ("0012", "9", "20261001083015", "20261005170000", "20261004100000")
MOST_GROWN_GIB = 0.5


def fault_of(data: bytes, name: str) -> FileFault:
    with pytest.raises(FileFault) as raised:
        read_file(data, name, PROFILE)
    return raised.value


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            # What an ODS is must be read without unpacking.
            kept = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            package.writestr(name, content, kept)
    return buffer.getvalue()


def workbook_parts() -> dict[str, bytes]:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
    with zipfile.ZipFile(buffer) as package:
        return {name: package.read(name) for name in package.namelist()}


def zip_bomb() -> bytes:
    return packed({"a.csv": b"," * (100 << 20)})


def gzip_bomb() -> bytes:
    return gzip.compress(b"," * (100 << 20))


def zip_of_gzip_bombs() -> bytes:
    return packed({f"{number}.csv.gz": gzip.compress(b"x," * (20 << 20)) for number in range(4)})


def workbook_bomb() -> bytes:
    return packed(workbook_parts() | {"xl/media/image1.png": bytes(100 << 20)})


def bomb_that_lies_about_its_size() -> bytes:
    """A zip whose directory says that 10 bytes are packed in it."""
    data = bytearray(zip_bomb())
    size = (100 << 20).to_bytes(4, "little")
    while (place := data.find(size)) >= 0:
        data[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (zip_bomb, "dossiers.zip"),
        (gzip_bomb, "dossiers.csv.gz"),
        (gzip_bomb, "dossiers.json.gz"),
        (zip_of_gzip_bombs, "dossiers.zip"),
        (workbook_bomb, "dossiers.xlsx"),
        (bomb_that_lies_about_its_size, "dossiers.zip"),
    ],
)
def test_a_bomb_is_refused_before_it_fills_the_memory(make: Callable[[], bytes], name: str) -> None:
    data = make()
    before = peak_gib()
    assert fault_of(data, name).fault in ("too_large", "unreadable")
    assert peak_gib() < before + MOST_GROWN_GIB


def test_entities_of_a_sheet_are_not_put_in() -> None:
    """Ten entities, each ten times the one before: ten thousand million letters."""
    entities = "".join(
        f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10)
    )
    sheet = (
        f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "0123456789">{entities}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    )
    parts = workbook_parts() | {"xl/worksheets/sheet1.xml": sheet.encode()}
    before = peak_gib()
    assert fault_of(packed(parts), "dossiers.xlsx").fault in (
        "unreadable",
        "missing_column",
        "empty",
    )
    assert peak_gib() < before + MOST_GROWN_GIB


@pytest.mark.parametrize(
    "path", ["../a.csv", "/etc/a.csv", "a/../../b.csv", "C:\\a.csv", "..\\a.csv"]
)
def test_a_path_that_leads_out_of_the_zip_is_refused(path: str) -> None:
    assert "leads out of it" in fault_of(packed({path: b"id\n1\n"}), "dossiers.zip").message


def test_a_zip_within_a_zip_and_a_zip_of_ten_thousand_files_are_refused() -> None:
    inner = packed({"a.csv": b"id\n1\n"})
    assert "holds a file that is no export" in fault_of(packed({"a.zip": inner}), "a.zip").message
    many = packed({f"{number}.csv": b"" for number in range(10_000)})
    assert fault_of(many, "dossiers.zip").fault == "too_large"


@pytest.mark.parametrize(
    "name",
    [
        "~$a.xlsx",
        "Tháng 10/._a.csv",
        "__MACOSX/a.csv",
        "Tháng 10\\Thumbs.db",
        "Desktop.ini",
        ".DS_Store",
    ],
)
def test_what_a_system_puts_beside_the_files_of_a_zip_is_passed_over(name: str) -> None:
    header, row = ",".join(HEADER), ",".join(ROW)
    data = packed({"a.csv": f"{header}\n{row}\n".encode(), name: b"\x00\x05\x16\x07"})
    rows, _ = read_file(data, "dossiers.zip", PROFILE)
    assert rows.frame.select(HEADER).rows() == [ROW]


def test_a_zip_with_a_password_is_refused() -> None:
    data = bytearray(packed({"a.csv": b"id\n1\n"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(mark) + place] |= 1
    assert "protected by a password" in fault_of(bytes(data), "dossiers.zip").message


REPEATED = 'table:number-columns-repeated="6000"'


def sheet_with_a_cell_at(place: str) -> bytes:
    parts = workbook_parts()
    name = "xl/worksheets/sheet1.xml"
    cell = (
        f'<row r="{place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")}"><c r="{place}"><v>1</v></c></row>'
    )
    parts[name] = parts[name].replace(b"</sheetData>", cell.encode() + b"</sheetData>")
    return packed(parts)


@pytest.mark.parametrize("place", ["BDWGN3", "XFD1048576", "A999999999", "ZZZZZZ9"])
def test_a_cell_far_away_does_not_fill_the_memory(place: str) -> None:
    """BDWGN is column 1,000,002; the library would make room for every place on the way."""
    before = peak_gib()
    assert fault_of(sheet_with_a_cell_at(place), "dossiers.xlsx").fault == "too_large"
    assert peak_gib() < before + MOST_GROWN_GIB


def test_a_table_of_a_million_columns_is_refused() -> None:
    header = ",".join(map("c{}".format, range(1_000_000)))
    assert fault_of(f"{header}\n1\n".encode(), "dossiers.csv").fault == "too_large"
    record = json.dumps(dict.fromkeys(map("c{}".format, range(6_000)), "1"))
    assert fault_of(f"[{record}]".encode(), "dossiers.json").fault == "too_large"
    buffer = io.BytesIO()
    pl.DataFrame({f"c{number}": ["1"] for number in range(6_000)}).write_parquet(buffer)
    assert fault_of(buffer.getvalue(), "dossiers.parquet").fault == "too_large"


def ods(*elements: str) -> bytes:
    content = (
        "<office:document-content><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{"".join(elements)}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest:manifest/>",
            "content.xml": content.encode(),
        }
    )


def ods_cells(*texts: str) -> str:
    return "".join(
        f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
        for text in texts
    )


def test_a_row_repeated_a_thousand_million_times_is_refused() -> None:
    """ODS writes equal rows once, with how often they come."""
    rows = f'number-rows-repeated="1000000000">{ods_cells(*repeat("x", 5))}</table:table-row>'
    assert fault_of(ods(f"<table:table-row table:{rows}"), "dossiers.ods").fault == "too_large"


def test_an_ods_that_says_how_wide_its_16384_columns_are_has_only_those_with_cells() -> None:
    """So does LibreOffice save every sheet whose columns are all of one width."""
    blank = '<table:table-cell table:number-columns-repeated="{}"/>'
    rows = [
        f"<table:table-row>{ods_cells(*cells)}{blank.format(16384 - len(cells))}</table:table-row>"
        for cells in (HEADER, ROW)
    ]
    data = ods(
        '<table:table-column table:style-name="co1" table:number-columns-repeated="16384"/>',
        *rows,
        f'<table:table-row table:number-rows-repeated="1048574">{blank.format(16384)}'
        "</table:table-row>",
    )
    read, _ = read_file(data, "dossiers.ods", PROFILE)
    assert read.frame.select(HEADER).rows() == [ROW]


def test_an_ods_with_a_cell_that_comes_6000_times_is_refused() -> None:
    row = ods_cells("x").replace("<table:table-cell ", f"<table:table-cell {REPEATED} ")
    data = ods(f"<table:table-row>{row}{ods_cells('y')}</table:table-row>")
    assert fault_of(data, "dossiers.ods").fault == "too_large"


def test_formulas_links_and_macros_do_nothing() -> None:
    """A formula is its stored value, a link its text, and a program in the workbook is not read."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ROW)
        sheet.write_formula(1, 1, '=WEBSERVICE("http://127.0.0.1:9/")', value="9")
        sheet.write_formula(1, 2, "='[file:///etc/passwd]Sheet1'!A1", value=ROW[2])
        sheet.write_url(1, 0, "http://127.0.0.1:9/", string="0012")
    with zipfile.ZipFile(buffer) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    parts["xl/vbaProject.bin"] = b"\xd0\xcf\x11\xe0" + bytes(512)
    for name in ("dossiers.xlsx", "dossiers.xlsm"):
        rows, _ = read_file(packed(parts), name, PROFILE)
        assert rows.frame.select(HEADER).rows() == [ROW]


def test_a_formula_without_a_stored_value_is_no_empty_cell() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append([*ROW[:4], "=1+1"])
    buffer = io.BytesIO()
    book.save(buffer)
    rows, _ = read_file(buffer.getvalue(), "dossiers.xlsx", PROFILE)
    assert rows.frame.select(HEADER).rows() == [(*ROW[:4], "#NOT_COMPUTED")]


def with_a_row_at(number: str) -> bytes:
    parts = workbook_parts()
    name = "xl/worksheets/sheet1.xml"
    row = f"<row {number}><c><v>1</v></c></row>"
    parts[name] = parts[name].replace(b"</sheetData>", row.encode() + b"</sheetData>")
    return packed(parts)


def test_a_file_that_ends_its_reader_is_refused_and_the_next_is_read() -> None:
    """The library asks for 640 GB at row 4,000,000,000, and ends its process."""
    assert fault_of(with_a_row_at('r="4000000000"'), "dossiers.xlsx").fault == "too_large"
    hidden = with_a_row_at('r = "4000000000"')
    for _ in range(2):
        assert fault_of(hidden, "dossiers.xlsx").fault == "unreadable"
        rows, _ = read_file(packed(workbook_parts()), "dossiers.xlsx", PROFILE)
        assert rows.frame.select(HEADER).rows() == [ROW]
