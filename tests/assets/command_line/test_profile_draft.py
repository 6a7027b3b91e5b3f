"""`profile` without a profile: one is drafted, kept, read back and previewed."""

import csv
import json
import re
from pathlib import Path

import openpyxl
import pytest

from assets.command_line.profile_draft import DraftedProfile, DraftRequest, draft_for_file
from assets.command_line.profile_preview import ProfilePreview, Sending, preview_profile
from pipeline import simulator
from pipeline.home import Home
from pipeline.profiles import Profile, ProfileError
from pipeline.simulator import Parameters

from ..conftest import ReformIndex

UNITS = ("Sở Xây dựng", "Sở Y tế", "UBND xã Tân Phú")
NAMES = ("Nguyễn Văn Bình", "Trần Thị Cúc")
HEADER = (
    *("STT", "Mã hồ sơ", "Chủ hồ sơ", "Đơn vị xử lý", "Ngày tiếp nhận", "Ngày hẹn trả"),
    *("Ngày kết thúc", "Trạng thái", "Hình thức tiếp nhận"),
)
ROWS = [
    (
        str(at + 1),
        f"000.{at:05}",
        NAMES[at % 2],
        UNITS[at % 3],
        f"{1 + at % 28:02}/10/2026",
        f"{1 + at % 28:02}/11/2026",
        "" if at % 3 else "30/10/2026",
        "Chờ ký số" if at == 1 else "Đang xử lý" if at % 3 else "Đã trả kết quả",
        "Trực tuyến" if at % 2 else "Trực tiếp",
    )
    for at in range(60)
]
QUESTIONS = {
    "access": ("Q1 Nơi ngồi chờ", "Q2 Trang thiết bị", "Q3 Tiếp cận thông tin"),
    "procedures": ("Q4 Niêm yết", "Q5 Giấy tờ", "Q6 Mức phí", "Q7 Thời hạn"),
    "officials": ("Q8 Thái độ", "Q9 Lắng nghe", "Q10 Hướng dẫn của công chức"),
    "results": ("Q11 Kết quả chính xác", "Q12 Trả đúng hẹn"),
    "feedback": ("Q13 Tiếp nhận góp ý", "Q14 Trả lời kiến nghị"),
    "": ("Q15",),
    "overall": ("Q16 Hài lòng chung",),
}


def drafted(file: Path, home: Path, sender: str = "H26", name: str = "") -> DraftedProfile:
    return draft_for_file(file, DraftRequest(Sending(Home(home), "", sender), sender_name=name))


def previewed(found: DraftedProfile) -> ProfilePreview:
    assert found.fault is None
    assert found.preview is not None
    return found.preview


