"""The resources of the assets: where the installation lies, the installation under its lock, and
who works on its deliveries.

Here belongs what Dagster hands to an asset, a sensor or a check, telling Dagster of runs that were
killed before a new one gets the lock, and asking it for another attempt. Not here: what an
installation holds (month.installation), the lock itself (month.lock), what can pass by itself
(month.passing), what workers do (month.cluster).
"""

import atexit
import inspect
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, TypeVar

import dagster as dg
from pydantic import Field, PrivateAttr

from assets.month import lock, receive
from assets.month.cluster.pool import Patience
from assets.month.cluster.workers import ClusterWorkers
from assets.month.environment import (
    configured_cluster,
    configured_first_month,
    configured_home,
    configured_pages,
    configured_time_zone,
    configured_warehouse,
)
from assets.month.groups import THREADS, Workers
from assets.month.inputs import MonthInputs, read_inputs
from assets.month.installation import Installation
from assets.month.lock import LockLostError
from assets.month.passing import can_pass
from assets.partitions import build_months, list_finished_months
from pipeline.errors import PlainError
from pipeline.home import Home

Asset = TypeVar("Asset", bound=Callable[..., Any])

RETRY_SECONDS = (60.0, 300.0, 900.0)
"""How long the daemon's runs wait before each further attempt; a command does not try again."""
_RUN_AGAIN = {"dagster/max_retries": "3", "dagster/retry_on_asset_or_op_failure": "true"}


class InstallationResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Where the installation lies, and its settings. It holds no lock: sensors can use it.

    A field that is empty is read from the environment when it is used.
    """

    home_folder: str = ""
    """The home folder; else REFORM_INDEX_HOME, else ./home."""
    warehouse_url: str = ""
    """The warehouse's database; else REFORM_INDEX_WAREHOUSE, else SQLite in the home.

    The UI shows what stands here: give a URL with a password as dg.EnvVar("NAME")."""
    pages_url: str = ""
    """Where a web server shows the folder `published`; else REFORM_INDEX_PAGES, else nowhere."""
    first_month: str = ""
    """The first month that can be run; else REFORM_INDEX_FIRST_MONTH, else 2010-01."""
    confirm_withdrawals: bool = False
    """Whether all that is gone from the inbox was taken back on purpose; for one run, never for
    good.
    """
    time_zone: str = ""
    """The zone in which a month ends; else REFORM_INDEX_TIME_ZONE, else Asia/Ho_Chi_Minh."""

    def open_home(self) -> Home:
        """The home folder. HomeError where there is none."""
        return Home.at(self.home_folder or configured_home())

    def open(self) -> Installation:
        """The installation. HomeError where there is none."""
        return Installation(self.open_home(), self.find_warehouse(), self.confirm_withdrawals)

    def find_warehouse(self) -> str:
        """The URL of the warehouse's database; empty for SQLite in the home."""
        return self.warehouse_url or configured_warehouse()

    def build_months(self) -> dg.MonthlyPartitionsDefinition:
        """The partitions of all assets."""
        return build_months(
            self.first_month or configured_first_month(), self.time_zone or configured_time_zone()
        )

    def finished_months(self) -> list[str]:
        """All months that can be run, oldest first."""
        return list_finished_months(self.build_months())

    def link_page(self, month: str) -> dg.MetadataValue:
        """The month's page: a link that opens it where a web server shows the pages, else its path.

        A browser opens no file from a page of a server, so a path is all that there is without.
        """
        return self._link(f"{month}/index.html")

    def link_all_months(self) -> dg.MetadataValue:
        """The page of all months, linked in the same way."""
        return self._link("index.html")

    def _link(self, page: str) -> dg.MetadataValue:
        pages_url = self.pages_url or configured_pages()
        if pages_url:
            return dg.MetadataValue.url(f"{pages_url.rstrip('/')}/{page}")
        return dg.MetadataValue.path(str(self.open_home().published / page))


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The installation for the time of a run.

    A run that uses it holds the home's lock until the run ends; a run that is killed lets it go.
    Runs that were killed earlier are reported as failed first.
    """

    where: dg.ResourceDependency[InstallationResource]
    wait_seconds: float = 3600.0
    """How long a run waits for the one before it, and for the database that keeps the lock."""
    retry_seconds: list[float] = Field(default_factory=list)
    """How long an asset waits before each further attempt where it fails of what can pass."""

    _installation: Installation = PrivateAttr()
    _inputs: dict[str, MonthInputs] = PrivateAttr(default_factory=dict)

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Generator["HomeResource", None, None]:
        """Opens the installation under its lock."""
        home = self.where.open_home()
        run_id = context.run_id or "a run without a name"
        url = self.where.find_warehouse()
        is_shown = lock.is_shown_here(run_id)
        lock.show_sign_of_life(home, run_id, self.wait_seconds, url)
        try:
            with lock.hold_lock(home, f"run {run_id}", self.wait_seconds, url):
                if context.instance is not None:
                    report_killed_runs(context.instance, home, url)
                self._installation = self.where.open()
                yield self
        finally:
            if not is_shown:
                # Dagster notes the end of a run later, and whoever waited for the lock must not
                # take the run for dead until then.
                atexit.register(lock.remove_sign_of_life, home, run_id)

    @property
    def installation(self) -> Installation:
        """The installation, while the run holds it."""
        return self._installation

    def receive_exports(self, month: str) -> MonthInputs:
        """Archives what lies in the inbox and plans the deliveries; the inputs of the month."""
        self._inputs[month] = receive.receive_exports(self.installation, month)
        return self._inputs[month]

    def month_inputs(self, month: str) -> MonthInputs:
        """The inputs of a month as they were planned last; read once a run, since it holds the
        lock.
        """
        if month not in self._inputs:
            self._inputs[month] = read_inputs(self.installation, month)
        return self._inputs[month]

    def keep_inputs(self, inputs: MonthInputs) -> MonthInputs:
        """The inputs of a month in which a delivery was refused take the place of those before."""
        self._inputs[inputs.month] = inputs
        return inputs


class ClusterResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """Threads of the run's process, or the workers of a scheduler of Dask.

    A field that is empty is read from the environment when it is used.
    """

    address: str = ""
    """The scheduler, tcp://host:port; else REFORM_INDEX_CLUSTER, else threads."""
    silent_seconds: float = 30.0
    """A worker that was not heard of for so long is waited for no more."""
    no_workers_seconds: float = 60.0
    """A run that has no worker for so long ends."""

    _workers: Workers = PrivateAttr(default=THREADS)

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Generator["ClusterResource", None, None]:
        """Connects when there is work, and closes the connection when the run ends."""
        del context
        address = self.address or configured_cluster()
        if not address:
            yield self
            return
        patience = Patience(silent=self.silent_seconds, no_workers=self.no_workers_seconds)
        workers = ClusterWorkers(address, patience)
        self._workers = workers
        try:
            yield self
        finally:
            workers.close()
            self._workers = THREADS

    @property
    def workers(self) -> Workers:
        """Who does the work of this run."""
        return self._workers


