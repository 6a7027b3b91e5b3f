"""One run at a time in a home, and which runs are alive.

Here belong the lock that every run holds and the sign of life of each run. A lock dies with its
process, so a killed run never blocks the next one. Each is a lock of a file; where the warehouse is
PostgreSQL it is a lock of the database too, for a lock of a file does not hold over a network
share. Not here: what a run does (deliveries, results, edition), telling Dagster of killed runs
(resources), how PostgreSQL locks (pipeline.warehouse.advisory_locks).
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import filelock

from assets.month.home_identity import read_identity
from pipeline.errors import PlainError
from pipeline.home import Home
from pipeline.private_folders import make_private_folder
from pipeline.warehouse.advisory_locks import AdvisoryLock, is_postgresql, is_taken
from pipeline.warehouse.connection import WarehouseError
from pipeline.warehouse.location import choose_url


class _Sign(NamedTuple):
    """A sign of life: the lock of its file, and that of the database where there is one."""

    file_lock: filelock.BaseFileLock
    shared_lock: AdvisoryLock | None


_signs: dict[str, _Sign] = {}
"""Signs of life that this process gives, by run."""
_held: dict[Path, AdvisoryLock] = {}
"""Locks of databases that this process holds, by the folder of the home."""
_BIRTH_SECONDS = 30
"""How long a launched run may need until it gives its first sign of life."""
_ASK_SECONDS = 0.5
"""How long until a lock of a database that another run holds is asked for again."""
_ASK_AGAIN_SECONDS = 10.0
"""How long until a database that did not answer is asked again."""


class HomeIsBusyError(PlainError):
    """Another run holds the home; the message names it."""


class LockUnavailableError(PlainError):
    """The database that keeps the home's lock cannot be used; the message says why."""


class LockLostError(PlainError):
    """The home's lock was lost before the run was done; the message says what to do."""


@contextmanager
def hold_lock(
    home: Home, holder: str, wait_seconds: float, warehouse_url: str = ""
) -> Iterator[None]:
    """Holds the home's lock; HomeIsBusyError when another still holds it after the wait.

    `warehouse_url` is the database that the installation names. Where it is PostgreSQL the lock
    holds on all machines; LockUnavailableError when it cannot be used after the wait.
    """
    until = time.monotonic() + wait_seconds
    file_lock = filelock.FileLock(home.lock)
    try:
        file_lock.acquire(timeout=wait_seconds)
    except filelock.Timeout:
        raise _busy(home) from None
    try:
        shared_lock = _open_shared_lock(home, warehouse_url, "lock")
        try:
            if shared_lock is not None:
                _take(home, shared_lock, until)
                _held[home.root] = shared_lock
            with _named_holder(home, holder):
                yield
        finally:
            if shared_lock is not None:
                _held.pop(home.root, None)
                shared_lock.let_go()
    finally:
        file_lock.release()


def describe_fault(home: Home, warehouse_url: str = "") -> str:
    """Why the database that keeps the home's lock cannot be used now; empty where it can.

    Nothing is changed. `warehouse_url` as hold_lock has it.
    """
    try:
        url = choose_url(home, warehouse_url)
        if is_postgresql(url):
            is_taken(url, "")  # Any name: what counts is whether the database answers.
    except WarehouseError as error:
        return f"the database that keeps the lock of {home.root} cannot be used: {error}"
    return ""


def check_held(home: Home) -> None:
    """Raises LockLostError where this process held the home's lock and the database let it go.

    To be called before a step that only one run may do. Without a lock of a database there is
    nothing to lose.
    """
    shared_lock = _held.get(home.root)
    if shared_lock is not None and not shared_lock.is_held():
        raise LockLostError(
            f"the connection that kept the lock of {home.root} was lost, so another run may hold "
            "it now: this run stopped before its next step. See that the database runs and can be "
            "reached without a pooler that shares connections among programs, and run again"
        )


def _take(home: Home, shared_lock: AdvisoryLock, until: float) -> None:
    """Takes a lock of a database, and waits for it until a time of the monotonic clock."""
    stops: PlainError
    while True:
        try:
            _renew_signs()
            if shared_lock.try_take():
                return
            stops, pause = _busy(home), _ASK_SECONDS
        except WarehouseError as error:
            if not error.can_pass:
                raise _unavailable(home, error) from None
            stops, pause = _unavailable(home, error), _ASK_AGAIN_SECONDS
        left = until - time.monotonic()
        if left <= 0:
            raise stops
        time.sleep(min(pause, left))


def _renew_signs() -> None:
    """Shows the signs of life of this process again, where the database was started anew."""
    for sign in _signs.values():
        if sign.shared_lock is not None and not sign.shared_lock.is_held():
            sign.shared_lock.let_go()
            sign.shared_lock.try_take()


def _open_shared_lock(home: Home, warehouse_url: str, name: str) -> AdvisoryLock | None:
    """A lock in the database of the warehouse, not taken yet; None where that is a file."""
    try:
        url = choose_url(home, warehouse_url)
        if is_postgresql(url):
            return AdvisoryLock(url, _name_lock(home, name))
    except WarehouseError as error:
        raise _unavailable(home, error) from None
    return None


