"""A real PostgreSQL that asks for passwords, and processes that see a home as other machines do."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from pipeline.warehouse import advisory_locks

USER, PASSWORD, ADMINISTRATOR = "tuyết", "mật-khẩu/s3cret@x", "postgres"

ANOTHER_MACHINE = """
# Locks of files do not hold here, as over a network share.
import sys, time
import filelock
class NoLock:
    def __init__(self, path): open(path, "a").close()
    def acquire(self, timeout=0): return self
    def release(self): pass
    def __enter__(self): return self
    def __exit__(self, *_): pass
filelock.FileLock = NoLock
from assets.month import lock
from pipeline.home import Home
"""
"""What a process begins with that is to be on another machine."""


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server: its own URL, and a folder in which its sockets lie."""

    control: Any
    url: str

    def database(self, password: str = PASSWORD, *, is_owned: bool = True) -> str:
        """The URL of a new database, with a user that must show its password.

        Nobody but its owner may make tables in it.
        """
        name = f"test_{uuid4().hex}"
        self.execute(f'CREATE DATABASE {name} OWNER "{USER if is_owned else ADMINISTRATOR}"')
        socket = self.url.partition("?host=")[2]
        return f"postgresql://{quote(USER)}:{quote(password, safe='')}@/{name}?host={socket}"

    def execute(self, statement: str) -> None:
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def end_connections(self, database: str) -> None:
        """Ends every connection to a database, as a server does that is started anew."""
        name = database.partition("?")[0].rpartition("/")[2]
        self.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL comes as the wheel pgserver")
    # It has an account of its own, and a new session of pytest closes pytest's folder to others.
    folder = Path(tempfile.mkdtemp(prefix="reform-index-postgres-"))
    control = pgserver.get_server(folder / "data", cleanup_mode="delete")
    url = control.get_uri().replace("postgresql://", "postgresql+psycopg://")
    found = Server(control, url)
    found.execute("ALTER SYSTEM SET fsync = off")
    found.execute(f"CREATE ROLE \"{USER}\" LOGIN PASSWORD '{PASSWORD}'")
    rules = Path(control.pgdata) / "pg_hba.conf"
    rules.write_text(f'local all "{USER}" scram-sha-256\n{rules.read_text()}')
    found.execute("SELECT pg_reload_conf()")
    yield found
    control.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _just_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of the tests is young, and yet it knows of all that live."""
    monkeypatch.setattr(advisory_locks, "_SECONDS_TO_RETURN", 0.0)


@pytest.fixture
def database(server: Server) -> str:
    """The URL of a database of the test's own, with its password in it."""
    return server.database()


class StartElsewhere(Protocol):
    """Starts Python on a text, as on another machine; it does not outlive the test."""

    def __call__(self, text: str, *arguments: str | Path) -> "subprocess.Popen[str]": ...


@pytest.fixture
def start_elsewhere() -> Iterator[StartElsewhere]:
    processes: list[subprocess.Popen[str]] = []

    def start(text: str, *arguments: str | Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", ANOTHER_MACHINE + text, *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def read_line(process: "subprocess.Popen[str]") -> str:
    """The next line that a process prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        assert process.stderr is not None
        pytest.fail(process.stderr.read())
    return line.strip()
