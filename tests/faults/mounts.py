"""File systems of a test's own: small ones, read-only ones, ones that go away.

Here belongs mounting, which only the administrator may do: elsewhere these tests are skipped. Not
here: what is tried on them.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted_memory(folder: Path) -> Iterator[Path]:
    """A file system in memory at the folder, as large as wanted until `limit_space`."""
    folder.mkdir()
    with _mounted("-t", "tmpfs", "-o", "size=1g", "tmpfs", folder):
        yield folder


@contextmanager
def bound(folder: Path, place: Path, *, is_read_only: bool = False) -> Iterator[Path]:
    """The folder once more, at another place."""
    place.mkdir(exist_ok=True)
    with _mounted("--bind", folder, place):
        if is_read_only:
            _mount("-o", "remount,bind,ro", place)
        yield place


@contextmanager
def _mounted(*options: str | Path) -> Iterator[None]:
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only the administrator of a Linux machine can mount file systems")
    try:
        _mount(*options)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"file systems cannot be mounted here: {error.stderr}")
    try:
        yield
    finally:
        # A place from which it was taken away already is no fault.
        unmount(Path(options[-1]))


def unmount(place: Path) -> None:
    """Takes a file system away, whoever uses it; nothing where there is none."""
    subprocess.run(["umount", "--lazy", place], check=False, capture_output=True)


def limit_space(folder: Path, more_bytes: int) -> None:
    """From now on so many bytes more fit into a file system in memory, and no file beyond them."""
    used = shutil.disk_usage(folder).used
    _mount("-o", f"remount,size={used + more_bytes}", folder)


def limit_files(folder: Path, more_files: int) -> None:
    """From now on so many files more fit into a file system in memory."""
    _mount("-o", f"remount,nr_inodes={count_files(folder) + more_files}", folder)


def give_back(folder: Path) -> None:
    """A file system in memory has space again."""
    _mount("-o", "remount,size=1g,nr_inodes=1000000", folder)


def count_files(folder: Path) -> int:
    """Files and folders that a file system holds."""
    found = os.statvfs(folder)
    return found.f_files - found.f_ffree


def _mount(*options: str | Path) -> None:
    subprocess.run(["mount", *options], check=True, capture_output=True, text=True)
