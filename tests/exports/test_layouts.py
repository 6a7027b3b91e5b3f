"""A layout that changed is read by another name or version, or refused with a difference."""

import io
import zipfile

import openpyxl
import pytest

from pipeline.exports import TextRows, read_file
from pipeline.faults import FileFault
from pipeline.profiles import Profile
from pipeline.profiles.profile import parse_profile

DOSSIERS = """
senders = ["H01"]
kind = "dossiers"
optional_columns = ["channel"]
{}
[columns]
dossier_id = "Mã"
status = ["Trạng thái", "Tình trạng"]
received_at = "Nhận"
due_at = "Hẹn"
ended_at = "Xong"
channel = ["Kênh", "Hình thức"]
"""
VERSIONS = (
    DOSSIERS.format('valid_to = "2026-06"')
    + """
[[versions]]
valid_from = "2026-04"
delimiter = ";"
columns.dossier_id = "Số hồ sơ"
[[versions]]
valid_from = "2026-09"
header_row = 2
sheet = "Hồ sơ"
columns.dossier_id = "Số hồ sơ"
columns.ended_at = "Ngày trả"
"""
)
FIRST = "Mã,Trạng thái,Nhận,Hẹn,Xong\n1,a,b,c,d\n"
SECOND = "Số hồ sơ;Trạng thái;Nhận;Hẹn;Xong\n1;a;b;c;d\n"
THIRD = "BÁO CÁO\nSố hồ sơ,Trạng thái,Nhận,Hẹn,Ngày trả\n1,a,b,c,d\n"


def profile_of(text: str = "") -> Profile:
    return parse_profile(text or DOSSIERS.format(""), "own", "profiles/own.toml")


def read(
    text: str | bytes, profile: Profile | None = None, month: str = "", name: str = "dossiers.csv"
) -> tuple[TextRows, Profile]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_file(data, name, profile or profile_of(), month)


def fault_of(
    text: str | bytes, profile: Profile | None = None, month: str = "", name: str = "dossiers.csv"
) -> FileFault:
    with pytest.raises(FileFault) as raised:
        read(text, profile, month, name)
    return raised.value


