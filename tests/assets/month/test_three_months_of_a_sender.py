"""Three months of one sender, followed by hand: what it sends, what is mended, what is said of it.

T1 writes a unit in two ways (June), gives a column another name and one day a wrong year's end
(July), and takes its file back (August). T2 sends figures, and nothing that T1 does changes them.
"""

import csv
import hashlib
import json
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest

from ..conftest import ReformIndex, Said

pytestmark = pytest.mark.runs

JUNE, JULY, AUGUST = "2026-06", "2026-07", "2026-08"
HEADER = "Mã,Đơn vị,Tình trạng,Nhận,Hẹn,Xong"
PROFILE = """
senders = ["T1"]
kind = "dossiers"
clock = "elapsed"
date_formats = ["%d/%m/%Y"]
[columns]
dossier_id = "Mã"
unit_code = "Đơn vị"
status = "Tình trạng"
received_at = "Nhận"
due_at = "Hẹn"
ended_at = "Xong"
[values.status]
"Xong" = "finished"
"""
VERSION = """
[[versions]]
valid_from = "2026-07"
columns.due_at = "Ngày hẹn"
"""
CORRECTION = """
sender = "T1"
month = "2026-07"
sha256 = "{sha256}"
reported_by = "Văn phòng T1"
reported_on = 2026-08-04
why = "the result was entered on another day"
[[rows]]
key = "D0005"
column = "ended_at"
from = "{sent}"
to = "{right}"
"""


class Home:
    """A home with two agencies, and what its commands and files say."""

    def __init__(self, root: Path, reform_index: ReformIndex) -> None:
        self.root, self._command = root, reform_index
        lines = ["T1,Trung tâm một,pilot,", "T2,Trung tâm hai,pilot,"]
        lines += ["T1.1,Phòng Hộ tịch,office,T1", "T1.2,Phòng Đất đai,office,T1"]
        self.write("agencies.csv", "\n".join(["code,name_vi,kind,parent_code", *lines, ""]))
        self.write("profiles/t1.toml", PROFILE)
        for month in (JUNE, JULY, AUGUST):
            figures = (
                f"unit_code,indicator,month,numerator,denominator\nT2,due_on_time,{month},90,100"
            )
            self.write(f"inbox/T2/{month}/figures.csv", f"{figures}\n")

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def send(self, month: str, header: str = HEADER, other_spelling: str = "Phòng Hộ tịch") -> Path:
        """Forty dossiers, due in the month: every fifth ends a day late, all others a day early.

        The first four are of the Phòng Hộ tịch in another spelling.
        """
        rows = []
        for number in range(1, 41):
            unit = "Phòng Đất đai" if number % 2 else "Phòng Hộ tịch"
            received = date.fromisoformat(f"{month}-01") + timedelta(days=number % 15)
            due = received + timedelta(days=10)
            ended = due + timedelta(days=-1 if number % 5 else 1)
            days = [f"{day:%d/%m/%Y}" for day in (received, due, ended)]
            unit = other_spelling if number <= 4 else unit
            rows.append(",".join([f"D{number:04}", unit, "Xong", *days]))
        return self.write(f"inbox/T1/{month}/dossiers.csv", "\n".join([header, *rows, ""]))

    def run(self, month: str) -> Said:
        said = self._command("run", "--month", month, "--home", self.root)
        self.check_that_nothing_changed_for_t2(month)
        return said

    def check_that_nothing_changed_for_t2(self, month: str) -> None:
        assert self.on_time("T2", month) == ("90", "100")

    def status(self) -> str:
        return self._command("status", "--home", self.root).out

    def rows(self, name: str, month: str) -> list[dict[str, str]]:
        path = self.root / "published" / month / "data" / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def on_time(self, unit: str, month: str) -> tuple[str, str] | None:
        """Dossiers of a unit that were due in the month, on time and all; None without a value."""
        found = [
            (row["numerator"], row["denominator"])
            for row in self.rows("indices", month)
            if (row["unit_code"], row["indicator"]) == (unit, "due_on_time")
        ]
        return found[0] if found else None

    def delivery(self, month: str) -> dict[str, str]:
        (row,) = (row for row in self.rows("deliveries", month) if row["sender_code"] == "T1")
        return row

    def page(self, month: str) -> str:
        return (self.root / "published" / month / "index.html").read_text("utf-8")

    def feedback(self, month: str) -> list[tuple[object, ...]] | None:
        """What T1 has to mend, a tuple a place; None where there is no feedback."""
        path = self.root / "feedback" / "T1" / f"{month}.xlsx"
        if not path.exists():
            return None
        sheet = openpyxl.load_workbook(path)["Cần sửa"]
        (table,) = sheet.tables.values()
        return [tuple(cell.value for cell in row) for row in sheet[table.ref]][1:]


@pytest.fixture
def home(tmp_path: Path, reform_index: ReformIndex) -> Home:
    return Home(tmp_path / "home", reform_index)


