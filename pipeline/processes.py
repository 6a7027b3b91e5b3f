"""Processes that work beside this one.

Here belongs how they start and end. Not here: what they do (exports.apart, reports.site).
"""

import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path


def start_processes(count: int, most_bytes: int = 0) -> ProcessPoolExecutor:
    """So many processes, which end with this one even where it is killed.

    Each of them may have so many bytes of memory more than at its start; 0 is as many as there are.
    """
    # A fork would copy the threads of Polars, which then wait forever.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_begin, initargs=(most_bytes,))


def _begin(most_bytes: int) -> None:
    # Ctrl-C reaches them too, and their parent says what there is to say: one that makes pages ends
    # without a word, and one that reads goes on, for a file is not broken because a person is done.
    signal.signal(signal.SIGINT, signal.SIG_IGN if most_bytes else signal.SIG_DFL)
    threading.Thread(target=_wait_for_parent, daemon=True).start()
    if most_bytes:
        _limit_memory(most_bytes)


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _limit_memory(most_bytes: int) -> None:
    """Linux alone says what is used, so that it can be limited; elsewhere nothing is."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:
        return
    import resource  # noqa: PLC0415 - not every system has it

    used = int(pages) * os.sysconf("SC_PAGE_SIZE")
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + most_bytes, most))
