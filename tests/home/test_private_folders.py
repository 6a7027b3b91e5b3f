"""What agencies sent is for the owner of the home alone, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.private_folders import make_private_file, make_private_folder


@pytest.fixture(autouse=True)
def _nothing_masked() -> Iterator[None]:
    """The umask that leaves everything open to everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    make_private_folder(tmp_path / "archive")
    assert mode(tmp_path / "archive") == 0o700


def test_a_folder_that_others_could_open_is_closed_and_keeps_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir(mode=0o755)
    (folder / "kept").write_text("as it was")
    make_private_folder(folder)
    assert mode(folder) == 0o700
    assert (folder / "kept").read_text() == "as it was"


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    make_private_file(tmp_path / "warehouse.db")
    assert mode(tmp_path / "warehouse.db") == 0o600
    assert (tmp_path / "warehouse.db").read_bytes() == b""


def test_a_file_that_others_could_read_is_closed_and_keeps_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.db"
    path.write_bytes(b"rows")
    assert mode(path) == 0o666
    make_private_file(path)
    assert mode(path) == 0o600
    assert path.read_bytes() == b"rows"
