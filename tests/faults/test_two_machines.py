"""Two runs at once, as two machines see it: each with its own processes and its own path.

Both have the home's folder, at two places, in namespaces of their own; neither sees the processes
of the other. One works; the other waits, or ends and names who holds the home.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from .conftest import PUBLISH_FIRST, Scene, make_scene
from .looks import (
    dump_warehouse,
    expect_no_lost_row,
    expect_nothing_half,
    find_differences,
    read_published,
    read_states,
)

pytestmark = [pytest.mark.runs, pytest.mark.slow]

COMMAND = "from assets.command_line.app import main; main()"

APART = ("unshare", "--mount", "--pid", "--fork", "--uts", "--kill-child", "--mount-proc")


@pytest.fixture
def machines() -> Iterator[ExitStack]:
    """What was started ends with the test."""
    with ExitStack() as stack:
        yield stack


def start(
    name: str, home: Path, folder: Path, machines: ExitStack, *more: str
) -> subprocess.Popen[str]:
    """Runs a month on a machine of its own that has the home at `<folder>/<name>`."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("only the administrator of a Linux machine can make namespaces")
    there = folder / name
    there.mkdir()
    command = [sys.executable, "-c", COMMAND, *PUBLISH_FIRST, "--home", str(there), *more]
    script = f'hostname {name} && mount --bind "{home}" "{there}" && exec "$@"'
    process = subprocess.Popen(
        [*APART, "sh", "-c", script, name, *command],
        env=os.environ | {"REFORM_INDEX_WAREHOUSE": "", "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    machines.callback(process.wait)
    machines.callback(process.kill)
    return process


@pytest.fixture(scope="module")
def scene(
    sent_home: Path, tmp_path_factory: pytest.TempPathFactory, processes: ForkServerContext
) -> Scene:
    return make_scene(sent_home, PUBLISH_FIRST, tmp_path_factory.mktemp("one"), processes)


def wait_until_held(home: Path, by: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 120
    while not (home / ".lock.holder").exists():
        assert by.poll() is None, by.communicate()
        assert time.monotonic() < deadline, "nobody holds the home"
        time.sleep(0.01)


@pytest.mark.parametrize("wait", [0, 300])
def test_of_two_machines_one_works_and_the_other_waits_or_names_it(
    wait: int, scene: Scene, tmp_path: Path, machines: ExitStack
) -> None:
    home = scene.copy(tmp_path / "home")
    first = start("first", home, tmp_path, machines)
    wait_until_held(home, first)
    second = start("second", home, tmp_path, machines, "--wait", str(wait))
    _, said_by_first = first.communicate(timeout=300)
    out, said = second.communicate(timeout=300)
    assert first.returncode == 0, said_by_first
    if wait:
        assert (second.returncode, said) == (0, "")
        assert "edition 1 unchanged" in out
    else:
        assert second.returncode == 1
        assert "is held by" in said
        assert "on first since" in said
    expect_nothing_half(home)
    expect_no_lost_row(home)
    assert find_differences(read_published(home), scene.published) == []
    assert dump_warehouse(f"sqlite:///{home / 'warehouse.db'}") == scene.warehouse
    # A run of the other machine that lives is never reported as dead.
    assert read_states(home)[0] == "SUCCESS"


def test_a_machine_that_dies_gives_the_home_to_the_other(
    scene: Scene, tmp_path: Path, machines: ExitStack
) -> None:
    home = scene.copy(tmp_path / "home")
    first = start("first", home, tmp_path, machines)
    wait_until_held(home, first)
    second = start("second", home, tmp_path, machines, "--wait", "300")
    time.sleep(3)
    first.kill()
    out, said = second.communicate(timeout=300)
    assert (second.returncode, said) == (0, "")
    assert "edition 1" in out
    expect_nothing_half(home)
    expect_no_lost_row(home)
    assert find_differences(read_published(home), scene.published) == []
    assert set(read_states(home)) <= {"SUCCESS", "FAILURE"}
