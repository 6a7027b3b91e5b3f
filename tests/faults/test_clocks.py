"""A clock that is set back, or that shows another zone, changes no edition and no verdict.

The library `libfaketime` (Debian: faketime) sets the clock of one command; without it the tests are
skipped.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
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
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    find_differences,
    read_published,
    read_register,
    read_states,
)

pytestmark = [pytest.mark.resilience, pytest.mark.slow]

COMMAND = "from assets.command_line.app import main; main()"
LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


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


def run_at(clock: str, zone: str, home: Path) -> Ended:
    """Runs the last month with another clock, in another zone of the machine."""
    if not LIBRARIES:
        pytest.skip("libfaketime is not installed (apt-get install faketime)")
    environment = os.environ | {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME": clock,
        # A wait has its own clock, which nobody sets.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
        "TZ": zone,
        "REFORM_INDEX_WAREHOUSE": "",
    }
    said = home.with_name("said-by-clock")
    # Into a file: Dagster's own helpers may keep a pipe open for longer than the command lives.
    with said.open("w") as errors, home.with_name("out").open("w") as output:
        status = subprocess.run(
            [sys.executable, "-c", COMMAND, *PUBLISH_LAST, "--home", str(home)],
            env=environment,
            stdout=output,
            stderr=errors,
            timeout=300,
            check=False,
        ).returncode
    return Ended(status, said.read_text(), 0)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_clock_that_was_set_back_a_day_changes_neither_edition_nor_state(
    zone: str, scene: Scene, tmp_path: Path, processes: ForkServerContext
) -> None:
    home = scene.copy(tmp_path / "home")
    ended = run_at("-1d", zone, home)
    assert ended.status == 0, ended.said
    assert ended.said == ""
    events = read_register(home)
    last = datetime.fromisoformat(events[-1]["at"])
    assert timedelta(hours=20) < datetime.now(UTC) - last < timedelta(hours=28)
    assert events[-1]["at"] < events[0]["at"]
    expect_nothing_half(home)
    expect_no_lost_row(home)
    assert find_differences(read_published(home), scene.published) == []
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
    assert find_differences(read_published(home), scene.published) == []


def test_a_run_that_is_alive_is_not_taken_for_dead_by_one_with_another_clock(
    scene: Scene, tmp_path: Path
) -> None:
    home = scene.copy(tmp_path / "home")
    with lock.hold_lock(Home.at(home), "run of somebody", 0):
        lock.show_sign_of_life(Home.at(home), "alive")
        try:
            for clock in ("-1d", "+1d"):
                ended = run_at(clock, "UTC", home)
                assert ended.status == 1
                assert "is held by run of somebody" in ended.said
                assert (home / "dagster" / "alive" / "alive").exists()
        finally:
            lock.remove_sign_of_life(Home.at(home), "alive")
