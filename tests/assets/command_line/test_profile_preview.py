"""`profile`: what a profile makes of a file, before anything is sent."""

import hashlib
from pathlib import Path

import pytest

from ..conftest import ReformIndex

GOOD = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TenHoSo"
ROW = "Hồ sơ 1,H26,9,20260602080000,20260619170000,20260610090000,Nguyễn"
OWN = """\
senders = ["H26"]
kind = "dossiers"
date_formats = ["%d/%m/%Y"]

[columns]
dossier_id = "Mã"
status = "Trạng thái"
received_at = "Nhận"
due_at = "Hẹn"
ended_at = "Xong"

[values.status]
xong = "finished"
"""


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def rules_in(out: str) -> dict[str, tuple[str, str]]:
    """By rule broken, how many rows and which come first, as the table shows them."""
    _, _, table = out.partition("what was found")
    cells = [[cell.strip() for cell in line.split("│")] for line in table.splitlines()]
    return {row[1]: (row[2], row[3]) for row in cells if len(row) > 4 and row[1]}


def test_a_good_file_shows_what_was_understood_and_stores_nothing(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "dossiers.csv", GOOD, ROW)
    home = tmp_path / "home"
    home.mkdir()
    said = reform_index(
        *("profile", file, "--profile", "national-sync-dossiers"),
        *("--month", "2026-06", "--home", home),
    )
    assert said.status == 0
    assert "dossiers.csv: 1 row of dossiers, read with national-sync-dossiers" in said.out
    assert "2026-06-02 08:00:00" in said.out
    assert "finished" in said.out
    # The dossier's code is masked, and of a column that is not read only the place is named.
    assert "Hồ sơ 1" not in said.out
    assert "Aa aa 9" in said.out
    assert "columns of the file that are not read, by number: 7\n" in said.out
    assert "TenHoSo" not in said.out
    assert "Nguyễn" not in said.out
    assert "its rows belong to 2026-06" in said.out
    assert "1 row: 1 would be accepted, 0 rejected\n" in said.out
    assert "units were not checked: --sender names the agency" in said.out
    assert list(home.iterdir()) == []


