# ruff: noqa: PLC0415 - Dagster takes a second to import, so only a run that changes something does
"""Running months from the command line, through the same job as schedule, sensor and UI.

Not here: arguments (app), what is printed (run_report).
"""

import errno
import gc
import os
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from polars.exceptions import PanicException

from assets.command_line.dagster_lines import short_dagster_lines
from assets.command_line.interrupts import dagster_outside_polars
from assets.month import (
    after_publishing,
    all_months,
    deliveries,
    edition,
    failures,
    lock,
    receive,
    report,
)
from assets.month.edition import NothingToPublishError
from assets.month.environment import STORAGE_VARIABLE, configured_warehouse
from assets.month.fill_warehouse import fill_warehouse
from assets.month.installation import Installation
from assets.month.merge import OutdatedError
from assets.month.report import RunResult
from pipeline.home import DiskError, Home
from pipeline.store import NoResultError

_OF_A_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.ESTALE}
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_month(installation: Installation, month: str, wait_seconds: float = 0.0) -> RunResult:
    """Brings a month's edition up to date, in this process.

    Where nothing changed since the last run, that is all: no Dagster run is started. Otherwise the
    edition job is run, on the home's Dagster instance. What it returns was read under the lock.
    Raises what stops it: HomeIsBusyError, NothingToPublishError, HomeError and the like;
    PermissionError before it begins, where a folder of the home cannot be written.
    """
    _check_writable(installation.home)
    results: list[RunResult] = []
    with _plain_disk_errors(installation.home), report.subscribed(results.append):
        if find_unchanged(installation, month) is None:
            results.clear()
            _run_job(installation, month, wait_seconds)
    return results[-1]


def find_unchanged(installation: Installation, month: str) -> edition.Published | None:
    """The month's edition in force, where a run would make the same again; else None.

    Every file of the month is read, under the home's lock, and listeners are told what became of
    the month. The warehouse is filled where it is behind. Also None where another run holds the
    lock, or where Dagster must still hear of a killed run.
    """
    home = installation.home
    try:
        url = installation.warehouse_url
        with lock.hold_lock(home, f"command {os.getpid()}", 0, url):
            if lock.has_killed_runs(home, url) or not receive.has_known_files(installation, month):
                return None
            inputs = receive.receive_exports(installation, month)
            if not deliveries.has_all_results(inputs):
                return None
            unchanged = edition.find_unchanged(inputs)
            if unchanged is None:
                return None
            report.tell(inputs, unchanged)
            all_months.bring_up_to_date(installation, unchanged.altered_months)
            try:
                after_publishing.bring_up_to_date(inputs)
            finally:
                fill_warehouse(installation)
            return unchanged
    except (lock.HomeIsBusyError, OutdatedError, NoResultError, NothingToPublishError):
        return None


def _run_job(installation: Installation, month: str, wait_seconds: float) -> None:
    import dagster as dg

    from assets import dagster_home
    from assets.definitions import build_definitions
    from assets.resources import InstallationResource, report_ended

    home = installation.home
    # Dagster shows and stores the settings of resources, and a database URL holds a password.
    is_configured = installation.warehouse_url == configured_warehouse()
    where = InstallationResource(
        home_folder=str(home.root),
        warehouse_url="" if is_configured else installation.warehouse_url,
        confirm_withdrawals=installation.confirms_withdrawals,
    )
    job = build_definitions(where, wait_seconds).resolve_job_def("edition")
    run_id = str(uuid.uuid4())
    with (
        _plain_dagster_errors(home),
        short_dagster_lines(),
        dagster_outside_polars(),
        dagster_home.open_instance(home) as instance,
    ):
        lock.show_sign_of_life(home, run_id, wait_seconds, installation.warehouse_url)
        try:
            job.execute_in_process(
                partition_key=month,
                instance=instance,
                run_id=run_id,
                run_config=_QUIET,
                tags={"dagster/max_retries": "0"},  # whoever gave the command sees that it failed
            )
        except dg.DagsterResourceFunctionError as error:
            raise error.user_exception from None  # as Dagster does with those of assets
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError, PanicException) as error:
            report_ended(instance, run_id)
            if isinstance(error, PanicException) and not failures.is_interrupted(error):
                raise
            raise KeyboardInterrupt from None
        finally:
            lock.remove_sign_of_life(home, run_id)
    gc.collect()  # what a month left, before the next one: see app.main
    _set_modules_aside()


@cache
def _set_modules_aside() -> None:
    """No later search looks at what the first month imported, for that is never dropped."""
    gc.freeze()


@contextmanager
def _plain_dagster_errors(home: Home) -> Iterator[None]:
    """DiskError where Dagster's own database cannot be used: the disk is full, or it is locked."""
    try:
        yield
    except Exception as error:
        cause = _find_cause(error)
        if cause is None:
            raise
        if isinstance(cause, sqlite3.Error):
            raise DiskError(
                f"Dagster's database in {home.dagster} cannot be used ({cause}): see that the disk "
                "is not full and that no other program holds the database, and run again"
            ) from None
        # What its driver says may repeat a statement or a name: the type is enough.
        raise DiskError(
            f"Dagster's database, which {STORAGE_VARIABLE} names, cannot be used "
            f"({type(cause).__name__}): see that its server runs, and run again"
        ) from None


def _find_cause(error: BaseException | None) -> BaseException | None:
    """The error of a driver of Dagster's storage; None where it is another one."""
    while error is not None:
        cause = getattr(error, "orig", None)
        if isinstance(cause, sqlite3.Error) or type(cause).__module__.startswith("psycopg2"):
            return cause
        error = error.__cause__
    return None


@contextmanager
def _plain_disk_errors(home: Home) -> Iterator[None]:
    """DiskError where the disk fails and the system does not say in which file."""
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno not in _OF_A_DISK:
            raise
        raise DiskError(
            f"the home {home.root} cannot be written ({error.strerror}): see that its disk works, "
            "free some space, and run again"
        ) from None


def _check_writable(home: Home) -> None:
    for folder in (home.root, home.archive, home.store, home.dagster, home.published):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
