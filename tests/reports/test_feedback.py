"""Feedback as a sender opens it: a workbook and a CSV file in its language."""

import csv
import io
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.feedback import BrokenSetRule, Feedback
from reports import feedback as drawn

from ..feedback.conftest import broken, feedback_of, file

HOSTILE = '=HYPERLINK("http://a.example","A")'


def make(found: str | None = HOSTILE) -> Feedback:
    files = [file("=dossiers.csv", rejected=2), file("@b.csv", "b", message="-1+2 is wrong")]
    return feedback_of(
        files, broken(2, found=found), broken(3, "row_has_all_fields", "field_count", "4")
    )


def open_sheets(written: bytes) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(written))
    return {sheet.title: sheet for sheet in book.worksheets}


def read_table(sheet: Worksheet) -> list[tuple[object, ...]]:
    """The rows of the sheet's table, the heads first."""
    (table,) = sheet.tables.values()
    return [tuple(cell.value for cell in row) for row in sheet[table.ref]]


def test_the_workbook_says_how_much_is_accepted_what_to_mend_and_what_to_do() -> None:
    sheets = open_sheets(drawn.make_xlsx(make()))
    assert list(sheets) == ["Tóm tắt", "Cần sửa", "Các tệp đã gửi"]
    lines = [row[0] for row in sheets["Tóm tắt"].iter_rows(values_only=True)]
    assert lines[:4] == [
        "Phản hồi về dữ liệu tháng 10 năm 2026",
        "Cơ quan gửi: Hà Nội (H26)",
        "1 tệp bị từ chối: không dòng nào trong đó được tính.",
        "Trong 40 dòng của các tệp đọc được: 38 dòng được chấp nhận, 2 dòng bị loại.",
    ]
    assert str(lines[4]).startswith("Việc cần làm: ")
    assert read_table(sheets["Tóm tắt"])[1:] == [
        ("'@b.csv", "'-1+2 is wrong (vi)", None, None, None),
        ("hồ sơ", "sai due_at_is_a_time", 1, 1, "due_at_is_a_time"),
        ("hồ sơ", "sai row_has_all_fields", 1, 1, "row_has_all_fields"),
    ]
    assert read_table(sheets["Các tệp đã gửi"])[1:] == [
        ("'=dossiers.csv", "hồ sơ", "được nhận", 38, 2),
        ("'@b.csv", "hồ sơ", "bị từ chối", None, None),
    ]


def test_every_place_to_mend_has_file_line_column_value_and_what_may_be_sent() -> None:
    heads, *rows = read_table(open_sheets(drawn.make_xlsx(make()))["Cần sửa"])
    assert heads == (
        *("Tệp", "Dòng", "Cột", "Giá trị tìm thấy", "Lỗi và cách sửa"),
        *("Ví dụ hoặc giá trị được nhận", "Mã lỗi"),
    )
    assert rows == [
        ("'@b.csv", "cả tệp", None, None, "'-1+2 is wrong (vi)", None, None),
        (
            *("'=dossiers.csv", 3, "'=Hẹn trả (due_at)", f"'{HOSTILE}", "sai due_at_is_a_time"),
            *("25/10/2026 16:30; 2026-10-25T16:30+0700", "due_at_is_a_time"),
        ),
        (
            *("'=dossiers.csv", 4, "cả dòng", "4", "sai row_has_all_fields", None),
            "row_has_all_fields",
        ),
    ]


def test_the_sheets_are_read_with_ease_and_no_cell_is_a_formula_or_a_link() -> None:
    for sheet in open_sheets(drawn.make_xlsx(make())).values():
        (table,) = sheet.tables.values()
        first = int("".join(filter(str.isdigit, table.ref.partition(":")[0])))
        assert sheet.freeze_panes == f"A{first + 1}"
        assert all(dimension.width for dimension in sheet.column_dimensions.values())
        assert not sheet._hyperlinks
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n")
                assert not str(cell.value).startswith(("=", "+", "-", "@", "\t", "\r"))
        assert all(cell.alignment.wrap_text for cell in sheet[first])


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "'=", "\x00=", "\u202e="])
def test_no_text_of_the_csv_begins_as_a_formula(sign: str) -> None:
    written = drawn.make_csv(make(f"{sign}1+1")).decode("utf-8-sig")
    heads, *rows = csv.reader(io.StringIO(written, newline=""))
    assert heads[0] == "Tệp"
    assert len(rows) == 3
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\x00", "\u202e"))


def test_the_same_feedback_is_the_same_bytes() -> None:
    assert drawn.make_xlsx(make()) == drawn.make_xlsx(make())


def test_it_is_there_in_english_too() -> None:
    sheets = open_sheets(drawn.make_xlsx(make(None), drawn.ENGLISH))
    assert list(sheets) == ["Summary", "To mend", "Files sent"]
    assert read_table(sheets["To mend"])[2][3:5] == ("(empty)", "due_at_is_a_time is broken")


def test_without_a_fault_there_is_nothing_to_mend() -> None:
    sheets = open_sheets(drawn.make_xlsx(feedback_of([file()])))
    assert list(sheets) == ["Tóm tắt", "Các tệp đã gửi"]
    assert sheets["Tóm tắt"]["A4"].value == "Không có gì phải sửa."


def test_what_is_simulated_is_called_simulated_in_the_first_line() -> None:
    for is_simulated in (True, False):
        written = drawn.make_xlsx(replace(make(), is_simulated=is_simulated))
        first = str(open_sheets(written)["Tóm tắt"]["A1"].value)
        assert first.startswith("DỮ LIỆU MÔ PHỎNG") == is_simulated


OF_MONTH = BrokenSetRule(
    "dossiers", "rows_not_far_below_usual", "10 rows were sent", "=chỉ 10 dòng"
)


def test_what_the_whole_month_breaks_stands_in_the_summary_and_at_the_end_of_the_list() -> None:
    sheets = open_sheets(drawn.make_xlsx(replace(make(), set_rules=(OF_MONTH,))))
    assert read_table(sheets["Tóm tắt"])[2] == (
        *("hồ sơ", "'=chỉ 10 dòng", None, None, "rows_not_far_below_usual"),
    )
    assert read_table(sheets["Cần sửa"])[-1] == (
        *("hồ sơ", "cả tháng", None, None, "'=chỉ 10 dòng", None, "rows_not_far_below_usual"),
    )


def test_a_month_that_breaks_nothing_else_is_told_too() -> None:
    alone = replace(feedback_of([file()]), set_rules=(OF_MONTH,))
    assert not alone.is_empty
    written = drawn.make_csv(alone, drawn.ENGLISH).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(written, newline=""))
    assert row[1] == "the whole month"
    assert row[4] == "10 rows were sent"
    assert drawn.write_first(alone, 10, drawn.ENGLISH) == "The first 1 of 1 places to mend:"
