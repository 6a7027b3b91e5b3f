# ruff: noqa: PLC0415 - alembic is slow to import, so only a migration imports it
"""Bringing the tables of a warehouse to the newest version.

Here belongs how the program starts the migrations. Not here: the migrations and what Alembic's
own command line does (migrations), or the shape that they lead to (schema).
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, inspect, text

from pipeline.warehouse.connection import WarehouseError, describe_database, explain_errors

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_NEWEST = max(path.name for path in (_MIGRATIONS / "versions").glob("0*.py")).partition("_")[0]
"""The newest revision; the name of a migration begins with it."""


def migrate(engine: Engine, url: URL) -> None:
    """Bring the tables to the newest version, all or nothing; nothing to do when they are.

    WarehouseError when the database cannot be used, or a newer version of the program made it.
    """
    if _read_revision(engine, url) == _NEWEST:
        return
    from alembic import command
    from alembic.util.exc import CommandError

    try:
        with explain_errors(url, "migrated"), engine.begin() as connection:
            command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise WarehouseError(
            f"the warehouse ({describe_database(url)}) was made by another version of "
            f"reform-index: {error}. Install the newest version, or delete the warehouse and run "
            "again: it is filled from the published editions"
        ) from error


def _read_revision(engine: Engine, url: URL) -> str | None:
    """The revision that the database is at, read without Alembic; None where it has none."""
    with explain_errors(url, "migrated"), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("select version_num from alembic_version"))
        return revision


def alembic_config(connection: Connection) -> "Config":
    """Alembic's configuration for the migrations that come with the package.

    The migrations run on the connection, in its transaction.
    """
    from alembic.config import Config

    config = Config()
    # Alembic reads a percent sign in the path as the start of a placeholder.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
