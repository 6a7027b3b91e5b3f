"""What people stumbled over who had never seen the program: each is said, and cured."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from assets.command_line.profile_draft import DraftedProfile, DraftRequest, draft_for_file
from assets.command_line.profile_preview import Sending
from pipeline.home import Home

from ..conftest import ReformIndex

HEADER = (
    *("STT", "Mã hồ sơ", "Chủ hồ sơ", "Đơn vị xử lý", "Tên thủ tục", "Ngày tiếp nhận"),
    *("Ngày hẹn trả", "Ngày trả kết quả", "Tình trạng"),
)
STATUSES = ("Đã trả kết quả", "Đã xử lý xong", "Rút hồ sơ", "Dừng xử lý", "Đang xử lý")
UNITS = ("Sở Xây dựng", "Sở Y tế")
PERSON = "Nguyễn Văn Bình"
FIRST_ROW = 6


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Sixty dossiers with dates as cells below a title, one of a status that nobody knows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "UBND TỈNH PHÚ THỌ", "BÁO CÁO"
    for place, name in enumerate(HEADER, 1):
        sheet.cell(FIRST_ROW - 1, place, name)
    for at in range(60):
        received = datetime(2026, 10, 1 + at % 20)
        status = STATUSES[at % 5]
        sheet.append(
            (
                *(at + 1, f"H44.{1 + at % 3:02}-2610-{at:04}", PERSON, UNITS[at % 2]),
                *("Đăng ký khai sinh", received, received + timedelta(days=20)),
                None if status == "Đang xử lý" else datetime(2026, 10, 30),
                "Chờ ký số" if at == 31 else status,
            )
        )
    path = tmp_path / "thang-10.xlsx"
    book.save(path)
    return path


def drafted(file: Path, home: Path, sender: str = "H44", name: str = "") -> DraftedProfile:
    return draft_for_file(file, DraftRequest(Sending(Home(home), "", sender), sender_name=name))


def test_every_row_with_the_one_date_of_an_end_is_whole(workbook: Path, tmp_path: Path) -> None:
    found = drafted(workbook, tmp_path / "home")
    assert found.preview is not None
    assert found.preview.accepted_rows == 59
    assert found.draft.columns["ended_at"].theirs == "Ngày trả kết quả"
    assert found.draft.columns["handed_over_at"].theirs == "Ngày trả kết quả"
    assert "one column may serve two" in found.text
    assert {status for status, _ in found.draft.codes["status"].known.values()} == {
        *("handed_over", "finished", "withdrawn", "stopped", "in_progress")
    }


def test_dates_in_cells_are_no_times_of_day(workbook: Path, tmp_path: Path) -> None:
    text = drafted(workbook, tmp_path / "home").text
    assert "0 of 168 times have a time of day" in text
    assert 'dossier_id = "Mã hồ sơ" # its name is a known one; nearly each of its' in text
    # A masked code is no example, and no page is named that a user has not.
    assert "A99" not in text
    assert "docs/" not in text


def test_rows_have_the_numbers_of_the_sheet(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex
) -> None:
    call = ("profile", workbook, "--sender", "H44", "--home", tmp_path / "home")
    said = reform_index(*call)
    assert said.status == 0
    last = said.out.partition("not sure, look at these:")[2].partition("next:")[0]
    row = FIRST_ROW + 31
    assert (
        f"- 1 of 60 rows would be rejected (status_is_in_list; the first is row {row} of the sheet)"
    ) in last
    assert f"the first is row {row} of the sheet\n" in said.out.partition("not sure")[0]
    again = reform_index(*call, "--profile", "h44-dossiers")
    assert f"{row}: Aaa aa aa" in again.out
    checked = reform_index(
        *("check", workbook, "--sender", "H44", "--kind", "dossiers", "--home", tmp_path / "home")
    )
    assert re.search(rf"│ {row} +│ Tình trạng \(status\)", checked.out)
    assert checked.err == "H44 = Phú Thọ\n"


def test_the_sums_and_the_commands_come_last(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex
) -> None:
    home = tmp_path / "home"
    said = reform_index("profile", workbook, "--sender", "H44", "--home", home)
    parts = (
        "the first rows as",
        "understood as",
        "sender: H44 = Phú Thọ",
        "60 rows: 59 would be accepted, 1 rejected",
        "not sure, look at these:",
        "written: ",
        "next:",
        f"reform-index check {workbook} --sender H44 --kind dossiers --home {home}",
        f"mkdir -p {home}/inbox/H44/2026-10",
        f"cp {workbook} {home}/inbox/H44/2026-10/dossiers.xlsx",
        f"reform-index run --month 2026-10 --home {home}",
        "the name of a file in the inbox begins with its kind",
    )
    places = [said.out.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)
    again = reform_index(
        *("profile", workbook, "--sender", "H44", "--home", home, "--profile", "h44-dossiers")
    )
    assert "next:" in again.out
    assert f"    reform-index run --month 2026-10 --home {home}\n" in again.out
    assert PERSON not in said.out + again.out


def test_names_of_procedures_are_published_and_that_is_said(workbook: Path, tmp_path: Path) -> None:
    found = drafted(workbook, tmp_path / "home")
    assert '"Đăng ký khai sinh" = "Đăng ký khai sinh" # 60 rows' in found.text
    assert 'procedure_code = "keep"' in found.text
    assert any("1 name of procedures will be published" in each for each in found.draft.unsure)
    assert found.preview is not None
    assert dict(found.preview.first_rows[0])["procedure_code"] == "Đăng ký khai sinh"


@pytest.mark.parametrize("sender", ["laocai", "Lào Cai", "LAO CAI"])
def test_a_name_in_place_of_a_code_is_an_error_that_names_the_code(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex, sender: str
) -> None:
    said = reform_index("profile", workbook, "--sender", sender, "--home", tmp_path / "home")
    assert said.status == 2
    assert "(did you mean H38 = Lào Cai?)" in said.err
    assert "`reform-index agencies TEXT` lists codes and names" in said.err
    assert "--sender-name" in said.err
    assert not (tmp_path / "home").exists()


def test_a_new_agency_is_added_on_purpose(workbook: Path, tmp_path: Path) -> None:
    found = drafted(workbook, tmp_path / "home", "BOS", "City of Boston")
    register = (tmp_path / "home" / "agencies.csv").read_text(encoding="utf-8")
    assert "BOS,City of Boston,City of Boston,agency,\n" in register
    assert found.sender == "BOS = City of Boston, a new agency"
    # The file itself says another one.
    assert "seems to come from H44 = Phú Thọ" in found.draft.unsure[0]


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (("H44", "Phú Thọ"), "H44 = Phú Thọ is in the register already"),
        (("h44", "Phú Thọ"), "did you mean H44 = Phú Thọ?"),
        (("Phú 1", "Phú"), "cannot be the code of a new agency"),
        (("", "Phú"), "give its code with --sender"),
    ],
)
def test_a_new_agency_that_cannot_be(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex, named: tuple[str, str], message: str
) -> None:
    sender, name = named
    home = tmp_path / "home"
    call = ("profile", workbook, "--sender", sender, "--sender-name", name, "--home", home)
    said = reform_index(*call)
    assert said.status == 2
    assert message in said.err


def test_without_a_sender_the_file_says_who_it_may_be(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex
) -> None:
    said = reform_index("profile", workbook, "--home", tmp_path / "home")
    assert "it may be H44 (Phú Thọ): 60 of 60 codes begin with it" in said.out
    assert said.out.rstrip().endswith(f"--home {tmp_path / 'home'} --sender H44")


def test_agencies_are_found_by_name(tmp_path: Path, reform_index: ReformIndex) -> None:
    (tmp_path / "agencies.csv").write_text(
        "code,name_vi,kind,parent_code\nH44.yt,Sở Y tế,department,H44\n", encoding="utf-8"
    )
    said = reform_index("agencies", "so y te", "--home", tmp_path)
    assert re.search(r"│ H44\.yt │ Sở Y tế │ department │ H44 ", said.out)
    assert "did you mean H38 = Lào Cai?" in reform_index("agencies", "lao kai").out


def test_lines_that_wait_beside_the_register_are_named(
    workbook: Path, tmp_path: Path, reform_index: ReformIndex
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    # Without an end of line, which `cat >>` would run into.
    (home / "agencies.csv").write_text("code,name_vi,kind,parent_code\nT1,Thử,pilot,", "utf-8")
    said = reform_index("profile", workbook, "--sender", "H44", "--home", home)
    lines = home / "agencies-draft-h44-dossiers.csv"
    adding = f"echo >> {home}/agencies.csv; tail -n +2 {lines} >> {home}/agencies.csv"
    assert f"2 lines for the register of agencies in {lines.name}" in said.out
    assert adding in said.out
    call = ("profile", workbook, "--sender", "H44", "--profile", "h44-dossiers", "--home", home)
    said = reform_index(*call)
    assert said.status == 3  # no unit is known, so no row would be accepted
    assert "next:" not in said.out
    found = " ".join(re.sub("[│┃]", " ", said.out).split())
    assert "there are 2 lines for agencies.csv in" in found


def test_a_survey_that_says_nothing_of_its_questions_waits_for_words(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    names = [f"c{number}" for number in range(1, 17)]
    rows = [
        ";".join([f"{1 + at % 28:02}/10/2026", *(str(1 + (at + n) % 5) for n in range(16))])
        for at in range(40)
    ]
    file = tmp_path / "ratings.csv"
    file.write_text("\n".join([";".join(["Ngày", *names]), *rows, ""]), encoding="utf-8")
    home = tmp_path / "home"
    said = reform_index("profile", file, "--sender", "H44", "--home", home)
    assert said.status == 0
    assert "16 answer columns without a word in questions: write one of overall, access" in said.out
    # An unfinished profile in its folder would refuse all files of the sender.
    kept = home / "h44-ratings-draft.toml"
    assert not (home / "profiles").exists()
    text = kept.read_text(encoding="utf-8")
    assert "access (tiếp cận dịch vụ)" in text
    call = ("profile", file, "--sender", "H44", "--home", home, "--profile", kept)
    kept.write_text(text.replace('"?"', '"access"', 1), encoding="utf-8")
    left = reform_index(*call)
    assert left.status == 2
    assert "15 answer columns are still without a word in questions: write one of" in left.err
    one_question = re.sub(
        r'  \{ column = "c\d+", question = "\?".*\n', "", text.replace('"?"', '"access"', 1)
    )
    kept.write_text(one_question, encoding="utf-8")
    alone = reform_index(*call)
    assert "NOT READ though it looks like answers: 15 columns, by number: 3, 4, 5" in alone.out
    kept.write_text(text.replace('"?"', '"access"'), encoding="utf-8")
    whole = reform_index(*call)
    assert "640 rows: 640 would be accepted, 0 rejected" in whole.out
    assert f"cp {kept} {home}/profiles/h44-ratings.toml" in whole.out


def test_a_column_that_no_file_has_is_no_name(tmp_path: Path, reform_index: ReformIndex) -> None:
    header = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Trạng thái"
    rows = [
        f"H44-{at:03},{1 + at:02}/10/2026,30/10/2026,{'Hoàn thành' if at == 3 else 'Đang xử lý'}"
        for at in range(20)
    ]
    file = tmp_path / "dossiers.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    home = tmp_path / "home"
    said = reform_index("profile", file, "--sender", "H44", "--home", home)
    assert re.search(r"│ ended_at +│ not sent ", said.out)
    text = (home / "profiles" / "h44-dossiers.toml").read_text(encoding="utf-8")
    assert 'optional_columns = ["ended_at"]' in text
    assert "# ended_at: no end was found" in text
    checked = reform_index("check", file, "--sender", "H44", "--home", home)
    assert "ended_at (không gửi)" in checked.out


def test_a_draft_by_which_no_row_would_count_is_looked_at_first(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    header = "Mã hồ sơ,Ngày tiếp nhận,Ngày hẹn trả,Ngày kết thúc,Trạng thái"
    rows = [f"H44-{at:03},{1 + at:02}/10/2026,30/10/2026,,Lạ {at % 2}" for at in range(20)]
    file = tmp_path / "dossiers.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    said = reform_index("profile", file, "--sender", "H44", "--home", tmp_path / "home")
    assert said.status == 3
    assert "20 rows: 0 would be accepted, 20 rejected" in said.out
    assert "- 20 of 20 rows would be rejected (status_is_in_list; the first is line 2)" in said.out
    assert "reform-index run" not in said.out
    assert "h44-dossiers.toml --sender H44\n" in said.out.partition("next:")[2]


SURVEY = "Dấu thời gian,Hài lòng về tiếp cận,Hài lòng về thủ tục,Hài lòng về công chức"


def write_survey(path: Path, *answers: str) -> Path:
    """Forty respondents, who give these answers in turn to each of three questions."""
    rows = [
        ",".join([f"{1 + at % 28:02}/10/2026 08:{at:02}:00", *[answers[at % len(answers)]] * 3])
        for at in range(40)
    ]
    path.write_text("\n".join([SURVEY, *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(("answers", "is_doubted"), [(("1", "2"), True), (("1", "2", "3"), False)])
def test_answers_of_1_and_2_alone_may_be_yes_and_no(
    tmp_path: Path, answers: tuple[str, ...], *, is_doubted: bool
) -> None:
    text = drafted(write_survey(tmp_path / "ratings.csv", *answers), tmp_path / "home").text
    assert 'scale = "three"' in text
    said = "LOOK: 3 answer columns with 1 and 2 alone: if 1 means yes and 2 no, write scale ="
    assert (said in text) is is_doubted


def test_answers_with_a_number_before_their_words_are_read_by_the_words(tmp_path: Path) -> None:
    # The number says the order of the form, and not the point.
    words = ("1. Rất hài lòng", "2. Hài lòng", "Không hài lòng (4)")
    found = drafted(write_survey(tmp_path / "ratings.csv", *words), tmp_path / "home")
    for question in found.draft.questions:
        points = {value: point for value, (point, _) in question.answers.known.items()}
        assert points == dict(zip(words, ("5", "4", "2"), strict=True))
    assert found.preview is not None
    assert found.preview.accepted_rows == 120


@pytest.mark.parametrize("name", ["_submission_time", "submitdate", "Completion time"])
def test_the_time_of_an_answer_is_found_in_exports_of_survey_tools(
    tmp_path: Path, name: str
) -> None:
    # Such an export has the answers of all months: the month of the folder must not be taken.
    file = write_survey(tmp_path / "ratings.csv", "5", "4", "3")
    file.write_text(file.read_text("utf-8").replace("Dấu thời gian", name), "utf-8")
    assert drafted(file, tmp_path / "home").draft.columns["answered_at"].theirs == name
