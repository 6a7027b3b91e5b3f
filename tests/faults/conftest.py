"""A home of two agencies with real files, before its first run and after it."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from assets import dagster_home
from pipeline import months, simulator
from pipeline.home import Home
from pipeline.simulator import Parameters

from ..conftest import MakeOnce
from .commands import run_command
from .looks import Contents, dump_warehouse, read_published

MONTHS = tuple(months.span("2026-04", "2026-06"))
SENDERS = {"H26": "T1", "H29": "T2"}
"""The senders of the simulation, and those that they become: agencies of a kind of their own."""
_UNIT = re.compile(rf"\b({'|'.join(SENDERS)})\.(?!01|02)\d\d")
"""The code of a unit that is left out."""
PUBLISH_ALL = ("run", "--from", MONTHS[0], "--to", MONTHS[-1])
PUBLISH_FIRST = ("run", "--month", MONTHS[0])
PUBLISH_LAST = ("run", "--month", MONTHS[-1])


@dataclass(frozen=True)
class Scene:
    """A home before a command, what the command leaves in it, and what it does until then.

    `steps` counts its steps by place; it takes so many `seconds`. Where `database` names a server,
    the warehouse is a new database there.
    """

    before: Path
    arguments: tuple[str, ...]
    published: Contents
    warehouse: dict[str, list[str]]
    steps: Mapping[str, int]
    seconds: float
    database: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    def copy(self, folder: Path) -> Path:
        """A home that is the caller's own."""
        return shutil.copytree(self.before, folder, symlinks=True)


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """New processes from one that has imported all that a command needs."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.imported"])
    return context


def _simulate(root: Path) -> None:
    """Simulated exports of two provinces, sent in the name of agencies of a kind of their own."""
    simulated = root.with_name(f"{root.name}-simulated")
    simulated.mkdir()
    parameters = Parameters(MONTHS, 1_200, 7, senders=len(SENDERS), faults_share=0.01)
    simulator.simulate(Home.at(simulated), parameters)
    for path in [simulated / "agencies.csv", *sorted(simulated.glob("inbox/*/*/*.csv"))]:
        rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        sent, place = "".join(filter(_is_kept, rows)), str(path.relative_to(simulated))
        for code, own in SENDERS.items():
            sent, place = sent.replace(code, own), place.replace(code, own)
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(sent, encoding="utf-8")
    shutil.rmtree(simulated)
    with (root / "agencies.csv").open("a", encoding="utf-8") as register:
        for own in SENDERS.values():
            register.write(f"{own},Trung tâm {own} (thử nghiệm),,pilot,,\n")
    # Its databases take half a second, which no kill need be spent on.
    with dagster_home.open_instance(Home.at(root)):
        pass


def _is_kept(row: str) -> bool:
    """Two units a sender are enough, and make few pages."""
    return not _UNIT.search(row)


def _begin(root: Path, processes: ForkServerContext) -> None:
    process = processes.Process(target=_simulate, args=(root,))
    process.start()
    process.join()
    assert process.exitcode == 0


@pytest.fixture(scope="session")
def sent_home(make_once: MakeOnce, processes: ForkServerContext) -> Path:
    """Files of two senders and three months; nothing was run."""
    return make_once("sent_home", lambda root: _begin(root, processes))


@pytest.fixture(scope="session")
def published_home(make_once: MakeOnce, sent_home: Path, processes: ForkServerContext) -> Path:
    """The same home with its three months published."""

    def make(root: Path) -> None:
        shutil.copytree(sent_home, root, symlinks=True, dirs_exist_ok=True)
        ended = run_command(
            processes, (*PUBLISH_ALL, "--home", root), root.with_name("published_home.said")
        )
        assert ended.status == 0, ended.said

    return make_once("published_home", make)


@contextmanager
def started_server() -> Iterator[Any]:
    """A PostgreSQL server of pgserver, which ends with the block.

    It has an account of its own, and every new session of pytest closes pytest's folder to others.
    """
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL comes as the wheel pgserver")
    folder = Path(tempfile.mkdtemp(prefix="reform-index-postgres-"))
    server = pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server
    finally:
        server.ensure_postgres_running()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server that lives as long as the tests."""
    with started_server() as server:
        server.psql(
            "ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();"
        )  # it is deleted anyway
        yield driver_url(server.get_uri())


def driver_url(uri: str) -> str:
    """The URL of a server with the driver that the program uses."""
    return uri.replace("postgresql://", "postgresql+psycopg://")


def new_database(server: str) -> str:
    """The URL of a new and empty database."""
    name = f"faults_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


def drop_database(url: str) -> None:
    """Removes a database, whoever still uses it."""
    engine = create_engine(url)
    name = engine.url.database
    server = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def make_scene(
    before: Path,
    arguments: tuple[str, ...],
    folder: Path,
    processes: ForkServerContext,
    database: str = "",
) -> Scene:
    """Runs the command undisturbed in a copy of the home."""
    after = shutil.copytree(before, folder / "after", symlinks=True)
    url = new_database(database) if database else f"sqlite:///{after / 'warehouse.db'}"
    ended = run_command(
        processes, (*arguments, "--home", after), folder / "said", warehouse_variable(url)
    )
    assert ended.status == 0, ended.said
    found: dict[str, Any] = {"published": read_published(after), "warehouse": dump_warehouse(url)}
    return Scene(
        before, arguments, **found, steps=ended.steps, seconds=ended.seconds, database=database
    )


def warehouse_variable(url: str) -> dict[str, str]:
    """The environment that names the warehouse: empty for SQLite, which lies in the home."""
    return {"REFORM_INDEX_WAREHOUSE": "" if url.startswith("sqlite") else url}
