"""A database that stops in the middle of a fill: the edition stands, and the next run fills it."""

import os
import signal
import time
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from .commands import Point, disturb_command, run_command
from .conftest import (
    PUBLISH_LAST,
    driver_url,
    make_scene,
    new_database,
    started_server,
    warehouse_variable,
)
from .looks import (
    dump_warehouse,
    expect_nothing_half,
    expect_whole_warehouse,
    find_differences,
    read_published,
)

pytestmark = pytest.mark.runs


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A PostgreSQL server that the tests stop and start."""
    with started_server() as server:
        yield server


@pytest.fixture(scope="module")
def corrected(published_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three published months, and since then a correction of the last one."""
    home = copytree(published_home, tmp_path_factory.mktemp("corrected") / "home", symlinks=True)
    sent = home / "inbox" / "T1" / "2026-06" / "dossiers.csv"
    sent.write_text("".join(sent.read_text().splitlines(keepends=True)[:-5]))
    return home


def test_a_database_that_stops_in_the_fill_is_named_and_the_next_run_fills_it(
    corrected: Path, server: Any, tmp_path: Path, processes: ForkServerContext
) -> None:
    uri = driver_url(server.get_uri())
    scene = make_scene(corrected, PUBLISH_LAST, tmp_path, processes, uri)
    statements = scene.steps["warehouse"]
    home = scene.copy(tmp_path / "home")
    arguments, said = (*scene.arguments, "--home", home), tmp_path / "said-again"

    def stop(_: int) -> None:
        # As a machine that loses its power: the connections end without a word.
        end_server(server.get_pid(), signal.SIGQUIT)

    # Each of these runs finds the warehouse empty. The first publishes the correction, and the
    # others have less to do. The first statements are those of the lock.
    statuses: list[int] = []
    while len(statuses) < 4:
        if len(statuses) == 1:
            found = run_command(processes, arguments, said, warehouse_variable(new_database(uri)))
            statements = found.steps["warehouse"]
        step = (statements * 2 // 3, 1, statements // 3, statements * 2 // 3)[len(statuses)]
        url = new_database(uri)
        ended = disturb_command(
            processes, arguments, said, Point(0, "warehouse", step), stop, warehouse_variable(url)
        )
        statuses.append(ended.status)
        assert "Traceback" not in ended.said, ended.said
        expect_nothing_half(home)
        if ended.status == 1:
            assert "the lock of" in ended.said, ended.said
        else:
            assert ended.status == 3, ended.said
            assert "the edition is published, but the warehouse is not filled" in ended.said
            assert "See that the server runs" in ended.said
            assert find_differences(read_published(home), scene.published) == []
        ended = run_command(processes, arguments, said, warehouse_variable(url))
        assert ended.status == 1, ended.said
        assert "so nothing was run" in ended.said, ended.said
        server.ensure_postgres_running()
        expect_whole_warehouse(home, url)
        ended = run_command(processes, arguments, said, warehouse_variable(url))
        assert ended.status == 0, ended.said
        assert dump_warehouse(url) == scene.warehouse
    assert statuses.count(3) >= 3
    assert find_differences(read_published(home), scene.published) == []


def end_server(pid: int, number: signal.Signals) -> None:
    """Ends the server and waits until it is gone."""
    os.kill(pid, number)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
