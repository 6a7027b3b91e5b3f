"""Memory of a process that measures itself, alone or with the processes that it started.

Here belongs reading what the system counted. Not here: what is measured (steps, nation, site).
"""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_STATUS = Path("/proc/self/status")
_SECONDS_BETWEEN = 0.5

_Seen = tuple[float, float, float]
"""A moment, the memory in GiB, and the seconds of processors that were used."""


def peak_gib() -> float:
    """The most memory in GiB that this program has held since it began; Linux only.

    `VmHWM`, and not `ru_maxrss`: that one starts at what the process had in hand when it began the
    program, which is its parent's memory.
    """
    lines = _STATUS.read_text(encoding="ascii").splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) / 1024**2


class MemoryWatch:
    """Measures, as long as its block runs, the most memory that this process and those that it
    started held together, twice a second; Linux only.

    What several of them share is counted once (`Pss`). Beside it are kept the seconds of
    processors that this process had used by then.
    """

    def __init__(self) -> None:
        self._seen: list[_Seen] = []
        self._is_over = threading.Event()
        self._watch = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._watch.join()

    @property
    def peak_gib(self) -> float:
        """The most memory of all."""
        return max((gib for _, gib, _ in self._seen), default=0.0)

    def peak_between(self, begun: float, ended: float) -> float:
        """The most memory between two moments of `time.time`, and right before and after them."""
        near = 2 * _SECONDS_BETWEEN
        inside = (gib for at, gib, _ in self._seen if begun - near <= at <= ended + near)
        return max(inside, default=0.0)

    def cpu_between(self, begun: float, ended: float) -> float:
        """The seconds of processors that this process used between two moments of `time.time`, to
        the nearest times it was looked at.
        """
        used = [_find_nearest(self._seen, moment)[2] for moment in (begun, ended)]
        return used[1] - used[0]

    def _look(self) -> None:
        while True:
            kib = sum(map(_read_share, [os.getpid(), *list_descendants(os.getpid())]))
            self._seen.append((time.time(), kib / 1024**2, time.process_time()))
            if self._is_over.wait(_SECONDS_BETWEEN):
                return


def _find_nearest(seen: list[_Seen], moment: float) -> _Seen:
    return min(seen, key=lambda one: abs(one[0] - moment))


def list_descendants(process: int) -> Iterator[int]:
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = [int(child) for child in path.read_text(encoding="ascii").split()]
        except OSError:  # the thread has ended
            continue
        for child in children:
            yield child
            yield from list_descendants(child)


def _read_share(process: int) -> int:
    """The memory of a process in KiB; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
