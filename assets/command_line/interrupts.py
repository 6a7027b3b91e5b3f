"""Commands that are ended from outside, by Ctrl-C or by the system.

Here belongs which signal ended a command. Not here: what is said of it (exits), what a run does
then (run).
"""

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_seen: list[int] = []
"""The end of a pipe into which the system writes the number of each signal that arrives."""


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
    handler = signal.signal(signal.SIGTERM, signal.default_int_handler)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _seen.append(reading)
    try:
        with _no_word_of_libraries():
            yield
    finally:
        _seen.pop()
        signal.set_wakeup_fd(before)
        signal.signal(signal.SIGTERM, handler)
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
            signal.raise_signal(signal.SIGINT)

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
    try:
        arrived = os.read(_seen[-1], 64) if _seen else b""
    except BlockingIOError:
        arrived = b""
    return signal.SIGTERM if signal.SIGTERM in arrived else signal.SIGINT
