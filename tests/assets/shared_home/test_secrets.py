"""Passwords and the address of the webhook stand in the environment, and nowhere else.

Good and failing runs are made with them planted, then everything is searched that was written or
said: the home, both databases, the terminal, what the webhook got, and the list of processes.
"""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import pytest
from sqlalchemy import MetaData, create_engine

from assets import dagster_home
from assets.automation import failed_runs_sensor
from assets.resources import InstallationResource
from pipeline.home import Home
from pipeline.months import shifted

from ..conftest import LAST_MONTH, run_job
from .conftest import PASSWORD, USER, Server
from .hook import SECRET, Hook

pytestmark = pytest.mark.runs

EMPTY_MONTH = shifted(LAST_MONTH, -1)
COMMAND = (sys.executable, "-c", "from assets.command_line.app import main; main()")
WRONG = "falsch-Pa55"
PLANTED = ("s3cret", WRONG, SECRET, quote(PASSWORD, safe=""))
"""Parts of each secret that stand nowhere else, written in whatever way."""


class Processes:
    """The command lines of all processes, seen again and again until the end of the block."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._is_over.wait(0.1):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
                except OSError:
                    continue  # it has ended

    def __enter__(self) -> "Processes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()


@dataclass
class Written:
    """All texts by where they were found, and how the commands ended."""

    texts: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def keep_home(self, name: str, home: Path) -> None:
        for path in home.rglob("*"):
            if path.is_file():
                self.texts[f"{name}: {path.relative_to(home)}"] = "\n".join(read_file(path))

    def keep_database(self, name: str, url: str) -> None:
        engine = create_engine(url)
        tables = MetaData()
        tables.reflect(engine)
        with engine.connect() as connection:
            for table in tables.sorted_tables:
                rows = connection.execute(table.select()).all()
                values = [text for row in rows for value in row for text in read_value(value)]
                self.texts[f"{name}: {table.name}"] = "\n".join(values)
        engine.dispose()


def read_value(value: object) -> Iterator[str]:
    """A value of a database, unpacked where Dagster packed it."""
    if isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
        try:
            yield zlib.decompress(value).decode("utf-8", "replace")
        except zlib.error:
            return
    elif value is not None:
        yield str(value)


def read_file(path: Path) -> Iterator[str]:
    """What a file says, by itself and as a database."""
    yield str(path) + path.read_bytes().decode("utf-8", "replace")
    if path.suffix == ".db":
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'"):
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        yield from read_value(value)


def find_planted(written: Written, *more: str) -> dict[str, list[str]]:
    """Where a secret is found, as it is or as JSON and URLs write it."""
    found = {}
    for place, text in written.texts.items():
        let_out = [mark for mark in (*PLANTED, *more) if mark in text]
        if let_out:
            found[place] = let_out
    return found


def make_home(home: Path) -> Path:
    home.mkdir()
    (home / "agencies.csv").write_text(
        "code,name_vi,kind\nT1,Trung tâm thử nghiệm,pilot\n", encoding="utf-8"
    )
    folder = home / "inbox" / "T1" / LAST_MONTH
    folder.mkdir(parents=True)
    (folder / "figures.csv").write_text(
        "unit_code,indicator,breakdown,month,numerator,denominator\n"
        f"T1,due_on_time,,{LAST_MONTH},90,100\n",
        encoding="utf-8",
    )
    return home


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("WAREHOUSE", "DAGSTER_STORAGE", "WEBHOOK"):
            patch.delenv(f"REFORM_INDEX_{name}", raising=False)
        for name, value in variables.items():
            patch.setenv(f"REFORM_INDEX_{name.upper()}", value)
        yield


def away(url: str) -> str:
    return url.replace("host=", "host=/nowhere")


def wrong(url: str) -> str:
    return re.sub(":[^:@]*@", f":{WRONG}@", url)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Written:
    """What good and failing commands and a failing run with its alarm wrote."""
    root = tmp_path_factory.mktemp("secrets")
    home, plain_home = make_home(root / "home"), make_home(root / "plain")
    warehouse, storage, closed = (
        server.database(),
        server.database(),
        server.database(is_owned=False),
    )
    found = Written()

    def command(name: str, home: Path, *arguments: str, **variables: str) -> None:
        with environment(**variables):
            ended = subprocess.run(
                [*COMMAND, *arguments, "--home", str(home)],
                capture_output=True,
                text=True,
                check=False,
            )
        found.texts[f"terminal: {name}"] = ended.stdout + ended.stderr
        found.statuses[name] = ended.returncode

    run = ("run", "--month", LAST_MONTH)
    with Hook() as hook, Processes() as processes:
        good = {"warehouse": warehouse, "dagster_storage": storage, "webhook": hook.url}
        command("good", home, *run, **good)
        for kind, broken in (("warehouse", warehouse), ("dagster_storage", storage)):
            changed = shutil.copytree(home, root / kind, symlinks=True)
            (changed / "inbox" / "T1" / LAST_MONTH / "figures.csv").unlink()
            command(f"{kind} away", changed, *run, **good | {kind: away(broken)})
            command(f"{kind} wrong password", changed, *run, **good | {kind: wrong(broken)})
            # A character that is not written by its code puts half of it where the host stands.
            half = broken.replace("@/", f"@{WRONG}/@/")
            command(f"{kind} unreadable", changed, *run, **good | {kind: half})
            found.keep_home(kind, changed)
        command("not filled", plain_home, *run, warehouse=closed, webhook=hook.url)
        with environment(**good):
            found.texts["alarms"] = _fail_with_alarms(home, hook)
        found.texts["posted"] = json.dumps(hook.posted, ensure_ascii=False)
        hook.shutdown()
    found.texts["processes"] = "\n".join(processes.seen)
    found.keep_home("home", home)
    found.keep_home("not filled", plain_home)
    found.keep_database("warehouse", warehouse)
    with environment():
        found.keep_database("Dagster", storage)
    return found


def _fail_with_alarms(home: Path, hook: Hook) -> str:
    """A run of a month that nobody sent for, with alarms to three addresses; what was logged."""
    place = Home.at(home)
    with dagster_home.open_instance(place) as instance:
        result = run_job(home, EMPTY_MONTH, instance=instance, is_raised=False)
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        (failed,) = (
            event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"
        )
        where = {"where": InstallationResource(home_folder=str(home))}
        for address in (hook.url, f"http://127.0.0.1:1/{SECRET}", SECRET):
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("REFORM_INDEX_WEBHOOK", address)
                context = dg.build_run_status_sensor_context(
                    "failed_runs", failed, instance, run, resources=where
                ).for_run_failure()
                failed_runs_sensor(context)
        logged = [entry.to_json() for entry in instance.all_logs(result.run_id)]
    return "\n".join(logged)


def test_good_and_failing_runs_were_made(written: Written) -> None:
    # What is let out is searched for in vain only where something was done.
    assert written.statuses == {
        "good": 0,
        "warehouse away": 1,
        "warehouse wrong password": 1,
        "warehouse unreadable": 1,
        "dagster_storage away": 1,
        "dagster_storage wrong password": 1,
        "dagster_storage unreadable": 2,
        "not filled": 3,
    }, "\n".join(f"{place}\n{text}" for place, text in written.texts.items() if "termin" in place)
    said = written.texts
    assert "password authentication failed" in said["terminal: warehouse wrong password"]
    assert "so nothing was run" in said["terminal: warehouse away"]
    assert "the warehouse is not filled" in said["terminal: not filled"]
    assert "password authentication failed" in said["terminal: dagster_storage wrong password"]
    assert "nothing to publish" in said["posted"]
    assert LAST_MONTH in said["warehouse: editions"]
    assert "PIPELINE_FAILURE" in said["Dagster: event_logs"]
    assert "assets.command_line.app" in said["processes"]
    assert said["home: logs/alarms.log"].count("run_failed") == 3


def test_no_secret_is_in_anything_that_was_written_or_said(written: Written) -> None:
    assert find_planted(written) == {}


def test_a_secret_would_have_been_found(written: Written) -> None:
    planted = Written({"packed": "".join(read_value(zlib.compress(b"x s3cret")))})
    assert find_planted(planted) == {"packed": ["s3cret"]}
    assert USER  # the name of the user is no secret


# ---- The real web server and daemon

PATIENCE_SECONDS = 240
LAUNCH = """
mutation ($month: String!) { launchRun(executionParams: {
  selector: {repositoryLocationName: "reform-index", repositoryName: "__repository__",
             jobName: "edition"}
  executionMetadata: {tags: [{key: "dagster/partition", value: $month}]}
}) { __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }
"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@pytest.mark.slow
def test_web_server_and_daemon_let_no_secret_out_and_post_the_alarm_of_a_run_that_failed(
    tmp_path: Path, server: Server
) -> None:
    home = make_home(tmp_path / "home")
    warehouse, storage = server.database(), server.database()
    found = Written()
    with Hook() as hook, Processes() as processes:
        variables = {"warehouse": warehouse, "dagster_storage": storage, "webhook": hook.url}
        with environment(**variables), _started_ui(home, tmp_path / "log") as ask:
            for month, wanted in ((LAST_MONTH, "SUCCESS"), (EMPTY_MONTH, "FAILURE")):
                launched = ask(LAUNCH, month=month)["launchRun"]
                assert launched["__typename"] == "LaunchRunSuccess", launched
                run_id = launched["run"]["runId"]
                _wait(lambda: ask(STATUS, id=run_id)["runOrError"]["status"], wanted)  # noqa: B023
            _wait(lambda: str(len(hook.posted)), "1")
        hook.shutdown()
    assert "nothing to publish" in hook.posted[0]["english"]
    found.texts["posted"] = json.dumps(hook.posted, ensure_ascii=False)
    found.texts["processes"] = "\n".join(processes.seen)
    assert "dagster" in found.texts["processes"]
    found.texts["terminal"] = (tmp_path / "log").read_text()
    found.keep_home("home", home)
    found.keep_database("warehouse", warehouse)
    found.keep_database("Dagster", storage)
    assert "sensor" in found.texts["Dagster: job_ticks"].lower()
    assert find_planted(found, f":{hook.server_port}/") == {}


def _wait(state: Any, wanted: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := state()) != wanted:
        assert time.monotonic() < deadline, f"still {found}"
        time.sleep(1)


@contextmanager
def _started_ui(home: Path, log: Path) -> Iterator[Any]:
    """The UI of a home, as `reform-index dev` starts it; asks it over GraphQL."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        port, pages_port = first.getsockname()[1], second.getsockname()[1]
    command = [
        *COMMAND,
        "dev",
        "--home",
        str(home),
        "--port",
        str(port),
        "--pages-port",
        str(pages_port),
    ]
    with log.open("w") as said:
        program = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)

    def ask(query: str, **values: object) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            json.dumps({"query": query, "variables": values}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(json.load(answer)["data"])

    def is_up() -> str:
        assert program.poll() is None, log.read_text()
        try:
            return str(bool(ask("{ version }")))
        except OSError:
            return ""

    try:
        _wait(is_up, "True")
        yield ask
    finally:
        os.killpg(program.pid, signal.SIGINT)
        try:
            program.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            program.wait()
