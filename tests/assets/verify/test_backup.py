"""What docs name to be kept is enough: a home restored from it makes the same bytes."""

import shutil
import subprocess
from pathlib import Path

import filelock
import pytest

from ..conftest import ReformIndex
from .conftest import LATER_MONTH, MONTH

pytestmark = pytest.mark.runs

REBUILT = ("./store", "./dagster", "./warehouse.db*", "./.lock*")
"""What a backup leaves out: runs make it again."""
KEPT = {"agencies.csv", "archive", "inbox", "published"}


def back_up(home: Path, to: Path) -> subprocess.CompletedProcess[bytes]:
    """The line of docs: under the home's lock, so that no run is half copied."""
    left_out = [f"--exclude={name}" for name in REBUILT]
    locked = ["flock", "--nonblock", home / ".lock"]
    tar = ["tar", "--create", "--gzip", f"--file={to}", f"--directory={home}", *left_out, "."]
    return subprocess.run([*locked, *tar], check=False, capture_output=True)


def published(home: Path) -> dict[str, bytes]:
    """Everything that is published, by path; a link by what it names."""
    return {
        str(path.relative_to(home)): str(path.readlink()).encode()
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted((home / "published").rglob("*"))
        if path.is_symlink() or path.is_file()
    }


needs_tools = pytest.mark.skipif(
    not (shutil.which("tar") and shutil.which("flock")), reason="needs tar and flock"
)


@needs_tools
def test_a_home_restored_from_its_backup_makes_the_same_bytes_and_no_new_edition(
    home: Path, tmp_path: Path, reform_index: ReformIndex
) -> None:
    archived = tmp_path / "backup.tar.gz"
    assert back_up(home, archived).returncode == 0
    before = published(home)
    shutil.rmtree(home)
    restored = tmp_path / "another" / "place"
    restored.mkdir(parents=True)
    subprocess.run(
        ["tar", "--extract", "--gzip", f"--file={archived}", f"--directory={restored}"], check=True
    )
    assert {path.name for path in restored.iterdir()} >= KEPT
    assert not {path.name for path in restored.iterdir()} & {"store", "dagster", "warehouse.db"}
    assert reform_index("verify", LATER_MONTH, "--home", restored).status == 0
    for month in (MONTH, LATER_MONTH):
        said = reform_index("run", "--month", month, "--home", restored)
        assert (said.status, f"{month}: edition 2 unchanged" in said.out) == (0, True)
    assert published(restored) == before
    said = reform_index("verify", "--home", restored)
    assert (said.status, said.err) == (0, "")


@needs_tools
def test_no_backup_is_made_while_a_run_goes_on(home: Path, tmp_path: Path) -> None:
    with filelock.FileLock(home / ".lock"):
        assert back_up(home, tmp_path / "backup.tar.gz").returncode != 0
    assert not (tmp_path / "backup.tar.gz").exists()
