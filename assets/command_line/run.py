"""Running months from the command line, through the same job as schedule, sensor and UI.

Not here: arguments and what is printed (command_line).
"""

import errno
import os
import uuid
from dataclasses import dataclass

import dagster as dg
import polars as pl

from assets import dagster_home
from assets.definitions import build_definitions
from assets.errors import WrongMonthError
from assets.month import lineage, lock
from assets.month.edition import month_deliveries
from assets.month.installation import Installation
from assets.partitions import finished_months
from pipeline import planning
from pipeline.home import Home

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunOutcome:
    """What became of a month's run."""

    month: str
    edition: int
    is_new: bool
    delivered: pl.DataFrame
    """What came of every file, and who is missing, in tables.DELIVERED."""
    stale: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every expected sender's files were accepted."""
        return bool((self.delivered["status"] == planning.ACCEPTED).all())


def checked(wanted: list[str]) -> list[str]:
    """The months themselves; WrongMonthError when one is not finished or before the first."""
    known = finished_months()
    for month in wanted:
        if month not in known:
            when = "is not over yet" if month > known[-1] else f"is before {known[0]}"
            raise WrongMonthError(f"{month} {when}: run a month from {known[0]} to {known[-1]}")
    return wanted


def run_month(installation: Installation, month: str, wait_seconds: float = 0.0) -> RunOutcome:
    """Runs the edition job for a month in this process, on the home's Dagster instance.

    Raises what stops it: HomeIsBusyError, NothingToPublishError, HomeError and the like;
    PermissionError before it begins, where a folder of the home cannot be written.
    """
    home = installation.home
    _check_writable(home)
    before = installation.editions.in_force(month)
    definitions = build_definitions(str(home.root), wait_seconds)
    run_id = str(uuid.uuid4())
    with dagster_home.instance(home) as instance:
        lock.show_life(home, run_id)
        try:
            definitions.resolve_job_def("edition").execute_in_process(
                partition_key=month, instance=instance, run_id=run_id, run_config=_QUIET
            )
        except dg.DagsterResourceFunctionError as error:
            raise error.user_exception from None  # as Dagster does with those of assets
        finally:
            lock.end_life(home, run_id)
    edition = installation.editions.in_force(month) or 0
    return RunOutcome(
        month=month,
        edition=edition,
        is_new=edition != before,
        delivered=month_deliveries(installation, month),
        stale=tuple(lineage.stale_months(installation, month)),
    )


def _check_writable(home: Home) -> None:
    for folder in (home.root, home.archive, home.store, home.dagster, home.published):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
