"""Flushing: what is written is on the disk before anything relies on it.

Here belong the flushes of files and folders. Not here: what is written (archive, editions).
"""

import os
from pathlib import Path


def flush_file(path: Path) -> None:
    """Makes the bytes of a file durable."""
    _flush(path, os.O_RDONLY)


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder durable: the flush of a file does not."""
    _flush(folder, os.O_RDONLY | os.O_DIRECTORY)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
