"""One run at a time where several machines share a home and a database."""

import shutil
import signal
import time
from pathlib import Path

import dagster as dg
import filelock
import pytest
from sqlalchemy import create_engine, text

from assets import dagster_home
from assets.month import home_identity, lock
from assets.month.lock import HomeIsBusyError, LockLostError, LockUnavailableError
from assets.resources import report_killed_runs
from pipeline.editions import Editions
from pipeline.home import Home, HomeError
from pipeline.warehouse import advisory_locks
from pipeline.warehouse.connection import WarehouseError

from .conftest import PASSWORD, Server, StartElsewhere, read_line

HOLDING = """
with lock.hold_lock(Home.at(sys.argv[1]), "run of somebody", 0, sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""
TRYING = """
try:
    with lock.hold_lock(Home.at(sys.argv[1]), "second", float(sys.argv[3]), sys.argv[2]):
        print("held", flush=True)
except lock.HomeIsBusyError as error:
    print(error, flush=True)
"""
LIVING = """
lock.show_sign_of_life(Home.at(sys.argv[1]), sys.argv[3], 0, sys.argv[2])
print("alive", flush=True)
time.sleep(600)
"""


class NoLock:
    """A lock of a file that does not hold, as over a network share."""

    def __init__(self, path: Path) -> None:
        path.touch()

    def acquire(self, timeout: float = 0) -> "NoLock":
        return self

    def release(self) -> None:
        """Nothing was held."""

    def __enter__(self) -> None:
        """Nothing is held."""

    def __exit__(self, *_: object) -> None:
        """Nothing was held."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home on a network share."""
    monkeypatch.setattr(filelock, "FileLock", NoLock)
    (tmp_path / "home").mkdir()
    return Home.at(tmp_path / "home")


def test_a_second_machine_ends_naming_who_holds_the_home(
    home: Home, database: str, start_elsewhere: StartElsewhere
) -> None:
    holder = start_elsewhere(HOLDING, home.root, database)
    assert read_line(holder) == "held"
    named = rf"held by run of somebody \(process {holder.pid} on .+ since 20"
    with (
        pytest.raises(HomeIsBusyError, match=named),
        lock.hold_lock(home, "second", 0, database),
    ):
        pytest.fail("both hold the home")


def test_without_the_database_a_lock_of_a_file_would_not_hold_there(
    home: Home, start_elsewhere: StartElsewhere
) -> None:
    # So the tests of this module would fail without it.
    assert read_line(start_elsewhere(HOLDING, home.root, "")) == "held"
    with lock.hold_lock(home, "second", 0):
        pass


def test_a_machine_that_is_off_lets_the_home_go_to_the_one_that_waits(
    home: Home, database: str, start_elsewhere: StartElsewhere
) -> None:
    holder = start_elsewhere(HOLDING, home.root, database)
    assert read_line(holder) == "held"
    waiting = start_elsewhere(TRYING, home.root, database, "60")
    time.sleep(0.5)
    assert waiting.poll() is None
    holder.send_signal(signal.SIGKILL)
    assert read_line(waiting) == "held"


def test_the_same_home_under_two_paths_has_one_lock_and_two_homes_have_two(
    home: Home, database: str, tmp_path: Path, start_elsewhere: StartElsewhere
) -> None:
    with lock.hold_lock(home, "first", 0, database):
        (tmp_path / "mounted elsewhere").mkdir()
        shutil.copy(home.identity, tmp_path / "mounted elsewhere")
        (tmp_path / "other").mkdir()
        same = start_elsewhere(TRYING, tmp_path / "mounted elsewhere", database, "0")
        other = start_elsewhere(TRYING, tmp_path / "other", database, "0")
        assert "mounted elsewhere is held by" in read_line(same)
        assert read_line(other) == "held"


def test_two_machines_that_make_the_identity_at_once_agree_on_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = home_identity.os.link

    def slow(source: Path, target: Path) -> None:
        other = home.root / ".other"
        other.write_text("0123456789abcdef" * 2 + "\n")
        other.rename(target)
        real(source, target)

    monkeypatch.setattr(home_identity.os, "link", slow)
    assert home_identity.read_identity(home) == "0123456789abcdef" * 2
    assert [path.name for path in home.root.iterdir()] == [".identity"]
    home.identity.write_text("changed")
    with pytest.raises(HomeError, match="is not as it was made"):
        home_identity.read_identity(home)


