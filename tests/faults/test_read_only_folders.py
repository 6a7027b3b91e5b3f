"""A folder that cannot be written, or a share that goes away, ends a run in plain words.

Modes do not stop the administrator, who runs these tests, so folders are mounted read-only.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.context import ForkServerContext
from pathlib import Path
from shutil import copytree

import pytest

from .commands import Ended, Point, disturb_command, run_command
from .conftest import PUBLISH_FIRST, Scene, make_scene
from .looks import (
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    find_differences,
    read_published,
)
from .mounts import bound, unmount

pytestmark = pytest.mark.runs

WAREHOUSE = {"REFORM_INDEX_WAREHOUSE": ""}


@pytest.fixture(scope="module")
def scene(
    sent_home: Path, tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext
) -> Scene:
    """A month is run for the first time."""
    return make_scene(sent_home, PUBLISH_FIRST, tmp_path_factory.mktemp("first"), processes)


def expect_the_same(home: Path, scene: Scene, processes: ForkServerContext) -> None:
    """The next run ends, with the bytes of a home that nobody disturbed."""
    ended = run_command(
        processes, (*scene.arguments, "--home", home), home.with_name("said"), WAREHOUSE
    )
    assert ended.status == 0, ended.said
    expect_nothing_half(home)
    expect_no_lost_row(home)
    assert find_differences(read_published(home), scene.published) == []
    assert dump_warehouse(f"sqlite:///{home / 'warehouse.db'}") == scene.warehouse


def expect_plain_words(ended: Ended, place: Path | str, *statuses: int) -> None:
    assert "Traceback" not in ended.said, ended.said
    assert "reform-index: " in ended.said, ended.said
    assert str(place) in ended.said, ended.said
    assert ended.status in statuses, ended.said


def test_a_folder_that_cannot_be_written_is_named_and_the_next_run_ends_the_same(
    scene: Scene, tmp_path: Path, processes: ForkServerContext
) -> None:
    home = scene.copy(tmp_path / "home")
    arguments = (*scene.arguments, "--home", home)
    for name in ("archive", "store", "published", "dagster", "feedback"):
        (home / name).mkdir(exist_ok=True)
    for name, status in (
        (".", 1),
        ("archive", 1),
        ("store", 1),
        ("published", 1),
        ("dagster", 1),
        # What senders have to mend is written once the edition is there.
        ("feedback", 3),
    ):
        place = home / name
        with bound(place, place, is_read_only=True):
            ended = run_command(processes, arguments, tmp_path / "said", WAREHOUSE)
        expect_plain_words(ended, place.resolve(), status)
        expect_nothing_half(home)
    expect_the_same(home, scene, processes)


def test_an_inbox_that_cannot_be_written_is_no_fault(
    scene: Scene, tmp_path: Path, processes: ForkServerContext
) -> None:
    home = scene.copy(tmp_path / "home")
    with bound(home / "inbox", home / "inbox", is_read_only=True):
        expect_the_same(home, scene, processes)


@pytest.fixture
def shares() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


POINTS = [
    Point(0, "archive", 2),
    pytest.param(Point(0, "archive", 20), marks=pytest.mark.slow),
    pytest.param(Point(0, "store", 5), marks=pytest.mark.slow),
    pytest.param(Point(0, "store", 60), marks=pytest.mark.slow),
    Point(0, "store", 120),
    pytest.param(Point(0, "dagster", 300), marks=pytest.mark.slow),
    pytest.param(Point(0, "edition", 1), marks=pytest.mark.slow),
    Point(0, "edition", 60),
    pytest.param(Point(0, "link", 1), marks=pytest.mark.slow),
    pytest.param(Point(0, "pages", 5), marks=pytest.mark.slow),
    pytest.param(Point(0, "feedback", 2), marks=pytest.mark.slow),
    pytest.param(Point(0, "warehouse", 2), marks=pytest.mark.slow),
]


@pytest.mark.parametrize("name", [".", "inbox"])
@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.place}-{point.step}")
def test_a_share_that_goes_away_in_the_middle_and_comes_back_costs_nothing(  # noqa: PLR0917
    name: str,
    point: Point,
    scene: Scene,
    tmp_path: Path,
    processes: ForkServerContext,
    shares: ExitStack,
) -> None:
    kept = scene.copy(tmp_path / "kept")
    home = tmp_path / "home"
    if name == ".":
        shared, share = kept, home
    else:
        (kept / "inbox").rename(tmp_path / "sent")
        copytree(kept, home, symlinks=True)
        shared, share = tmp_path / "sent", home / name
    shares.enter_context(bound(shared, share))
    ended = disturb_command(
        processes,
        (*scene.arguments, "--home", home),
        tmp_path / "said",
        point,
        lambda _: unmount(share),
        WAREHOUSE,
    )
    assert "Traceback" not in ended.said, ended.said
    if ended.status:
        expect_plain_words(ended, home, 1, 2, 3)
    shares.enter_context(bound(shared, share))
    expect_nothing_half(home)
    expect_the_same(home, scene, processes)
