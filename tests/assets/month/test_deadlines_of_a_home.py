"""From an export to its counts, by the method's deadlines and a calendar of the home."""

from pathlib import Path

import pytest

from assets.month import deliveries, receive
from assets.month.installation import Installation
from pipeline import methods

METHOD = Path(methods.__file__).parent / "reform-index.toml"
PROFILE = Path(methods.__file__).parents[1] / "profiles" / "national-sync-dossiers.toml"
MONTH = "2026-10"
HEADER = (
    "MaHoSo,DonViXuLy,TrangThaiHoSo,NgayTiepNhan,NgayHenTra,NgayKetThucXuLy,NgayYeuCauBoSung,"
    "NgayTiepNhanBoSung"
)
# Allowed are the 8 hours of Monday 5; asked on that day at 9, complete on Wednesday 7 at 8, and
# finished on Thursday 8 at 15:30.
ROW = "1,H26,9,20261005080000,20261005170000,20261008153000,20261005090000,20261007080000"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "H26" / MONTH
    folder.mkdir(parents=True)
    (folder / "dossiers.csv").write_text(f"{HEADER}\n{ROW}\n", encoding="utf-8")
    return tmp_path


def with_method(home: Path, **settings: str) -> None:
    text = METHOD.read_text(encoding="utf-8")
    for key, value in settings.items():
        lines = [f'{key} = "{value}"' if x.startswith(key) else x for x in text.splitlines()]
        text = "\n".join(lines)
    (home / "methods").mkdir(exist_ok=True)
    (home / "methods" / "reform-index.toml").write_text(text, encoding="utf-8")


def with_calendar(home: Path, days: str) -> None:
    """An own calendar, and the sender's own profile that names it."""
    (home / "calendars").mkdir(exist_ok=True)
    (home / "calendars" / "south.toml").write_text(days, encoding="utf-8")
    text = PROFILE.read_text(encoding="utf-8").replace('"*"', '"H26"')
    (home / "profiles").mkdir(exist_ok=True)
    own = text.replace("clock =", 'calendar = "south"\nclock =')
    (home / "profiles" / "own.toml").write_text(own, encoding="utf-8")


def counted(home: Path) -> tuple[tuple[str, str | None, str], bool]:
    """Outcome, verdict and rule of the only dossier, by the rule of our own index; and whether it
    was counted just now.
    """
    installation = Installation.at(home)
    inputs = receive.receive_exports(installation, MONTH)
    deliveries.record_pending(inputs)
    is_new = bool(deliveries.tally_pending(inputs).recomputed)
    deliveries.merge_pending(inputs)
    cells = inputs.cells.by_deadline_rule(inputs.method.deadline_rule).outcomes.collect()
    assert cells["dossiers"].to_list() == [1]
    return cells.select("outcome", "verdict", "deadline_rule").row(0), is_new


def test_a_delivery_is_counted_anew_when_the_method_reads_other_deadlines(home: Path) -> None:
    as_sent = ("finished_overdue", "late", "as_sent/instant")
    assert counted(home) == (as_sent, True)
    assert counted(home) == (as_sent, False)
    # Anew from Wednesday 7, 8:00: due at 17:00 on that day.
    with_method(home, clock_rule="restart")
    assert counted(home) == (("finished_overdue", "late", "restart/instant"), True)
    # Waited: 7 hours of Monday and 8 of Tuesday, so that it is due on Wednesday at 16:00.
    with_method(home, clock_rule="subtract", deadline_grain="day")
    assert counted(home) == (("finished_overdue", "late", "subtract/day"), True)


def test_a_delivery_is_counted_anew_when_its_own_calendar_changes(home: Path) -> None:
    with_method(home, clock_rule="restart", deadline_grain="day")
    day = '[[days]]\ndate = 2026-10-{}\nkind = "holiday"\nname = "Ngày truyền thống"\n'
    with_calendar(home, day.format("12"))
    assert counted(home) == (("finished_overdue", "late", "restart/day"), True)
    # With Wednesday 7 off, the 8 hours are those of Thursday 8.
    with_calendar(home, day.format("07"))
    assert counted(home) == (("finished_on_due_date", "on_time", "restart/day"), True)
    assert not counted(home)[1]
