"""Progress of long work, reported to every listener that subscribed.

Here belongs passing on how far a stage is. Not here: showing it (command_line.printing).
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from assets.month.listeners import Listeners

Item = TypeVar("Item")

_listeners: Listeners[str, int, int] = Listeners()
subscribed = _listeners.subscribed
"""Until the end of the block a listener is told all progress: the stage, how many parts of the work
are done, and how many there are; 0 where that is not known."""


def begin_stage(stage: str) -> None:
    """Reports that a stage begins whose parts are not counted."""
    _listeners.tell(stage, 0, 0)


def report_progress(stage: str, items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items; after each one, reports how many are done."""
    for done, item in enumerate(items, start=1):
        yield item
        _listeners.tell(stage, done, total)
