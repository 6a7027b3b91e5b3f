"""Commands that are ended from outside, by Ctrl-C or by the system.

Here belongs which signal ended a command. Not here: what is said of it (exits), what a run does
then (run).
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

_seen: list[int] = []
"""The end of a pipe into which the system writes the number of each signal that arrives."""
_arrived = bytearray()
"""What was read of it."""
_postponed: set[int] = set()
"""The signals whose handlers are to be called a little later."""

_POLARS = f"{os.sep}polars{os.sep}"
_SECONDS_TO_TRY_AGAIN = 0.02


@dataclass(frozen=True)
class OutsidePolars:
    """A handler of signals that waits until no function of Polars is under way.

    Polars calls Python from Rust, and where an exception arises there it panics: pages of frames,
    and an error that looks as if a delivery could not be processed.
    """

    handler: Callable[[int, FrameType | None], object]

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Handles the signal, at once or a little later."""
        if _is_in_polars(frame):
            _handle_later(number)
        else:
            self.handler(number, frame)


def _is_in_polars(frame: FrameType | None) -> bool:
    while frame is not None:
        if _POLARS in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def _handle_later(number: int) -> None:
    """Lets the handler of a signal be called a little later, with whatever frame there is then."""

    def handle(_: int, frame: FrameType | None) -> None:
        handler = signal.getsignal(number)
        if number in _postponed and callable(handler):
            _postponed.discard(number)
            handler(number, frame)

    _postponed.add(number)
    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_TO_TRY_AGAIN)


@contextmanager
def dagster_outside_polars() -> Iterator[None]:
    """Until the end of the block the handlers that Dagster puts in place wait for Polars too."""
    from dagster._utils import interrupts  # noqa: PLC0415 - only a run imports Dagster

    module: Any = interrupts
    replace = module._replace_interrupt_signal

    def replace_outside_polars(handler: Any) -> None:  # noqa: ANN401 -- as Python has handlers
        is_wrapped = isinstance(handler, OutsidePolars) or not callable(handler)
        replace(handler if is_wrapped else OutsidePolars(handler))

    module._replace_interrupt_signal = replace_outside_polars
    try:
        yield
    finally:
        module._replace_interrupt_signal = replace


@contextmanager
def signals_as_interrupts() -> Iterator[None]:
    """Until the end of the block SIGTERM raises KeyboardInterrupt too, as SIGINT does.

    Dagster puts its own handlers in place for a time, so which signal it was is asked of a pipe.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    interrupt = OutsidePolars(signal.default_int_handler)
    handler = signal.signal(signal.SIGTERM, interrupt)
    handler_of_int = signal.getsignal(signal.SIGINT)
    if handler_of_int is signal.default_int_handler:  # Else Ctrl-C is not meant for the command.
        signal.signal(signal.SIGINT, interrupt)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _seen.append(reading)
    _arrived.clear()
    try:
        with _no_word_of_libraries():
            yield
    finally:
        _seen.pop()
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGTERM, handler)
        signal.signal(signal.SIGINT, handler_of_int)
        os.close(reading)
        os.close(writing)


@contextmanager
def _no_word_of_libraries() -> Iterator[None]:
    """A library that a signal interrupts writes no frames, and cannot keep the signal to itself.

    SQLAlchemy logs what interrupts the end of a connection. Python prints what arises where nobody
    can catch it, such as in a destructor, and goes on: the main thread is interrupted once more.
    """
    last_resort, hook = logging.lastResort, sys.unraisablehook

    def is_error(record: logging.LogRecord) -> bool:
        kind = record.exc_info[0] if record.exc_info else None
        return kind is None or issubclass(kind, Exception)

    def interrupt_again(lost: "sys.UnraisableHookArgs") -> None:
        if issubclass(lost.exc_type, Exception):
            hook(lost)
        elif threading.current_thread() is threading.main_thread():
            _handle_later(signal.SIGTERM)

    if last_resort is not None:
        last_resort.addFilter(is_error)
    sys.unraisablehook = interrupt_again
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if last_resort is not None:
            last_resort.removeFilter(is_error)


def read_signal() -> signal.Signals:
    """The signal that ended the command: SIGTERM where it came, else SIGINT."""
    return signal.SIGTERM if signal.SIGTERM in _read_arrived() else signal.SIGINT


def raise_arrived() -> None:
    """KeyboardInterrupt where a signal arrived that Dagster, at the end of its run, let pass."""
    if {signal.SIGINT, signal.SIGTERM} & set(_read_arrived()):
        drop_postponed()
        raise KeyboardInterrupt


def drop_postponed() -> None:
    """Signals that wait until Polars is done interrupt no more: the command is ending already."""
    _postponed.clear()
    if threading.current_thread() is threading.main_thread():
        signal.setitimer(signal.ITIMER_REAL, 0)


def _read_arrived() -> bytes:
    """The numbers of all signals that arrived since the begin of the command."""
    if _seen:
        with suppress(BlockingIOError):
            _arrived.extend(os.read(_seen[-1], 64))
    return bytes(_arrived)