def test_an_own_profile_is_found_by_name_and_by_file(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    (tmp_path / "profiles").mkdir()
    own = written(tmp_path / "profiles" / "ha-noi.toml", OWN)
    file = written(
        tmp_path / "d.csv",
        "Mã,Trạng thái,Nhận,Hẹn,Xong",
        "1,xong,2/6/2026,19/6/2026,10/6/2026",
        "2,treo,2/6/2026,19/6/2026,mai",
        "3,xong,2/6/2026",
    )
    for name in ("ha-noi", own):
        said = reform_index("profile", file, "--profile", name, "--home", tmp_path)
        assert said.status == 0
        # Of row 2 nothing is wrong; row 3 breaks two rules, row 4 has three fields of five.
        assert "3 rows: 1 would be accepted, 2 rejected; a row stands under every" in said.out
        assert rules_in(said.out) == {
            "ended_at_is_a_time": ("1", "3: aaa"),
            "row_has_all_fields": ("1", "4: 3"),
            "status_is_in_list": ("1", "3: aaaa"),
        }
        assert "units were not checked" not in said.out  # all are the sender's own
        assert "[values.status] lacks 'aaaa': 1 row, the first is line 3\n" in said.out
        ended = next(line for line in said.out.splitlines() if "ended_at" in line)
        # Two were sent, one was understood.
        assert [cell.strip() for cell in ended.split("│")[1:5]] == ["ended_at", "Xong", "2", "1"]


@pytest.mark.parametrize(
    ("lines", "month", "message"),
    [
        ([], "", "dossiers.csv: the file is empty: export it again"),
        ([GOOD], "", "dossiers.csv: the file has a header and no rows: export it again"),
        ([GOOD.replace("MaHoSo", "Ma"), ROW], "", "dossiers.csv: row 1: the column 'MaHoSo'"),
        ([GOOD, ROW], "2026-05", "dossiers.csv: 100% of its rows belong to another month"),
    ],
)
def test_a_bad_file_is_named_with_fault_and_cure(
    tmp_path: Path,
    reform_index: ReformIndex,
    lines: list[str],
    month: str,
    message: str,
) -> None:
    file = tmp_path / "dossiers.csv"
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    said = reform_index(
        *("profile", file, "--profile", "national-sync-dossiers"),
        *(("--month", month) if month else ()),
    )
    assert said.status == 1
    assert message in said.err
    assert str(file) in said.err


def test_a_file_that_two_date_formats_read_differently_is_named_with_counts(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    both = OWN.replace('["%d/%m/%Y"]', '["%d/%m/%Y", "%m/%d/%Y"]')
    profile = written(tmp_path / "both.toml", both)
    file = written(
        tmp_path / "dossiers.csv",
        "Mã,Trạng thái,Nhận,Hẹn,Xong",
        "1,xong,05/06/2026,25/06/2026,10/06/2026",
        "2,xong,15/06/2026,25/06/2026,10/06/2026",
    )
    said = reform_index("profile", file, "--profile", profile, "--home", tmp_path)
    assert said.status == 1
    assert f"{file}: 'Nhận' (received_at): 1 of its values are read by both" in said.err
    assert "1 are read by %d/%m/%Y alone, 0 by %m/%d/%Y alone" in said.err


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (
            "",
            "nobody",
            "no profile 'nobody': name a .toml file or one of figures, national-petitions",
        ),
        (OWN.replace("senders", "sender"), "own", "unknown key 'sender': did you mean 'senders'?"),
        (OWN.replace("= [", "=", 1), "own", "profiles/own.toml is not TOML"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told(
    tmp_path: Path, reform_index: ReformIndex, content: str, name: str, message: str
) -> None:
    (tmp_path / "profiles").mkdir()
    if content:
        written(tmp_path / "profiles" / "own.toml", content)
    file = written(tmp_path / "dossiers.csv", GOOD, ROW)
    said = reform_index("profile", file, "--profile", name, "--home", tmp_path)
    assert said.status == 2
    assert message in said.err


RATINGS = "MaPhieu,MaHoSo,DonViXuLy,CauHoi,DiemDanhGia,NgayDanhGia"


def test_rows_are_judged_by_the_rules_of_the_month_that_most_of_them_name(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = written(
        tmp_path / "ratings.csv",
        RATINGS,
        *(f"r{n},,H26,TC,5,20260615100000" for n in range(3)),  # rows 2 to 4
        *(f"m{n},,H26,TC,5,20260515100000" for n in range(2)),  # rows 5 and 6, of May
        "r0,,H26,TC,4,20260615090000",  # row 7: an older copy of row 2
        "r9,,H26,TC,[9],20260615100000",  # row 8
    )
    said = reform_index("profile", file, "--profile", "national-sync-ratings", "--home", tmp_path)
    assert said.status == 0
    assert "its rows belong to 2026-06, the month that most of them name: --month" in said.out
    # 7 = 3 + 2 of another month + 1 copy + 1 that is no number
    assert "7 rows: 3 would be accepted, 4 rejected" in said.out
    found = rules_in(said.out)
    assert found["answered_in_month"] == ("2", "5: 20260515100000")
    assert found["rating_is_latest_copy"][0] == "1"
    assert found["answer_is_a_whole_number"] == ("1", "8: [9]")
    assert "the answer cannot be read as a whole number: send the point of the scale" in said.out


def test_of_months_named_as_often_the_later_one_is_taken(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = written(
        tmp_path / "dossiers.csv",
        GOOD,
        "a,H26,4,20260502080000,20260719170000,,",
        "b,H26,4,20260602080000,20260719170000,,",
    )
    said = reform_index("profile", file, "--profile", "national-sync-dossiers")
    assert "its rows belong to 2026-06, the month that most of them name" in said.out
    assert "2 rows: 2 would be accepted, 0 rejected" in said.out


def test_rows_without_a_time_that_can_be_read_are_all_rejected(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "dossiers.csv", GOOD, ROW.replace("20260602080000", "June"))
    said = reform_index("profile", file, "--profile", "national-sync-dossiers")
    assert said.status == 3
    assert (
        "1 row: 0 would be accepted, 1 rejected, for none has a received_at that can be read: "
        "see date_formats in the profile\n"
    ) in said.out


def test_units_are_checked_by_the_register_of_the_home_for_the_sender_named(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    written(
        tmp_path / "agencies.csv", "code,name_vi,kind,parent_code", "H26.01,Sở A,department,H26"
    )
    rows = [
        ROW.replace("Hồ sơ 1,H26", f"{unit},{unit}") for unit in ("H26", "H26.01", "H26.02", "H29")
    ]
    file = written(tmp_path / "dossiers.csv", GOOD, *rows)
    profile = ("--profile", "national-sync-dossiers", "--home", tmp_path)
    said = reform_index("profile", file, *profile, "--sender", "H26")
    assert said.status == 0
    assert "units were not checked" not in said.out
    assert "4 rows: 2 would be accepted, 2 rejected" in said.out
    assert rules_in(said.out) == {
        "unit_is_known": ("1", "4: H26.02 ≈ Sở A (H26.01), Hà Nội (H26)"),
        "unit_belongs_to_sender": ("1", "5: H29"),
    }
    said = reform_index("profile", file, *profile, "--sender", "h26")
    assert said.status == 2
    assert "no agency 'h26' is in the register in 2026-06 (did you mean H26 = Hà Nội?)" in said.err
    assert f"add it to {tmp_path}/agencies.csv" in said.err


def test_what_follows_from_other_columns_is_shown_as_derived(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    text = OWN.replace('status = "Trạng thái"\n', "").replace('due_at = "Hẹn"\n', "")
    text = text.partition("[values.status]")[0] + (
        "[due]\ndefault = 5\n"
        '[status_from_end]\nwith_end = "finished"\nwithout_end = "in_progress"\n'
        '[[versions]]\ncolumns.ended_at = ["Xong", "Trả"]\nvalid_from = "2026-06"\n'
    )
    own = written(tmp_path / "own.toml", text)
    file = written(tmp_path / "d.csv", "Mã,Nhận,Trả", "1,2/6/2026,10/6/2026", "2,2/6/2026,")
    said = reform_index("profile", file, "--profile", own, "--month", "2026-06", "--home", tmp_path)
    assert said.status == 0
    assert "2 rows: 2 would be accepted, 0 rejected" in said.out
    shown = {
        row[1]: row[2:5]
        for line in said.out.splitlines()
        if len(row := [cell.strip() for cell in line.split("│")]) > 4
    }
    assert shown["status"] == shown["due_at"] == ["(derived)", "0", "2"]
    assert shown["ended_at"] == ["Trả", "1", "1"]
    said = reform_index("profile", file, "--profile", own, "--month", "2026-05", "--home", tmp_path)
    assert said.status == 1
    assert "version 2 (from 2026-06) of the profile own, which does not hold in 2026-05" in said.err


def test_a_moment_that_follows_from_the_month_needs_the_month(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    own = written(
        tmp_path / "own.toml",
        'senders = ["H26"]\nkind = "ratings"\nfrom_month = ["answered_at"]',
        '[columns]\nanswer = "Điểm"\nrespondent_id = "Phiếu"',
    )
    file = written(tmp_path / "ratings.csv", "Phiếu,Điểm", "1,5", "2,4")
    said = reform_index("profile", file, "--profile", own, "--home", tmp_path)
    assert said.status == 2
    assert "takes answered_at from the month of the folder (from_month): name the month" in said.err
    said = reform_index("profile", file, "--profile", own, "--month", "2026-06", "--home", tmp_path)
    assert said.status == 0
    assert "2 rows: 2 would be accepted, 0 rejected" in said.out


def test_a_preview_for_a_sender_knows_names_of_units_and_corrections(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    written(
        tmp_path / "agencies.csv", "code,name_vi,kind,parent_code", "H26.01,Sở A,department,H26"
    )
    written(tmp_path / "aliases.csv", "alias,code", "Phòng A,H26.01")
    rows = [ROW.replace("Hồ sơ 1,H26", f"{number},{unit}") for number, unit in UNITS_BY_NAME]
    file = written(tmp_path / "dossiers.csv", GOOD, *rows)
    (tmp_path / "corrections").mkdir()
    written(
        tmp_path / "corrections" / "a.toml",
        *('sender = "H26"', 'month = "2026-06"', 'reported_by = "Sở A"', 'why = "gõ nhầm"'),
        *(
            f'sha256 = "{hashlib.sha256(file.read_bytes()).hexdigest()}"',
            "reported_on = 2026-07-02",
        ),
        *("[[rows]]", 'key = "3"', 'column = "unit_code"', 'from = "H26.99"', 'to = "H26.01"'),
    )
    profile = ("--profile", "national-sync-dossiers", "--home", tmp_path)
    said = reform_index("profile", file, *profile, "--sender", "H26")
    assert "4 rows: 3 would be accepted, 1 rejected" in said.out, said.err
    # A person's name comes near no unit, and is masked.
    assert rules_in(said.out) == {"unit_is_known": ("1", "5: Aaaaaa Aaa Aa")}


UNITS_BY_NAME = ((1, "SỞ A"), (2, "phòng a"), (3, "H26.99"), (4, "Nguyễn Văn An"))
