"""What can pass is tried again; a fault of the data or of the program is not."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets import bulletin, dagster_home
from assets import definitions as code_location
from assets.definitions import build_definitions
from assets.month import lock, receive
from assets.month.lock import LockLostError
from assets.month.passing import can_pass
from assets.resources import RETRY_SECONDS, InstallationResource, report_killed_runs
from pipeline.archive import WithdrawalError
from pipeline.archive.withdrawals import InboxAwayError
from pipeline.editions import EditionError, Editions
from pipeline.home import Home
from pipeline.warehouse import Warehouse, WarehouseError

from ..conftest import LAST_MONTH, built_assets
from .conftest import Server

pytestmark = pytest.mark.runs

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(home: Path, instance: dg.DagsterInstance, waits: int = 3) -> dg.ExecuteInProcessResult:
    """Runs the month as the daemon does, without the long waits."""
    where = InstallationResource(home_folder=str(home))
    definitions = build_definitions(where, wait_seconds=0, retry_seconds=[0.01] * waits)
    return definitions.resolve_job_def("edition").execute_in_process(
        partition_key=LAST_MONTH, instance=instance, raise_on_error=False, run_config=QUIET
    )


def fail_at_first(
    monkeypatch: pytest.MonkeyPatch, place: object, name: str, *errors: Exception
) -> list[Exception]:
    """Lets a function raise each error once before it works; the errors that are left."""
    real: Callable[..., Any] = getattr(place, name)
    left = list(errors)

    def failing(*arguments: Any, **more: Any) -> Any:
        if left:
            raise left.pop(0)
        return real(*arguments, **more)

    monkeypatch.setattr(place, name, failing)
    return left


def restarts(result: dg.ExecuteInProcessResult) -> int:
    return sum(event.event_type_value == "STEP_RESTARTED" for event in result.all_events)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ESTALE, "stale"), True),
        (OSError(errno.EIO, "no answer"), True),
        (PermissionError(errno.EACCES, "not yours"), False),
        (OSError(errno.ENOSPC, "full"), False),
        (InboxAwayError("the inbox is missing"), True),
        (WithdrawalError("all files of 3 senders are gone"), False),
        (WarehouseError("away", can_pass=True), True),
        (WarehouseError("the URL cannot be read"), False),
        (ValueError("a fault of the program"), False),
    ],
)
def test_what_can_pass(error: Exception, expected: bool) -> None:
    assert can_pass(error) is expected
    outer = EditionError("cannot be written")
    outer.__cause__ = error
    assert can_pass(outer) is expected


def test_a_database_that_is_away_can_pass_and_what_it_refuses_cannot(database: str) -> None:
    with pytest.raises(WarehouseError) as raised:
        Warehouse(database.replace("host=", "host=/nowhere")).migrate()
    assert raised.value.can_pass
    with pytest.raises(WarehouseError) as raised:
        Warehouse("s3cret")
    assert not raised.value.can_pass


def test_a_share_that_is_away_is_waited_for(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = InboxAwayError("the inbox is missing")
    left = fail_at_first(monkeypatch, receive, "receive_exports", away, away)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(pilot_home, instance)
        assert result.success
        assert restarts(result) == 2
        said = [entry.user_message for entry in instance.all_logs(result.run_id)]
        assert "tried again in 0 s: the inbox is missing" in said
    assert not left


def test_a_database_that_is_away_when_it_is_filled_is_waited_for_and_one_edition_is_published(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = WarehouseError("the warehouse is away", can_pass=True)
    fail_at_first(monkeypatch, bulletin, "fill_warehouse", away, away, away)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(pilot_home, instance)
        assert result.success
        assert restarts(result) == 3
        assert built_assets(result).count("bulletin") == 1
    assert Editions(pilot_home / "published").kept_numbers(LAST_MONTH) == [1]


@pytest.mark.parametrize("waits", [2, 0])
def test_what_does_not_pass_fails_in_the_end_with_its_own_error(
    pilot_home: Path, monkeypatch: pytest.MonkeyPatch, waits: int
) -> None:
    away = OSError(errno.ESTALE, "stale file handle")
    fail_at_first(monkeypatch, receive, "receive_exports", *[away] * 9)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(pilot_home, instance, waits)
    assert not result.success
    assert restarts(result) == waits
    error = result.failure_data_for_node("exports")
    assert error is not None
    assert "stale file handle" in str(error.error)


def test_a_fault_of_the_data_is_never_tried_again(pilot_home: Path) -> None:
    (pilot_home / "inbox" / "T1" / LAST_MONTH / "figures.csv").write_text("a\n1\n")
    with dagster_home.open_instance(Home.at(pilot_home)) as instance:
        result = run(pilot_home, instance)
        assert not result.success
        assert restarts(result) == 0
        failed = instance.get_run_by_id(result.run_id)
        assert failed is not None
        assert failed.tags.get("dagster/will_retry") != "true"


def test_a_run_whose_lock_was_lost_is_run_again_as_a_whole(
    pilot_home: Path, database: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORM_INDEX_WAREHOUSE", database)
    real = receive.receive_exports

    def cut(*arguments: Any) -> Any:
        server.end_connections(database)
        return real(*arguments)

    monkeypatch.setattr(receive, "receive_exports", cut)
    home = Home.at(pilot_home)
    with dagster_home.open_instance(home) as instance:
        result = run(pilot_home, instance)
        assert not result.success
        assert restarts(result) == 0
        assert Editions(home.published).in_force(LAST_MONTH) is None
        failed = instance.get_run_by_id(result.run_id)
        assert failed is not None
        assert failed.tags["dagster/will_retry"] == "true"
        monkeypatch.setattr(receive, "receive_exports", real)
        assert run(pilot_home, instance).success
    assert Editions(home.published).in_force(LAST_MONTH) == 1
    assert lock._held == {}


def test_a_run_that_was_killed_is_run_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_BIRTH_SECONDS", 0)
    home = Home.at(tmp_path)
    with dagster_home.open_instance(home) as instance:
        killed = instance.create_run_for_job(
            dg.job(name="killed")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
        assert report_killed_runs(instance, home) == [killed.run_id]
        found = instance.get_run_by_id(killed.run_id)
        assert found is not None
        assert found.tags["dagster/will_retry"] == "true"


def test_the_daemon_tries_again_and_a_command_does_not() -> None:
    of_daemon, of_command = code_location.definitions(), build_definitions()
    assert (of_daemon.resources or {})["home"].retry_seconds == list(RETRY_SECONDS)
    assert (of_command.resources or {})["home"].retry_seconds == []


def test_a_lock_that_was_lost_is_plain(pilot_home: Path) -> None:
    assert not can_pass(LockLostError("another attempt in the same run would not hold it"))
