"""Whatever becomes of workers, network and scheduler, a run ends with the same bytes or plainly.

Every fault is made ten times.
"""

import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline import simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

from .conftest import MONTH, PORT, Cluster, wait_until

pytestmark = pytest.mark.cluster

ten_times = pytest.mark.usefixtures("_time")
SENDER = "H29"
SHORT: dict[str, Any] = {"patience": {"silent": 5.0}}
"""A machine that does much else may keep a worker silent for longer: that costs repetitions."""
PLAIN: dict[str, Any] = {"action": "", "signs": ""}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with exports of three senders for two months, nothing of it run."""
    root = tmp_path_factory.mktemp("template") / "home"
    root.mkdir()
    simulator.simulate(Home.at(root), Parameters(("2026-05", MONTH), 1_500, 766, 3))
    return root


@pytest.fixture(scope="module")
def expected(cluster: Cluster, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a run with threads stores."""
    home = shutil.copytree(template, tmp_path_factory.mktemp("threads") / "home")
    return cluster.run(home, PLAIN, is_alone=True)


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return shutil.copytree(template, tmp_path / "home")


@pytest.fixture
def signs(tmp_path: Path) -> Path:
    """Where Provoked leaves its signs."""
    folder = tmp_path / "signs"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def _workers_are_back(cluster: Cluster) -> Iterator[None]:
    """After each fault both workers are there again."""
    before = {name: cluster.registered(name) for name in ("one", "two")}
    yield
    for name, times in before.items():
        assert cluster.processes[name].poll() is None
        assert cluster.registered(name) >= times


@pytest.fixture(params=range(10))
def _time() -> None:
    """Which of the ten times it is."""


def wait_for_sign(signs: Path, number: int = 0) -> int:
    """The process that acts, once it does."""
    sign = signs / f"sign-{number}"
    wait_until(sign.exists)
    return int(sign.read_text())


def same_bytes(said: dict[str, Any], expected: dict[str, Any]) -> bool:
    assert "error" not in said, said
    return bool(said["stages"] == expected["stages"]) and said["faults"] == expected["faults"]


def test_a_cluster_stores_the_same_bytes_as_threads(
    cluster: Cluster, home: Path, expected: dict[str, Any]
) -> None:
    said = cluster.run(home, PLAIN)
    assert same_bytes(said, expected)
    assert said["repetitions"] == 0
    named = rf"2 workers of {cluster.address} \(.+: \d+ tasks?, .+: \d+ tasks?\)"
    assert re.fullmatch(named, said["worked by"])
    assert not list((home / "store").glob(".run-*"))


@ten_times
def test_a_worker_that_is_killed_costs_a_repetition(
    cluster: Cluster, home: Path, signs: Path, expected: dict[str, Any]
) -> None:
    said = cluster.run(home, {"action": "die", "signs": str(signs), "sender": SENDER})
    assert same_bytes(said, expected)
    assert said["repetitions"] == 1


@ten_times
def test_a_worker_that_is_killed_from_outside_costs_a_repetition(
    cluster: Cluster, home: Path, signs: Path, expected: dict[str, Any]
) -> None:
    cluster.send(home, {"action": "wait", "signs": str(signs), "sender": SENDER})
    os.kill(wait_for_sign(signs), signal.SIGKILL)
    said = cluster.answer()
    assert same_bytes(said, expected)
    assert said["repetitions"] == 1


@ten_times
def test_a_worker_that_is_cut_off_and_comes_back_changes_nothing(
    cluster: Cluster, home: Path, signs: Path, expected: dict[str, Any]
) -> None:
    cluster.send(home, {"action": "wait", "signs": str(signs), "sender": SENDER}, **SHORT)
    process = wait_for_sign(signs)
    machine = cluster.network.find_machine(process)
    cluster.network.cut(machine)
    try:
        said = cluster.answer()
        # Its task was done elsewhere; now it goes on and writes what is there already.
        (signs / "go on").touch()
        time.sleep(0.5)
    finally:
        cluster.network.mend(machine)
    assert same_bytes(said, expected)
    assert said["repetitions"] >= 1
    assert same_bytes(cluster.run(home, PLAIN), expected)


