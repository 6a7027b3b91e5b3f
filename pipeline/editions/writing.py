"""Writing below the folder `published`: files that are whole on the disk, errors in plain words.

Here belongs what editions and the pages beside them share. Not here: which files there are.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from pipeline.errors import PlainError

_READ_ONLY = 0o444

_CURES = {
    errno.EACCES: "give the account that runs reform-index the right to write there",
    errno.EPERM: "give the account that runs reform-index the right to write there",
    errno.EROFS: "the file system is read-only: mount it writable, or name another home",
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "the account's disk quota is used up: free some space",
    errno.ENOTDIR: "a file lies where a folder should be: move it away",
    errno.EEXIST: "a file lies where a folder should be: move it away",
    errno.EISDIR: "a folder lies where a link or file should be: move it away",
    errno.ENOTEMPTY: "a folder lies where it should not: move it away",
    errno.ENOENT: "restore the missing folder from a backup",
}


class EditionError(PlainError):
    """What is published cannot be written or read; the message names the folder and the cure."""


def check_inside(name: str) -> None:
    """ValueError where a relative path leads out of the folder that it is relative to."""
    path = PurePosixPath(name)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise ValueError(f"{name!r} does not name a file inside an edition")


def write_file(path: Path, content: bytes) -> None:
    """Writes a new file that anybody may read and nobody changes; its bytes are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fchmod(file.fileno(), _READ_ONLY)
        os.fsync(file.fileno())


@contextmanager
def plain_errors(done: str, folder: Path) -> Iterator[None]:
    """Errors of the disk as EditionError: what could not be done (read, written), and the cure."""
    try:
        yield
    except OSError as error:
        place = error.filename or folder
        cure = _CURES.get(error.errno or 0, "see that the disk works and the folder is writable")
        raise EditionError(
            f"{folder} cannot be {done}: {error.strerror} ({place}): {cure}"
        ) from error
