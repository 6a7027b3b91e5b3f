"""What a worker does with a task: it opens the home, does the work of a group, and answers.

A task is small: a path, digests, and the plan of some deliveries. Results go into the store; an
answer has only what failed. Nothing is raised, for Dask logs an error with the arguments of its
task. Here belongs nothing that imports Dask. Not here: sending tasks (workers).
"""

import hashlib
import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time

from assets.month import failure_log, failures
from assets.month.cluster.errors import ClusterError
from assets.month.failures import Failure
from assets.month.groups import GroupWork
from assets.month.installation import Installation
from pipeline.home import HOME_VARIABLE, Home


@dataclass(frozen=True)
class Task:
    """The work of a group, and the home in which it is done.

    `sign` is a file of the store that is there as long as the run; `settings` the digest of what
    the home holds beside its exports.
    """

    home: str
    sign: str
    settings: str
    work: GroupWork


@dataclass(frozen=True)
class Answer:
    """What came of a task: the deliveries that failed, or an error that ends the run.

    `seconds` are by the clock, `processor` those of all threads of the worker.
    """

    failures: list[Failure] = field(default_factory=list)
    error: Exception | None = None
    seconds: float = 0.0
    processor: float = 0.0


def digest_settings(installation: Installation) -> str:
    """SHA-256 of what results are computed from beside files and source."""
    parts = (
        installation.register.digest,
        installation.profiles.digest,
        installation.declarations.digest,
        installation.methods.digest,
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def work_on(task: Task) -> Answer:
    """Does the work of a task."""
    begun, processor = perf_counter(), process_time()
    with _busy():
        try:
            answer = Answer(task.work.try_deliveries(_open(task)))
        except failures.OF_ONE_DELIVERY as error:
            answer = Answer(error=_make_portable(error))
    return replace(answer, seconds=perf_counter() - begun, processor=process_time() - processor)


_opened: dict[str, Installation] = {}
"""The installation of the run that was worked for last, by the run's sign."""
_opening = threading.Lock()


def _open(task: Task) -> Installation:
    """The home of a task, opened once a run: what lies in it may change between runs."""
    with _opening:
        if task.sign not in _opened:
            _opened.clear()
            _opened[task.sign] = _check_same_home(task)
        return _opened[task.sign]


def _check_same_home(task: Task) -> Installation:
    """The installation under the path of the run, or under that of this worker where it has one."""
    root = os.environ.get(HOME_VARIABLE) or task.home
    where = f"the home {root} on this worker's machine"
    cure = "mount the home's folder there, and start the worker with --home where its path differs"
    if not (Home(Path(root)).store / task.sign).exists():
        raise ClusterError(f"{where} is not the home of the run: {cure}")
    # The database is no business of a worker.
    installation = Installation(Home.at(root), warehouse_url="")
    if digest_settings(installation) != task.settings:
        raise ClusterError(
            f"{where} holds other registers, profiles, declarations or methods than the run read: "
            "leave them as they are while a run works, and run again"
        )
    return installation


def _make_portable(error: BaseException) -> Exception:
    """The error as it can be sent: itself where it can be pickled, else its type and message."""
    if isinstance(error, failures.OF_THE_RUN):
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 -- what was pickled just now
        except Exception:
            return ClusterError(failure_log.mask_message(str(error)))
        return error
    if isinstance(error, ClusterError):
        return error
    kind = type(error).__name__
    return ClusterError(f"the program failed ({kind}: {failure_log.mask_message(str(error))})")


_under_way: set[int] = set()
_counting = threading.Lock()


@contextmanager
def _busy() -> Iterator[None]:
    own = threading.get_ident()
    with _counting:
        _under_way.add(own)
    try:
        yield
    finally:
        with _counting:
            _under_way.discard(own)


def is_busy(_: object = None) -> bool:
    """Whether this process works on a task, also on one that the run waits for no more."""
    return bool(_under_way)
