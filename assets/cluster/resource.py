"""The resource `cluster` of the assets: who works on groups of deliveries.

Here belongs what Dagster hands to an asset. Not here: what the workers do (workers).
"""

from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from assets.cluster.pool import Patience
from assets.cluster.workers import ClusterWorkers
from assets.month.environment import configured_cluster
from assets.month.groups import THREADS, Workers


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
