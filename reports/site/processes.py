"""Processes that make a site beside this one.

Here belongs how they start and end. Not here: what they make (reports.site, unit_pages).
"""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor


def start_processes(count: int) -> ProcessPoolExecutor:
    """So many processes, which end with this one even where it is killed."""
    # A fork would copy the threads of Polars, which then wait forever.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(count, context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
