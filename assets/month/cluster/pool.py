"""Which workers there are, and which of them can be given work now.

A worker can be used while it runs the same program, is heard of, and is free of tasks that were
given up. Not here: the client (connection), which group goes to which worker (workers).
"""

import logging
import time
from dataclasses import dataclass

from assets.month.cluster import identity
from assets.month.cluster.connection import Connection, SeenWorker
from assets.month.cluster.errors import ClusterError

_LOG = logging.getLogger("reform_index")


@dataclass(frozen=True)
class Patience:
    """How long a run waits for what, in seconds."""

    look: float = 0.5
    """Between two looks at the workers."""
    silent: float = 30.0
    """A worker that was not heard of for so long is waited for no more."""
    no_workers: float = 60.0
    """Without a worker that can be used, the run ends."""
    task: float = 900.0
    bytes_a_second: float = 50_000.0
    """A task that takes longer than `task` and its bytes at this speed is tried elsewhere."""

    def task_seconds(self, size: int) -> float:
        """How long a task over some bytes may take."""
        return self.task + size / self.bytes_a_second


@dataclass
class _Heard:
    """When the scheduler heard of a worker last, by its clock, and when that was seen here."""

    at: float
    seen: float


class Pool:
    """The workers of a connection, as they were at the last look."""

    def __init__(self, connection: Connection, patience: Patience) -> None:
        self.looked = 0.0
        self._connection = connection
        self._patience = patience
        self._seen: dict[tuple[str, str], SeenWorker] = {}
        self._heard: dict[tuple[str, str], _Heard] = {}
        self._given_up: set[tuple[str, str]] = set()
        self._refused: set[tuple[str, str]] = set()

    def look(self) -> None:
        """Asks the scheduler. ClusterError where it is lost."""
        self._seen = {_id(worker): worker for worker in self._connection.look()}
        self.looked = time.monotonic()
        for each, worker in self._seen.items():
            heard = self._heard.get(each)
            if heard is None or heard.at != worker.heard_at:
                self._heard[each] = _Heard(worker.heard_at, self.looked)
                if not worker.is_busy:
                    self._given_up.discard(each)

    def wait_for_workers(self) -> None:
        """Waits until there is a worker that can be used.

        ClusterError where there is none in time, or where one runs another version.
        """
        end = time.monotonic() + self._patience.no_workers
        while True:
            self.look()
            wrong = [
                f"worker {worker.name} {difference}"
                for worker in self._seen.values()
                if (difference := identity.find_difference(worker.versions))
            ]
            if wrong:
                raise ClusterError(
                    f"{'; '.join(wrong)}: install the same version of the program on every machine "
                    "and start these workers again, or end them; nothing was done"
                )
            if self.usable():
                return
            if time.monotonic() > end:
                raise self.no_workers_error()
            time.sleep(self._patience.look)

    def usable(self) -> list[SeenWorker]:
        """The workers that can be given work, those that do nothing first.

        One of another version is named once. One that is busy may work for a run that ended.
        """
        found = []
        for each, worker in self._seen.items():
            difference = identity.find_difference(worker.versions)
            if difference and each not in self._refused:
                self._refused.add(each)
                _LOG.warning("worker %s %s: it gets no work", worker.name, difference)
            if not difference and each not in self._given_up and not self.is_silent(worker):
                found.append(worker)
        return sorted(found, key=lambda worker: worker.is_busy)

    def is_there(self, worker: SeenWorker) -> bool:
        """Whether the scheduler still knows the worker, and its process is the same."""
        return _id(worker) in self._seen

    def is_silent(self, worker: SeenWorker) -> bool:
        """Whether the worker was not heard of for too long."""
        return self._silent_seconds(worker) > self._patience.silent

    def has_died(self, worker: SeenWorker) -> bool:
        """Whether the process of a worker ended: it is gone and was heard of until just now."""
        return not self.is_there(worker) and (
            self._silent_seconds(worker) < self._patience.silent / 3
        )

    def give_up(self, worker: SeenWorker) -> None:
        """The worker gets no work until it is heard of again and is free."""
        self._given_up.add(_id(worker))

    def no_workers_error(self) -> ClusterError:
        """The error where no worker can be given work for too long."""
        return ClusterError(
            f"the scheduler {self._connection.address} had no worker to give work to for "
            f"{self._patience.no_workers:.0f} s: start some with `reform-index worker`, and run "
            "again; what was computed is kept"
        )

    def _silent_seconds(self, worker: SeenWorker) -> float:
        return time.monotonic() - self._heard[_id(worker)].seen


def _id(worker: SeenWorker) -> tuple[str, str]:
    return worker.address, worker.process
