"""The layout of a file: header, footer, encoding, delimiter, list."""

import io
import json

import openpyxl
import pytest

from pipeline.drafting.errors import DraftError
from pipeline.drafting.layout import find_table

HEADER = ("Mã hồ sơ", "Ngày tiếp nhận", "Trạng thái")
ROWS = [(f"H{at:03}", "25/10/2026", "Đang xử lý") for at in range(20)]


def text(*rows: tuple[str, ...], delimiter: str = ",") -> str:
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "tcvn3"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    data = text(HEADER, *ROWS, delimiter=delimiter).encode(encoding)
    table = find_table(data, "x.csv")
    assert table.layout.encoding == encoding.removesuffix("-sig")
    assert table.layout.delimiter == delimiter
    assert table.names == HEADER
    assert table.rows.frame.height == 20


def test_windows_1258_with_marks_of_its_own() -> None:
    # It writes a letter and its tone as two: ã as a and a tilde.
    sent = text(HEADER, *ROWS)
    for one, two in (("ã", "a\u0303"), ("ồ", "ô\u0300"), ("ế", "ê\u0301"), ("ậ", "â\u0323")):
        sent = sent.replace(one, two)
    for one, two in (("ơ", "ơ"), ("ạ", "a\u0323"), ("ử", "ư\u0309"), ("ý", "y\u0301")):
        sent = sent.replace(one, two)
    sent = sent.replace("y\u0301", "y")
    table = find_table(sent.encode("windows-1258"), "x.csv")
    assert table.layout.encoding == "windows-1258"
    assert table.names == HEADER


def test_a_line_that_says_the_delimiter_is_not_the_header() -> None:
    table = find_table(f"sep=;\n{text(HEADER, *ROWS, delimiter=';')}".encode(), "x.csv")
    assert (table.layout.delimiter, table.layout.header_row) == (";", 1)


def test_title_rows_and_totals() -> None:
    data = text(
        ("SỞ Y TẾ",), ("BÁO CÁO THÁNG 10",), ("",), HEADER, *ROWS, ("Tổng cộng: 20", "", "")
    )
    layout = find_table(data.encode(), "x.csv").layout
    assert (layout.header_row, layout.header_rows) == (4, 1)
    assert layout.footer == ("Tổng cộng",)


def test_a_header_of_two_rows() -> None:
    upper, lower = ("Mã hồ sơ", "Ngày", "", "Trạng thái"), ("", "Tiếp nhận", "Hẹn trả", "")
    rows = [(f"H{at:03}", "25/10/2026", "30/10/2026", "Xong") for at in range(9)]
    table = find_table(text(upper, lower, *rows).encode(), "x.csv")
    assert table.layout.header_rows == 2
    assert table.names == ("Mã hồ sơ", "Ngày / Tiếp nhận", "Ngày / Hẹn trả", "Trạng thái")
    assert table.rows.frame.height == 9


def test_a_row_that_numbers_the_columns_belongs_to_the_header() -> None:
    table = find_table(text(HEADER, ("(1)", "(2)", "(3)"), *ROWS).encode(), "x.csv")
    assert table.layout.header_rows == 2
    assert table.rows.frame.height == 20


def test_rows_at_the_foot_that_are_not_known_are_said() -> None:
    data = text(HEADER, *ROWS, ("Trần Thị B", "", "")).encode()
    layout = find_table(data, "x.csv").layout
    assert layout.footer == ()
    assert "1 row(s) at the foot" in layout.unsure[0]
    assert "Trần" not in layout.unsure[0]


def test_the_longest_list_of_a_json() -> None:
    rows = [{"MaHoSo": str(at), "papers": [{"a": 1}]} for at in range(9)]
    sent = json.dumps({"links": [{"a": 1}], "data": {"items": rows}}).encode()
    table = find_table(sent, "x.json")
    assert table.layout.records == "data.items"
    assert table.rows.frame.height == 9


