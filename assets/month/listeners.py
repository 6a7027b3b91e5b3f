"""Listeners: who is told what a run does while it does it, in this process.

Here belongs keeping them. Not here: what they are told (progress, report), how that is shown
(command_line).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, ParamSpec

Told = ParamSpec("Told")


class Listeners(Generic[Told]):
    """Functions that are called with the same values, in the order in which they subscribed."""

    def __init__(self) -> None:
        self._all: list[Callable[Told, None]] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    @contextmanager
    def subscribed(self, listener: Callable[Told, None]) -> Iterator[None]:
        """Tells a listener too, until the end of the block."""
        self._all.append(listener)
        try:
            yield
        finally:
            self._all.remove(listener)

    def tell(self, *values: Told.args, **more: Told.kwargs) -> None:
        """Calls every listener."""
        for listener in self._all:
            listener(*values, **more)