def test_a_share_without_hard_links_has_an_identity_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Path) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(home_identity.os, "link", refuse)
    made = home_identity.read_identity(home)
    assert home_identity.read_identity(home) == made
    assert [path.name for path in home.root.iterdir()] == [".identity"]


def test_a_lock_that_was_not_had_leaves_no_connection_behind(
    home: Home, database: str, server: Server, start_elsewhere: StartElsewhere
) -> None:
    assert read_line(start_elsewhere(HOLDING, home.root, database)) == "held"
    for _ in range(3):
        with pytest.raises(HomeIsBusyError), lock.hold_lock(home, "second", 0, database):
            pytest.fail("both hold the home")
    engine = create_engine(server.url)
    name = database.partition("?")[0].rpartition("/")[2]
    count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
    with engine.connect() as connection:
        assert connection.scalar(count, {"name": name}) == 1
    engine.dispose()


def test_a_connection_that_is_lost_is_noticed_before_the_commit_point(
    home: Home, database: str, server: Server, start_elsewhere: StartElsewhere
) -> None:
    editions = Editions(home.published)
    with lock.hold_lock(home, "first", 0, database):
        lock.check_held(home)
        server.end_connections(database)
        # Another machine takes the home meanwhile, and publishes.
        holder = start_elsewhere(HOLDING, home.root, database)
        assert read_line(holder) == "held"
        editions.publish("2026-10", 1, {"data/a": b"theirs"})
        with pytest.raises(LockLostError, match="another run may hold it now"):
            editions.publish(
                "2026-10", 2, {"data/a": b"ours"}, check_alone=lambda: lock.check_held(home)
            )
    assert editions.in_force("2026-10") == 1
    # The other one is still named.
    with (
        pytest.raises(HomeIsBusyError, match="run of somebody"),
        lock.hold_lock(home, "third", 0, database),
    ):
        pytest.fail("both hold the home")


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_lock_that_is_lost_while_an_edition_is_written_leaves_the_one_of_another_run(
    home: Home, step: int
) -> None:
    editions = Editions(home.published)
    editions.publish("2026-10", 1, {"data/a": b"1"})
    calls = []

    def check() -> None:
        calls.append(step)
        if len(calls) == step:
            if step < 3:  # the other run was quicker
                editions.publish("2026-10", 2, {"data/a": b"theirs"})
            raise LockLostError("lost")

    with pytest.raises(LockLostError):
        editions.publish("2026-10", 2, {"data/a": b"ours"}, check_alone=check)
    assert editions.in_force("2026-10") == (2 if step < 3 else 1)
    assert editions.find_altered("2026-10") == {}


