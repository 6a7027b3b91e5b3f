"""One run at a time in a home, and the truth about runs that were killed."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import dagster as dg
import pytest

from assets import dagster_home
from assets.command_line.run import run_month
from assets.month import lock
from assets.month.installation import Installation
from assets.month.lock import HomeIsBusyError
from assets.resources import report_killed_runs
from pipeline.home import Home

MONTH = "2026-06"
PATIENCE_SECONDS = 60

HOLDING = """
import sys, time
from assets.month import lock
from pipeline.home import Home
with lock.hold_lock(Home.at(sys.argv[1]), "run of somebody", 0):
    print("held", flush=True)
    time.sleep(600)
"""
RUNNING = """
import sys
from assets.month.installation import Installation
from assets.command_line.run import run_month
run_month(Installation.at(sys.argv[1]), sys.argv[2], wait_seconds=600)
"""
UNDER_WAY = dg.RunsFilter(
    statuses=[
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which nothing has run; a run waits at its lock, so nothing need be sent."""
    return Home.at(tmp_path)


class Start(Protocol):
    """Starts Python on a text in a process of its own, which does not outlive the test."""

    def __call__(self, text: str, *arguments: str) -> subprocess.Popen[str]: ...


@pytest.fixture
def started() -> Iterator[Start]:
    processes: list[subprocess.Popen[str]] = []

    def start(text: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", text, *arguments]
        processes.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


def test_a_second_run_ends_naming_who_holds_the_home(home: Home) -> None:
    named = r"run of somebody \(process \d+ on .+ since 20"
    with (
        lock.hold_lock(home, "run of somebody", 0),
        pytest.raises(HomeIsBusyError, match=named),
        lock.hold_lock(home, "second", 0),
    ):
        pytest.fail("both hold the home")


def test_a_month_that_finds_the_home_held_ends_naming_the_holder_too(home: Home) -> None:
    with (
        lock.hold_lock(home, "run of somebody", 0),
        pytest.raises(HomeIsBusyError, match="run of somebody"),
    ):
        run_month(Installation(home), MONTH)
    with dagster_home.open_instance(home) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.FAILURE]


def test_a_second_run_waits_as_long_as_it_is_told(home: Home) -> None:
    has_it, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with lock.hold_lock(home, "first", 0):
            has_it.set()
            let_go.wait(PATIENCE_SECONDS)

    first = threading.Thread(target=hold)
    first.start()
    has_it.wait(PATIENCE_SECONDS)
    threading.Timer(0.3, let_go.set).start()
    with lock.hold_lock(home, "second", PATIENCE_SECONDS):
        assert let_go.is_set()
        assert '"second"' in (home.root / ".lock.holder").read_text()
    first.join()


def test_the_home_is_free_after_a_run_that_failed(home: Home) -> None:
    with pytest.raises(ZeroDivisionError), lock.hold_lock(home, "first", 0):
        _ = 1 / 0
    assert not (home.root / ".lock.holder").exists()
    with lock.hold_lock(home, "second", 0):
        pass


def test_a_holder_that_is_killed_lets_the_home_go(home: Home, started: Start) -> None:
    holder = started(HOLDING, str(home.root))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with (
        pytest.raises(HomeIsBusyError, match=f"process {holder.pid} "),
        lock.hold_lock(home, "second", 0),
    ):
        pytest.fail("both hold the home")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with lock.hold_lock(home, "second", 0):
        assert '"second"' in (home.root / ".lock.holder").read_text()


def test_a_run_that_waits_is_alive_and_one_that_was_killed_is_reported(
    home: Home, started: Start
) -> None:
    with dagster_home.open_instance(home) as instance:
        with lock.hold_lock(home, "first", 0):
            waiting = started(RUNNING, str(home.root), MONTH)
            wait_for(lambda: instance.get_runs_count(UNDER_WAY) == 1)
            (run,) = instance.get_runs(UNDER_WAY)
            assert report_killed_runs(instance, home) == []
            waiting.send_signal(signal.SIGKILL)
            waiting.wait()
            # Left to itself Dagster believes that it goes on, and its queue of one would hang.
            assert instance.get_runs_count(UNDER_WAY) == 1
            assert report_killed_runs(instance, home) == [run.run_id]
        reported = instance.get_run_by_id(run.run_id)
        assert reported is not None
        assert reported.status == dg.DagsterRunStatus.FAILURE
        assert instance.get_runs_count(UNDER_WAY) == 0
        assert report_killed_runs(instance, home) == []


def date_back(home: Home, column: str) -> None:
    """Moves a time that Dagster noted of its runs an hour into the past."""
    with sqlite3.connect(home.dagster / "history" / "runs.db") as connection:
        connection.execute(f"UPDATE runs SET {column} = datetime({column}, '-1 hour')")


def test_a_run_is_given_time_to_show_life_from_its_launch_not_from_its_place_in_the_queue(
    home: Home,
) -> None:
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(dg.job(name="launched")(lambda: None))
        launched = dg.DagsterEvent(dg.DagsterEventType.PIPELINE_STARTING.value, "launched")
        instance.report_dagster_event(launched, run.run_id)
        date_back(home, "create_timestamp")
        assert instance.get_runs_count(UNDER_WAY) == 1
        assert report_killed_runs(instance, home) == []
        date_back(home, "update_timestamp")
        assert report_killed_runs(instance, home) == [run.run_id]


def test_a_run_that_was_killed_before_dagster_started_it_is_reported_too(home: Home) -> None:
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(dg.job(name="created")(lambda: None))
        (home.dagster / "alive").mkdir()
        (home.dagster / "alive" / run.run_id).touch()
        assert lock.has_killed_runs(home)
        assert report_killed_runs(instance, home) == [run.run_id]
        reported = instance.get_run_by_id(run.run_id)
        assert reported is not None
        assert reported.status == dg.DagsterRunStatus.FAILURE
    assert not lock.has_killed_runs(home)


def test_a_run_that_shows_life_may_take_as_long_as_it_likes(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_BIRTH_SECONDS", 0)
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(
            dg.job(name="launched")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
        lock.show_sign_of_life(home, run.run_id)
        assert report_killed_runs(instance, home) == []
        lock.remove_sign_of_life(home, run.run_id)
        assert report_killed_runs(instance, home) == [run.run_id]


def test_dagster_runs_one_month_at_a_time_and_sends_no_telemetry(home: Home) -> None:
    with dagster_home.open_instance(home) as instance:
        assert instance.telemetry_enabled is False
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 1
    settings = (home.dagster / "dagster.yaml").read_text()
    assert "telemetry:\n  enabled: false\n" in settings


def test_settings_that_an_administrator_changed_are_kept(home: Home) -> None:
    dagster_home.write_settings(home)
    settings = home.dagster / "dagster.yaml"
    settings.write_text("telemetry:\n  enabled: false\n# ours\n")
    dagster_home.write_settings(home)
    assert settings.read_text().endswith("# ours\n")
