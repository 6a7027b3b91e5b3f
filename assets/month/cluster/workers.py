"""Which group goes to which worker, and what its answer leads to.

A worker has one task at a time, so whoever is in it when it dies is known. The largest group goes
first. A worker that is not heard of is waited for no more; should it come back, what it writes into
the store is what another one wrote, and it gets work again once it is free. Not here: the client
(connection), what a loss means (losses).
"""

import heapq
import logging
import math
import re
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from assets.month.cluster.connection import Arrived, Connection, SeenWorker, Sent
from assets.month.cluster.errors import ClusterError
from assets.month.cluster.losses import Again, Losses, describe_group, list_senders
from assets.month.cluster.pool import Patience, Pool
from assets.month.cluster.tasks import Task, digest_settings
from assets.month.failures import Failure
from assets.month.groups import GROUP_BYTES, GroupWork, group_by_size
from assets.month.installation import Installation
from pipeline.planning import Plan
from pipeline.plurals import count_of

_LOG = logging.getLogger("reform_index")
_SIGN = ".run-"
"""How the name of the file begins by which a worker knows the home of the run."""
_GROUPS_A_WORKER = 3
"""Groups of a month for each worker, where the deliveries are small: their ends meet."""
_LEAST_GROUP_BYTES = 2 << 20
_KEY_LETTERS = 24


@dataclass(frozen=True)
class DoneTask:
    """A task that a worker did; `worker` is its name for people.

    `work_seconds` is how long the work took there, `processor` the seconds of the processor that it
    took; `seconds` is the time since it was sent.
    """

    worker: str
    stage: str
    bytes: int
    work_seconds: float
    processor: float
    seconds: float


@dataclass
class _UnderWay:
    """A task that a worker has."""

    number: int
    work: GroupWork
    part_of: int
    worker: SeenWorker
    sent: Sent
    begun: float


@dataclass
class _State:
    """The work of one call: what waits, what is under way, what is open of each group."""

    waiting: list[tuple[int, int, int, GroupWork]] = field(default_factory=list)
    under_way: dict[str, _UnderWay] = field(default_factory=dict)
    open_parts: dict[int, int] = field(default_factory=dict)
    failures: dict[int, list[Failure]] = field(default_factory=dict)
    order: int = 0

    def add(self, work: GroupWork, part_of: int) -> None:
        """Some work waits; the largest is done first."""
        self.order += 1
        self.open_parts[part_of] = self.open_parts.get(part_of, 0) + 1
        self.failures.setdefault(part_of, [])
        heapq.heappush(self.waiting, (-_size(work), self.order, part_of, work))

    def finish(self, part_of: int, found: list[Failure]) -> bool:
        """A part of a group is done; whether that was its last one."""
        self.failures[part_of] += found
        self.open_parts[part_of] -= 1
        return self.open_parts[part_of] == 0