@ten_times
def test_a_worker_that_is_stopped_and_goes_on_changes_nothing(
    cluster: Cluster, home: Path, signs: Path, expected: dict[str, Any]
) -> None:
    cluster.send(
        home, {"action": "wait", "signs": str(signs), "sender": SENDER, "seconds": 0.5}, **SHORT
    )
    process = wait_for_sign(signs)
    os.kill(process, signal.SIGSTOP)
    try:
        said = cluster.answer()
    finally:
        os.kill(process, signal.SIGCONT)
    assert same_bytes(said, expected)
    assert said["repetitions"] >= 1
    assert same_bytes(cluster.run(home, PLAIN), expected)


@ten_times
def test_a_scheduler_that_is_lost_ends_the_run_plainly_and_the_next_run_does_it(
    cluster: Cluster, home: Path, signs: Path, expected: dict[str, Any]
) -> None:
    before = {name: cluster.registered(name) for name in ("one", "two")}
    cluster.send(home, {"action": "wait", "signs": str(signs), "sender": SENDER})
    wait_for_sign(signs)
    cluster.processes["scheduler"].kill()
    cluster.processes["scheduler"].wait(20)
    said = cluster.answer()
    assert said["error"] == "ClusterError"
    assert (
        f":{PORT} was lost while the run went on: start it again, and run again" in said["message"]
    )
    (signs / "go on").touch()
    cluster.start_scheduler()
    for name, times in before.items():
        cluster.wait_for_worker(name, times + 1)
    assert same_bytes(cluster.run(home, PLAIN), expected)


@pytest.fixture(scope="module")
def limited(cluster: Cluster) -> Iterator[Callable[[], int]]:
    """The workers may have no more than this memory, by the kernel; says how often it killed."""
    group = Path(f"/sys/fs/cgroup/memory/ri{os.getpid()}")
    try:
        group.mkdir()
        group.joinpath("memory.limit_in_bytes").write_text(str(3 << 30))
    except OSError as error:
        pytest.skip(f"no group with a limit of memory can be made here: {error}")
    for name in ("one", "two"):
        nanny = cluster.processes[name].pid
        for process in (nanny, *children_of(nanny)):
            group.joinpath("cgroup.procs").write_text(str(process))

    def count() -> int:
        lines = group.joinpath("memory.oom_control").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), -1)

    yield count
    everything = Path("/sys/fs/cgroup/memory/cgroup.procs")
    for process in group.joinpath("cgroup.procs").read_text().split():
        everything.write_text(process)
    group.rmdir()


def children_of(process: int) -> list[int]:
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for children in lists for each in children.read_text().split()]


@ten_times
def test_a_worker_that_runs_out_of_memory_costs_a_repetition(
    cluster: Cluster, home: Path, signs: Path, expected: Any, limited: Callable[[], int]
) -> None:
    before = limited()
    said = cluster.run(home, {"action": "eat", "signs": str(signs), "sender": SENDER})
    assert same_bytes(said, expected)
    assert said["repetitions"] >= 1
    assert before == -1 or limited() > before


def test_a_delivery_that_kills_its_worker_three_times_is_refused_and_no_other(
    cluster: Cluster, home: Path, template: Path, signs: Path, tmp_path: Path
) -> None:
    rules = {"signs": str(signs), "sender": SENDER, "times": 99}
    said = cluster.run(home, rules | {"action": "die"})
    assert said["causes"] == ["LostWorker"]
    assert said["faults"] == [[SENDER, "not_processed"]]
    # The log says why, and what to do.
    log = (home / "logs" / f"{MONTH}.log").read_text(encoding="utf-8")
    assert f"{MONTH}: {SENDER} was not processed (records: LostWorker)" in log
    assert "3 workers died one after the other while this delivery was all" in log
    # The others are as where the same delivery fails in a thread.
    other = shutil.copytree(template, tmp_path / "other")
    alone = cluster.run(other, rules | {"action": "raise"}, is_alone=True)
    assert alone["stages"] == said["stages"]
