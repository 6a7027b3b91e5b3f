"""Folders and files that only their owner can open, whatever the umask of who made them.

Archive, store, database and Dagster's folder hold what agencies sent, and nothing of it is for
other accounts of the machine. Here belongs making them private. Not here: which they are (home).
"""

import os
import stat
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path) -> None:
    """Makes a folder, with those above it, that its owner alone can open.

    One that is there already is closed to others. OSError where it cannot be made or closed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _close_to_others(folder)


def make_private_file(path: Path) -> None:
    """Makes a file that its owner alone can open, empty where it is new; its folder must be there.

    One that is there already keeps its bytes and is closed to others. OSError where it cannot be
    made or closed.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    _close_to_others(path)


def _close_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        path.chmod(mode & ~_OTHERS)
