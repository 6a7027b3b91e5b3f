# ruff: noqa: PLC0415 - Dask is imported only where there is a cluster
"""A worker as a process: started, restarted when it dies, ended by a signal.

Dask's nanny starts the worker as a process of its own and starts it anew when it dies or takes too
much memory. Where the scheduler is gone, it is waited for. Nothing is written but into the home and
a temporary folder. Here belongs what a worker's process is given. Not here: the command
(command_line.worker_command), what a worker does (tasks).
"""

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assets.month.cluster import connection, identity, tasks
from assets.month.cluster.errors import ClusterError, ClusterUseError, not_installed
from pipeline.home import HOME_VARIABLE

if TYPE_CHECKING:
    from distributed import Nanny

_RESERVE = 0.1
_LEAST_RESERVE_BYTES = 1 << 30
"""What is left of a machine's memory for all else: a tenth, and at least one GiB."""
_START_SECONDS = 120.0
_SECONDS_BETWEEN_TRIES = 2.0
_TELL_SECONDS = 5.0
"""How long a scheduler is tried to be told that the worker ends."""
_GONE_SECONDS = 600.0
"""How long a worker that had a scheduler waits for it to come back."""
_SETTINGS = {
    # Results are small: what takes memory is the work itself, which cannot be laid aside.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": 0.95,
    "distributed.worker.http.routes": [],
    "distributed.worker.profile.enabled": False,
}


@dataclass(frozen=True)
class WorkerSettings:
    """How a worker works. `memory` is in bytes; `home` is empty where it is the path of the run."""

    scheduler: str
    threads: int
    memory: int
    home: str = ""


def default_threads() -> int:
    """The cores that this process may use."""
    import_dask()
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


def default_memory() -> int:
    """The memory that this process may use less a reserve, in bytes."""
    import_dask()
    from distributed.system import MEMORY_LIMIT

    limit = int(MEMORY_LIMIT)
    return max(limit - max(int(limit * _RESERVE), _LEAST_RESERVE_BYTES), limit // 2)


def parse_memory(text: str) -> int:
    """Bytes from a text like 8GB or 8GiB. ClusterUseError where it is none."""
    import_dask()
    from dask.utils import parse_bytes

    try:
        memory = int(parse_bytes(text))
    except ValueError:
        memory = 0
    if memory <= 0:
        raise ClusterUseError(f"{text!r} is no size of memory: write it like 8GB or 8GiB")
    return memory


def import_dask() -> None:
    """Raises ClusterUseError where Dask is not installed."""
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise not_installed() from None


def run_worker(settings: WorkerSettings, tell: Callable[[str], None]) -> None:
    """Works for a scheduler until SIGINT or SIGTERM. ClusterError where there is no scheduler."""
    import_dask()
    connection.check_address(settings.scheduler)
    # Inherited by the worker's process, which imports Polars after it is set.
    os.environ["POLARS_MAX_THREADS"] = str(settings.threads)
    os.environ[HOME_VARIABLE] = settings.home
    connection.check_reachable(settings.scheduler)
    with tempfile.TemporaryDirectory(prefix="reform-index-worker-") as folder:
        asyncio.run(_work_until_signal(settings, folder, tell))


async def _work_until_signal(
    settings: WorkerSettings, folder: str, tell: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tell(
        f"working for {settings.scheduler} with {settings.threads} "
        f"{'thread' if settings.threads == 1 else 'threads'} and "
        f"{settings.memory / 2**30:.1f} GiB; Ctrl-C ends this"
    )
    gone_since: float | None = None
    while not stop.is_set():
        failed = await _work_once(settings, folder, stop)
        if stop.is_set():
            break
        if not failed or gone_since is None:
            gone_since = time.monotonic()
            cause = failed or "it closed the connection"
            tell(f"the scheduler {settings.scheduler} is gone ({cause}): waiting for it")
        elif time.monotonic() - gone_since > _GONE_SECONDS:
            raise ClusterError(
                f"the scheduler {settings.scheduler} was gone for {_GONE_SECONDS / 60:.0f} "
                "minutes: start it, and then this worker"
            )
        await _wait_for(stop, _SECONDS_BETWEEN_TRIES)
    tell("the worker ended")


async def _work_once(settings: WorkerSettings, folder: str, stop: asyncio.Event) -> str:
    """Works until the scheduler is gone or it is time to stop; why it could not begin, or ""."""
    import dask
    from distributed import Nanny

    try:
        with dask.config.set(_SETTINGS):
            nanny = Nanny(
                settings.scheduler,
                nthreads=1,
                memory_limit=settings.memory,
                local_directory=folder,
                death_timeout=_START_SECONDS,
                startup_information={identity.KEY: identity.describe_worker},
                metrics={identity.KEY: tasks.is_busy},
            )
            async with nanny:
                ended = asyncio.ensure_future(nanny.finished())  # type: ignore[no-untyped-call]
                stopped = asyncio.ensure_future(stop.wait())
                await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
                for each in (ended, stopped):
                    each.cancel()
                if stop.is_set():
                    await _tell_scheduler(nanny)
    except (OSError, TimeoutError, RuntimeError) as error:
        return f"the worker cannot begin: {type(error).__name__}"
    return ""


async def _tell_scheduler(nanny: "Nanny") -> None:
    """Says that the worker is ended from outside: its work has not killed it."""
    with suppress(OSError, TimeoutError):
        said = nanny.scheduler.log_event(topic=identity.ENDED, msg=nanny.worker_address)
        await asyncio.wait_for(said, _TELL_SECONDS)


async def _wait_for(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
