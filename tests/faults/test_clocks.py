"""A clock that is set back, or that shows another zone, changes no edition and no verdict.

The clock is that of one process: what the program and Dagster ask for the time. libfaketime would
reach further, but with it Python's own `time.sleep` fails.
"""

import shutil
import sys
import time
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from assets.command_line.status import read_status
from assets.month import lock
from assets.month.installation import Installation
from pipeline.home import Home

from .commands import Ended, run_command
from .conftest import MONTHS, PUBLISH_LAST, Scene, make_scene
from .looks import (
    CHAIN,
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    find_differences,
    read_published,
    read_register,
    read_states,
)

pytestmark = [pytest.mark.runs, pytest.mark.slow]

DAY = 86_400.0


def set_clock(seconds: float) -> None:
    """Moves the clock of this process, of our modules and of Dagster's."""
    time.tzset()
    right = time.time

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Moved":
            return cls.fromtimestamp(right() + seconds, tz)

    time.time = lambda: right() + seconds
    for name, module in list(sys.modules.items()):
        is_ours = name.split(".")[0] in {"assets", "pipeline"} or name == "dagster._time"
        if is_ours and getattr(module, "datetime", None) is datetime:
            module.datetime = Moved  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def corrected(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published months, and since then a correction of the last one."""
    home = shutil.copytree(
        published_home, tmp_path_factory.mktemp("corrected") / "home", symlinks=True
    )
    sent = home / "inbox" / "T1" / MONTHS[-1] / "dossiers.csv"
    sent.write_text("".join(sent.read_text().splitlines(keepends=True)[:-5]))
    # Everything was received in time, as far as this is judged.
    due = 'due_day = 1\nfirst_month = "2100-01"\n'
    (home / "deliveries.toml").write_text(due)
    return home


@pytest.fixture(scope="module")
def scene(
    corrected: Path, tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext
) -> Scene:
    return make_scene(corrected, PUBLISH_LAST, tmp_path_factory.mktemp("clock"), processes)


def run_at(
    seconds: float, zone: str, home: Path, processes: ForkServerContext, *more: str
) -> Ended:
    """Runs the last month with a clock that is moved, in another zone of the machine."""
    return run_command(
        processes,
        (*PUBLISH_LAST, "--home", home, *more),
        home.with_name("said"),
        {"TZ": zone, "REFORM_INDEX_WAREHOUSE": ""},
        partial(set_clock, seconds),
    )


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_clock_that_was_set_back_a_day_changes_neither_edition_nor_state(
    zone: str, scene: Scene, tmp_path: Path, processes: ForkServerContext
) -> None:
    home = scene.copy(tmp_path / "home")
    ended = run_at(-DAY, zone, home, processes)
    assert ended.status == 0, ended.said
    events = read_register(home)
    last = datetime.fromisoformat(events[-1]["at"])
    assert timedelta(hours=20) < datetime.now(UTC) - last < timedelta(hours=28)
    assert events[-1]["at"] < events[0]["at"]
    expect_nothing_half(home)
    expect_no_lost_row(home)
    published = read_published(home)
    # The front page names the day on which a correction was received.
    edition = f"published/editions/{MONTHS[-1]}/2"
    fronts = {f"{edition}/{name}" for name in ("index.html", "en/index.html", "SHA256SUMS")}
    fronts.add(CHAIN)  # It has the SHA-256 of these sums.
    assert set(find_differences(published, scene.published)) <= fronts
    assert dump_warehouse(f"sqlite:///{home / 'warehouse.db'}") == scene.warehouse
    assert set(read_states(home)) == {"SUCCESS"}
    states = read_status(Installation(Home.at(home))).states.filter(month=MONTHS[-1])
    assert dict(states.select("sender_code", "state").iter_rows()) == {
        "T1": "corrected",
        "T2": "accepted",
    }
    # The clock is right again: nothing changes.
    again = run_command(
        processes,
        (*PUBLISH_LAST, "--home", home),
        tmp_path / "said",
        {"REFORM_INDEX_WAREHOUSE": ""},
    )
    assert "unchanged" in again.said
    assert find_differences(read_published(home), published) == []


def test_a_run_that_is_alive_is_not_taken_for_dead_by_one_with_another_clock(
    scene: Scene, tmp_path: Path, processes: ForkServerContext
) -> None:
    home = scene.copy(tmp_path / "home")
    with lock.hold_lock(Home.at(home), "run of somebody", 0):
        lock.show_sign_of_life(Home.at(home), "alive")
        try:
            for seconds in (-DAY, DAY):
                ended = run_at(seconds, "UTC", home, processes)
                assert ended.status == 1
                assert "is held by run of somebody" in ended.said
                assert (home / "dagster" / "alive" / "alive").exists()
        finally:
            lock.remove_sign_of_life(Home.at(home), "alive")