def test_a_database_that_is_away_is_waited_for_and_then_named_without_the_password(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_ASK_AGAIN_SECONDS", 0.1)
    away = database.replace("host=", "host=/nowhere")
    begun = time.monotonic()
    with pytest.raises(LockUnavailableError, match="so nothing was run") as raised:
        lock.show_sign_of_life(home, "run", 0.5, away)
    assert time.monotonic() - begun >= 0.5
    with (
        pytest.raises(LockUnavailableError),
        lock.hold_lock(home, "first", 0, away),
    ):
        pytest.fail("no lock was taken")
    assert PASSWORD not in str(raised.value)
    assert not list((home.dagster / "alive").iterdir())


def test_a_database_that_comes_back_ends_the_wait(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_ASK_AGAIN_SECONDS", 0.1)
    real, answers = advisory_locks.make_engine, iter([None, None])

    def make_engine(url: object) -> object:
        if next(answers, "up") is None:
            url = url.update_query_dict({"host": "/nowhere"})  # type: ignore[attr-defined]
        return real(url)  # type: ignore[arg-type]

    monkeypatch.setattr(advisory_locks, "make_engine", make_engine)
    with lock.hold_lock(home, "first", 30, database):
        lock.check_held(home)


def test_a_run_of_another_machine_is_alive_until_it_is_killed(
    home: Home,
    database: str,
    start_elsewhere: StartElsewhere,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lock, "_BIRTH_SECONDS", 0)
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(
            dg.job(name="elsewhere")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
        living = start_elsewhere(LIVING, home.root, database, run.run_id)
        assert read_line(living) == "alive"
        with lock.hold_lock(home, "first", 0, database):
            assert report_killed_runs(instance, home, database) == []
            assert not lock.has_killed_runs(home, database)
            # A database that does not answer says nothing of who is dead.
            away = database.replace("host=", "host=/nowhere")
            assert report_killed_runs(instance, home, away) == []
            living.send_signal(signal.SIGKILL)
            living.wait()
            deadline = time.monotonic() + 30
            while not lock.has_killed_runs(home, database):
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert report_killed_runs(instance, home, database) == [run.run_id]


def test_a_run_that_waits_shows_itself_again_to_a_database_that_was_started_anew(
    home: Home, database: str, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock.show_sign_of_life(home, "run", 0, database)
    try:
        server.end_connections(database)
        with lock.hold_lock(home, "run", 0, database):
            sign = lock._signs["run"].shared_lock
            assert sign is not None
            assert sign.is_held()
    finally:
        lock.remove_sign_of_life(home, "run")
    # Until such runs had time for that, nobody counts as dead.
    (home.dagster / "alive" / "run").touch()
    assert lock.find_killed_runs(home, database) == ["run"]
    monkeypatch.setattr(advisory_locks, "_SECONDS_TO_RETURN", 3600.0)
    assert lock.find_killed_runs(home, database) == []


def test_a_pooler_that_gives_the_connection_to_others_is_noticed(home: Home, database: str) -> None:
    with lock.hold_lock(home, "first", 0, database):
        # Another connection of the server answers, as behind a pooler of transactions.
        other = advisory_locks.AdvisoryLock(database, "another")
        assert other.try_take()
        held = lock._held[home.root]
        held._connection, other._connection = other._connection, held._connection
        with pytest.raises(LockLostError, match="without a pooler"):
            lock.check_held(home)
        held._connection, other._connection = other._connection, held._connection
        lock.check_held(home)
        other.let_go()


def test_a_run_that_begins_is_alive_for_another_machine_as_soon_as_its_file_is_there(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = advisory_locks.AdvisoryLock.try_take
    killed: list[str] = []

    def look_and_take(shared_lock: advisory_locks.AdvisoryLock) -> bool:
        with monkeypatch.context() as elsewhere:
            elsewhere.setattr(lock, "_signs", {})
            killed.extend(lock.find_killed_runs(home, database))
        return take(shared_lock)

    monkeypatch.setattr(advisory_locks.AdvisoryLock, "try_take", look_and_take)
    lock.show_sign_of_life(home, "begins", 0, database)
    lock.remove_sign_of_life(home, "begins")
    assert killed == []


def test_what_cannot_pass_is_not_waited_for(
    home: Home, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_driver(*_: object) -> None:
        raise WarehouseError("the driver for PostgreSQL is not installed")

    monkeypatch.setattr(advisory_locks, "make_engine", no_driver)
    begun = time.monotonic()
    with (
        pytest.raises(LockUnavailableError, match="the driver for PostgreSQL is not installed"),
        lock.hold_lock(home, "somebody", 5, database),
    ):
        pytest.fail("nothing keeps the lock")
    assert time.monotonic() - begun < 3


def test_a_wrong_password_or_database_is_not_waited_for(home: Home, database: str) -> None:
    begun = time.monotonic()
    for wrong in (database.replace("s3cret", "other"), database.replace("/test_", "/none_")):
        assert wrong != database
        with (
            pytest.raises(LockUnavailableError, match=r"authentication failed|does not exist"),
            lock.hold_lock(home, "somebody", 5, wrong),
        ):
            pytest.fail("nothing keeps the lock")
    assert time.monotonic() - begun < 4
