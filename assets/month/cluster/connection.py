# ruff: noqa: PLC0415 - Dask is imported only where there is a cluster
"""The client of the scheduler: which workers there are, sending a task, taking its answer.

Every wait has an end. The client lives in a loop of its own thread. Here belongs all of a run that
imports Dask. Not here: which task goes to which worker (workers).
"""

import asyncio
import logging
import queue
import re
import socket
import threading
import time
import warnings
from collections.abc import Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from assets.month.cluster import identity
from assets.month.cluster.errors import ClusterError, ClusterUseError, not_installed
from assets.month.cluster.tasks import Answer, Task, work_on

if TYPE_CHECKING:
    from distributed import Client

_ADDRESS = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[^\s/:@]+):\d{1,5}")
_CONNECT_SECONDS = 15.0
_ANSWER_SECONDS = 10.0
"""How long the scheduler may take to say which workers it has."""
_CLOSE_SECONDS = 5.0
_SETTINGS = {
    "distributed.comm.timeouts.connect": _CONNECT_SECONDS,
    "distributed.comm.timeouts.tcp": "30s",
}

Value = TypeVar("Value")


@dataclass(frozen=True)
class SeenWorker:
    """A worker as the scheduler knows it.

    `process` differs after a restart under the same address; `heard_at` is the scheduler's clock
    when it was heard of last; `versions` are None where it says nothing of itself.
    """

    address: str
    process: str
    machine: str
    versions: Mapping[str, str] | None
    heard_at: float
    is_busy: bool

    @property
    def name(self) -> str:
        """Its machine and address, for people."""
        return f"{self.machine} ({self.address})" if self.machine else self.address


@dataclass(frozen=True)
class Sent:
    """A task under way; it is told from all others by `number`."""

    number: int
    future: Any


@dataclass(frozen=True)
class Arrived:
    """What came back of a sent task: an answer, or the error with which Dask gave it up."""

    number: int
    answer: Answer | None
    error: BaseException | None = None