def packed(*files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for number, text in enumerate(files):
            package.writestr(f"{number}.csv", text)
    return buffer.getvalue()


# ---- Names


@pytest.mark.parametrize("name", ["Trạng thái", "Tình trạng"])
def test_of_several_names_the_one_in_the_header_is_read(name: str) -> None:
    rows, profile = read(FIRST.replace("Trạng thái", name))
    assert profile.columns["status"] == name
    assert rows.frame[name].to_list() == ["a"]


def test_two_names_of_one_column_in_a_header_are_a_fault() -> None:
    fault = fault_of("Mã,Trạng thái,Tình trạng,Nhận,Hẹn,Xong\n1,a,x,b,c,d\n")
    assert fault.fault == "missing_column"
    assert "row 1: 'Trạng thái' and 'Tình trạng' are both in the header" in fault.message
    assert "(status): keep in its [columns] only the name that is meant" in fault.message
    assert "'Trạng thái' và 'Tình trạng' cùng có trong dòng tiêu đề" in fault.message_vi


def test_an_optional_column_may_have_any_of_its_names_or_be_missing() -> None:
    assert read(FIRST)[1].columns["channel"] == "Kênh"
    with_channel = "Mã,Tình trạng,Nhận,Hẹn,Xong,Hình thức\n1,a,b,c,d,e\n"
    assert read(with_channel)[1].columns["channel"] == "Hình thức"


def test_a_second_header_with_another_name_is_found() -> None:
    text = "Mã,Tình trạng,Nhận,Hẹn,Xong\n1,a,b,c,d\nTình trạng,Mã,Nhận,Hẹn,Xong\n"
    assert "row 3: it is a second header" in fault_of(text).message


# ---- Drift


def test_a_header_that_lacks_columns_is_told_as_a_difference() -> None:
    text = "Mã,Trạng thái hồ sơ,Nhận,Hẹn,Xong,Ghi chú,Cột 7\n1,a,b,c,d,e,f\n"
    fault = fault_of(text, profile_of(DOSSIERS.format("").replace("Tình trạng", "Kết quả")))
    assert fault.message == (
        "row 1: the column 'Trạng thái' or 'Kết quả' (status) is not in the header (7 columns; not "
        "in the profile: 'Trạng thái hồ sơ', 'Ghi chú', column 7; 'Trạng thái' may now be 'Trạng "
        "thái hồ sơ', column 2): send the file with this column, or name both names of it in a "
        'profile of your own (now read with: own), like status = ["Trạng thái", "Kết quả", "Trạng '
        'thái hồ sơ"], or add the new layout under [[versions]]'
    )
    assert "'Trạng thái' có thể nay là 'Trạng thái hồ sơ', cột thứ 2" in fault.message_vi


@pytest.mark.parametrize(
    ("mark", "shown", "written"),
    [(";", "';'", '";"'), ("\t", "a tab", '"\\t"'), ("|", "'|'", '"|"')],
)
def test_a_header_with_another_delimiter_is_told_with_it(
    mark: str, shown: str, written: str
) -> None:
    """A spreadsheet in Vietnamese saves CSV with semicolons."""
    fault = fault_of(FIRST.replace(",", mark))
    assert fault.fault == "missing_column"
    assert fault.message == (
        f"row 1: the names of the columns stand in one field, with {shown} between them: "
        f"save the file with ',' between its fields, or write delimiter = {written} "
        "in a profile of your own (now read with: own)"
    )
    assert f"ghi delimiter = {written} trong cấu hình ánh xạ riêng" in fault.message_vi


def test_a_header_within_quotes_is_told_to_lose_them() -> None:
    lines = "".join(f'"{line}"\n' for line in FIRST.splitlines())
    assert "take away the quotes around whole lines" in fault_of(lines).message


def test_a_workbook_whose_cells_hold_whole_lines_is_told_so() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for line in FIRST.splitlines():
        sheet.append([line])
    buffer = io.BytesIO()
    book.save(buffer)
    message = fault_of(buffer.getvalue(), name="dossiers.xlsx").message
    assert "with ',' between them: split the cells into columns, or save the sheet" in message


def test_one_column_of_other_names_is_no_other_delimiter() -> None:
    assert "are not in the header (1 columns)" in fault_of("Họ;Tên;Tuổi\nA;B;9\n").message


def test_all_columns_that_went_are_named() -> None:
    fault = fault_of("Mã,Tình trạng,Nhận,Ngày hẹn,Kết thúc\n1,a,b,c,d\n")
    assert "the columns 'Hẹn' (due_at) and 'Xong' (ended_at) are not in the header" in fault.message
    assert "'Hẹn' may now be 'Ngày hẹn', column 4" in fault.message
    assert "send the file with these columns" in fault.message
    assert "cột 'Hẹn' (due_at) và 'Xong' (ended_at) không có" in fault.message_vi


def test_at_most_ten_columns_that_came_are_named() -> None:
    came = ",".join(["Ghi chú", *(f"Cột {letter}" for letter in "abcdefghijk")])
    fault = fault_of(f"Mã,Tình trạng,Nhận,Hẹn,{came}\n")
    assert "not in the profile: 'Ghi chú', column 6, column 7, " in fault.message
    assert "column 14 and 2 more" in fault.message


@pytest.mark.parametrize(
    ("header", "is_shown"),
    [
        ("Mã,Tình trạng,Nhận,Ngày kết thúc,Hoa", True),  # three of five: it is a header
        ("Mã,Tình trạng,Ngày kết thúc,Hoa,1", False),  # two of five may be anything
        ("1,2,Ngày kết thúc,Hoa,3", False),
    ],
)
def test_a_name_that_the_profile_does_not_know_is_shown_only_in_what_must_be_a_header(
    header: str, is_shown: bool
) -> None:
    fault = fault_of(f"{header}\n1,a,b,c,d\n")
    shown = "Ngày kết thúc"
    assert (shown in fault.message) == (shown in fault.message_vi) == is_shown


@pytest.mark.parametrize(
    ("name", "is_shown"),
    [
        ("Ngày trả (dự kiến)", True),
        ("Số điện thoại/Email", True),
        ("NgayKetThuc", True),
        ("Anh Dung", False),  # a name without accents, of words that NgayKetThuc may have
        ("Nguyễn Văn An", False),
        ("ngày " * 7 + "ngày", True),
        ("ngày " * 8 + "ngày", False),
        ("0912345678", False),
        ("Đường 3/2", False),
        ("an@example.vn", False),
        ("\x1b[31mđỏ", False),
        ("-- --", False),
    ],
)
def test_a_name_of_other_words_than_columns_have_is_not_shown(name: str, is_shown: bool) -> None:
    fault = fault_of(f"Mã,Tình trạng,Nhận,Hẹn,{name}\n1,a,b,c,d\n")
    assert (repr(name) in fault.message) == is_shown
    assert (repr(name) in fault.message_vi) == is_shown


# ---- Versions


@pytest.mark.parametrize(
    ("text", "month", "columns"),
    [
        (FIRST, "2026-03", ("Mã", "Xong")),
        (FIRST, "2026-06", ("Mã", "Xong")),
        (SECOND, "2026-04", ("Số hồ sơ", "Xong")),
        (SECOND, "2030-01", ("Số hồ sơ", "Xong")),
        (THIRD, "2026-09", ("Số hồ sơ", "Ngày trả")),
        (THIRD, "", ("Số hồ sơ", "Ngày trả")),
    ],
)
def test_the_header_says_which_version_reads_a_file(
    text: str, month: str, columns: tuple[str, str]
) -> None:
    own = profile_of(VERSIONS)
    rows, profile = read(text, own, month)
    assert (profile.columns["dossier_id"], profile.columns["ended_at"]) == columns
    assert rows.frame.select(columns).row(0) == ("1", "d")
    assert profile.digest == own.digest


@pytest.mark.parametrize(
    ("text", "month", "version"),
    [
        (FIRST, "2026-07", "version 1 (until 2026-06)"),
        (SECOND, "2026-03", "version 2 (from 2026-04)"),
        (THIRD, "2026-08", "version 3 (from 2026-09)"),
    ],
)
def test_a_version_does_not_read_a_file_of_a_month_in_which_it_does_not_hold(
    text: str, month: str, version: str
) -> None:
    fault = fault_of(text, profile_of(VERSIONS), month)
    assert fault.fault == "no_profile"
    assert f"its header is that of {version} of the profile own, which does not hold in " in (
        fault.message
    )
    assert f"không áp dụng cho tháng {month}" in fault.message_vi


def test_where_no_version_fits_the_nearest_says_what_is_missing() -> None:
    fault = fault_of(SECOND.replace("Xong", "Hết"), profile_of(VERSIONS), "2026-05")
    assert fault.fault == "missing_column"
    assert fault.message.startswith(
        "none of the 3 versions of the profile own fits; the nearest is version 2 (from 2026-04): "
        "row 1: the column 'Xong' (ended_at) is not in the header"
    )
    assert "gần nhất là phiên bản 2 (từ 2026-04): dòng 1" in fault.message_vi


SAME = DOSSIERS.format("") + '[[versions]]\n{}\ndate_formats = ["%d/%m/%Y"]\n'


def test_of_two_versions_that_fit_the_newer_reads_the_file_from_its_month_on() -> None:
    own = profile_of(SAME.format('valid_from = "2026-04"'))
    assert read(FIRST, own, "2026-04")[1].date_formats == ("%d/%m/%Y",)
    assert read(FIRST, own, "2026-03")[1].date_formats == ("%Y%m%d%H%M%S",)
    assert read(FIRST, own)[1].date_formats == ("%d/%m/%Y",)


def test_two_versions_that_fit_and_have_no_dates_are_a_fault() -> None:
    fault = fault_of(FIRST, profile_of(SAME.format("")))
    assert fault.fault == "ambiguous_profile"
    assert "version 1 and version 2 of the profile own both fit the header: write in the newer" in (
        fault.message
    )
    assert "phiên bản 1 và phiên bản 2" in fault.message_vi


def test_a_version_may_have_another_encoding() -> None:
    text = SAME.format('encoding = "utf-16"')
    assert read(FIRST.encode("utf-16"), profile_of(text))[0].frame["Nhận"].to_list() == ["b"]
    assert read(FIRST, profile_of(text))[0].frame["Nhận"].to_list() == ["b"]


def test_a_version_may_name_another_sheet() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Hồ sơ")
    for line in THIRD.splitlines():
        book["Hồ sơ"].append(line.split(","))
    data = io.BytesIO()
    book.save(data)
    rows, profile = read(data.getvalue(), profile_of(VERSIONS), "2026-10", "dossiers.xlsx")
    assert profile.columns["ended_at"] == "Ngày trả"
    assert rows.frame["Ngày trả"].to_list() == ["d"]


def test_the_fault_of_a_file_that_no_version_can_read_is_told() -> None:
    fault = fault_of(b"%PDF-1.7\n1 0 obj\n", profile_of(VERSIONS))
    assert fault.fault == "unreadable"
    assert "it is a PDF and not CSV text" in fault.message


# ---- Zips


def test_files_of_a_zip_have_one_layout() -> None:
    rows, profile = read(packed(FIRST, FIRST), profile_of(VERSIONS), "", "dossiers.zip")
    assert (rows.frame.height, profile.columns["dossier_id"]) == (2, "Mã")
    other_name = FIRST.replace("Trạng thái", "Tình trạng")
    for files in ((FIRST, SECOND), (FIRST, other_name), (FIRST, FIRST, other_name)):
        fault = fault_of(packed(*files), profile_of(VERSIONS), "", "dossiers.zip")
        assert "the files of the zip have different layouts: send the files of each" in (
            fault.message
        )


def test_a_column_that_one_file_of_a_zip_lacks_is_read_by_its_name_in_the_other() -> None:
    with_channel = "Mã,Trạng thái,Nhận,Hẹn,Xong,Hình thức\n2,a,b,c,d,e\n"
    rows, profile = read(packed(FIRST, with_channel), None, "", "dossiers.zip")
    assert profile.columns["channel"] == "Hình thức"
    assert rows.frame["Hình thức"].to_list() == [None, "e"]