def report_killed_runs(
    instance: dg.DagsterInstance, home: Home, warehouse_url: str = ""
) -> list[str]:
    """Reports as failed every run that Dagster thinks is under way and that shows no life.

    Dagster believes for ever that a killed run goes on. `warehouse_url` is the database that the
    installation names: it knows of runs on other machines. Returns the ids of these runs.
    """
    status = dg.DagsterRunStatus
    under_way = [status.STARTING, status.STARTED, status.CANCELING]
    killed = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=under_way)):
        run = record.dagster_run
        # Not when it was created: it may have waited for hours in the queue.
        begun_at = record.update_timestamp.timestamp()
        if not lock.is_alive(home, run.run_id, begun_at, warehouse_url):
            instance.report_run_failed(run, "The process of this run was killed; run it again.")
            lock.remove_sign_of_life(home, run.run_id)
            killed.append(run.run_id)
    for run_id in lock.find_killed_runs(home, warehouse_url):
        # Killed before Dagster knew of it or had started it, or after it was done.
        known = instance.get_run_by_id(run_id)
        if known is not None and not known.is_finished:
            instance.report_run_failed(known, "The process of this run was killed; run it again.")
            killed.append(run_id)
        lock.remove_sign_of_life(home, run_id)
    return killed


def report_ended(instance: dg.DagsterInstance, run_id: str) -> None:
    """Reports as failed a run that a signal ended, where Dagster has not done so itself."""
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.report_run_failed(run, "A signal ended the process of this run; run it again.")


def retried(asset: Asset) -> Asset:
    """An asset that is tried again where it fails of what can pass.

    Where the lock was lost, the whole run is run again: another one may hold the home meanwhile.
    """

    @wraps(asset)
    def attempt(context: dg.AssetExecutionContext, home: HomeResource, **others: object) -> Any:  # noqa: ANN401
        try:
            return asset(context, home, **others)
        except Exception as error:
            _ask_for_another_attempt(context, home, error)
            raise

    @wraps(asset)
    def attempt_each(
        context: dg.AssetExecutionContext, home: HomeResource, **others: object
    ) -> Generator[Any, None, None]:
        try:
            yield from asset(context, home, **others)
        except Exception as error:
            _ask_for_another_attempt(context, home, error)
            raise

    return attempt_each if inspect.isgeneratorfunction(asset) else attempt  # type: ignore[return-value]


def _ask_for_another_attempt(
    context: dg.AssetExecutionContext, home: HomeResource, error: Exception
) -> None:
    """Raises RetryRequested where another attempt may help and is left."""
    waits = home.retry_seconds
    if isinstance(error, LockLostError):
        if waits:
            context.instance.add_run_tags(context.run_id, _RUN_AGAIN)
        return
    number = context.retry_number
    if number >= len(waits) or not can_pass(error):
        return
    reason = str(error) if isinstance(error, PlainError) else type(error).__name__
    context.log.warning(f"tried again in {waits[number]:.0f} s: {reason}")
    raise dg.RetryRequested(max_retries=len(waits), seconds_to_wait=waits[number]) from error
