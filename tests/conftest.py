"""What holds for all tests."""

import gc
import multiprocessing
import os
import shutil
import sqlite3
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Protocol

import filelock
import pytest
from hypothesis import settings
from sqlalchemy import Engine, event

# Speed is measured, never tested: other work on the machine must not fail a law.
settings.register_profile("laws", deadline=None)
settings.load_profile("laws")


def pytest_collection_finish() -> None:
    """Modules are never dropped: no search for garbage looks through them from here on."""
    gc.collect()
    gc.freeze()


@event.listens_for(Engine, "connect")
def wait_for_no_disk(connection: object, _: object) -> None:
    """SQLite leaves it to the system when its bytes reach the disk: no test takes the power away.

    Dagster's databases in a new home are committed to some 500 times in a run.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


class MakeOnce(Protocol):
    """Gives a folder of a name that `make` fills: made by one worker, copied by the others."""

    def __call__(self, name: str, make: Callable[[Path], object]) -> Path: ...


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Makes what is slow to make once in a run of the tests, however many workers there are.

    The folder that a worker gets is its own.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def copy_once_made(name: str, make: Callable[[Path], object]) -> Path:
        made = shared / f"made-{name}"
        with filelock.FileLock(f"{made}.lock"):
            if not made.exists():
                making = shared / f"making-{name}"
                making.mkdir()
                make(making)
                making.rename(made)
        return shutil.copytree(made, own / name, symlinks=True)

    return copy_once_made


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """New processes from one that has imported everything already, and has done nothing yet."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(
        ["assets.command_line.run", "assets.definitions", "great_expectations", "reports.site"]
    )
    return context
