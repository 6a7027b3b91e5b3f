"""A disk that is full at any write of a run ends it in plain words, and nothing is half done.

The space ends after so many bytes, spread over all that a run writes; or the places for files do.
"""

from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path
from shutil import copytree, disk_usage

import pytest

from .commands import run_command
from .conftest import PUBLISH_FIRST
from .looks import (
    Contents,
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    find_differences,
    read_published,
)
from .mounts import count_files, give_back, limit_files, limit_space, mounted_memory

pytestmark = pytest.mark.runs

Limit = Callable[[Path, int], None]


class Undisturbed:
    """A run that has all the space that it wants."""

    def __init__(self, sent_home: Path, folder: Path, processes: ForkServerContext) -> None:
        with mounted_memory(folder / "disk") as disk:
            home = copytree(sent_home, disk / "home", symlinks=True)
            used, files = disk_usage(disk).used, count_files(disk)
            ended = run_command(
                processes, (*PUBLISH_FIRST, "--home", home), folder / "said", WAREHOUSE
            )
            assert ended.status == 0, ended.said
            self.published: Contents = read_published(home)
            self.warehouse = dump_warehouse(f"sqlite:///{home / 'warehouse.db'}")
            self.amounts = {
                limit_space: disk_usage(disk).used - used,
                limit_files: count_files(disk) - files,
            }


WAREHOUSE = {"REFORM_INDEX_WAREHOUSE": ""}


@pytest.fixture(scope="module")
def undisturbed(
    sent_home: Path, tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext
) -> Undisturbed:
    return Undisturbed(sent_home, tmp_path_factory.mktemp("undisturbed"), processes)


@pytest.mark.parametrize("points", [3, pytest.param(40, marks=pytest.mark.slow)])
@pytest.mark.parametrize("limit", [limit_space, limit_files])
def test_whichever_write_finds_the_disk_full_the_run_says_so_and_the_next_ends_the_same(  # noqa: PLR0917
    limit: Limit,
    points: int,
    undisturbed: Undisturbed,
    sent_home: Path,
    tmp_path: Path,
    processes: ForkServerContext,
    capsys: pytest.CaptureFixture[str],
) -> None:
    amount = undisturbed.amounts[limit]
    statuses = []
    for point in range(points):
        room = amount * point // points
        with mounted_memory(tmp_path / str(point)) as disk:
            home = copytree(sent_home, disk / "home", symlinks=True)
            arguments = (*PUBLISH_FIRST, "--home", home)
            limit(disk, room)
            ended = run_command(processes, arguments, tmp_path / "said", WAREHOUSE)
            expect_plain_words(ended.said, home, ended.status)
            statuses.append(ended.status)
            expect_nothing_half(home)
            give_back(disk)
            ended = run_command(processes, arguments, tmp_path / "said", WAREHOUSE)
            assert ended.status == 0, ended.said
            expect_nothing_half(home)
            expect_no_lost_row(home)
            assert find_differences(read_published(home), undisturbed.published) == []
            assert dump_warehouse(f"sqlite:///{home / 'warehouse.db'}") == undisturbed.warehouse
    with capsys.disabled():
        print(f"\n{limit.__name__}: {points} points over {amount:,}, exit statuses {statuses}")


def expect_plain_words(said: str, home: Path, status: int) -> None:
    """The path, that there is no space, and what to do; 1 where nothing is published, 3 after."""
    assert "Traceback" not in said, said
    assert "reform-index: " in said, said
    assert "full" in said or "free some space" in said, said
    assert str(home) in said, said
    is_published = any(home.glob("published/????-??"))
    assert status == (3 if is_published else 1), said
