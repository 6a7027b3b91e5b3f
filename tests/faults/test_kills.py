"""Commands that are killed or ended at random moments lose nothing, and the next ends the same.

Half of the moments are spread evenly over the time that a command takes, half over its steps on the
disk, place by place, so that short ones (the link that puts an edition in force) are met as often
as long ones. After each kill the home is looked at; after a few of them the command is let run to
its end, and the home must be, byte for byte, what it is where nobody disturbs it.
"""

import os
import random
import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from .commands import Ended, Point, disturb_command, run_command, send
from .conftest import (
    MONTHS,
    PUBLISH_ALL,
    PUBLISH_FIRST,
    PUBLISH_LAST,
    Scene,
    drop_database,
    make_scene,
    new_database,
    warehouse_variable,
)
from .looks import (
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    expect_whole_warehouse,
    find_differences,
    read_published,
    read_states,
)

pytestmark = pytest.mark.runs

KILLS = int(os.environ.get("KILLS", "1000"))
"""Kills of all scenes together, in `make test-slow`."""
FEW_KILLS = 15
SHARES = {"first": 12, "correction": 10, "backfill": 8, "sqlite": 35, "postgresql": 35}
"""Of a hundred kills so many in each scene. The fills of a warehouse are the shortest commands."""
MOST_IN_A_ROW = 10
"""Kills of one home until a command is let run to its end."""
SEED = 17
WORKERS = int(os.environ.get("KILL_WORKERS", "2"))
SIGNALS = (
    (signal.SIGKILL,),
    (signal.SIGKILL,),
    (signal.SIGTERM,),
    (signal.SIGINT,),
    (signal.SIGINT, signal.SIGINT),
)
"""What a command is sent; a person presses Ctrl-C twice."""


