"""Dagster's own storage in PostgreSQL: runs, events and schedules of an installation.

Dagster's storage works with the driver psycopg2 alone, and SQLAlchemy would take another one for
`postgresql://`, so the URL is completed here, in every process of Dagster. Here belongs opening
that storage, with plain errors that show no password. Not here: who writes the settings that name
it (dagster_home), the warehouse.
"""

from typing import Any

from dagster_postgres import DagsterPostgresStorage

from pipeline.errors import PlainError
from pipeline.warehouse.connection import describe_database, mask_secrets, parse_url


class DagsterStorageError(PlainError):
    """Dagster's database cannot be used; the message says what to do and shows no password."""


class PostgresStorage(DagsterPostgresStorage):
    """As Dagster has it, at a URL of PostgreSQL with any driver or none."""

    @classmethod
    def from_config_value(
        cls,
        inst_data: Any,  # noqa: ANN401 -- as Dagster has it
        config_value: Any,  # noqa: ANN401
    ) -> "PostgresStorage":
        """The storage that the settings name. DagsterStorageError where it cannot be used."""
        url = parse_url(config_value["postgres_url"])
        complete = url.set(drivername="postgresql+psycopg2")
        try:
            return cls(complete.render_as_string(hide_password=False), inst_data=inst_data)
        except Exception as error:
            raise DagsterStorageError(
                f"Dagster's storage ({describe_database(url)}) cannot be used: "
                f"{mask_secrets(url, error.__cause__ or error)}. See that the server runs and "
                "accepts this user, password and database, and that the user may create tables "
                "there, and run again"
            ) from None
