"""A process that dies before a given step on the disk.

Here belongs how it is started and killed. Not here: what it does, and what must be there after it.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from pathlib import Path

STEPS = {
    "open",
    "os.chmod",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "shutil.rmtree",
}
"""What Python tells its audit hooks of the disk, before it is done."""


@dataclass(frozen=True)
class Ended:
    """How a process ended. `steps` are those that it took; None where it did not come to an end."""

    status: int | None
    steps: int | None


def run_until(
    step: int, work: Callable[[], object], told: Path, processes: ForkServerContext
) -> Ended:
    """Does the work in a process of its own, which dies before the given step."""
    process = processes.Process(target=_die_at_the_step, args=(work, step, told))
    process.start()
    process.join()
    return Ended(process.exitcode, int(told.read_text()) if told.exists() else None)


def _die_at_the_step(work: Callable[[], object], last_step: int, told: Path) -> None:
    seen = 0

    def count(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event in STEPS:
            seen += 1
            if seen == last_step:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    work()
    steps, last_step = seen, 0
    told.write_text(str(steps))
