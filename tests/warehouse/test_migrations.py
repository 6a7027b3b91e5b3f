"""The migrations lead from an empty database to the tables of the schema, and back."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from pipeline.agencies import Register
from pipeline.warehouse import Warehouse, WarehouseError, schema
from pipeline.warehouse.migrating import alembic_config

from .conftest import MakeEdition, ReadAll


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def table_names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def test_an_empty_database_gets_the_tables_of_the_schema(url: str, engine: Engine) -> None:
    assert table_names(engine) == set()
    Warehouse(url).migrate()
    assert table_names(engine) == {*schema.METADATA.tables, "alembic_version"}


def test_the_newest_migration_leaves_what_the_schema_says(
    warehouse: Warehouse, engine: Engine
) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.METADATA) == []


def test_migrating_again_changes_nothing(
    warehouse: Warehouse,
    edition: MakeEdition,
    register: Register,
    everything: ReadAll,
) -> None:
    warehouse.fill("2026-10", 1, edition(), register)
    before = everything()
    warehouse.migrate()
    assert everything() == before


def test_a_downgrade_leaves_nothing_but_the_version_table(
    warehouse: Warehouse, engine: Engine
) -> None:
    with engine.begin() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert table_names(engine) == {"alembic_version"}
    warehouse.migrate()
    assert set(schema.METADATA.tables) < table_names(engine)


def test_a_migration_that_fails_leaves_no_table(url: str, engine: Engine) -> None:
    # A table of the same name is in the way; it is not the first that the migration makes.
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE rankings (month VARCHAR)"))
    with pytest.raises(WarehouseError, match=r"could not be migrated.*rankings"):
        Warehouse(url).migrate()
    assert table_names(engine) == {"rankings"}


def test_a_warehouse_of_a_newer_version_is_named_with_its_cure(
    warehouse: Warehouse, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(WarehouseError, match=r"another version of reform-index.*filled from"):
        warehouse.migrate()


def test_there_is_one_line_of_migrations_numbered_from_0001(package_folder: Path) -> None:
    scripts = ScriptDirectory(str(package_folder / "migrations"))
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == [f"{number:04d}" for number in range(len(revisions), 0, -1)]
    assert scripts.get_heads() == revisions[:1]


def test_migrating_writes_nothing_to_the_terminal(tmp_path: Path) -> None:
    script = (
        f"from pipeline.warehouse import Warehouse; Warehouse('sqlite:///{tmp_path}/w').migrate()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert (ended.stdout, ended.stderr) == (b"", b"")
