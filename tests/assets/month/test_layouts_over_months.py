"""A sender's layout over three months, followed by hand: derived, drifted, read again.

The file of T has no status, no due date and several snapshots of a dossier. In September its
software renames a column, so its file is refused until the profile has a version for it.
"""

from pathlib import Path

from assets.month.inputs import MonthInputs
from pipeline import planning

from ..conftest import tally_month

AGENCIES = "code,name_vi,kind\nT,Tỉnh thử,province\nU,Tỉnh khác,province\n"
PROFILE = """
senders = ["T"]
kind = "dossiers"
date_formats = ["%d/%m/%Y %H:%M"]
calendar = "tinh-t"

[columns]
dossier_id = "Mã hồ sơ"
received_at = "Ngày nhận"
ended_at = "Ngày trả"
updated_at = "Cập nhật"

[status_from_end]
with_end = "finished"
without_end = "in_progress"

[due]
default = 5
"""
VERSION = """
[[versions]]
valid_from = "2026-09"
columns.ended_at = "Ngày trả kết quả"
"""
OF_U = (
    "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy\n"
    "1,U,9,2026{0}03080000,2026{0}10170000,2026{0}04100000\n"
)
AUGUST = """Mã hồ sơ,Ngày nhận,Ngày trả,Cập nhật,Người nộp
A,03/08/2026 08:00,,03/08/2026 08:00,Nguyễn Văn An
A,03/08/2026 08:00,07/08/2026 09:00,07/08/2026 09:00,Nguyễn Văn An
B,03/08/2026 08:00,11/08/2026 09:00,11/08/2026 09:00,Trần Thị Hoa
B,03/08/2026 08:00,,12/08/2026 08:00,Trần Thị Hoa
C,03/08/2026 08:00,11/08/2026 09:00,11/08/2026 09:00,Lê Nam
"""
SEPTEMBER = """Mã hồ sơ,Ngày nhận,Ngày trả kết quả,Cập nhật,Người nộp
B,03/08/2026 08:00,01/09/2026 09:00,01/09/2026 09:00,Trần Thị Hoa
D,07/09/2026 08:00,,07/09/2026 08:00,Lê Nam
"""


def send(home: Path, month: str, of_t: str) -> None:
    files = {"T": of_t, "U": OF_U.format(month[5:])}
    for sender, text in files.items():
        folder = home / "inbox" / sender / month
        folder.mkdir(parents=True)
        (folder / "dossiers.csv").write_text(text, encoding="utf-8")


def write_profile(home: Path, text: str) -> None:
    (home / "profiles" / "t.toml").write_text(text, encoding="utf-8")


def write_calendar(home: Path, text: str) -> None:
    (home / "calendars" / "tinh-t.toml").write_text(text, encoding="utf-8")


def outcomes_of(inputs: MonthInputs, sender: str) -> dict[str, int]:
    """How many dossiers of a sender there are of each outcome in the month."""
    cells = inputs.cells.outcomes.collect().filter(sender_code=sender, month=inputs.month)
    totals: dict[str, int] = {}
    for outcome, dossiers in cells.select("outcome", "dossiers").iter_rows():
        totals[outcome] = totals.get(outcome, 0) + dossiers
    return totals


def keys_of(inputs: MonthInputs) -> dict[str, str]:
    return dict(inputs.plan.select("sender_code", "key").iter_rows())


def test_a_layout_is_derived_drifts_and_is_read_again(tmp_path: Path) -> None:
    for folder in ("profiles", "calendars"):
        (tmp_path / folder).mkdir()
    (tmp_path / "agencies.csv").write_text(AGENCIES, encoding="utf-8")
    write_profile(tmp_path, PROFILE)
    write_calendar(tmp_path, 'extends = "vietnam"\n')

    # August: all were received on Monday the 3rd, so they are due on Monday the 10th.
    send(tmp_path, "2026-08", AUGUST)
    august = tally_month(tmp_path, "2026-08")
    assert outcomes_of(august, "T") == {
        "finished_early": 1,  # A, whose newest row ended on the 7th
        "open_overdue": 1,  # B, which was opened again on the 12th
        "finished_overdue": 1,  # C, on the 11th
    }
    (delivered,) = august.delivered.filter(sender_code="T").to_dicts()
    assert (delivered["rows"], delivered["accepted"], delivered["rejected"]) == (5, 3, 2)
    assert set(august.rejected["rule"]) == {"dossier_is_latest_copy"}

    # A day off on the 7th makes them due on the 11th, and T's delivery is another one.
    write_calendar(
        tmp_path,
        'extends = "vietnam"\n[[days]]\ndate = 2026-08-07\nkind = "holiday"\nname = "Ngày hội"\n',
    )
    again = tally_month(tmp_path, "2026-08")
    assert outcomes_of(again, "T") == {
        "finished_early": 1,
        "open_overdue": 1,
        "finished_on_due_date": 1,
    }
    assert keys_of(again)["U"] == keys_of(august)["U"]
    assert keys_of(again)["T"] != keys_of(august)["T"]

    # September: a column has another name. T is refused with what to do, and U counts.
    send(tmp_path, "2026-09", SEPTEMBER)
    september = tally_month(tmp_path, "2026-09")
    delivered = september.delivered.filter(sender_code="T").to_dicts()[0]
    assert (delivered["status"], delivered["fault"]) == (planning.REFUSED, "missing_column")
    assert "'Ngày trả' may now be 'Ngày trả kết quả', column 3" in delivered["message"]
    assert 'ended_at = ["Ngày trả", "Ngày trả kết quả"]' in delivered["message"]
    for person in ("Hoa", "Nam"):
        assert person not in delivered["message"] + delivered["message_vi"]
    assert outcomes_of(september, "T") == {}
    assert sum(outcomes_of(september, "U").values()) == 1

    # The profile has a version for it: September counts, and August is what it was.
    write_profile(tmp_path, PROFILE + VERSION)
    before = outcomes_of(again, "T")
    assert outcomes_of(tally_month(tmp_path, "2026-08"), "T") == before
    mended = tally_month(tmp_path, "2026-09")
    assert outcomes_of(mended, "T") == {"finished_overdue": 1, "open_overdue": 1}
    assert keys_of(mended)["U"] == keys_of(september)["U"]
