"""Progress of long work, reported to every listener that subscribed.

Here belongs passing on how far a stage is. Not here: showing it (command_line.printing).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[str, int, int], None]
"""Called with the stage, how many parts of the work are done, and how many there are."""

_listeners: list[Listener] = []


@contextmanager
def subscribed(listener: Listener) -> Iterator[None]:
    """Reports all progress to a listener until the end of the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def report_progress(stage: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items; after each one, reports how many are done."""
    for done, item in enumerate(items, start=1):
        yield item
        for listener in _listeners:
            listener(stage, done, total)
