"""Three months of six senders: who was on time, late, corrected, refused, missing, withdrawn.

July has no due day. The files of August and September are due on the tenth of the month after.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from assets.command_line import status_table
from assets.command_line.printing import PlainConsole
from assets.command_line.status import Status, read_status
from assets.month.installation import Installation
from pipeline.archive import deliveries as register
from pipeline.editions import Editions

from ..conftest import run_job

pytestmark = pytest.mark.runs

JULY, AUGUST, SEPTEMBER = "2025-07", "2025-08", "2025-09"
SENDERS = {
    "T1": "always in time",
    "T2": "late with August",
    "T3": "corrects August",
    "T4": "takes August back",
    "T5": "is refused in August, and mends it",
    "T6": "sends nothing",
}
SETTINGS = 'due_day = {day}\nfirst_month = "2025-08"\n'


class Clock(datetime):
    """The clock of the register, which shows what the story says."""

    shown = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return cls.shown.astimezone(tz)  # type: ignore[arg-type]


@dataclass
class Story:
    """The home as it is in the end, and what was shown on the way."""

    home: Path
    told: list[dict[str, object]] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)

    def send(self, month: str, sender: str, numerator: int, name: str = "numerator") -> None:
        folder = self.home / "inbox" / sender / month
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figures.csv").write_text(
            f"unit_code,indicator,breakdown,month,{name},denominator\n"
            f"{sender},due_on_time,,{month},{numerator},100\n",
            "utf-8",
        )

    def run(self, month: str, day: str) -> None:
        Clock.shown = datetime.fromisoformat(f"{day}T09:00:00+07:00")
        result = run_job(self.home, month)
        (event,) = result.asset_materializations_for_node("bulletin")
        self.told.append({name: value.value for name, value in event.metadata.items()})
        self.statuses.append(read_status(Installation.at(self.home)))

    def page(self, month: str, number: int, path: str = "en/index.html") -> str:
        edition = self.home / "published" / "editions" / month / str(number)
        return (edition / path).read_text("utf-8")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    home = tmp_path_factory.mktemp("story")
    lines = [f"{code},Trung tâm {code},pilot" for code in SENDERS]
    (home / "agencies.csv").write_text("\n".join(["code,name_vi,kind", *lines, ""]), "utf-8")
    (home / "deliveries.toml").write_text(SETTINGS.format(day=10), "utf-8")
    told = Story(home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register, "datetime", Clock)
        # Before the due day.
        for sender in ("T1", "T2", "T3", "T4", "T5"):
            told.send(JULY, sender, 90)
        for sender in ("T1", "T3", "T4"):
            told.send(AUGUST, sender, 91)
        told.send(AUGUST, "T5", 91, name="tu_so")
        told.run(AUGUST, "2025-09-08")
        # After it.
        told.send(AUGUST, "T2", 92)
        told.send(AUGUST, "T3", 93)
        (home / "inbox" / "T4" / AUGUST / "figures.csv").unlink()
        told.run(AUGUST, "2025-09-15")
        # A month later.
        for sender in ("T1", "T2", "T3", "T4", "T5"):
            told.send(SEPTEMBER, sender, 94)
        told.send(AUGUST, "T5", 95)
        told.run(SEPTEMBER, "2025-10-09")
        # The due day is another one, and nothing else has changed.
        (home / "deliveries.toml").write_text(SETTINGS.format(day=20), "utf-8")
        told.run(SEPTEMBER, "2025-10-30")
    yield told


IN_TIME = {
    JULY: ["accepted"] * 5 + ["missing"],
    AUGUST: ["on_time", "missing", "on_time", "on_time", "refused", "missing"],
}
CORRECTED = IN_TIME | {
    AUGUST: ["on_time", "late", "corrected", "withdrawn", "refused", "missing"],
}
MONTH_LATER = IN_TIME | {
    AUGUST: ["on_time", "late", "corrected", "withdrawn", "late", "missing"],
    SEPTEMBER: ["on_time"] * 5 + ["missing"],
}
OTHER_DUE_DAY = MONTH_LATER | {
    AUGUST: ["on_time", "on_time", "corrected", "withdrawn", "late", "missing"],
}
IN_TURN = [IN_TIME, CORRECTED, MONTH_LATER, OTHER_DUE_DAY]


@pytest.mark.parametrize("run", range(4))
def test_the_command_line_tells_the_state_of_each_senders_month(story: Story, run: int) -> None:
    cells = story.statuses[run].cells.sort("month", "sender_code")
    states = {str(month): own["state"].to_list() for (month,), own in cells.group_by("month")}
    assert states == IN_TURN[run]


@pytest.mark.parametrize("run", range(4))
def test_the_ui_shows_the_same_as_a_table_of_months_and_senders(story: Story, run: int) -> None:
    table = story.told[run]["deliveries of the last months"]
    records = [record.data for record in table.records]  # type: ignore[attr-defined]
    assert [record["sender_code"] for record in records] == list(SENDERS)
    assert records[0]["sender_name"] == "Trung tâm T1"
    found = {month: [record[month] for record in records] for month in IN_TURN[run]}
    assert found == {
        month: [state.replace("_", " ") for state in states]
        for month, states in IN_TURN[run].items()
    }


def test_the_ui_says_why(story: Story) -> None:
    table = story.told[1]["why a delivery is late, corrected, refused, missing or withdrawn"]
    reasons = {
        (record.data["month"], record.data["sender_code"]): str(record.data["reason"])
        for record in table.records  # type: ignore[attr-defined]
    }
    assert re.fullmatch(
        r"the file [0-9a-f]{12} \(figures\) was received on 2025-09-15; it was due by 2025-09-10",
        reasons[AUGUST, "T2"],
    )
    assert re.fullmatch(
        r"the file [0-9a-f]{12} \(figures\), counted in edition 1, was replaced by [0-9a-f]{12} "
        r"on 2025-09-15",
        reasons[AUGUST, "T3"],
    )
    assert re.fullmatch(
        r"the file [0-9a-f]{12} \(figures\), counted in edition 1, was taken back on 2025-09-15",
        reasons[AUGUST, "T4"],
    )
    assert "numerator" in reasons[AUGUST, "T5"]
    assert reasons[AUGUST, "T6"].startswith(f"nothing was sent for {AUGUST}")
    assert list(reasons)[-1] == (JULY, "T6")


SIGNS = {
    "accepted": "✓",
    "on_time": "✓",
    "late": "◷late",
    "corrected": "↻corrected",
    "refused": "✗refused",
    "missing": "○missing",
    "withdrawn": "↩withdrawn",
}


def read_grid(page: str) -> list[list[str]]:
    """The text of each cell of the grid, row by row, with the months on top."""
    grid = page[page.index('id="delivery-states"') :].partition("</table>")[0]
    rows = grid.partition("<thead>")[2].split("<tr>")[1:]
    return [
        [unescape(re.sub(r"<[^>]*>|\s+", "", cell)) for cell in re.split(r"<t[hd][ >]", row)[1:]]
        for row in rows
    ]


@pytest.mark.parametrize(
    ("month", "number", "run"), [(AUGUST, 1, 0), (AUGUST, 2, 1), (SEPTEMBER, 1, 2)]
)
def test_the_page_of_an_edition_shows_what_was_known_then(
    story: Story, month: str, number: int, run: int
) -> None:
    head, *rows = read_grid(story.page(month, number).replace("<th>", "<th >"))
    expected = IN_TURN[run]
    months = [f"{month[5:]}/{month[:4]}" for month in expected]
    assert [cell.rpartition(">")[2] for cell in head[1:]] == months
    found = {
        each: [row[place].rpartition(">")[2] for row in rows]
        for place, each in enumerate(expected, 1)
    }
    assert found == {
        month: [SIGNS[state] for state in states] for month, states in expected.items()
    }


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("en/index.html", ("late</b>. the file", "counted in edition 1, was taken back on")),
        ("index.html", ("gửi muộn</b>. tệp", "hạn gửi là 10/09/2025", "rút lại ngày 15/09/2025")),
    ],
)
def test_the_page_says_why_in_both_languages_and_each_sign_leads_there(
    story: Story, path: str, words: tuple[str, ...]
) -> None:
    page = story.page(AUGUST, 2, path)
    for word in words:
        assert word in page
    links = re.findall(r'href="?#(delivery-\d+)', page)
    assert len(links) == len(set(links)) == 4
    for link in links:
        assert re.search(rf'id="?{link}[" >]', page)


def test_no_data_file_has_a_state_that_rests_on_when_a_file_was_received(story: Story) -> None:
    data = Editions(story.home / "published").data(SEPTEMBER) or {}
    for day in (b"2025-09-15", b"2025-10-09"):
        assert not [name for name, content in data.items() if day in content]
    statuses = pl.read_csv(data["data/deliveries.csv"])["status"]
    assert set(statuses) == {"accepted", "missing"}
    # Another due day changes what is shown of a run, and no edition.
    assert [run["edition"] for run in story.told] == [1, 2, 1, 1]
    assert [run["new edition"] for run in story.told] == [True, True, True, False]


def draw(status: Status, width: int) -> str:
    console = PlainConsole(width=width)
    console.file = StringIO()
    console.print(status_table.build_status_table(status, console))
    return console.file.getvalue()


def test_a_wide_terminal_has_words_and_a_narrow_one_signs_with_their_key(story: Story) -> None:
    wide, narrow = draw(story.statuses[2], 120), draw(story.statuses[2], 40)
    (row,) = [line for line in wide.splitlines() if "T4" in line]
    assert re.findall(r"✓|withdrawn", row) == ["✓", "withdrawn", "✓"]
    assert max(map(len, narrow.splitlines())) <= 40
    rows = [line.split() for line in narrow.splitlines() if re.match(r" *T\d", line)]
    assert ["".join(row[-3:]) for row in rows] == ["✓✓✓", "✓L✓", "✓C✓", "✓W✓", "✓L✓", "MMM"]
    key = "✓ on time, ✓ accepted, L late, C corrected, M missing, W withdrawn"
    assert " ".join(narrow.split()).endswith(key)


def test_the_command_line_says_why(story: Story) -> None:
    reasons = status_table.list_reasons(story.statuses[2])
    assert [reason.partition(":")[0] for reason in reasons] == [
        f"{AUGUST} T2 is late",
        f"{AUGUST} T3 is corrected",
        f"{AUGUST} T4 is withdrawn",
        f"{AUGUST} T5 is late",
    ]
    assert reasons[2].endswith("was taken back on 2025-09-15")