def _name_lock(home: Home, name: str) -> str:
    return f"reform-index {read_identity(home)} {name}"


def _busy(home: Home) -> HomeIsBusyError:
    return HomeIsBusyError(
        f"the home {home.root} is held by {_describe_holder(home)}: wait until it ends, or end it"
    )


def _unavailable(home: Home, error: WarehouseError) -> LockUnavailableError:
    return LockUnavailableError(
        f"the lock of {home.root} is kept by the database of the warehouse, and cannot be taken, "
        f"so nothing was run: {error}"
    )


@contextmanager
def _named_holder(home: Home, holder: str) -> Iterator[None]:
    """Names the holder of the lock in a file, for those that wait on any machine."""
    file = home.root / ".lock.holder"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    named = {"holder": holder, "process": os.getpid(), "host": socket.gethostname(), "at": now}
    text = json.dumps(named)
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        # Where the lock was lost, another run may have named itself.
        if _read(file) == text:
            file.unlink(missing_ok=True)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""


def _describe_holder(home: Home) -> str:
    try:
        said = json.loads(_read(home.root / ".lock.holder"))
        return f"{said['holder']} (process {said['process']} on {said['host']} since {said['at']})"
    except (ValueError, KeyError):
        return "another run"


def show_sign_of_life(
    home: Home, run_id: str, wait_seconds: float = 0.0, warehouse_url: str = ""
) -> None:
    """From now until this process ends or `remove_sign_of_life`, the run counts as alive.

    LockUnavailableError where the database that other machines ask cannot be used after the wait.
    """
    if run_id in _signs:
        return
    folder = home.dagster / "alive"
    make_private_folder(home.dagster)
    folder.mkdir(exist_ok=True)
    shared_lock = _open_shared_lock(home, warehouse_url, run_id)
    if shared_lock is not None:
        # Before the file: another machine that finds the file asks the database who lives.
        with suppress(WarehouseError):
            shared_lock.try_take()
    file_lock = filelock.FileLock(folder / run_id)
    file_lock.acquire(timeout=_BIRTH_SECONDS)
    while not (folder / run_id).exists():
        # Who looked for killed runs removed the file just before it was locked.
        file_lock.release()
        file_lock.acquire(timeout=_BIRTH_SECONDS)
    _signs[run_id] = _Sign(file_lock, shared_lock)
    try:
        if shared_lock is not None:
            _take(home, shared_lock, time.monotonic() + wait_seconds)
    except BaseException:
        remove_sign_of_life(home, run_id)
        raise


def remove_sign_of_life(home: Home, run_id: str) -> None:
    """The run is over, or was killed; the sign of one that lives in another process stays."""
    path = home.dagster / "alive" / run_id
    sign = _signs.pop(run_id, None)
    if sign is None:
        if path.exists():
            # Held while it is removed: a run that begins just now sees that its file is gone.
            with suppress(filelock.Timeout), filelock.FileLock(path).acquire(timeout=0):
                path.unlink(missing_ok=True)
        return
    path.unlink(missing_ok=True)
    sign.file_lock.release()
    if sign.shared_lock is not None:
        sign.shared_lock.let_go()


def has_killed_runs(home: Home, warehouse_url: str = "") -> bool:
    """Whether a run left a sign of life and is dead: Dagster must still hear of it."""
    return bool(find_killed_runs(home, warehouse_url))


def find_killed_runs(home: Home, warehouse_url: str = "") -> list[str]:
    """The ids of the runs that left a sign of life and live no more."""
    folder = home.dagster / "alive"
    signs = list(folder.iterdir()) if folder.is_dir() else []
    return [sign.name for sign in signs if not _lives(home, sign, warehouse_url)]


def is_shown_here(run_id: str) -> bool:
    """Whether this process shows the run's sign of life."""
    return run_id in _signs


def is_alive(home: Home, run_id: str, begun_at: float, warehouse_url: str = "") -> bool:
    """Whether a run shows a sign of life, or began too short a time ago to show one.

    `begun_at` is in seconds since 1970.
    """
    sign = home.dagster / "alive" / run_id
    if _lives(home, sign, warehouse_url):
        return True
    return not sign.exists() and time.time() - begun_at < _BIRTH_SECONDS


def _lives(home: Home, sign: Path, warehouse_url: str) -> bool:
    """Whether a process of this machine, or of any, holds the lock of a sign of life.

    A database that cannot be asked leaves a run alive: nothing is reported of what is not known.
    """
    if sign.name in _signs or (sign.exists() and _is_held(sign)):
        return True
    try:
        url = choose_url(home, warehouse_url)
        return is_postgresql(url) and is_taken(url, _name_lock(home, sign.name))
    except WarehouseError:
        return True


def _is_held(sign: Path) -> bool:
    """Whether a process of this machine holds the lock of a file."""
    try:
        with filelock.FileLock(sign).acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
