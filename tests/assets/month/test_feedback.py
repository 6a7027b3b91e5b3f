"""What each sender finds after a run: a story of two senders, and what goes wrong beside it."""

import io
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from assets.month import feedback, receive
from assets.month.feedback import FeedbackError
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline.home import Home
from pipeline.warehouse import data_digest

from ..conftest import LAST_MONTH, ReformIndex, tally_month

pytestmark = pytest.mark.runs

MONTH = "2026-06"
COLUMNS = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy"
PERSON, PHONE, CITIZEN = "Nguyễn Thị Hoa", "0912345678", "079085912345"
FORMULA = '"=HYPERLINK(""http://a.example"",""Nguyễn Thị Hoa"")"'


def dossier(code: str, unit: str, **changes: str) -> str:
    row = {
        "code": code,
        "unit": unit,
        "status": "9",
        "received": "20260602080000",
        "due": "20260619170000",
        "ended": "20260610090000",
    }
    return ",".join((row | changes).values())


def send(home: Path, sender: str, *rows: str, name: str = "dossiers.csv") -> Path:
    path = home / "inbox" / sender / MONTH / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")
    return path


def good(sender: str) -> list[str]:
    return [dossier(f"{sender}-{number}", sender) for number in range(20)]


FAULTY = [
    *good("H26"),
    "",
    dossier("X-1", "H26", received=PERSON),
    dossier("X-2", "H26", due=FORMULA),
    dossier("X-3", CITIZEN),
    dossier("X-4", "H26", status=PHONE),
    dossier("X-5", "H26", received="hôm nay"),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Hà Nội sent rows with faults, Hồ Chí Minh City a file without a column."""
    root = tmp_path / "home"
    root.mkdir()
    send(root, "H26", *FAULTY)
    path = send(root, "H29", *good("H29"))
    path.write_text(path.read_text("utf-8").replace("NgayHenTra", "HanTra"), encoding="utf-8")
    return root


def list_feedback(home: Path) -> list[str]:
    folder = home / "feedback"
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def read_list(home: Path, sender: str) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(home / "feedback" / sender / f"{MONTH}.xlsx")
    return list(book["Cần sửa"].iter_rows(min_row=3, values_only=True))


def read_all(home: Path, sender: str) -> Iterator[str]:
    """Every text of a sender's feedback."""
    for path in sorted((home / "feedback" / sender).iterdir()):
        if path.suffix == ".csv":
            yield path.read_text(encoding="utf-8-sig")
        else:
            for sheet in openpyxl.load_workbook(io.BytesIO(path.read_bytes())):
                yield from (str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_a_sender_mends_what_its_feedback_says_until_there_is_none(
    home: Path, reform_index: ReformIndex
) -> None:
    run = ("run", "--month", MONTH, "--home", home)
    # Both senders hear of what they sent, each of its own alone.
    said = reform_index(*run)
    assert said.status == 3, said.err
    assert "feedback/<sender>/<YYYY-MM>.xlsx: H26, H29\n" in said.out
    both = [f"{sender}/{MONTH}.{ending}" for sender in ("H26", "H29") for ending in ("csv", "xlsx")]
    assert list_feedback(home) == both
    for path in (home / "feedback", *(home / "feedback").rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    texts = {sender: "\n".join(read_all(home, sender)) for sender in ("H26", "H29")}
    assert "H29" not in texts["H26"]
    assert "H26" not in texts["H29"]
    for personal in (PERSON, "Hoa", PHONE, CITIZEN, "a.example"):
        assert personal not in texts["H26"] + texts["H29"]
    # The rule that two rows break comes first; a blank line stands above all of them.
    assert [row[1:4] for row in read_list(home, "H26")] == [
        (23, "NgayTiepNhan (received_at)", "Aaaaaa Aaa Aaa"),
        (27, "NgayTiepNhan (received_at)", "aaa aaa"),
        (24, "NgayHenTra (due_at)", '\'=AAAAAAAAA("aaaa://a.aaaaaaa","Aaaaaa Aa…'),
        (26, "TrangThaiHoSo (status)", "9999999999"),
        (25, "DonViXuLy (unit_code)", "999999999999"),
        # 5 of 25 rows are more than 5 %.
        ("cả tháng", None, None),
    ]
    ((name, place, *_, message),) = (row[:5] for row in read_list(home, "H29"))
    assert (name, place) == ("dossiers.csv", "cả tệp")
    assert str(message).startswith("dòng 1: cột 'NgayHenTra' (due_at) không có")

    # A run of the same files leaves them as they are.
    written = {path: path.stat().st_mtime_ns for path in home.glob("feedback/*/*")}
    reform_index(*run)
    assert {path: path.stat().st_mtime_ns for path in home.glob("feedback/*/*")} == written

    # One mends half of it, the other all: the one file changes, the others are gone.
    send(home, "H26", *[row for row in FAULTY if not row.startswith(("X-1", "X-2", "X-3"))])
    send(home, "H29", *good("H29"))
    reform_index(*run)
    assert list_feedback(home) == both[:2]
    assert [row[1] for row in read_list(home, "H26")] == [24, 23, "cả tháng"]
    send(home, "H26", *good("H26"))
    assert reform_index(*run).status == 3  # The other provinces are missing.
    assert list_feedback(home) == []
    assert not list((home / "feedback").iterdir())


def recorded(home: Path) -> MonthInputs:
    return tally_month(home, MONTH)


def test_feedback_that_cannot_be_written_is_named_and_the_others_are_written(home: Path) -> None:
    inputs = recorded(home)
    (home / "feedback").mkdir()
    (home / "feedback" / "H26").write_text("in the way")
    with pytest.raises(FeedbackError, match=r"feedback to 1 senders in .*H26/.*run again") as error:
        feedback.bring_up_to_date(inputs)
    assert error.value.exit_status == 3
    assert list_feedback(home) == ["H26", f"H29/{MONTH}.csv", f"H29/{MONTH}.xlsx"]
    (home / "feedback" / "H26").unlink()
    feedback.bring_up_to_date(inputs)
    assert f"H26/{MONTH}.xlsx" in list_feedback(home)


def test_feedback_that_somebody_changed_or_removed_is_written_again(home: Path) -> None:
    inputs = recorded(home)
    feedback.bring_up_to_date(inputs)
    changed, removed = (home / "feedback" / sender / f"{MONTH}.csv" for sender in ("H26", "H29"))
    before = changed.read_bytes(), removed.read_bytes()
    changed.write_text("other")
    removed.unlink()
    feedback.bring_up_to_date(inputs)
    assert (changed.read_bytes(), removed.read_bytes()) == before


def test_who_withdrew_everything_has_nothing_to_mend_and_other_files_stay(home: Path) -> None:
    feedback.bring_up_to_date(recorded(home))
    (home / "feedback" / "H29" / f"{MONTH}.txt").write_text("a remark")
    shutil.copy(
        home / "feedback" / "H29" / f"{MONTH}.csv", home / "feedback" / "H29" / "2026-05.csv"
    )
    (home / "inbox" / "H29" / MONTH / "dossiers.csv").unlink()
    (home / "inbox" / "H29" / "2026-05").mkdir()
    installation = Installation(Home.at(home), confirms_withdrawals=True)
    feedback.bring_up_to_date(receive.receive_exports(installation, MONTH))
    assert [name for name in list_feedback(home) if name.startswith("H29")] == [
        "H29/2026-05.csv",
        f"H29/{MONTH}.txt",
    ]


def test_a_month_of_which_all_is_refused_has_feedback_though_nothing_is_published(
    home: Path, reform_index: ReformIndex
) -> None:
    shutil.rmtree(home / "inbox" / "H26")
    said = reform_index("run", "--month", MONTH, "--home", home)
    assert said.status == 1
    assert "nothing to publish" in said.err
    assert list_feedback(home) == [f"H29/{MONTH}.csv", f"H29/{MONTH}.xlsx"]


def test_feedback_that_fails_loses_neither_edition_nor_warehouse(
    pilot_home: Path, reform_index: ReformIndex
) -> None:
    with (pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv").open("a") as figures:
        figures.write(f"T1,due_on_time,b,{LAST_MONTH},200,100\n")
    (pilot_home / "feedback").write_text("in the way")
    run = ("run", "--month", LAST_MONTH, "--home", pilot_home)
    for _ in range(2):  # The second run changes nothing.
        said = reform_index(*run)
        assert said.status == 3
        assert f"reform-index: {LAST_MONTH}: feedback to 1 senders in" in said.err
        assert f"{LAST_MONTH}: edition 1 " in said.out
        installation = Installation.at(pilot_home)
        digest = data_digest(installation.editions.data(LAST_MONTH) or {})
        assert installation.warehouse.is_behind({LAST_MONTH: (1, digest)}) == []