@pytest.fixture(scope="module")
def first(sent_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing was run: no archive, no store, nothing published."""
    return sent_home


@pytest.fixture(scope="module")
def corrected(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published months, and since then a correction of the last and of the first one."""
    home = shutil.copytree(
        published_home, tmp_path_factory.mktemp("corrected") / "home", symlinks=True
    )
    for month in (MONTHS[0], MONTHS[-1]):
        sent = home / "inbox" / "T1" / month / "dossiers.csv"
        sent.write_text("".join(sent.read_text().splitlines(keepends=True)[:-5]))
    return home


@pytest.fixture(scope="module")
def unfilled(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published months of which the warehouse knows nothing."""
    home = shutil.copytree(
        published_home, tmp_path_factory.mktemp("unfilled") / "home", symlinks=True
    )
    (home / "warehouse.db").unlink()
    return home


@pytest.fixture(scope="module", params=SHARES)
def scene(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    processes: ForkServerContext,
) -> tuple[str, Scene]:
    """A home, what is done in it, and what comes of it undisturbed."""
    name = str(request.param)
    before, arguments = {
        "first": ("first", PUBLISH_FIRST),
        "correction": ("corrected", PUBLISH_ALL),
        "backfill": ("first", PUBLISH_ALL),
        "sqlite": ("unfilled", PUBLISH_LAST),
        "postgresql": ("unfilled", PUBLISH_LAST),
    }[name]
    home = request.getfixturevalue(before)
    server = request.getfixturevalue("postgres") if name == "postgresql" else ""
    folder = tmp_path_factory.mktemp(name)
    return name, make_scene(home, arguments, folder, processes, server)


class Series:
    """One home in which commands are killed, until one is let run to its end."""

    def __init__(self, scene: Scene, folder: Path, seed: str, processes: ForkServerContext) -> None:
        self._scene, self._folder, self._processes = scene, folder, processes
        self._chosen = random.Random(seed)
        folder.mkdir()
        self._home = scene.copy(folder / "home")
        self._url = (
            new_database(scene.database)
            if scene.database
            else f"sqlite:///{self._home / 'warehouse.db'}"
        )
        self._arguments = (*scene.arguments, "--home", self._home)
        self.killed: Counter[str] = Counter()
        self.places: Counter[str] = Counter()

    def run(self, most: int) -> None:
        """Kills at most so often in a row, and then never again."""
        wanted = self._chosen.randint(1, min(most, MOST_IN_A_ROW))
        while self.killed.total() < wanted:
            point = self._choose_point()
            signals = self._chosen.choice(SIGNALS)
            known, holder = len(read_states(self._home)), self._read_holder()
            ended = disturb_command(
                self._processes,
                self._arguments,
                self._folder / "said",
                point,
                send(*signals),
                warehouse_variable(self._url),
            )
            self._look(ended, signals, known, holder)
            if ended.status >= 0 and ended.status not in (130, 143):
                break  # It was done before it was killed.
            self.killed["+".join(each.name for each in signals)] += 1
            self.places[point.place or "any moment"] += 1
        self._expect_the_same()
        if self._scene.database:
            drop_database(self._url)
        shutil.rmtree(self._folder)

    def _choose_point(self) -> Point:
        if self._chosen.random() < 0.5:
            return Point(self._chosen.uniform(0, self._scene.seconds))
        place = self._chosen.choice(sorted(self._scene.steps))
        step = self._chosen.randint(1, self._scene.steps[place])
        # Some at once, some in the middle of what the step begins.
        seconds = self._chosen.choice([0, self._chosen.expovariate(1 / 0.01)])
        return Point(seconds, place, step)

    def _read_holder(self) -> str:
        """Who held the home last and did not say that it let it go."""
        holder = self._home / ".lock.holder"
        return holder.read_text() if holder.exists() else ""

    def _look(
        self, ended: Ended, signals: tuple[signal.Signals, ...], known: int, holder: str
    ) -> None:
        """What a kill leaves; what a command says that was ended.

        Dagster knew of so many runs before it, and a killed one may have left that it holds the
        home. A second signal may cut short the tidying after the first.
        """
        if signals[0] is not signal.SIGKILL or ended.status >= 0:
            assert "Traceback" not in ended.said, ended.said
            assert ended.status in (0, 128 + signals[0]), ended
            if len(signals) == 1:
                assert self._read_holder() in ("", holder)
                assert set(read_states(self._home)[known:]) <= {"SUCCESS", "FAILURE"}
        if ended.status == 128 + signals[0]:
            line = f"reform-index: ended by {signals[0].name} before it was done"
            assert line in ended.said, ended
        expect_nothing_half(self._home)
        if self._scene.database:
            expect_whole_warehouse(self._home, self._url)

    def _expect_the_same(self) -> None:
        """The next command ends, with the bytes of a home that nobody disturbed."""
        ended = run_command(
            self._processes,
            self._arguments,
            self._folder / "said",
            warehouse_variable(self._url),
        )
        assert ended.status == 0, ended.said
        expect_nothing_half(self._home)
        expect_no_lost_row(self._home)
        assert find_differences(read_published(self._home), self._scene.published) == []
        assert dump_warehouse(self._url) == self._scene.warehouse
        assert set(read_states(self._home)) <= {"SUCCESS", "FAILURE"}
        assert not list(self._home.glob("dagster/alive/*"))


@pytest.mark.parametrize(
    "kills", [FEW_KILLS, pytest.param(KILLS, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_whatever_moment_a_command_is_killed_at_the_next_one_ends_the_same(
    scene: tuple[str, Scene],
    kills: int,
    tmp_path: Path,
    processes: ForkServerContext,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, undisturbed = scene
    wanted = kills * SHARES[name] // 100
    killed: Counter[str] = Counter()
    places: Counter[str] = Counter()
    failed: list[int] = []

    def run(number: int) -> None:
        left = wanted - killed.total()
        if left <= 0 or failed:
            return
        series = Series(undisturbed, tmp_path / str(number), f"{SEED} {name} {number}", processes)
        try:
            series.run(left)
        except AssertionError as error:
            failed.append(number)
            raise AssertionError(f"{name}, series {number}: {error}") from error
        killed.update(series.killed)
        places.update(series.places)

    with ThreadPoolExecutor(WORKERS) as threads:
        for _ in threads.map(run, range(4 * wanted)):
            pass
    assert killed.total() >= wanted
    with capsys.disabled():
        print(f"\n{name} ({undisturbed.seconds:.1f} s undisturbed, {dict(undisturbed.steps)}):")
        print(f"{killed.total()} kills {dict(killed)} at {dict(places)}")
