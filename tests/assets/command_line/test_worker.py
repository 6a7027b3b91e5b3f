"""`reform-index worker`, and runs that ask for a scheduler: plain errors with the cure."""

import builtins
import socket
from pathlib import Path
from typing import Any

import pytest

from assets.command_line.run import run_month
from assets.month.cluster import process
from assets.month.cluster.errors import ClusterError
from assets.month.environment import CLUSTER_VARIABLE
from assets.month.installation import Installation
from assets.resources import ClusterResource

from ..conftest import LAST_MONTH, ReformIndex, run_job

pytestmark = pytest.mark.runs


@pytest.fixture
def nowhere() -> str:
    """An address of this machine at which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"tcp://127.0.0.1:{free.getsockname()[1]}"


def test_a_worker_without_a_scheduler_says_how_to_start_one(
    reform_index: ReformIndex, nowhere: str
) -> None:
    said = reform_index("worker", nowhere)
    assert said.status == 1
    assert f"no scheduler answers at {nowhere} (Connection refused)" in said.err
    assert "start one with `dask scheduler`" in said.err


def test_what_is_no_address_and_no_memory_is_wrong_use(
    reform_index: ReformIndex, nowhere: str
) -> None:
    assert reform_index("worker", "scheduler").status == 2
    said = reform_index("worker", nowhere, "--memory", "much")
    assert said.status == 2
    assert "'much' is no size of memory: write it like 8GB or 8GiB" in said.err


def test_a_home_that_is_not_there_is_named(reform_index: ReformIndex, nowhere: str) -> None:
    said = reform_index("worker", nowhere, "--home", "/nowhere/home")
    assert said.status == 2
    assert "/nowhere/home does not exist" in said.err


def test_without_dask_the_extra_is_named(
    reform_index: ReformIndex, nowhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = builtins.__import__

    def find(name: str, *others: Any) -> Any:
        if name.partition(".")[0] == "distributed":
            raise ImportError(name)
        return given(name, *others)

    monkeypatch.setattr(builtins, "__import__", find)
    said = reform_index("worker", nowhere)
    assert said.status == 2
    assert "install it with the extra `cluster` (pip install 'reform-index[cluster]')" in said.err


def test_a_worker_leaves_memory_to_the_rest_of_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for memory, left in ((64 << 30, 0.9), (4 << 30, 0.75), (1 << 30, 0.5)):
        monkeypatch.setattr("distributed.system.MEMORY_LIMIT", memory)
        assert process.default_memory() == pytest.approx(memory * left, rel=0.001)


def test_a_run_without_its_scheduler_ends_plainly_and_publishes_nothing(
    pilot_home: Path, nowhere: str, monkeypatch: pytest.MonkeyPatch, reform_index: ReformIndex
) -> None:
    monkeypatch.setenv(CLUSTER_VARIABLE, nowhere)
    said = reform_index("run", "--home", pilot_home, "--month", LAST_MONTH)
    assert said.status == 1
    assert f"no scheduler answers at {nowhere}" in said.err
    assert not (pilot_home / "published").exists()
    # Without the scheduler the next run does it.
    monkeypatch.delenv(CLUSTER_VARIABLE)
    assert reform_index("run", "--home", pilot_home, "--month", LAST_MONTH).status == 0
    monkeypatch.setenv(CLUSTER_VARIABLE, nowhere)
    # What is unchanged needs no worker.
    run_month(Installation.at(pilot_home), LAST_MONTH)


def test_the_scheduler_can_be_given_to_the_definitions(pilot_home: Path, nowhere: str) -> None:
    with pytest.raises(ClusterError, match="no scheduler answers"):
        run_job(pilot_home, LAST_MONTH, resources={"cluster": ClusterResource(address=nowhere)})