@pytest.mark.parametrize(
    ("headings", "footer"),
    [
        pytest.param(["Lĩnh vực: Đất đai", "Lĩnh vực: Tư pháp", "Lĩnh vực: Y tế"], ("Lĩnh vực",)),
        pytest.param(["I. Đất đai", "II) Tư pháp", "III"], ("I", "II", "III")),
        pytest.param(["Đất đai", "", ""], ()),
    ],
)
def test_headings_among_the_records_are_no_records(
    headings: list[str], footer: tuple[str, ...]
) -> None:
    groups = [[(heading, "", ""), *ROWS[at : at + 4]] for at, heading in enumerate(headings)]
    data = text(HEADER, *[row for group in groups for row in group])
    table = find_table(data.encode(), "x.csv")
    assert table.layout.footer == footer
    # Three groups of four; of what is not known a person decides.
    assert table.rows.frame.height == 12 + (not footer)
    said = "1 row(s) among the records" if not footer else "rows among the records that begin with"
    assert table.layout.unsure[0].startswith(said)


def test_words_of_fewer_rows_than_a_sender_has_are_not_shown() -> None:
    people = [("Trần Thị B", "", ""), ("Trần Văn C", "", "")]
    layout = find_table(text(HEADER, *ROWS, *people, *ROWS).encode(), "x.csv").layout
    assert layout.footer == ()
    assert layout.unsure == (
        "2 row(s) among the records have few filled cells: if they are headings or totals, write "
        "with which words they begin into footer",
    )


def test_records_with_few_cells_are_no_headings() -> None:
    names = (*HEADER, *"abcde")
    rows = [(*row, *"vwxyz") if at % 3 else (*row, *[""] * 5) for at, row in enumerate(ROWS)]
    layout = find_table(text(names, *rows).encode(), "x.csv").layout
    assert (layout.footer, layout.unsure) == ((), ())


def test_lists_whose_records_would_be_lost_are_said() -> None:
    rows = [{"MaHoSo": str(at), "TrangThai": "1", "NgayTra": None} for at in range(9)]
    sent = {"links": [{"href": "a"}], "done": rows[:5], "open": rows[5:], "pages": {"late": rows}}
    layout = find_table(json.dumps(sent).encode(), "x.json").layout
    # Five and four beside nine; a list of links is none of records.
    assert layout.unsure == (
        "9 records of 2 lists with the same fields are not read beside 'pages.late': put all "
        "records into one list",
    )


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({f"H{at}": {"status": "1", "due": "2"} for at in range(9)}, id="by code"),
        pytest.param({"id": {"0": "a"}, "due": {"0": "b"}, "status": {"0": "c"}}, id="columns"),
        pytest.param({"columns": ["id", "due"], "data": [["a", "b"], ["c", "d"]]}, id="rows"),
    ],
)
def test_records_in_no_list_are_not_taken_for_one(sent: object) -> None:
    with pytest.raises(DraftError, match="one JSON object without a list of records"):
        find_table(json.dumps(sent).encode(), "x.json")


def test_one_object_with_fields_of_its_own_is_a_record() -> None:
    sent = {"MaHoSo": "1", "nguoiNop": {"hoTen": "An"}, "thoiGian": {"nhan": "25/10/2026"}}
    assert find_table(json.dumps(sent).encode(), "x.json").rows.frame.height == 1


def test_a_name_that_is_there_twice_is_said() -> None:
    table = find_table(
        text((*HEADER, "Mã hồ sơ"), *[(*row, "x") for row in ROWS]).encode(), "x.csv"
    )
    assert "more than once" in table.layout.unsure[0]


def workbook(**sheets: list[tuple[str, ...]]) -> bytes:
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(buffer)
    return buffer.getvalue()


def test_sheets_whose_rows_would_be_lost_are_said() -> None:
    """Many offices put each unit on a sheet of its own, below a title of its own."""
    data = workbook(
        A=[HEADER, *ROWS],
        B=[("Phòng B",), HEADER, *ROWS[:9]],
        C=[("Mã", "Tên", "Ghi chú"), ("1", "Mới đăng ký", "")],
    )
    assert find_table(data, "x.xlsx").layout.unsure == (
        "the workbook has 3 sheets with cells: 'A' is read, and the rows of 1 other sheet with the "
        "same header are not: put all rows on one sheet",
    )


def test_a_list_of_codes_on_another_sheet_is_no_loss() -> None:
    data = workbook(A=[HEADER, *ROWS], C=[("Mã", "Tên", "Ghi chú"), ("1", "Mới đăng ký", "")])
    assert find_table(data, "x.xlsx").layout.unsure == (
        "the workbook has 2 sheets with cells: 'A' is read",
    )
