"""Forms: the same records in a workbook, JSON, Parquet or zip are the same rows as in CSV."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipeline.exports import read_file
from pipeline.exports.error_cells import read_sheet
from pipeline.exports.rows import ROW_NUMBER
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.profile import parse_profile

PROFILE = """
senders = ["H26"]
kind = "dossiers"
date_formats = ["%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"]
optional_columns = ["channel"]
[columns]
dossier_id = "Mã hồ sơ"
status = "Trạng thái"
received_at = "Tiếp nhận"
due_at = "Hẹn trả"
ended_at = "Kết thúc"
channel = "Kênh"
"""
HEADER = ("Mã hồ sơ", "Trạng thái", "Tiếp nhận", "Hẹn trả", "Kết thúc")
ROWS: list[tuple[str, str, datetime, datetime, datetime | None]] = [
    ("0012", "9", datetime(2026, 10, 1, 8, 30, 15), datetime(2026, 10, 5), datetime(2026, 10, 4)),
    ("0013", "4", datetime(2026, 10, 2, 9), datetime(2026, 10, 30, 17), None),
    ("0014", "Đang giải quyết", datetime(2026, 10, 3), datetime(2026, 11, 1), None),
]


def profile(extra: str = "") -> Profile:
    return parse_profile(extra + PROFILE, "ours", "profiles/ours.toml")


def texts() -> list[list[str]]:
    return [["" if each is None else str(each) for each in row] for row in ROWS]


def as_csv() -> bytes:
    return "\n".join([",".join(HEADER), *map(",".join, texts()), ""]).encode()


def as_openpyxl() -> bytes:
    """A workbook as openpyxl writes it, dates as cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *ROWS):
        sheet.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_xlsxwriter() -> bytes:
    """A workbook as XlsxWriter writes it, dates as text."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("Dữ liệu")
        for number, row in enumerate([HEADER, *texts()]):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def as_objects() -> list[dict[str, str]]:
    return [dict(zip(HEADER, row, strict=True)) for row in texts()]


def as_json() -> bytes:
    return json.dumps(as_objects(), ensure_ascii=False, indent=1).encode()


def as_lines() -> bytes:
    return "\n".join(json.dumps(each) for each in as_objects()).encode()


def as_parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(ROWS, schema=HEADER, orient="row").write_parquet(buffer)
    return buffer.getvalue()


def as_zip() -> bytes:
    return packed({"Xuất dữ liệu.csv": as_csv()})


def packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


FORMS: list[tuple[str, Callable[[], bytes]]] = [
    ("dossiers.csv", as_csv),
    ("dossiers.csv.gz", lambda: gzip.compress(as_csv())),
    ("dossiers.xlsx", as_openpyxl),
    ("dossiers.xlsx", as_xlsxwriter),
    ("dossiers.json", as_json),
    ("dossiers.json.gz", lambda: gzip.compress(as_json())),
    ("dossiers.jsonl", as_lines),
    ("dossiers.parquet", as_parquet),
    ("dossiers.zip", as_zip),
]


@pytest.mark.parametrize(("name", "make"), FORMS)
def test_every_form_gives_the_same_rows(name: str, make: Callable[[], bytes]) -> None:
    expected, _ = read_file(as_csv(), "dossiers.csv", profile())
    rows, _ = read_file(make(), name, profile())
    assert rows.header == expected.header == HEADER
    assert rows.frame.equals(expected.frame)
    assert rows.frame["Mã hồ sơ"].to_list() == ["0012", "0013", "0014"]
    assert rows.frame[ROW_NUMBER].to_list() == [2, 3, 4]


def test_a_workbook_for_people_has_titles_two_rows_of_heads_and_totals() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ("SỞ XÂY DỰNG",),
        ("Tháng 10 năm 2026",),
        ("Mã hồ sơ", "Trạng thái", "Ngày", None, None),
        (None, None, "Tiếp nhận", "Hẹn trả", "Kết thúc"),
        *ROWS,
        ("Tổng cộng: 3 hồ sơ",),
        (None, None, "Người lập biểu"),
    ):
        sheet.append(row)
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    sheet.merge_cells("C3:E3")
    for_people = profile('header_row = 3\nheader_rows = 2\nfooter = ["Tổng cộng"]\n')
    names = {
        "received_at": "Ngày / Tiếp nhận",
        "due_at": "Ngày / Hẹn trả",
        "ended_at": "Ngày / Kết thúc",
    }
    for_people = for_people.model_copy(update={"columns": {**for_people.columns, **names}})
    rows, _ = read_file(saved(book), "dossiers.xlsx", for_people)
    expected, _ = read_file(as_csv(), "dossiers.csv", profile())
    assert rows.frame.rows() == expected.frame.rows()


def test_of_several_sheets_the_one_with_cells_is_read_or_the_one_that_is_named() -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_openpyxl()))
    book.active.title = "Số liệu"
    book.create_sheet("Trống")
    rows, _ = read_file(saved(book), "dossiers.xlsx", profile())
    assert rows.frame.height == len(ROWS)
    book.create_sheet("Ghi chú").append(["Ghi chú"])
    with pytest.raises(FileFault, match="2 of its sheets have cells"):
        read_file(saved(book), "dossiers.xlsx", profile())
    rows, _ = read_file(saved(book), "dossiers.xlsx", profile('sheet = "Số liệu"\n'))
    assert rows.frame.height == len(ROWS)


def test_a_name_that_says_another_form_is_told() -> None:
    with pytest.raises(FileFault, match="its name says that it is a workbook"):
        read_file(as_csv(), "dossiers.xlsx", profile())
    with pytest.raises(FileFault, match="xlsx"):
        read_file(as_openpyxl(), "dossiers.csv", profile())


@pytest.mark.parametrize("line", ["sep=;\n", "sep=;\r\n", '"sep=;"\n', "SEP=;\r\n"])
def test_a_line_of_a_spreadsheet_says_the_delimiter(line: str) -> None:
    sent = line.encode() + as_csv().replace(b",", b";")
    rows, _ = read_file(sent, "dossiers.csv", profile())
    expected, _ = read_file(as_csv(), "dossiers.csv", profile())
    assert rows.header == HEADER
    assert rows.frame.equals(expected.frame)


def test_a_column_that_is_called_sep_is_a_column() -> None:
    with pytest.raises(FileFault) as raised:
        read_file(b"sep=x,status\n1,2\n", "dossiers.csv", profile())
    assert raised.value.fault == "missing_column"


def test_a_header_of_two_rows_with_a_field_longer_than_any_may_be_is_too_large() -> None:
    long = "x" * 200_000
    with pytest.raises(FileFault) as raised:
        read_file(f"a,{long}\nb,c\n1,2\n".encode(), "dossiers.csv", profile("header_rows = 2\n"))
    assert raised.value.fault == "too_large"


def test_a_field_without_a_name_is_a_column_like_any_other() -> None:
    records = [{"": "x", **each} for each in as_objects()]
    rows, _ = read_file(json.dumps(records).encode(), "dossiers.json", profile())
    expected, _ = read_file(as_csv(), "dossiers.csv", profile())
    assert rows.header == ("", *HEADER)
    assert rows.frame["Mã hồ sơ"].equals(expected.frame["Mã hồ sơ"])


@pytest.mark.parametrize("first_column", [1, 3])
def test_a_cell_in_which_a_formula_failed_is_what_it_shows_and_not_empty(first_column: int) -> None:
    """An empty end would be a dossier that goes on."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Số liệu & <T10>"
    book.create_sheet("Khác")
    for row, values in enumerate([("Báo cáo",), HEADER, *ROWS], 1):
        for column, value in enumerate(values, first_column):
            sheet.cell(row, column, value)
    failed = sheet.cell(4, first_column + 4, "#N/A")
    failed.data_type = "e"
    rows, _ = read_file(saved(book), "dossiers.xlsx", profile("header_row = 2\n"))
    assert rows.frame["Kết thúc"].to_list() == ["2026-10-04 00:00:00", "#N/A", None]
    assert rows.frame["Mã hồ sơ"].to_list() == ["0012", "0013", "0014"]


def test_an_ods_with_failed_formulas_is_refused() -> None:
    content = (
        "<office:document-content><office:body><office:spreadsheet><table:table>"
        '<table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p>'
        '</table:table-cell><table:table-cell office:value-type="string" office:string-value="" '
        'calcext:value-type="error"><text:p>#N/A</text:p></table:table-cell></table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    with pytest.raises(FileFault, match="have errors like #N/A"):
        read_sheet(buffer.getvalue(), "Sheet1")
