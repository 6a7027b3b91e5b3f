"""`profile`: what a profile makes of a file, before anything is sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


def test_a_good_file_shows_what_was_understood_and_stores_nothing(
    tmp_path: Path, reform_index: Callable[..., Any]
) -> None:
    file = written(tmp_path / "dossiers.csv", GOOD, ROW)
    home = tmp_path / "home"
    home.mkdir()
    said = reform_index(
        *("profile", file, "--profile", "national-sync-dossiers"),
        *("--month", "2026-06", "--home", home),
    )
    assert said.status == 0
    assert "dossiers.csv: 1 rows of dossiers, read with national-sync-dossiers" in said.out
    assert "2026-06-02 08:00:00" in said.out
    assert "finished" in said.out
    assert "Hồ sơ 1" in said.out
    assert "not read: TenHoSo" in said.out
    assert "its rows belong to 2026-06" in said.out
    assert list(home.iterdir()) == []


def test_an_own_profile_is_found_by_name_and_by_file(
    tmp_path: Path, reform_index: Callable[..., Any]
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
        assert "1 rows have too few or too many fields, the first is row 4" in said.out
        assert "[values.status] lacks 'treo': 1 rows" in said.out
        ended = next(line for line in said.out.splitlines() if "ended_at" in line)
        # Two were sent, one was understood.
        assert [cell.strip() for cell in ended.split("│")[1:5]] == ["ended_at", "Xong", "2", "1"]


@pytest.mark.parametrize(
    ("lines", "month", "message"),
    [
        ([], "", "dossiers.csv: nothing in it: send the export again"),
        ([GOOD], "", "dossiers.csv: a header and no rows: send the export again"),
        ([GOOD.replace("MaHoSo", "Ma"), ROW], "", "dossiers.csv: row 1: the column 'MaHoSo'"),
        ([GOOD, ROW], "2026-05", "dossiers.csv: 100% of its rows belong to another month"),
    ],
)
def test_a_bad_file_is_named_with_fault_and_cure(
    tmp_path: Path,
    reform_index: Callable[..., Any],
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


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("", "nobody", "no profile 'nobody': name a .toml file or one of figures, national-sync-"),
        (OWN.replace("senders", "sender"), "own", "unknown key 'sender': did you mean 'senders'?"),
        (OWN.replace("= [", "=", 1), "own", "profiles/own.toml is not TOML"),
    ],
)
def test_a_profile_that_cannot_be_used_is_told(
    tmp_path: Path, reform_index: Callable[..., Any], content: str, name: str, message: str
) -> None:
    (tmp_path / "profiles").mkdir()
    if content:
        written(tmp_path / "profiles" / "own.toml", content)
    file = written(tmp_path / "dossiers.csv", GOOD, ROW)
    said = reform_index("profile", file, "--profile", name, "--home", tmp_path)
    assert said.status == 2
    assert message in said.err
