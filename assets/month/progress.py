"""Progress of long work, told to whoever listens.

Here belongs passing on how far a stage is. Not here: showing it (printing).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Listener = Callable[[str, int, int], None]
"""Told the stage, how many deliveries are done and how many there are."""

_listeners: list[Listener] = []


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Tells a listener of all progress until the end of the block."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def told(stage: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items, telling after each how many are done."""
    for done, item in enumerate(items, start=1):
        yield item
        for listener in _listeners:
            listener(stage, done, total)
