"""Warehouses on a real SQLite file and on a real PostgreSQL server, and editions to fill them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import polars as pl
import pytest
from sqlalchemy import Table, create_engine, text

from pipeline import agencies, bulletin, methods, tables
from pipeline.agencies import Register
from pipeline.warehouse import Warehouse, schema

Row = dict[str, Any]
"""A row of a table by column."""
ReadTable = Callable[[Table], list[Row]]
ReadAll = Callable[[], dict[str, list[Row]]]


class MakeEdition(Protocol):
    """Makes the data files of an edition by path."""

    def __call__(
        self, month: str = ..., value: float | None = ..., units: tuple[str, ...] = ...
    ) -> dict[str, bytes]: ...


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a PostgreSQL server that lives as long as the tests."""
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL comes as the wheel pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"), cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # it is deleted anyway
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database; each test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'warehouse.db'}"
    server = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    name = f"test_{uuid4().hex}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return engine.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def warehouse(url: str) -> Warehouse:
    migrated = Warehouse(url)
    migrated.migrate()
    return migrated


@pytest.fixture
def contents(url: str) -> ReadTable:
    """Reads a table whole: its rows as dictionaries, in the order of their key."""

    def read(table: Table) -> list[Row]:
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(table.select().order_by(*table.primary_key))
            read_rows = [dict(row) for row in rows.mappings()]
        engine.dispose()
        return read_rows

    return read


@pytest.fixture
def everything(contents: ReadTable) -> ReadAll:
    """Reads all tables."""
    return lambda: {table.name: contents(table) for table in schema.METADATA.sorted_tables}


@pytest.fixture(scope="session")
def register() -> Register:
    return agencies.load(None)


@pytest.fixture(scope="session")
def edition(register: Register) -> MakeEdition:
    """Makes an edition's data files: one unit with a value, one without, two deliveries."""
    method = methods.load()

    def make(
        month: str = "2026-10",
        value: float | None = 0.75,
        units: tuple[str, ...] = ("H15.1", "H15.2"),
    ) -> dict[str, bytes]:
        indices = pl.DataFrame(
            {
                "month": month,
                "unit_code": units,
                "unit_name": "Sở Nội vụ",
                "level": "department",
                "indicator": "due_on_time",
                "value": [value, *[None] * (len(units) - 1)],
                "unit": "share",
                "denominator": 12.0,
                "method": "reform-index",
            }
        )
        rankings = indices.with_columns(league=pl.lit("departments of H15"), rank=pl.lit(1))
        deliveries = pl.DataFrame(
            {
                "month": month,
                "sender_code": ["H15", "H16"],
                "sender_name": ["Đắk Lắk", "Đắk Nông"],
                "kind": ["dossiers", None],
                "sha256": ["a" * 64, None],
                "status": ["accepted", "missing"],
                "rows": [30, None],
                "message": ["two\nlines, “quoted”", None],
            }
        )
        return bulletin.data_files(
            bulletin.Content(
                month=month,
                indices=indices,
                rankings=rankings,
                deliveries=deliveries,
                rejected=tables.REJECTED.empty(),
                register=register,
                method=method,
                is_simulated=True,
            )
        )

    return make


@pytest.fixture
def package_folder() -> Path:
    return Path(schema.__file__).parent
