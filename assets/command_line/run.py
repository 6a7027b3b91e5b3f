"""Running months from the command line, through the same job as schedule, sensor and UI.

Not here: arguments (app), what is printed (run_report).
"""

import errno
import os
import uuid
from dataclasses import dataclass

import dagster as dg

from assets import dagster_home
from assets.definitions import build_definitions
from assets.month import edition, lock
from assets.month.edition import Published
from assets.month.installation import Installation
from assets.resources import InstallationResource
from pipeline import planning
from pipeline.home import Home

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunResult:
    """What became of a month's run: the edition in force after it, and whether it is new."""

    month: str
    published: Published
    is_new: bool

    @property
    def is_complete(self) -> bool:
        """Whether every expected sender's files were accepted."""
        return bool((self.published.deliveries["status"] == planning.ACCEPTED).all())


def run_month(installation: Installation, month: str, wait_seconds: float = 0.0) -> RunResult:
    """Runs the edition job for a month in this process, on the home's Dagster instance.

    Raises what stops it: HomeIsBusyError, NothingToPublishError, HomeError and the like;
    PermissionError before it begins, where a folder of the home cannot be written.
    """
    home = installation.home
    _check_writable(home)
    before = installation.editions.in_force(month)
    where = InstallationResource(
        home_folder=str(home.root), warehouse_url=installation.warehouse_url
    )
    job = build_definitions(where, wait_seconds).resolve_job_def("edition")
    run_id = str(uuid.uuid4())
    with dagster_home.open_instance(home) as instance:
        lock.show_sign_of_life(home, run_id)
        try:
            job.execute_in_process(
                partition_key=month, instance=instance, run_id=run_id, run_config=_QUIET
            )
        except dg.DagsterResourceFunctionError as error:
            raise error.user_exception from None  # as Dagster does with those of assets
        finally:
            lock.remove_sign_of_life(home, run_id)
    published = edition.read_published(installation, month)
    return RunResult(month, published, is_new=published.number != before)


def _check_writable(home: Home) -> None:
    for folder in (home.root, home.archive, home.store, home.dagster, home.published):
        if folder.exists() and not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
