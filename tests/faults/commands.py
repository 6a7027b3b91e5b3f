"""`reform-index` in a process of its own, which is ended at a point that is given or by chance.

Here belongs how a command is started, what it did until which moment, and how it is ended. Not
here: what it is asked to do and what must be there afterwards.
"""

import faulthandler
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path

from sqlalchemy import Engine, event

PATIENCE_SECONDS = 300
"""How long a command may need, on a machine that does other work beside it."""
STEPS = {
    "open",
    "os.chmod",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "shutil.rmtree",
    "sqlite3.connect",
}
"""What Python tells its audit hooks of the disk, before it is done."""
PLACES = (
    ("archive", "archive"),
    ("store", "store"),
    ("published/editions", "edition"),
    ("published/.", "link"),
    ("published", "pages"),
    ("feedback", "feedback"),
    ("warehouse.db", "warehouse"),
    ("dagster", "dagster"),
)
"""Where in a home a step is, by how its path begins, and the name of that place."""


@dataclass(frozen=True)
class Point:
    """A moment of a command: so many seconds after the n-th step at a place.

    Without a place the seconds count from the begin of the command.
    """

    seconds: float
    place: str = ""
    step: int = 0


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit status (negative: the signal), what it said, how long it took.

    `steps` counts its steps by place; it is empty where the command did not come to its end.
    """

    status: int
    said: str
    seconds: float
    steps: Mapping[str, int] = field(default_factory=dict)


def run_command(
    processes: ForkServerContext,
    arguments: tuple[str | Path, ...],
    said: Path,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], object] | None = None,
) -> Ended:
    """Runs a command to its end. `before` is called in its process, and must be importable."""
    return disturb_command(
        processes, arguments, said, None, lambda _: None, environment, before=before
    )


def send(*signals: signal.Signals) -> Callable[[int], None]:
    """Sends signals to a process, one right after the other."""

    def send_all(process: int) -> None:
        for each in signals:
            os.kill(process, each)

    return send_all


def disturb_command(  # noqa: PLR0917
    processes: ForkServerContext,
    arguments: tuple[str | Path, ...],
    said: Path,
    point: Point | None,
    disturb: Callable[[int], object],
    environment: Mapping[str, str] | None = None,
    *,
    before: Callable[[], object] | None = None,
) -> Ended:
    """Runs a command; calls `disturb` with its process at a point, if it has not ended by then."""
    here, there = processes.Pipe()
    given = (tuple(map(str, arguments)), said, dict(environment or {}), there, point, before)
    process = processes.Process(target=_run, args=given)
    process.start()
    there.close()
    try:
        begun, steps = time.monotonic(), {}
        for word in _listen(here):
            if word == "begun":
                begun = time.monotonic()
            if isinstance(word, dict):
                steps = word
            if point is not None and word == ("reached" if point.place else "begun"):
                process.join(point.seconds)
                if process.pid is not None and process.is_alive():
                    disturb(process.pid)
        process.join(PATIENCE_SECONDS)
        if process.exitcode is None and process.pid is not None:
            os.kill(process.pid, signal.SIGUSR1)  # It writes where each of its threads is.
            process.join(2)
        assert process.exitcode is not None, f"it does not end: {said.read_text()}"
        return Ended(process.exitcode, said.read_text(), time.monotonic() - begun, steps)
    finally:
        process.kill()
        here.close()


def _listen(connection: Connection) -> Iterator[object]:
    """What the process says, until it ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while connection.poll(max(0, deadline - time.monotonic())):
        try:
            yield connection.recv()
        except (EOFError, ConnectionError):
            return


def _run(  # noqa: PLR0917
    arguments: tuple[str, ...],
    said: Path,
    environment: dict[str, str],
    told: Connection,
    point: Point | None,
    before: Callable[[], object] | None,
) -> None:
    output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    os.environ |= environment | {"COLUMNS": "200"}
    sys.argv = ["reform-index", *arguments]
    from assets.command_line import app  # noqa: PLC0415 - only the process imports it

    steps = _count_steps(Path(arguments[arguments.index("--home") + 1]), told, point)
    if before:
        before()
    command = app.app

    def begin() -> None:
        told.send("begun")
        command()

    app.app = begin  # type: ignore[assignment]  # Its handlers of signals are there by then.
    try:
        app.main()
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        told.send(dict(steps))


def _count_steps(home: Path, told: Connection, point: Point | None) -> Counter[str]:
    """Counts the steps of this process by place from now on, and says when the point is reached."""
    steps: Counter[str] = Counter()

    def count(place: str) -> None:
        steps[place] += 1
        if point is not None and (place, steps[place]) == (point.place, point.step):
            told.send("reached")

    def hear(name: str, given: tuple[object, ...]) -> None:
        if name in STEPS and not _is_reading(name, given):
            place = _find_place(home, given[0])
            if place:
                count(place)

    def hear_statement(connection: object, *_: object) -> None:
        if getattr(connection, "dialect").name == "postgresql":  # noqa: B009
            count("warehouse")

    event.listen(Engine, "before_cursor_execute", hear_statement)
    sys.addaudithook(hear)
    return steps


def _is_reading(name: str, given: tuple[object, ...]) -> bool:
    return name == "open" and not int(str(given[2])) & (os.O_WRONLY | os.O_RDWR)


def _find_place(home: Path, path: object) -> str:
    if not isinstance(path, str | Path) or not Path(path).is_relative_to(home):
        return ""
    inside = str(Path(path).relative_to(home))
    return next((place for begin, place in PLACES if inside.startswith(begin)), "")