def test_three_months_of_a_sender(home: Home) -> None:
    follow_a_name_that_nobody_knows(home)
    sent = follow_a_layout_that_changed(home)
    follow_a_correction(home, sent)
    follow_a_withdrawal(home)
    # The grid has it all: what was mended counts, and what was taken back is gone.
    grid = [line.strip("│ ").split("│") for line in home.status().splitlines() if "│" in line]
    assert [[cell.strip() for cell in row] for row in grid] == [
        ["T1 Trung tâm một", "✓", "✓", "withdrawn"],
        ["T2 Trung tâm hai", "✓", "✓", "✓"],
    ]
    assert "2026-08 T1 is withdrawn: the file" in home.status()


def follow_a_name_that_nobody_knows(home: Home) -> None:
    """June: four rows name a unit as nobody knows it."""
    home.send(JUNE, other_spelling="Bộ phận một cửa")
    assert home.run(JUNE).status == 3
    assert (home.delivery(JUNE)["accepted"], home.delivery(JUNE)["rejected"]) == ("36", "4")
    feedback = home.feedback(JUNE)
    assert feedback is not None
    # The lines of the file; and of the whole month that 4 of 40 were rejected.
    assert [row[1] for row in feedback] == [2, 3, 4, 5, "cả tháng"]
    assert all(str(row[2]) == "Đơn vị (unit_code)" for row in feedback[:4])
    # Even numbers but 2 and 4 are of the Phòng Hộ tịch: 18, and 10, 20, 30 and 40 are late.
    assert home.on_time("T1.1", JUNE) == ("14", "18")

    # It is an alias of the Phòng Hộ tịch: now 22 dossiers are its own, the four of them on time.
    home.write("aliases.csv", "alias,code,sender\nBộ phận một cửa,T1.1,T1\n")
    said = home.run(JUNE)
    assert f"{JUNE}: edition 2 published" in said.out
    assert home.delivery(JUNE)["rejected"] == "0"
    assert home.feedback(JUNE) is None
    assert home.on_time("T1.1", JUNE) == ("18", "22")


def follow_a_layout_that_changed(home: Home) -> Path:
    """July: a column has another name. The file is refused with the difference."""
    sent = home.send(JULY, HEADER.replace("Hẹn", "Ngày hẹn"))
    assert home.run(JULY).status == 3
    assert home.delivery(JULY)["status"] == "refused"
    message = home.delivery(JULY)["message"]
    assert "the column 'Hẹn' (due_at) is not in the header" in message
    assert "'Hẹn' may now be 'Ngày hẹn', column 5" in message
    assert "có thể nay là" in home.page(JULY)
    feedback = home.feedback(JULY)
    assert feedback is not None
    assert "'Hẹn' có thể nay là 'Ngày hẹn', cột thứ 5" in str(feedback[0][4])
    assert home.on_time("T1", JULY) is None

    # The profile has a version for the new layout. June is read as before.
    home.write("profiles/t1.toml", PROFILE + VERSION)
    assert f"{JULY}: edition 2 published" in home.run(JULY).out
    assert home.feedback(JULY) is None
    # 8 of 40 are late.
    assert home.on_time("T1", JULY) == ("32", "40")
    assert home.on_time("T1.1", JUNE) == ("18", "22")

    return sent


def follow_a_correction(home: Home, sent: Path) -> None:
    """T1 reports that one of the late ones was not late, and cannot send July again."""
    (late,) = (line.split(",") for line in sent.read_text("utf-8").splitlines() if "D0005" in line)
    home.write(
        "corrections/2026-08.toml",
        CORRECTION.format(
            sha256=hashlib.sha256(sent.read_bytes()).hexdigest(), sent=late[5], right=late[4]
        ),
    )
    assert f"{JULY}: edition 3 published" in home.run(JULY).out
    assert home.on_time("T1", JULY) == ("33", "40")
    manifest = json.loads((home.root / "published" / JULY / "manifest.json").read_text("utf-8"))
    (correction,) = manifest["corrections"]
    assert correction["reported_by"] == "Văn phòng T1"
    assert "Văn phòng T1" in home.page(JULY)

    # A correction of what was never sent is refused by name, and so is the file it is about.
    text = (home.root / "corrections/2026-08.toml").read_text("utf-8")
    home.write("corrections/2026-08.toml", text.replace("D0005", "D0999"))
    assert home.run(JULY).status == 3
    assert "corrections/2026-08.toml" in home.delivery(JULY)["message"]
    home.write("corrections/2026-08.toml", text)
    assert f"{JULY}: edition 5 published" in home.run(JULY).out


def follow_a_withdrawal(home: Home) -> None:
    """August: T1 sends, and takes its file back."""
    sent = home.send(AUGUST, HEADER.replace("Hẹn", "Ngày hẹn"))
    assert home.run(AUGUST).status == 0
    assert home.on_time("T1", AUGUST) == ("32", "40")
    sent.unlink()
    said = home.run(AUGUST)
    assert f"{AUGUST}: withdrew what they had sent: T1 Trung tâm một" in said.out
    assert home.delivery(AUGUST)["status"] == "missing"
    assert home.on_time("T1", AUGUST) is None

    assert "đã rút lại" in home.page(AUGUST)