class Connection:
    """A client of the scheduler at an address, until it is closed.

    ClusterUseError where Dask is not installed or the address is none; ClusterError where no
    scheduler answers there.
    """

    def __init__(self, address: str) -> None:
        check_address(address)
        try:
            import distributed  # noqa: F401 -- so that its absence is said plainly
        except ImportError:
            raise not_installed() from None
        check_reachable(address)
        self.address = address
        self._arrived: queue.Queue[Arrived] = queue.Queue()
        self._count = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="cluster connection", daemon=True
        )
        self._thread.start()
        try:
            self._client = self._wait(_connect(address), _CONNECT_SECONDS + 5)
            self._scheduler = str(self._identify()["id"])
        except (OSError, TimeoutError) as error:
            self.close()
            raise ClusterError(_no_scheduler(address, type(error).__name__)) from None
        except BaseException:
            self.close()
            raise

    def look(self) -> list[SeenWorker]:
        """The workers that the scheduler knows. ClusterError where it is lost, or is another."""
        try:
            found = self._identify()
        except (OSError, TimeoutError):
            raise self._lost() from None
        if str(found["id"]) != self._scheduler:
            raise self._lost()
        return [_read_worker(address, each) for address, each in found["workers"].items()]

    def was_ended(self, worker: SeenWorker) -> bool:
        """Whether a worker was ended from outside, by a person or its system, and said so."""

        async def ask() -> Any:  # noqa: ANN401 -- Dask's events
            return await self._client.get_events(identity.ENDED)

        try:
            ended = self._wait(ask(), _ANSWER_SECONDS)
        except (OSError, TimeoutError, RuntimeError):
            raise self._lost() from None
        return any(address == worker.address for _, address in ended)

    def send(self, task: Task, worker: SeenWorker, label: str) -> Sent:
        """Sends a task to a worker, and to no other; Dask's dashboard shows the label.

        ClusterError where the scheduler is lost.
        """
        self._count += 1
        number = self._count
        try:
            future = self._wait(self._submit(task, worker, f"{label}-{number}"), _ANSWER_SECONDS)
        except (OSError, TimeoutError, RuntimeError):
            # Dask says of a client without a scheduler that it is closed: RuntimeError.
            raise self._lost() from None
        asyncio.run_coroutine_threadsafe(self._follow(number, future), self._loop)
        return Sent(number, future)

    def receive(self, seconds: float) -> Arrived | None:
        """What arrives next within some seconds."""
        with suppress(queue.Empty):
            return self._arrived.get(timeout=seconds)
        return None

    def give_up(self, sent: Sent) -> None:
        """Waits for a task no more; where it is worked on, that goes on."""
        with suppress(OSError, TimeoutError):
            self._wait(_cancel(sent.future), _ANSWER_SECONDS)

    def close(self) -> None:
        """Ends the client, whether the scheduler answers or not."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            with suppress(Exception):
                self._wait(client.close(timeout=_CLOSE_SECONDS), _CLOSE_SECONDS + 1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_SECONDS)

    def _lost(self) -> ClusterError:
        return ClusterError(
            f"the scheduler {self.address} was lost while the run went on: start it again, and run "
            "again; what was computed is kept"
        )

    def _identify(self) -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            scheduler = self._client.scheduler
            if scheduler is None:
                raise OSError("the client has no scheduler")
            said: dict[str, Any] = await scheduler.identity(n_workers=-1)
            return said

        return self._wait(ask(), _ANSWER_SECONDS)

    async def _submit(self, task: Task, worker: SeenWorker, key: str) -> Any:  # noqa: ANN401
        return self._client.submit(
            work_on,
            task,
            key=f"{key}-{time.time_ns():x}",
            workers=[worker.address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    async def _follow(self, number: int, future: Any) -> None:  # noqa: ANN401 -- Dask's future
        try:
            arrived = Arrived(number, await future)
        except asyncio.CancelledError as error:
            arrived = Arrived(number, None, error)
        except Exception as error:
            arrived = Arrived(number, None, error)
        self._arrived.put(arrived)

    def _wait(self, work: Coroutine[Any, Any, Value], seconds: float) -> Value:
        """What comes of some work in the loop; TimeoutError where it takes longer."""
        done: Future[Value] = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return done.result(seconds)
        except TimeoutError:
            done.cancel()
            raise
        except CancelledError:
            raise TimeoutError from None


async def _connect(address: str) -> "Client":
    import dask
    from distributed import Client

    # What is wrong with the connection is said once, in plain words.
    for name in ("distributed", "distributed.client"):
        logging.getLogger(name).setLevel(logging.CRITICAL)

    with dask.config.set(_SETTINGS), warnings.catch_warnings():
        # Which versions must be the same is asked of the workers: identity.
        warnings.simplefilter("ignore")
        connected: Client = await Client(  # type: ignore[no-untyped-call]
            address,
            asynchronous=True,
            timeout=_CONNECT_SECONDS,
            set_as_default=False,
            direct_to_workers=False,
            name="reform-index",
        )
        return connected


async def _cancel(future: Any) -> None:  # noqa: ANN401 -- Dask's future
    await future.cancel(force=True)


def check_address(address: str) -> None:
    """Raises ClusterUseError where this is no address of a scheduler."""
    if not _ADDRESS.fullmatch(address):
        # The address may hold what was meant for another setting, so it is not repeated.
        raise ClusterUseError(
            "the address of the scheduler (REFORM_INDEX_CLUSTER, or the argument of `reform-index "
            "worker`) is not one like tcp://host:8786 or tls://host:8786: correct it"
        )


def check_reachable(address: str) -> None:
    """Raises ClusterError where nothing listens at the address of a scheduler."""
    host, _, port = address.partition("://")[2].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _CONNECT_SECONDS).close()
    except OSError as error:
        cause = error.strerror or type(error).__name__
        raise ClusterError(_no_scheduler(address, cause)) from None


def _no_scheduler(address: str, cause: str) -> str:
    return (
        f"no scheduler answers at {address} ({cause}): start one with `dask scheduler`, and see "
        "that this machine reaches it; without REFORM_INDEX_CLUSTER a run works with its own "
        "threads"
    )


def _read_worker(address: str, known: Mapping[str, Any]) -> SeenWorker:
    said = known.get(identity.KEY)
    said = said if isinstance(said, dict) else {}
    return SeenWorker(
        address,
        str(said.get("process", "")),
        str(said.get("machine", "")),
        said.get("versions"),
        float(known["last_seen"]),
        bool(known["metrics"].get(identity.KEY)),
    )
