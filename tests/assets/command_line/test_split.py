"""`split`: a whole history becomes month-end exports in the inbox, and nothing is overwritten."""

from pathlib import Path

import polars as pl
import pytest

from ..conftest import ReformIndex

HEADER = "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,TenHoSo"
ROWS = (
    "H26-1,H26,9,20260110080000,20260131170000,20260120080000,Nguyễn Văn An",
    "H26-2,H26,9,20260120080000,20260210170000,20260305080000,Trần Thị Bình",
    "H26-3,H26,4,20260215080000,20260331170000,,Lê Văn Cường",
    "H26-4,H26,9,20260216080000,20260331170000,,Phạm Thị Dung",
    "H26-5,H26,4,,20260331170000,,Hoàng Văn Em",
)
MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home" / "inbox").mkdir(parents=True)
    return tmp_path / "home"


def written(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.write_text("\n".join([*lines, ""]), encoding=encoding)
    return path


def arguments(file: Path, home: Path, *more: object) -> tuple[object, ...]:
    return (
        *("split", file, "--profile", "national-sync-dossiers", "--sender", "H26"),
        *("--home", home, "--not-split", home.parent / "not-split.csv", *more),
    )


def pieces(home: Path) -> dict[str, str]:
    return {
        file.parent.name: file.read_text(encoding="utf-8")
        for file in sorted((home / "inbox").rglob("*"))
        if file.is_file()
    }


def test_a_history_goes_into_the_inbox_month_by_month(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    said = reform_index(*arguments(file, home))
    assert said.status == 0, said.err
    found = pieces(home)
    assert tuple(found) == MONTHS
    # The columns that the profile names, as sent: no name of a person goes further.
    assert found["2026-01"].splitlines() == [
        "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy",
        "H26-1,H26,9,20260110080000,20260131170000,20260120080000",
        "H26-2,H26,4,20260120080000,20260210170000,",
    ]
    assert [text.count("\n") - 1 for text in found.values()] == [2, 2, 2]
    assert (home / "inbox" / "H26" / "2026-02" / "dossiers-split.csv").is_file()
    assert "5 rows of dossiers: 3 stand in one month or more, 2 in none" in said.out
    assert "1 row: its status says that it ended, and it has no ended_at; the first is row 5" in (
        said.out
    )
    assert "3 files written, 0 are there already" in said.out
    assert "due dates that moved: 2 dossiers stand in several months" in said.out
    assert "Nguyễn" not in said.out
    listed = pl.read_csv(tmp_path / "not-split.csv")
    assert listed.select("row_number", "reason").rows() == [(5, "no_end"), (6, "no_beginning")]


def test_a_run_reads_the_months(tmp_path: Path, home: Path, reform_index: ReformIndex) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    assert reform_index(*arguments(file, home)).status == 0
    preview = reform_index(
        *("profile", home / "inbox" / "H26" / "2026-02" / "dossiers-split.csv"),
        *("--profile", "national-sync-dossiers", "--sender", "H26", "--month", "2026-02"),
        *("--home", home),
    )
    assert "2 rows: 2 would be accepted, 0 rejected" in preview.out


def test_a_trial_writes_nothing(tmp_path: Path, home: Path, reform_index: ReformIndex) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    said = reform_index(*arguments(file, home, "--dry-run"))
    assert said.status == 0
    assert "3 files would be written, 0 are there already" in said.out
    assert pieces(home) == {}
    assert not (tmp_path / "not-split.csv").exists()


def test_splitting_again_changes_nothing(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    reform_index(*arguments(file, home))
    before = pieces(home)
    said = reform_index(*arguments(file, home))
    assert said.status == 0
    assert "0 files written, 3 are there already" in said.out
    assert pieces(home) == before


def test_a_file_with_other_content_is_overwritten_only_where_that_is_said(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    reform_index(*arguments(file, home))
    before = pieces(home)
    # H26-3 ended since then: March alone is another one.
    longer = written(
        *(tmp_path / "longer.csv", HEADER, *ROWS[:2]),
        "H26-3,H26,9,20260215080000,20260331170000,20260320080000,Lê Văn Cường",
    )
    said = reform_index(*arguments(longer, home))
    assert said.status == 2
    assert f"{home}/inbox/H26/2026-03/dossiers-split.csv is there with other content" in said.err
    assert "or say --replace; nothing was written" in said.err
    assert pieces(home) == before
    assert reform_index(*arguments(longer, home, "--to", "2026-02")).status == 0
    said = reform_index(*arguments(longer, home, "--replace"))
    assert "1 file written, 2 are there already" in said.out
    after = pieces(home)
    assert [after[month] == before[month] for month in MONTHS] == [True, True, False]


def test_a_month_that_was_sent_already_is_left_alone(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    (home / "inbox" / "H26" / "2026-02").mkdir(parents=True)
    written(home / "inbox" / "H26" / "2026-02" / "dossiers.csv", HEADER, ROWS[0])
    said = reform_index(*arguments(file, home, "--replace"))
    assert said.status == 2
    assert "2026-02 has dossiers already (dossiers.csv)" in said.err
    assert "take that file away; nothing was written" in said.err
    assert tuple(pieces(home)) == ("2026-02",)
    assert reform_index(*arguments(file, home, "--from", "2026-03")).status == 0
    assert tuple(pieces(home)) == ("2026-02", "2026-03")
    # What ended before March is not placed, and not lost from sight.
    listed = pl.read_csv(tmp_path / "not-split.csv")
    assert listed["reason"].to_list() == ["ended_before", "no_end", "no_beginning"]


def test_months_that_cannot_be_run_are_named(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    assert (
        "2009-12 is before 2010-01" in reform_index(*arguments(file, home, "--from", "2009-12")).err
    )
    said = reform_index(*arguments(file, home, "--to", "2025-12"))
    assert "the first month, 2026-01, is after the last one, 2025-12" in said.err
    assert pieces(home) == {}


def test_a_list_of_rows_is_not_written_over_another_file(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    written(tmp_path / "not-split.csv", "my own notes")
    said = reform_index(*arguments(file, home))
    assert said.status == 2
    assert "name another with --not-split" in said.err
    assert pieces(home) == {}


OWN = """\
senders = ["H26"]
kind = "dossiers"
date_formats = ["%d/%m/%Y"]
{more}

[columns]
dossier_id = "Mã"
status = "Trạng thái"
received_at = "Nhận"
due_at = "Hẹn"
ended_at = "Xong"

[values.status]
"đang xử lý" = "in_progress"
"đã xong" = "finished"
"""
OWN_ROWS = pl.DataFrame(
    {
        "Mã": ["1", "2"],
        "Trạng thái": ["đã xong", "đang xử lý"],
        "Nhận": ["20/01/2026", "21/01/2026"],
        "Hẹn": ["20/02/2026", "21/02/2026"],
        "Xong": ["03/02/2026", None],
    }
)


def own_arguments(home: Path, file: Path, more: str = "") -> tuple[object, ...]:
    (home / "profiles").mkdir(exist_ok=True)
    (home / "profiles" / "ours.toml").write_text(OWN.format(more=more), encoding="utf-8")
    return ("split", file, "--profile", "ours", "--sender", "H26", "--home", home)


def test_a_workbook_becomes_text_that_its_profile_reads(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "history.xlsx"
    OWN_ROWS.write_excel(file, position="A3")
    more = 'header_row = 3\ndelimiter = ";"\nencoding = "windows-1258"'
    said = reform_index(*own_arguments(home, file, more))
    assert said.status == 0, said.err
    january = (home / "inbox" / "H26" / "2026-01" / "dossiers-split.csv").read_bytes()
    preview = reform_index(
        *("profile", home / "inbox" / "H26" / "2026-01" / "dossiers-split.csv"),
        *("--profile", "ours", "--month", "2026-01", "--sender", "H26", "--home", home),
    )
    assert january.startswith(b"\n\n")
    assert "2 rows: 2 would be accepted, 0 rejected" in preview.out


def test_due_dates_that_follow_in_working_days_are_no_hindrance(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "history.csv"
    OWN_ROWS.drop("Hẹn").write_csv(file)
    arguments = own_arguments(home, file)
    profile = home / "profiles" / "ours.toml"
    without_due = profile.read_text("utf-8").replace('due_at = "Hẹn"\n', "")
    profile.write_text(f"{without_due}\n[due]\ndefault = 15\n", "utf-8")
    said = reform_index(*arguments)
    assert said.status == 0, said.err
    assert sorted(pieces(home)) == ["2026-01", "2026-02"]


def test_dates_in_cells_need_a_format_of_the_profile(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "history.xlsx"
    as_dates = pl.col("Nhận", "Hẹn", "Xong").str.to_date("%d/%m/%Y")
    OWN_ROWS.with_columns(as_dates).write_excel(file)
    said = reform_index(*own_arguments(home, file))
    assert said.status == 2
    assert 'cells of dates: add "%Y-%m-%d %H:%M:%S%.f" to date_formats' in said.err
    assert "to date_formats of the profile ours" in said.err
    arguments = own_arguments(home, file)
    path = home / "profiles" / "ours.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"%d/%m/%Y"', '"%d/%m/%Y", "%Y-%m-%d %H:%M:%S"'), encoding="utf-8")
    assert reform_index(*arguments).status == 0
    assert tuple(pieces(home)) == ("2026-01", "2026-02")


def test_a_profile_that_takes_no_csv_is_told(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = tmp_path / "history.xlsx"
    OWN_ROWS.write_excel(file)
    said = reform_index(*own_arguments(home, file, 'file_pattern = "dossiers*.xlsx"'))
    assert said.status == 2
    assert "give it a file_pattern that takes dossiers-split.csv too" in said.err
    said = reform_index(*own_arguments(home, file, 'file_pattern = "dossiers-north*"'))
    assert said.status == 0, said.err
    assert (home / "inbox" / "H26" / "2026-01" / "dossiers-north-split.csv").is_file()


def test_the_profile_must_be_the_one_that_a_run_takes(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", *OWN_ROWS.write_csv().splitlines())
    elsewhere = tmp_path / "ours.toml"
    elsewhere.write_text(OWN.format(more=""), encoding="utf-8")
    command = ("split", file, "--profile", elsewhere, "--home", home, "--sender")
    said = reform_index(*command, "H26")
    assert said.status == 2
    assert "with the profile national-sync-dossiers" in said.err
    assert f"lay ours.toml into {home}/profiles, with 'H26' among its senders" in said.err


def test_a_sender_that_is_not_in_the_register_is_told(
    tmp_path: Path, home: Path, reform_index: ReformIndex
) -> None:
    file = written(tmp_path / "history.csv", HEADER, *ROWS)
    command = ("split", file, "--profile", "national-sync-dossiers", "--home", home)
    said = reform_index(*command, "--sender", "H99")
    assert said.status == 2
    assert "no agency 'H99' is in the register in 2026-03" in said.err