class ClusterWorkers:
    """The workers of a scheduler: connected when there is work, until `close`."""

    def __init__(
        self,
        address: str,
        patience: Patience = Patience(),  # noqa: B008 -- it is frozen
        connect: Callable[[str], Connection] = Connection,
    ) -> None:
        self.losses = Losses()
        self.done: list[DoneTask] = []
        self._address = address
        self._patience = patience
        self._connect = connect
        self._opened: tuple[Connection, Pool] | None = None
        self._sign = f"{_SIGN}{uuid.uuid4().hex}"
        self._signed: Installation | None = None
        self._settings = ""

    def close(self) -> None:
        """Ends the connection; the run's sign is taken from the store."""
        if self._signed is not None:
            # Where the share is away, the next run removes it.
            with suppress(OSError):
                (self._signed.home.store / self._sign).unlink(missing_ok=True)
        if self._opened is not None:
            self._opened[0].close()
            self._opened = None

    def group(self, pending: list[Plan]) -> list[list[Plan]]:
        """Groups as for threads, and smaller ones where there would be fewer than workers."""
        if not pending:
            return []
        workers = max(1, len(self._open()[1].usable()))
        by_month: dict[str, int] = {}
        for delivery in pending:
            month = str(delivery["month"][0])
            by_month[month] = by_month.get(month, 0) + int(delivery["bytes"].sum())
        share = max(by_month.values()) // (workers * _GROUPS_A_WORKER)
        return list(group_by_size(pending, min(GROUP_BYTES, max(_LEAST_GROUP_BYTES, share))))

    def work(self, installation: Installation, works: list[GroupWork]) -> Iterator[list[Failure]]:
        """Does the work of each group on some worker; yields the failures of each, as it is done.

        ClusterError where scheduler or workers are lost; errors of the run as they arose there.
        """
        if not works:
            return
        connection, pool = self._open()
        self._sign_home(installation)
        state = _State()
        for number, work in enumerate(works):
            state.add(work, number)
        try:
            yield from self._work(connection, pool, installation, state)
        finally:
            for each in state.under_way.values():
                connection.give_up(each.sent)

    def describe(self, stage: str) -> str:
        """The workers that did tasks of a stage in this run, each with how many."""
        tasks = Counter(each.worker for each in self.done if each.stage == stage)
        if not tasks:
            return f"no worker of {self._address}: there was nothing to do"
        each_one = (f"{name}: {count_of(number, 'task')}" for name, number in sorted(tasks.items()))
        return f"{count_of(len(tasks), 'worker')} of {self._address} ({', '.join(each_one)})"

    def _open(self) -> tuple[Connection, Pool]:
        """The connection and its workers: at first there is at least one, all of our version."""
        if self._opened is None:
            connection = self._connect(self._address)
            self._opened = connection, Pool(connection, self._patience)
            self._opened[1].wait_for_workers()
        return self._opened

    def _work(
        self, connection: Connection, pool: Pool, installation: Installation, state: _State
    ) -> Iterator[list[Failure]]:
        usable_at = time.monotonic()
        while state.waiting or state.under_way:
            free = [each for each in pool.usable() if each.address not in state.under_way]
            if free or state.under_way:
                usable_at = time.monotonic()
            elif time.monotonic() - usable_at > self._patience.no_workers:
                raise pool.no_workers_error()
            self._send(connection, installation, state, free)
            arrived = connection.receive(self._patience.look)
            while arrived is not None:
                yield from self._take(state, arrived)
                arrived = connection.receive(0)
            if time.monotonic() - pool.looked >= self._patience.look:
                pool.look()
                yield from self._notice_losses(connection, pool, installation, state)

    def _send(
        self,
        connection: Connection,
        installation: Installation,
        state: _State,
        free: list[SeenWorker],
    ) -> None:
        """Gives the largest work that waits to each free worker."""
        for worker in free:
            if not state.waiting:
                return
            _, _, part_of, work = heapq.heappop(state.waiting)
            task = Task(str(installation.home.root), self._sign, self._settings, work)
            sent = connection.send(task, worker, _label(work))
            state.under_way[worker.address] = _UnderWay(
                sent.number, work, part_of, worker, sent, time.monotonic()
            )

    def _take(self, state: _State, arrived: Arrived) -> Iterator[list[Failure]]:
        """Takes what came of a task; of one that is waited for no more, nothing."""
        named = [a for a, each in state.under_way.items() if each.number == arrived.number]
        if not named:
            return
        if arrived.answer is None:
            if not isinstance(arrived.error, Exception) or _is_loss(arrived.error):
                # The next look shows whether its worker is lost; it is waited for no more.
                state.under_way[named[0]].begun = -math.inf
                return
            worker = state.under_way[named[0]].worker
            raise ClusterError(
                f"worker {worker.name} could not begin its task "
                f"({type(arrived.error).__name__}): start it again, and run again"
            )
        done = state.under_way.pop(named[0])
        if arrived.answer.error is not None:
            _LOG.error("worker %s ended the run", done.worker.name)
            raise arrived.answer.error
        self.done.append(
            DoneTask(
                done.worker.name,
                done.work.stage,
                _size(done.work),
                arrived.answer.seconds,
                arrived.answer.processor,
                time.monotonic() - done.begun,
            )
        )
        if state.finish(done.part_of, arrived.answer.failures):
            yield state.failures[done.part_of]

    def _notice_losses(
        self, connection: Connection, pool: Pool, installation: Installation, state: _State
    ) -> Iterator[list[Failure]]:
        """Gives up the tasks of workers that died, fell silent or take far too long."""
        now = time.monotonic()
        for address, lost in list(state.under_way.items()):
            is_late = now - lost.begun > self._patience.task_seconds(_size(lost.work))
            if pool.is_there(lost.worker) and not pool.is_silent(lost.worker) and not is_late:
                continue
            del state.under_way[address]
            connection.give_up(lost.sent)
            again = self._after_loss(connection, pool, installation, lost)
            for work in again.works:
                state.add(work, lost.part_of)
            if state.finish(lost.part_of, again.failures):
                yield state.failures[lost.part_of]

    def _after_loss(
        self, connection: Connection, pool: Pool, installation: Installation, lost: _UnderWay
    ) -> Again:
        """What is done with the work of a worker that is lost."""
        is_gone = pool.has_died(lost.worker)
        pool.give_up(lost.worker)
        if _has_results(installation, lost.work):
            return Again()
        if not is_gone:
            how, after = "fell silent or takes too long", self.losses.after_silence
        elif connection.was_ended(lost.worker):
            how, after = "was ended", self.losses.after_end
        else:
            how, after = "died", self.losses.after_death
        work = describe_group(lost.work)
        _LOG.warning("worker %s %s: %s is tried again", lost.worker.name, how, work)
        return after(lost.work)

    def _sign_home(self, installation: Installation) -> None:
        """Lays the file into the store by which workers know that they see the same home."""
        store = installation.home.store
        if self._signed is not None and self._signed.home == installation.home:
            return
        for left_over in store.glob(f"{_SIGN}*"):
            left_over.unlink(missing_ok=True)
        (store / self._sign).touch(mode=0o600)
        self._signed = installation
        self._settings = digest_settings(installation)


def _size(work: GroupWork) -> int:
    return sum(int(delivery["bytes"].sum()) for delivery in work.group)


def _label(work: GroupWork) -> str:
    """The stage, the month and the senders, as Dask's dashboard shows them."""
    senders = list_senders(work.group)
    first = re.sub(r"[^\w.]+", "_", senders[0])[:_KEY_LETTERS]
    more = f"+{len(senders) - 1}" if len(senders) > 1 else ""
    return f"{work.stage}-{work.group[0]['month'][0]}-{first}{more}"


def _has_results(installation: Installation, work: GroupWork) -> bool:
    """Whether a worker that was lost had stored all that it was asked for."""
    name = "key" if work.stage == "records" else "tallies_key"
    return all(installation.store.has(work.stage, str(each[name][0])) for each in work.group)


def _is_loss(error: Exception) -> bool:
    """Whether Dask gave a task up because its worker or the scheduler is gone."""
    return type(error).__name__ in {"KilledWorker", "FutureCancelledError", "CommClosedError"}
