"""Waiting for a database ends, and the line that ends it says what to do."""

import socket
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from pipeline.agencies import Register
from pipeline.warehouse import Warehouse, WarehouseError, connection
from pipeline.warehouse.connection import explain_errors, make_engine, parse_url

from .conftest import MakeEdition

HELD = "Another program held it for more than"


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_SECONDS_FOR_LOCK", 1)
    monkeypatch.setattr(connection, "_SECONDS_FOR_STATEMENT", 2)
    monkeypatch.setattr(connection, "_SECONDS_TO_CONNECT", 2)


def test_a_sqlite_file_that_another_program_holds_is_waited_for_and_then_named(
    tmp_path: Path, register: Register, edition: MakeEdition
) -> None:
    url = f"sqlite:///{tmp_path / 'warehouse.db'}"
    warehouse = Warehouse(url)
    warehouse.migrate()
    with closing(sqlite3.connect(tmp_path / "warehouse.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begun = time.monotonic()
        with pytest.raises(WarehouseError, match="database is locked") as raised:
            warehouse.fill("2026-10", 1, edition(), register)
        assert 0.9 < time.monotonic() - begun < 20
        assert f"{HELD} 1 s: end what that program does" in str(raised.value)
        with pytest.raises(WarehouseError, match=HELD):
            Warehouse(url).migrate()
    warehouse.fill("2026-10", 1, edition(), register)


def test_a_table_that_another_program_holds_in_postgresql_is_waited_for_and_then_named(
    postgres: str, register: Register, edition: MakeEdition
) -> None:
    url = postgres.replace("postgresql://", "postgresql+psycopg://")
    warehouse = Warehouse(url)
    warehouse.migrate()
    other = create_engine(url)
    with other.connect() as holding:
        holding.execute(text("LOCK TABLE indices IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(WarehouseError, match=f"{HELD} 1 s"):
            warehouse.fill("2026-10", 1, edition(), register)
    other.dispose()
    warehouse.fill("2026-10", 1, edition(), register)


def test_a_statement_that_takes_too_long_in_postgresql_is_ended(postgres: str) -> None:
    url = parse_url(postgres)
    with (
        pytest.raises(WarehouseError, match="canceling statement due to statement timeout"),
        explain_errors(url, "filled"),
        make_engine(url).connect() as connected,
    ):
        connected.execute(text("SELECT pg_sleep(30)"))


def test_what_the_url_says_of_waiting_holds(postgres: str) -> None:
    asked = "options=-c%20statement_timeout%3D7s"
    url = parse_url(f"{postgres}{'&' if '?' in postgres else '?'}{asked}")
    with make_engine(url).connect() as connected:
        assert connected.scalar(text("SHOW statement_timeout")) == "7s"


def test_a_server_that_takes_the_connection_and_never_answers_is_given_up() -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(WarehouseError, match="could not be migrated"):
            Warehouse(f"postgresql://user:secret@127.0.0.1:{port}/reform").migrate()
        assert time.monotonic() - begun < 20
