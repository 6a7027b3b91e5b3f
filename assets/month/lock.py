"""One run at a time in a home, and which runs are alive.

Here belong the lock that every run holds and the sign of life of each run. A lock dies with its
process, so a killed run never blocks the next one. Not here: what a run does (deliveries, results,
edition), telling Dagster of killed runs (dagster_home).
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import filelock

from pipeline.errors import PlainError
from pipeline.home import Home
from pipeline.private_folders import make_private_folder

_signs: dict[str, filelock.BaseFileLock] = {}
"""Signs of life that this process gives, by run."""
_BIRTH_SECONDS = 30
"""How long a launched run may need until it gives its first sign of life."""


class HomeIsBusyError(PlainError):
    """Another run holds the home; the message names it."""


@contextmanager
def hold_lock(home: Home, holder: str, wait_seconds: float) -> Iterator[None]:
    """Holds the home's lock; HomeIsBusyError when another still holds it after the wait."""
    lock = filelock.FileLock(home.lock)
    holder_file = home.root / ".lock.holder"
    try:
        lock.acquire(timeout=wait_seconds)
    except filelock.Timeout:
        raise HomeIsBusyError(
            f"the home {home.root} is held by {_describe_holder(home)}: wait until it ends, or "
            "end it"
        ) from None
    try:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        holder_file.write_text(
            json.dumps(
                {"holder": holder, "process": os.getpid(), "host": socket.gethostname(), "at": now}
            ),
            encoding="utf-8",
        )
        yield
    finally:
        holder_file.unlink(missing_ok=True)
        lock.release()


def _describe_holder(home: Home) -> str:
    try:
        said = json.loads((home.root / ".lock.holder").read_text(encoding="utf-8"))
        return f"{said['holder']} (process {said['process']} on {said['host']} since {said['at']})"
    except (OSError, ValueError, KeyError):
        return "another run"


def show_sign_of_life(home: Home, run_id: str) -> None:
    """From now until this process ends or `remove_sign_of_life`, the run counts as alive."""
    if run_id not in _signs:
        folder = home.dagster / "alive"
        make_private_folder(home.dagster)
        folder.mkdir(exist_ok=True)
        lock = filelock.FileLock(folder / run_id)
        lock.acquire(timeout=0)
        _signs[run_id] = lock


def remove_sign_of_life(home: Home, run_id: str) -> None:
    """The run is over, or was killed."""
    lock = _signs.pop(run_id, None)
    if lock is not None:
        lock.release()
    (home.dagster / "alive" / run_id).unlink(missing_ok=True)


def has_killed_runs(home: Home) -> bool:
    """Whether a run left a sign of life and is dead: Dagster must still hear of it."""
    return bool(find_killed_runs(home))


def find_killed_runs(home: Home) -> list[str]:
    """The ids of the runs that left a sign of life and live no more."""
    folder = home.dagster / "alive"
    signs = list(folder.iterdir()) if folder.is_dir() else []
    return [sign.name for sign in signs if sign.name not in _signs and not _is_held(sign)]


def is_alive(home: Home, run_id: str, begun_at: float) -> bool:
    """Whether a run shows a sign of life, or began too short a time ago to show one.

    `begun_at` is in seconds since 1970.
    """
    if run_id in _signs:
        return True
    sign = home.dagster / "alive" / run_id
    return _is_held(sign) if sign.exists() else time.time() - begun_at < _BIRTH_SECONDS


def _is_held(sign: Path) -> bool:
    """Whether a process holds the lock of a sign of life."""
    try:
        with filelock.FileLock(sign).acquire(timeout=0):
            return False
    except filelock.Timeout:
        return True
