"""When months are asked for: by the calendar, and by what lies in the inbox."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from assets.automation import inbox_sensor
from assets.definitions import build_definitions
from assets.month.installation import Installation
from assets.month.receive import receive_exports
from assets.resources import InstallationResource
from pipeline import months

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
DEFINITIONS = build_definitions(InstallationResource(home_folder="a home that is not needed"))
MONTH, NEXT_MONTH = "2026-05", "2026-06"


class Inbox:
    """An inbox, and the sensor that looks into it and remembers by its cursor alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.cursor: str | None = None

    def put(self, content: str, month: str = MONTH, name: str = "dossiers.csv") -> Path:
        path = self.root / "inbox" / "H01" / month / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def tick(self) -> list[str]:
        """The months that one tick requests."""
        requested, _, self.cursor = self.look()
        return requested

    def look(self) -> tuple[list[str], str, str | None]:
        """What one tick requests, why it requests nothing, and the cursor after it."""
        with dg.build_sensor_context(
            cursor=self.cursor,
            definitions=DEFINITIONS,
            resources={"where": InstallationResource(home_folder=str(self.root))},
        ) as context:
            data = inbox_sensor.evaluate_tick(context)
        requests = data.run_requests or []
        assert all(request.run_key is None for request in requests)
        return [str(each.partition_key) for each in requests], data.skip_message or "", data.cursor

    def receive(self) -> None:
        """Notes in the archive what lies in the inbox, as a run does."""
        receive_exports(Installation.at(self.root), MONTH)

    def ticks(self, count: int) -> list[list[str]]:
        return [self.tick() for _ in range(count)]


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def schedule() -> dg.ScheduleDefinition:
    return DEFINITIONS.resolve_schedule_def("monthly")


def test_the_schedule_ticks_on_the_12th_at_six_in_hanoi() -> None:
    assert schedule().cron_schedule == "0 6 12 * *"
    assert schedule().execution_timezone == "Asia/Ho_Chi_Minh"


@pytest.mark.parametrize(
    ("ticked_on", "month"),
    [
        (datetime(2026, 11, 12, 6, tzinfo=HANOI), "2026-10"),
        (datetime(2026, 1, 12, 6, tzinfo=HANOI), "2025-12"),
    ],
)
def test_a_tick_asks_for_the_month_before(ticked_on: datetime, month: str) -> None:
    context = dg.build_schedule_context(scheduled_execution_time=ticked_on)
    (request,) = schedule().evaluate_tick(context).run_requests or []
    assert request.partition_key == month


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (datetime(2026, 10, 31, 23, 59, 59, tzinfo=HANOI), "2026-09"),
        (datetime(2026, 11, 1, 0, 0, tzinfo=HANOI), "2026-10"),
        # 17:00 of the 31st in UTC: the month is over in Hanoi seven hours before it is there.
        (datetime(2026, 10, 31, 17, 0, tzinfo=ZoneInfo("UTC")), "2026-10"),
    ],
)
def test_a_month_is_over_when_it_is_over_in_hanoi(now: datetime, last: str) -> None:
    with dg.partition_loading_context(effective_dt=now):
        assert InstallationResource().finished_months()[-1] == last


def test_a_file_is_asked_for_on_the_second_tick_that_finds_it_the_same(inbox: Inbox) -> None:
    inbox.put("A")
    assert inbox.ticks(4) == [[], [MONTH], [], []]


def test_a_file_that_still_grows_waits(inbox: Inbox) -> None:
    inbox.put("A")
    assert inbox.tick() == []
    inbox.put("A and more")
    assert inbox.tick() == []
    inbox.put("A and more, and complete")
    assert inbox.ticks(3) == [[], [MONTH], []]


@pytest.mark.parametrize("name", [".dossiers.csv", "dossiers.csv.part", "dossiers.csv.tmp"])
def test_a_file_with_the_name_of_a_half_copied_one_is_not_looked_at(
    inbox: Inbox, name: str
) -> None:
    inbox.put("A", name=name)
    assert inbox.ticks(3) == [[], [], []]


def test_content_that_goes_and_comes_back_is_asked_for_each_time(inbox: Inbox) -> None:
    asked = []
    for content in ("A", "B", "A"):
        inbox.put(content)
        asked += inbox.ticks(3)
    assert asked == [[], [MONTH], []] * 3


