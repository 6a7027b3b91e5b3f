"""What `status` tells: what arrived, what has changed since, and what lies in a wrong place."""

from pathlib import Path

import pytest

from assets.command_line.status import Status, read_status
from assets.month.installation import Installation

from ..conftest import ReformIndex


def state(found: Status, month: str, sender: str) -> str:
    return str(found.cells.filter(month=month, sender_code=sender)["state"].item())


def test_a_published_month_shows_who_sent_and_who_is_missing(small_home_template: Path) -> None:
    found = read_status(Installation.at(small_home_template))
    assert state(found, "2026-06", "H26") == "accepted"
    assert state(found, "2026-06", "H61") == "missing"
    assert found.messages == ()
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["added"], "new"),
        (["corrected"], "changed"),
        (["removed"], "gone"),
        (["removed", "added"], "new, gone"),
    ],
)
def test_what_differs_from_what_the_last_run_read_is_told_apart(
    small_home: Path, reform_index: ReformIndex, changes: list[str], expected: str
) -> None:
    path = small_home / "inbox" / "H26" / "2026-06" / "ratings.csv"
    if "added" in changes:
        path.with_name("dossiers-2.csv").write_text("more\n", encoding="utf-8")
    if "corrected" in changes:
        path.write_bytes(path.read_bytes().rpartition(b"\n")[0])
    if "removed" in changes:
        path.unlink()
    found = read_status(Installation.at(small_home))
    assert state(found, "2026-06", "H26") == expected
    assert state(found, "2026-06", "H29") == "accepted"
    assert state(found, "2026-05", "H26") == "accepted"
    shown = reform_index("status", "--home", small_home).out
    assert expected in next(line for line in shown.splitlines() if "H26 Hà Nội" in line)


@pytest.fixture
def refused_file(pilot_home: Path, reform_index: ReformIndex) -> Path:
    """The file of T1, refused by the last run."""
    (file,) = (pilot_home / "inbox" / "T1").glob("*/figures.csv")
    good = file.read_bytes()
    reform_index("run", "--home", pilot_home)
    # A column that the profile names is gone; the month was published before, so it is planned.
    file.write_bytes(good.replace(b"numerator", b"tu_so"))
    reform_index("run", "--home", pilot_home)
    return file


def test_a_refused_file_is_told_while_it_lies_there_and_no_longer(
    pilot_home: Path, refused_file: Path
) -> None:
    month = refused_file.parent.name
    found = read_status(Installation.at(pilot_home))
    assert state(found, month, "T1") == "refused"
    (message,) = found.messages
    assert message.startswith(f"inbox/T1/{month}/figures.csv: ")

    refused_file.write_bytes(refused_file.read_bytes().replace(b"tu_so", b"numerator"))
    found = read_status(Installation.at(pilot_home))
    assert (state(found, month, "T1"), found.messages) == ("changed", ())

    refused_file.unlink()
    found = read_status(Installation.at(pilot_home))
    assert (state(found, month, "T1"), found.messages) == ("gone", ())


def test_files_that_no_run_has_read_are_new(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "H26" / "2026-06"
    folder.mkdir(parents=True)
    (folder / "dossiers.csv").write_text("x\n", encoding="utf-8")
    found = read_status(Installation.at(tmp_path))
    assert found.cells.rows() == [("2026-06", "H26", "Hà Nội", "new")]


def test_files_in_a_wrong_place_are_told_with_the_cure(
    tmp_path: Path, reform_index: ReformIndex
) -> None:
    (tmp_path / "inbox" / "H26" / "thang-6").mkdir(parents=True)
    (tmp_path / "inbox" / "H26" / "dossiers.csv").write_text("x\n", encoding="utf-8")
    said = reform_index("status", "--home", tmp_path)
    assert said.status == 0
    assert said.out.splitlines()[1:] == [
        "not read, for the folder's name is not a month (rename the folder like 2026-10): "
        "inbox/H26/thang-6",
        "not read, for it lies outside a month's folder (move it to inbox/<sender>/<YYYY-MM>/): "
        "inbox/H26/dossiers.csv",
    ]


def test_an_empty_home_has_nothing(tmp_path: Path, reform_index: ReformIndex) -> None:
    said = reform_index("status", "--home", tmp_path)
    assert (said.status, said.out) == (0, f"nothing has arrived in {tmp_path}/inbox\n")


def test_status_changes_nothing(small_home: Path) -> None:
    def files() -> dict[Path, int]:
        return {path: path.lstat().st_mtime_ns for path in small_home.rglob("*")}

    before = files()
    read_status(Installation.at(small_home))
    assert files() == before


def test_a_database_that_is_away_is_told_before_a_run_meets_it(
    tmp_path: Path, reform_index: ReformIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "inbox").mkdir()
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", f"postgresql://u:s3cret@/reform?host={tmp_path}")
    said = reform_index("status", "--home", tmp_path)
    assert said.status == 0
    assert f"no month can be run now: the database that keeps the lock of {tmp_path}" in said.out
    assert "See that the server runs" in said.out
    assert "s3cret" not in said.out
