"""`check`: the judgement of a run before anything is sent, in the words of the feedback."""

import csv
import io
import shutil
from pathlib import Path

import openpyxl
import pytest

from assets.command_line.check import check_file
from assets.command_line.profile_preview import Sending
from assets.month import feedback
from assets.month.inputs import MonthInputs
from pipeline.home import Home
from reports import feedback as drawn

from ..conftest import ReformIndex, tally_month

MONTH = "2026-06"
OWN = """\
senders = ["H29"]
kind = "dossiers"
date_formats = ["%d/%m/%Y"]
header_row = 3
header_rows = 2

[columns]
dossier_id = "Mã"
status = "Trạng thái"
received_at = "Ngày / nhận"
due_at = "Ngày / hẹn"
ended_at = "Ngày / xong"

[values.status]
xong = "finished"
"""
COLUMNS = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy"
GOOD = [f"A-{n},H26,9,20260602080000,20260619170000,20260610090000" for n in range(20)]
FAULTY = [
    *GOOD,
    *(GOOD[0], "Lê Văn Tám,H26,77,20260602080000,hẹn,20260610090000", "B,H29,9,20260602080000,,"),
]


def build_workbook() -> bytes:
    """A workbook as an agency makes one: titles, a header of two rows, days as cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "BÁO CÁO"
    sheet["A3"], sheet["B3"], sheet["C3"] = "Mã", "Trạng thái", "Ngày"
    sheet["C4"], sheet["D4"], sheet["E4"] = "nhận", "hẹn", "xong"
    for number in range(10):
        status = "lạ" if number == 7 else "xong"
        sheet.append([f"A{number}", status, "02/06/2026", "19/06/2026", "10/06/2026"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> MonthInputs:
    """A month as a run has it after its records: clean, rejected, refused, and of an own layout."""
    home = tmp_path_factory.mktemp("sent")
    files = {
        "H24": "\n".join([COLUMNS, *(row.replace("H26", "H24") for row in GOOD)]).encode(),
        "H26": "\n".join([COLUMNS, *FAULTY]).encode(),
        "H29": build_workbook(),
        "H31": "\n".join([COLUMNS.replace("NgayHenTra", "Hen"), *GOOD]).encode(),
        "H999": b"a\nb\n",
    }
    for sender, content in files.items():
        ending = "xlsx" if sender == "H29" else "csv"
        path = home / "inbox" / sender / MONTH / f"dossiers.{ending}"
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    (home / "profiles").mkdir()
    (home / "profiles" / "own.toml").write_text(OWN, encoding="utf-8")
    return tally_month(home, MONTH)


def sent_file(inputs: MonthInputs, sender: str) -> Path:
    (path,) = (inputs.installation.home.inbox / sender / MONTH).iterdir()
    return path


@pytest.mark.parametrize(
    ("sender", "status"), [("H24", 0), ("H26", 3), ("H29", 3), ("H31", 1), ("H999", 1)]
)
def test_a_file_is_judged_before_it_is_sent_as_in_a_run(
    sent: MonthInputs, reform_index: ReformIndex, tmp_path: Path, sender: str, status: int
) -> None:
    home = sent.installation.home
    path = sent_file(sent, sender)
    in_a_run = feedback.read_feedback(sent, sender)
    checked = check_file(path, Sending(home, MONTH, sender))
    assert checked == in_a_run
    for name, make in (("out.xlsx", drawn.make_xlsx), ("out.csv", drawn.make_csv)):
        out = tmp_path / name
        said = reform_index(
            *("check", path, "--sender", sender, "--month", MONTH, "--home", home.root),
            *("--out", out),
        )
        assert said.status == status, said.err
        assert out.read_bytes() == make(in_a_run)


def test_what_would_become_of_a_file_is_said_in_vietnamese(
    sent: MonthInputs, reform_index: ReformIndex
) -> None:
    home = sent.installation.home.root
    said = reform_index("check", sent_file(sent, "H26"), "--sender", "H26", "--home", home)
    # Without --month, the month that most rows name.
    assert said.out.startswith(
        "dossiers.csv, tháng 06/2026: tệp sẽ được nhận, nhưng có dòng bị loại.\n"
        "Trong 23 dòng của các tệp đọc được: 20 dòng được chấp nhận, 3 dòng bị loại.\n"
    )
    assert "trạng thái hồ sơ không có trong bảng" in said.out
    assert "NgayHenTra (due_at)" in said.out
    assert "Tám" not in said.out
    clean = reform_index("check", sent_file(sent, "H24"), "--sender", "H24", "--home", home)
    assert clean.out == (
        "dossiers.csv, tháng 06/2026: sẽ được nhận toàn bộ.\n"
        "Trong 20 dòng của các tệp đọc được: 20 dòng được chấp nhận, 0 dòng bị loại.\n"
    )
    english = ("check", sent_file(sent, "H31"), "--sender", "H31", "--home", home, "--english")
    refused = reform_index(*english, "--month", MONTH)
    assert "dossiers.csv, 06/2026: the file would be refused.\n" in refused.out
    assert "row 1: the column 'NgayHenTra'" in refused.out


def test_the_row_of_a_workbook_is_the_one_of_its_sheet(sent: MonthInputs, tmp_path: Path) -> None:
    found = check_file(sent_file(sent, "H29"), Sending(sent.installation.home, MONTH, "H29"))
    (row,) = csv.DictReader(io.StringIO(drawn.make_csv(found).decode("utf-8-sig")))
    assert (row["Dòng"], row["Cột"]) == ("12", "Trạng thái (status)")
    assert row["Ví dụ hoặc giá trị được nhận"] == "xong"
    assert not list(tmp_path.iterdir())


def test_sheets_whose_rows_are_not_read_are_said(reform_index: ReformIndex, tmp_path: Path) -> None:
    """An office that puts each week on a sheet of its own would publish one week."""
    book = openpyxl.load_workbook(io.BytesIO(build_workbook()))
    book.worksheets[0].title = "Tuần 1"
    book.copy_worksheet(book.worksheets[0]).title = "Tuần 2"
    book.create_sheet("Danh mục").append(["Mã", "Trạng thái", "Ghi chú", "1"])
    (tmp_path / "profiles").mkdir()
    profile = tmp_path / "profiles" / "ours.toml"
    own = OWN.replace("header_row =", 'sheet = "Tuần 1"\nheader_row =')
    profile.write_text(own, encoding="utf-8")
    file = tmp_path / "dossiers.xlsx"
    book.save(file)
    options = (str(file), "--sender", "H29", "--month", MONTH, "--home", str(tmp_path))
    said = reform_index("check", *options)
    assert "Không đọc 1 trang tính khác có cùng dòng tiêu đề" in said.out, said.err
    shown = reform_index("profile", file, "--profile", profile, "--home", tmp_path)
    assert "NOT READ though they have the same header: 1 sheet;" in shown.out


def test_a_name_that_says_no_kind_is_judged_as_if_it_did(
    sent: MonthInputs, tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "ho-so.xlsx"
    shutil.copy(sent_file(sent, "H29"), file)
    options = ("--sender", "H29", "--home", sent.installation.home.root)
    assert reform_index("check", file, *options).status == 1
    said = reform_index("check", file, *options, "--kind", "dossiers")
    assert (said.status, said.out.partition(",")[0]) == (3, "dossiers-ho-so.xlsx")
    for kind in ("ratings", "other"):
        wrong = reform_index("check", sent_file(sent, "H29"), *options, "--kind", kind)
        assert wrong.status == 2
        assert "--kind" in wrong.err


def test_a_profile_that_is_tried_reads_the_file_of_any_sender(
    sent: MonthInputs, tmp_path: Path, reform_index: ReformIndex
) -> None:
    own = tmp_path / "tried.toml"
    own.write_text(OWN.replace("xong =", '"lạ" = "finished"\nxong ='), encoding="utf-8")
    said = reform_index(
        *("check", sent_file(sent, "H29"), "--sender", "H24", "--profile", own),
        *("--home", sent.installation.home.root),
    )
    assert said.status == 0, said.out


def test_a_file_needs_no_home_and_what_is_named_must_be_there(
    sent: MonthInputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reform_index: ReformIndex
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("REFORM_INDEX_HOME", raising=False)
    file = sent_file(sent, "H24")
    assert reform_index("check", file, "--sender", "H24").status == 0
    assert not list(tmp_path.iterdir())
    assert reform_index("check", file, "--sender", "H24", "--home", "other").status == 2
    for out in (tmp_path / "out.txt", file):
        assert reform_index("check", file, "--sender", "H24", "--out", out).status == 2


def test_what_the_program_cannot_process_is_refused_as_in_a_run(
    sent: MonthInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of Lê Văn Tám")

    monkeypatch.setattr("assets.command_line.check.find_reasons", fail)
    home = Home(sent.installation.home.root)
    (refused,) = check_file(sent_file(sent, "H24"), Sending(home, MONTH, "H24")).refused
    assert "(ZeroDivisionError)" in refused.message
    assert "Tám" not in refused.message
