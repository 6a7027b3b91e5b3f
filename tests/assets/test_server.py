"""The real web server and daemon on a home: a month and a backfill, asked for over GraphQL."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import dagster as dg
import pytest

from assets import dagster_home
from pipeline.editions import Editions
from pipeline.home import Home

from .conftest import STEMS

pytestmark = pytest.mark.slow

MONTHS = ["2026-03", "2026-04", "2026-05"]
PATIENCE_SECONDS = 400


class Ask(Protocol):
    """Asks the web server over GraphQL."""

    def __call__(self, query: str, **variables: object) -> dict[str, Any]: ...


LAUNCH_RUN = """
mutation ($month: String!) {
  launchRun(executionParams: {
    selector: {
      repositoryLocationName: "reform-index"
      repositoryName: "__repository__"
      jobName: "edition"
    }
    executionMetadata: {tags: [{key: "dagster/partition", value: $month}]}
  }) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } }
}
"""
RUN_STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
LAUNCH_BACKFILL = """
mutation ($months: [String!], $assets: [AssetKeyInput!]) {
  launchPartitionBackfill(backfillParams: {partitionNames: $months, assetSelection: $assets}) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
BACKFILL_STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}
"""


def free_port() -> int:
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return int(any_socket.getsockname()[1])


def wait_for(state: Callable[[], str | None], wanted: str, failed: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := state()) != wanted:
        assert found not in failed, found
        assert time.monotonic() < deadline, f"still {found} after {PATIENCE_SECONDS} seconds"
        time.sleep(1)


@pytest.fixture
def killed_run(small_home: Path) -> str:
    """A run whose process was killed, which Dagster believes to go on."""
    home = Home.at(small_home)
    with dagster_home.open_instance(home) as instance:
        run = instance.create_run_for_job(
            dg.job(name="killed")(lambda: None), status=dg.DagsterRunStatus.STARTED
        )
    sign_of_life = home.dagster / "alive" / run.run_id
    sign_of_life.parent.mkdir(exist_ok=True)
    sign_of_life.touch()
    return run.run_id


@pytest.fixture
def pages_port() -> int:
    """The port of the published pages."""
    return free_port()


@pytest.fixture
def port() -> int:
    """The port of the UI."""
    return free_port()


@pytest.fixture
def ask(
    small_home: Path, killed_run: str, tmp_path: Path, port: int, pages_port: int
) -> Iterator[Ask]:
    """Asks the web server of a small home, which `reform-index dev` started."""
    program = Path(sys.executable).with_name("reform-index")
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [
                *(program, "dev", "--home", str(small_home)),
                *("--port", str(port), "--pages-port", str(pages_port)),
            ],
            cwd=tmp_path,
            env=os.environ | {"PATH": "/usr/bin:/bin"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

        def asked(query: str, **variables: object) -> dict[str, Any]:
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/graphql",
                json.dumps({"query": query, "variables": variables}).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                found = json.load(answer)
            assert "errors" not in found, found
            return dict(found["data"])

        def is_up() -> str | None:
            assert server.poll() is None, (tmp_path / "log").read_text()
            try:
                return str(asked("{ version }")["version"])
            except OSError:
                return None

        try:
            wait_for(is_up, dg.__version__, set())
            yield asked
        finally:
            os.killpg(server.pid, signal.SIGINT)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait()


def test_a_month_and_a_backfill_of_three_months_run_from_the_ui_after_a_run_was_killed(
    ask: Ask, small_home: Path, killed_run: str, port: int, pages_port: int
) -> None:
    for host, answered in (("localhost", 200), ("example.org", 400)):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/", headers={"Host": host})
        assert connection.getresponse().status == answered
        connection.close()

    def status(run_id: str) -> str:
        return str(ask(RUN_STATUS, id=run_id)["runOrError"]["status"])

    # The queue takes one run at a time: it would wait for the killed one for ever.
    assert status(killed_run) == "FAILURE"

    launched = ask(LAUNCH_RUN, month="2026-06")["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    run_id = launched["run"]["runId"]
    wait_for(lambda: status(run_id), "SUCCESS", {"FAILURE", "CANCELED"})
    # The same exports gave the same data: no new edition.
    assert Editions(small_home / "published").in_force("2026-06") == 1

    assets = [{"path": [stem]} for stem in STEMS]
    backfill = ask(LAUNCH_BACKFILL, months=MONTHS, assets=assets)["launchPartitionBackfill"]
    assert backfill["__typename"] == "LaunchBackfillSuccess", backfill
    wait_for(
        lambda: ask(BACKFILL_STATUS, id=backfill["backfillId"])["partitionBackfillOrError"][
            "status"
        ],
        "COMPLETED_SUCCESS",
        {"FAILED", "CANCELED", "COMPLETED_FAILED"},
    )
    assert Editions(small_home / "published").months() == [*MONTHS, "2026-06"]
    with dagster_home.open_instance(Home.at(small_home)) as instance:
        runs = instance.get_runs(dg.RunsFilter(tags={"dagster/backfill": backfill["backfillId"]}))
    # Newest first: a run a month, from the oldest month to the newest.
    assert [run.tags["dagster/partition"] for run in runs] == MONTHS[::-1]

    # The link that the UI shows of a month opens its page.
    with dagster_home.open_instance(Home.at(small_home)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("bulletin"))
    assert event is not None
    assert event.asset_materialization is not None
    link = str(event.asset_materialization.metadata["page"].value)
    assert link == f"http://localhost:{pages_port}/{MONTHS[-1]}/index.html"
    with urllib.request.urlopen(link, timeout=30) as page:
        shown = page.read()
    assert shown == (small_home / "published" / MONTHS[-1] / "index.html").read_bytes()
