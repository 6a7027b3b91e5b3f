"""Hashes are remembered by path, size and time of change; the memory can be lost."""

import hashlib
import os
from pathlib import Path

import pytest

from pipeline.archive import Digests


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dossiers.csv"
    path.write_bytes(b"old")
    return path


def change_unseen(path: Path, content: bytes) -> None:
    """Changes bytes but neither size nor time of change."""
    stat = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def test_a_file_that_looks_the_same_is_not_read_again_unless_it_is_asked_for(
    file: Path, tmp_path: Path
) -> None:
    digests = Digests(tmp_path / "store" / "digests.json")
    assert digests.of(file, is_read=False) == (sha256(b"old"), 3)
    change_unseen(file, b"new")
    assert digests.of(file, is_read=False) == (sha256(b"old"), 3)
    assert digests.of(file, is_read=True) == (sha256(b"new"), 3)
    assert digests.of(file, is_read=False) == (sha256(b"new"), 3)


def test_a_file_of_another_size_or_time_is_read(file: Path, tmp_path: Path) -> None:
    digests = Digests(tmp_path / "digests.json")
    digests.of(file, is_read=False)
    stat = file.stat()
    file.write_bytes(b"newer")
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert digests.of(file, is_read=False) == (sha256(b"newer"), 5)
    change_unseen(file, b"other")
    os.utime(file, ns=(0, 0))
    assert digests.of(file, is_read=False) == (sha256(b"other"), 5)


def test_what_was_saved_is_remembered_the_next_time(file: Path, tmp_path: Path) -> None:
    place = tmp_path / "store" / "digests.json"
    digests = Digests(place)
    digests.of(file, is_read=False)
    digests.save()
    change_unseen(file, b"new")
    assert Digests(place).of(file, is_read=False) == (sha256(b"old"), 3)
    assert [path.name for path in place.parent.iterdir()] == ["digests.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[1]", b"null", b"7", b"\xff"])
def test_a_memory_that_is_lost_or_spoilt_is_begun_anew(
    file: Path, tmp_path: Path, content: bytes
) -> None:
    place = tmp_path / "digests.json"
    place.write_bytes(content)
    assert Digests(place).of(file, is_read=False) == (sha256(b"old"), 3)
