"""Whole runs with workers: the months of the demonstration, and workers that are refused."""

import filecmp
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

from .conftest import BIN, MONTH, ROOT, Cluster, wait_until

pytestmark = pytest.mark.cluster

PASSWORD = "hunter2secret"
MONTHS = ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06")


def run_command(
    cluster: Cluster, home: Path, *words: str, scheduler: str = ""
) -> subprocess.CompletedProcess[str]:
    """`reform-index run` on the machine of the run."""
    log = cluster.folder / "command.log"
    log.unlink(missing_ok=True)
    # Simulated exports never go there, so no database is needed to see where its address gets.
    environment = {"REFORM_INDEX_WAREHOUSE": f"postgresql://user:{PASSWORD}@192.0.2.250/none"}
    process = cluster.network.start(
        "run", BIN / "reform-index", "run", "--home", home, *words, log=log,
        environment=environment | ({"REFORM_INDEX_CLUSTER": scheduler} if scheduler else {}),
    )  # fmt: skip
    return subprocess.CompletedProcess((), process.wait(1200), log.read_text(), "")


def differing(one: Path, other: Path) -> list[str]:
    """The files of two folders that differ, or are in one alone.

    Without the chain of editions: it has the hash of the register, which says when files came.
    """
    names = {
        path.relative_to(root).as_posix()
        for root in (one, other)
        for path in root.rglob("*")
        if path.is_file() and path.name != "chain.jsonl"
    }
    return [
        name
        for name in sorted(names)
        if not (one / name).is_file()
        or not (other / name).is_file()
        or not filecmp.cmp(one / name, other / name, shallow=False)
    ]


def test_six_months_of_the_demonstration_give_the_same_bytes(
    cluster: Cluster, tmp_path: Path
) -> None:
    threads, workers = tmp_path / "threads", tmp_path / "workers"
    threads.mkdir()
    simulator.simulate(Home.at(threads), Parameters(MONTHS, 300_000, 766))
    shutil.copytree(threads, workers)
    span = ("--from", MONTHS[0], "--to", MONTHS[-1])
    assert run_command(cluster, threads, *span).returncode in (0, 3)
    said = run_command(cluster, workers, *span, scheduler=cluster.address)
    assert said.returncode in (0, 3), said.stdout
    assert differing(threads / "published", workers / "published") == []
    for stage in ("records", "tallies", "merged", "indices", "rankings"):
        assert differing(threads / "store" / stage, workers / "store" / stage) == []
    assert len(list((threads / "published" / "editions").iterdir())) == len(MONTHS)
    # What the machines print names no password, and they wrote nothing but into the home.
    for log in cluster.folder.glob("*.log"):
        assert PASSWORD not in log.read_text(errors="replace")
    assert not (Path.home() / ".config" / "dask").exists()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    root.mkdir()
    simulator.simulate(Home.at(root), Parameters((MONTH,), 500, 766, 2))
    return root


def test_a_worker_of_another_version_is_refused_by_name_before_any_work(
    cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    for room in ("pipeline", "expectations", "reports", "assets"):
        shutil.copytree(ROOT / room, other / room, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "pipeline" / "months.py").open("a") as module:
        module.write("\n# Another version.\n")
    path = os.pathsep.join([str(other), str(Path(__file__).parent)])
    cluster.start_worker("three", environment={"PYTHONPATH": path}, cwd=other)
    try:
        said = run_command(cluster, home, "--month", MONTH, scheduler=cluster.address)
    finally:
        cluster.processes["three"].terminate()
        cluster.processes.pop("three").wait(30)
    assert said.returncode == 1
    assert "runs another version of the program (source " in said.stdout
    assert "install the same version of the program on every machine" in said.stdout
    assert "nothing was done" in said.stdout
    assert not list((home / "store").glob("records/*"))


def test_a_worker_whose_home_is_elsewhere_is_told_so(
    cluster: Cluster, home: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("one", "two"):
        cluster.processes.pop(name).terminate()
    wait_until(lambda: (cluster.folder / "two.log").read_text().endswith("the worker ended\n"))
    cluster.start_worker("three", "--home", str(elsewhere))
    try:
        said = run_command(cluster, home, "--month", MONTH, scheduler=cluster.address)
        assert said.returncode == 1
        assert "is not the home of the run: mount the home's folder there" in said.stdout
        # The same folder under another path is the same home.
        cluster.processes["three"].terminate()
        cluster.processes.pop("three").wait(30)
        link = tmp_path / "mounted"
        link.symlink_to(home)
        (cluster.folder / "three.log").unlink()
        cluster.start_worker("three", "--home", str(link))
        said = run_command(cluster, home, "--month", MONTH, scheduler=cluster.address)
        assert said.returncode in (0, 3), said.stdout
    finally:
        cluster.processes["three"].terminate()
        cluster.processes.pop("three").wait(30)
        for name in ("one", "two"):
            (cluster.folder / f"{name}.log").unlink()
            cluster.start_worker(name)