def test_a_file_that_is_touched_and_not_changed_asks_for_nothing(inbox: Inbox) -> None:
    path = inbox.put("A")
    inbox.ticks(2)
    os.utime(path, (1, 1))
    assert inbox.ticks(3) == [[], [], []]


def test_a_file_that_is_removed_asks_for_its_month(inbox: Inbox) -> None:
    inbox.put("A")
    path = inbox.put("B", name="dossiers-2.csv")
    inbox.ticks(2)
    path.unlink()
    assert inbox.ticks(3) == [[], [MONTH], []]


def test_a_month_whose_last_file_is_removed_is_asked_for(inbox: Inbox) -> None:
    path = inbox.put("A")
    inbox.ticks(2)
    path.unlink()
    path.parent.rmdir()
    assert inbox.ticks(3) == [[], [MONTH], []]


def lose_the_inbox(inbox: Inbox) -> None:
    (inbox.root / "inbox").rename(inbox.root / "not mounted")


def lose_a_sender(inbox: Inbox) -> None:
    (inbox.root / "inbox" / "H01").rename(inbox.root / "not mounted")


def lose_what_a_link_leads_to(inbox: Inbox) -> None:
    inbox.put("A").unlink()
    (inbox.root / "inbox" / "H01" / MONTH / "dossiers.csv").symlink_to("nowhere")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lose_the_inbox, "/inbox is missing"),
        (lose_a_sender, "/inbox is empty"),
        (lose_what_a_link_leads_to, "/dossiers.csv is a link that leads nowhere"),
    ],
)
def test_an_inbox_that_is_not_what_it_was_asks_for_nothing_and_is_forgotten_once_it_is_back(
    inbox: Inbox, fault: Callable[[Inbox], None], words: str
) -> None:
    inbox.put("A")
    inbox.put("B", month=NEXT_MONTH)
    inbox.ticks(2)
    inbox.receive()
    seen = inbox.cursor
    fault(inbox)
    for _ in range(3):
        requested, reason, cursor = inbox.look()
        assert words in reason
        assert (requested, cursor) == ([], seen)
    shutil.rmtree(inbox.root / "inbox", ignore_errors=True)
    inbox.put("A")
    inbox.put("B", month=NEXT_MONTH)
    assert inbox.ticks(3) == [[], [], []]


def test_a_new_month_asks_for_itself_and_for_no_other(inbox: Inbox) -> None:
    inbox.put("A")
    inbox.ticks(2)
    inbox.put("B", month=NEXT_MONTH)
    assert inbox.ticks(3) == [[], [NEXT_MONTH], []]


def test_several_months_are_asked_for_oldest_first(inbox: Inbox) -> None:
    inbox.put("B", month=NEXT_MONTH)
    inbox.put("A")
    assert inbox.ticks(2) == [[], [MONTH, NEXT_MONTH]]


def test_a_month_that_is_not_over_waits_until_it_is(inbox: Inbox) -> None:
    running = months.shifted(InstallationResource().finished_months()[-1], 1)
    inbox.put("A", month=running)
    inbox.put("A", month=InstallationResource().finished_months()[-1])
    assert inbox.ticks(2) == [[], [InstallationResource().finished_months()[-1]]]


def test_a_folder_without_files_asks_for_nothing(inbox: Inbox) -> None:
    inbox.put("A").unlink()
    assert inbox.ticks(3) == [[], [], []]


def test_a_folder_that_is_not_a_month_is_passed_over(inbox: Inbox) -> None:
    inbox.put("A", month="2026-5")
    inbox.put("A", month="May")
    assert inbox.ticks(3) == [[], [], []]


def test_what_was_seen_survives_a_restart_and_the_loss_of_the_store(inbox: Inbox) -> None:
    inbox.put("A")
    inbox.ticks(2)
    restarted = Inbox(inbox.root)
    restarted.cursor = inbox.cursor
    (inbox.root / "store" / "digests.json").unlink()
    assert restarted.ticks(2) == [[], []]
    restarted.put("B")
    assert restarted.ticks(2) == [[], [MONTH]]
