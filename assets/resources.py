"""The one resource of the assets: the installation, locked for the run.

Not here: what the installation holds (installation).
"""

from collections.abc import Generator
from contextlib import contextmanager

import dagster as dg
from pydantic import PrivateAttr

from assets.month import lock
from assets.month.installation import Installation
from pipeline.home import Home


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home folder of one installation.

    Whoever runs with it holds the home's lock until the run ends; a run that is killed lets it
    go. Runs that were killed earlier are reported as failed first.
    """

    root: str
    wait_seconds: float = 3600.0
    """How long a run waits for the one before it."""

    _installation: Installation = PrivateAttr()

    @contextmanager
    def yield_for_execution(
        self, context: dg.InitResourceContext
    ) -> Generator["HomeResource", None, None]:
        """Opens the installation under its lock."""
        home = Home.at(self.root)
        run_id = context.run_id or "a run without a name"
        lock.show_life(home, run_id)
        try:
            with lock.held(home, f"run {run_id}", self.wait_seconds):
                if context.instance is not None:
                    lock.report_killed_runs(context.instance, home)
                self._installation = Installation(home)
                yield self
        finally:
            lock.end_life(home, run_id)

    @property
    def installation(self) -> Installation:
        """The installation, while the run holds it."""
        return self._installation