def table(path: Path, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def workbook(path: Path) -> Path:
    """As an office makes it: titles, a header of two merged rows, day dates as text, totals."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "UBND TỈNH", "BÁO CÁO GIẢI QUYẾT HỒ SƠ"
    sheet.merge_cells("A2:I2")
    for place, name in enumerate(HEADER, 1):
        is_time = name.startswith("Ngày ")
        upper, lower = (
            ("Ngày", name.removeprefix("Ngày ").capitalize()) if is_time else (name, None)
        )
        sheet.cell(4, place, upper if place not in (6, 7) else None)
        sheet.cell(5, place, lower)
        if not is_time:
            sheet.merge_cells(start_row=4, end_row=5, start_column=place, end_column=place)
    sheet.merge_cells("E4:G4")
    for row in ROWS:
        sheet.append([cell or None for cell in row])
    sheet.append(["Tổng cộng", len(ROWS)])
    sheet.append([None] * 7 + ["Người lập biểu"])
    sheet.append([None] * 7 + [NAMES[1]])
    book.save(path)
    return path


def test_a_workbook_as_an_office_makes_it(tmp_path: Path) -> None:
    found = drafted(workbook(tmp_path / "thang-10.xlsx"), tmp_path / "home")
    preview = previewed(found)
    assert (preview.rows, preview.accepted_rows, preview.month) == (60, 59, "2026-10")
    assert [broken.rule for broken in preview.broken_rules] == ["status_is_in_list"]
    profile = preview.profile
    assert (profile.header_row, profile.header_rows, profile.footer) == (4, 2, ("Tổng cộng",))
    assert profile.columns["due_at"] == "Ngày / Hẹn trả"
    assert found.draft.dates.formats == ("%d/%m/%Y",)
    assert found.profile_file == tmp_path / "home" / "profiles" / "h26-dossiers.toml"
    assert found.profile_file.read_text(encoding="utf-8") == found.text
    register = (tmp_path / "home" / "agencies.csv").read_text(encoding="utf-8")
    assert "H26.so-y-te,Sở Y tế,,department,H26\n" in register
    assert found.next_commands[-3].endswith("home/inbox/H26/2026-10/dossiers.xlsx")
    assert found.next_commands[-2].startswith("echo 'senders = [\"H26\"]' > ")
    assert found.next_commands[-1].startswith("reform-index run --month 2026-10 --home ")


def test_an_own_register_gets_its_lines_beside_it(tmp_path: Path) -> None:
    own = "code,kind,name_vi,parent_code\nH26.02,department,Sở Y tế,H26\n"
    (tmp_path / "agencies.csv").write_text(own, encoding="utf-8")
    found = drafted(table(tmp_path / "x.csv", HEADER, ROWS), tmp_path)
    assert previewed(found).accepted_rows == 59
    assert (tmp_path / "agencies.csv").read_text(encoding="utf-8") == own
    assert found.agencies_file == tmp_path / "agencies-draft-h26-dossiers.csv"
    lines = found.agencies_file.read_text(encoding="utf-8").splitlines()
    # What is in it already has no second line, and its code is not given again.
    assert lines == [
        "code,kind,name_vi,parent_code",
        "H26.so-xay-dung,department,Sở Xây dựng,H26",
        "H26.ubnd-xa-tan-phu,commune,UBND xã Tân Phú,H26",
    ]


def test_nothing_is_overwritten(tmp_path: Path, reform_index: ReformIndex) -> None:
    file = table(tmp_path / "dossiers.csv", HEADER, ROWS)
    call = ("profile", file, "--sender", "H26", "--home", tmp_path)
    assert reform_index(*call).status == 0
    kept = tmp_path / "profiles" / "h26-dossiers.toml"
    kept.write_text(kept.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    again = reform_index(*call)
    assert again.status == 2
    assert "is there already, and is not overwritten" in again.err
    assert kept.read_text(encoding="utf-8").endswith("# mine\n")
    assert reform_index(*call, "--overwrite").status == 0
    assert not kept.read_text(encoding="utf-8").endswith("# mine\n")
    kept.rename(kept.with_name("other.toml"))
    other = reform_index(*call)
    assert other.status == 2
    assert "profiles/other.toml reads the dossiers of H26 already" in other.err


def test_what_is_printed(tmp_path: Path, reform_index: ReformIndex) -> None:
    file = table(tmp_path / "dossiers.csv", HEADER, ROWS)
    said = reform_index("profile", file, "--sender", "H26", "--home", tmp_path / "home")
    assert said.status == 0
    assert "the first rows as the profile understands them" in said.out
    assert "by %m/%d/%Y too" in said.out
    assert "60 rows: 59 would be accepted, 1 rejected" in said.out
    assert "values of status without a word of ours: 1 (1 row)" in said.out
    assert f"cp {file} " in said.out
    text = (tmp_path / "home" / "profiles" / "h26-dossiers.toml").read_text(encoding="utf-8")
    for name in NAMES:
        assert name not in said.out + said.err + text


def test_without_a_sender_it_is_shown_and_not_kept(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = table(tmp_path / "dossiers.csv", HEADER, ROWS)
    said = reform_index("profile", file, "--home", tmp_path / "home")
    assert said.status == 0
    assert '[columns] # ours = theirs\ndossier_id = "Mã hồ sơ"' in said.out
    assert "--sender CODE" in said.out
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("sender", "message"),
    [
        ("h26", "no agency 'h26' is in the register (did you mean H26 = Hà Nội?)"),
        ("H99", "no agency 'H99' is in the register"),
        ("H02", "no agency 'H02' is in the register in 2026-10"),
    ],
)
def test_a_sender_that_cannot_be(
    tmp_path: Path, reform_index: ReformIndex, sender: str, message: str
) -> None:
    file = table(tmp_path / "dossiers.csv", HEADER, ROWS)
    said = reform_index("profile", file, "--sender", sender, "--home", tmp_path)
    assert said.status == 2
    assert message in said.err
    assert not (tmp_path / "profiles").exists()


def test_a_file_without_a_header_is_no_draft(tmp_path: Path, reform_index: ReformIndex) -> None:
    file = table(tmp_path / "dossiers.csv", ROWS[0], ROWS[1:])
    said = reform_index("profile", file, "--sender", "H26", "--home", tmp_path)
    assert said.status == 2
    assert "no header was found" in said.err
    assert NAMES[0] not in said.out + said.err


def test_a_survey_with_a_question_a_column(tmp_path: Path) -> None:
    columns = [column for topic in QUESTIONS.values() for column in topic]
    header = ("Mã phiếu", "Đơn vị", "Ngày khảo sát", "Trọng số", *columns)
    rows = [
        (
            f"P{at:03}",
            UNITS[at % 3],
            f"{1 + at % 28}/10/2026",
            "1,25",
            *("9" if (at + place) % 20 == 0 else str(1 + at % 5) for place in range(16)),
        )
        for at in range(60)
    ]
    found = drafted(table(tmp_path / "khao-sat.csv", header, rows), tmp_path)
    assert found.draft.kind == "ratings"
    assert {each.column: each.question for each in found.draft.questions} == {
        column: topic for topic, names in QUESTIONS.items() for column in names
    }
    assert {code for each in found.draft.questions for code in each.missing} == {"9"}
    assert found.draft.columns["answered_at"].theirs == "Ngày khảo sát"
    assert found.draft.marks.decimal_mark == ","
    assert '  { column = "Q15", question = "?", missing_codes = ["9"] },' in found.text
    # Nobody publishes the others without noticing that one is left out.
    assert not found.draft.is_whole
    assert found.profile_file is not None
    sending = Sending(Home(tmp_path), "", "H26")
    with pytest.raises(ProfileError, match="1 answer column is still without a word in questions"):
        preview_profile(tmp_path / "khao-sat.csv", str(found.profile_file), sending)
    without = re.sub(r'  \{ column = "Q15".*\n', "", found.text)
    found.profile_file.write_text(without, encoding="utf-8")
    preview = preview_profile(tmp_path / "khao-sat.csv", str(found.profile_file), sending)
    assert preview.unread_answers == (19,)
    assert preview.rows == 60 * 15


def test_the_simulators_exports(tmp_path: Path) -> None:
    (tmp_path / "simulated").mkdir()
    simulated = Home(tmp_path / "simulated")
    simulator.simulate(simulated, Parameters(("2026-09",), 600, 1, 1))
    folder = next(simulated.inbox.glob("*/*"))
    for kind in ("dossiers", "ratings", "petitions"):
        found = drafted(folder / f"{kind}.csv", tmp_path / "home", folder.parent.name)
        preview = previewed(found)
        assert preview.profile.kind == kind
        assert preview.accepted_rows > 0.97 * preview.rows
        assert found.draft.built_in.startswith("national-")


def test_sync_messages_in_a_json(tmp_path: Path) -> None:
    messages = [
        {
            "MaHoSo": f"H26.01-261001-{at:04}",
            "DonViXuLy": "H26.01",
            "TrangThaiHoSo": "10" if at % 2 else "4",
            "LoaiDoiTuong": str(at % 3),
            "ChuHoSo": NAMES[0],
            "NgayTiepNhan": "20261001080000",
            "NgayHenTra": "20261021170000",
            "NgayKetThucXuLy": "20261011170000" if at % 2 else "",
            "DanhSachHoSoBoSung": [{"NgayBoSung": "20261002080000"}] if at % 4 == 0 else [],
        }
        for at in range(40)
    ]
    sent = {"code": 0, "data": {"items": messages}}
    file = tmp_path / "sync.json"
    file.write_text(json.dumps(sent), encoding="utf-8")
    found = drafted(file, tmp_path)
    preview = previewed(found)
    assert (preview.rows, preview.accepted_rows) == (40, 40)
    assert preview.profile.records == "data.items"
    assert preview.profile.values["applicant"]["2"] == "household"
    assert preview.profile.columns["supplement_requests"] == "DanhSachHoSoBoSung.count"


def test_a_file_without_status_and_due_date(tmp_path: Path) -> None:
    header = ("Permit No", "Agency", "Opened", "Closed")
    rows = [
        (
            f"P-{at:04}",
            "Department of Health",
            f"10/{1 + at % 28}/2026 01:30 PM",
            "10/30/2026 09:00 AM" if at % 2 else "01/01/1900 12:00 AM",
        )
        for at in range(40)
    ]
    found = drafted(table(tmp_path / "permits.csv", header, rows), tmp_path, "NYC", "New York City")
    draft = found.draft
    assert draft.dates.formats == ("%m/%d/%Y %I:%M %p",)
    assert draft.missing == {"ended_at": {"01/01/1900 12:00 AM": 20}}
    assert set(draft.derived.optional) == {"due_at"}
    assert draft.is_whole == ("status_from_end" in Profile.model_fields)
    if draft.is_whole:
        assert (
            '[status_from_end] # no status is sent: it follows from the end\nwith_end = "finis'
            in (found.text)
        )
        assert previewed(found).accepted_rows == 40
