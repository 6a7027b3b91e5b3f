# ruff: noqa: PLC0415 - alembic is slow to import, so only who opens a database does
"""Filling the warehouse: one month's edition, in one transaction.

Here belongs the way from an edition's published bytes to rows of the warehouse. Not here: the
tables (schema) and which edition is in force (editions).
"""

import hashlib
from collections.abc import Mapping
from io import BytesIO
from json import JSONDecodeError, loads
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from sqlalchemy import Connection, Table, delete, insert, select, update

from pipeline import columns, months, tables
from pipeline.agencies import Register
from pipeline.tables.comparisons import COMPARISONS
from pipeline.warehouse import schema
from pipeline.warehouse.connection import WarehouseError, address, engine_for, plain_errors

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_FILES = (
    (schema.INDICES, tables.INDICES, "data/indices.csv"),
    (schema.RANKINGS, tables.RANKINGS, "data/rankings.csv"),
    (schema.DELIVERIES, tables.DELIVERED, "data/deliveries.csv"),
)
_PACKAGE = "data/datapackage.json"


class Warehouse:
    """The warehouse at a database URL, SQLite or PostgreSQL.

    WarehouseError, from here and from every method, when the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._url = address(url)
        self._engine = engine_for(self._url)

    def migrate(self) -> None:
        """Bring the tables to the newest version, all or nothing; nothing to do when they are."""
        from alembic import command

        with plain_errors(self._url, "migrated"), self._engine.begin() as connection:
            command.upgrade(migrations(connection), "head")

    def fill(self, month: str, number: int, data: Mapping[str, bytes], register: Register) -> None:
        """Put an edition in the place of the month's rows, in one transaction.

        `data` are the edition's data files by path, `register` gives the agencies as they stood
        in the month. Filling again leaves the same rows; when anything fails the old rows stay.
        """
        of_month = {
            table: _published(shape, path, data, months.checked(month))
            for table, shape, path in _FILES
        } | {
            schema.COMPARISONS[name]: _published(shape, f"data/{name}.csv", data, month)
            for name, shape in COMPARISONS.items()
            # Editions published before there were comparisons have none.
            if f"data/{name}.csv" in data
        }
        of_month[schema.DELIVERIES] = of_month[schema.DELIVERIES].with_row_index("line", 1)
        of_month[schema.AGENCIES] = tables.AGENCIES.conform(register.at(month))
        edition = {"month": month, "number": number, **_told(data)}
        with plain_errors(self._url, "filled"), self._engine.begin() as connection:
            _clear(connection, month, number)
            connection.execute(insert(schema.EDITIONS), edition)
            for table, rows in of_month.items():
                _insert(connection, table, rows, month, number)

    def is_behind(self, in_force: Mapping[str, tuple[int, str]]) -> list[str]:
        """Months, earliest first, whose edition in force is not the one filled.

        `in_force` has the number of each edition and the `data_digest` of its files: a home that
        was begun anew has editions of the same numbers and other data.
        """
        editions = schema.EDITIONS.c
        query = select(editions.month, editions.number, editions.data_sha256).where(
            editions.is_in_force
        )
        with plain_errors(self._url, "read"), self._engine.connect() as connection:
            filled = {row.month: (row.number, row.data_sha256) for row in connection.execute(query)}
        return sorted(month for month, edition in in_force.items() if filled.get(month) != edition)


def data_digest(data: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the data files of an edition, given by path."""
    digests = [hashlib.sha256(data[path]).hexdigest() for path in sorted(data)]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def migrations(connection: Connection) -> "Config":
    """Alembic's configuration for the migrations that come with the package."""
    from alembic.config import Config

    config = Config()
    # A percent sign in the path would be read as interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _published(
    shape: columns.Table, path: str, data: Mapping[str, bytes], month: str
) -> pl.DataFrame:
    """A published file's rows with the types of its table, in the order published."""
    if path not in data:
        raise WarehouseError(
            f"the edition of {month} has no {path}: restore its folder from a backup, or run the "
            "month again"
        )
    try:
        booleans = {name: kind for name, kind in shape.schema.items() if kind == pl.Boolean}
        text = pl.read_csv(BytesIO(data[path]), infer_schema=False, schema_overrides=booleans)
        rows = shape.conform(text)
    except pl.exceptions.PolarsError as error:
        raise WarehouseError(
            f"{path} of the edition of {month} cannot be read: restore its folder from a backup, "
            f"or run the month again ({error})"
        ) from error
    if (rows["month"] != month).any():
        raise WarehouseError(f"{path} is of another month than {month}: run the month again")
    return rows


def _told(data: Mapping[str, bytes]) -> dict[str, object]:
    """What the data files tell of their edition as a whole."""
    try:
        package = loads(data[_PACKAGE])
        told = {"is_simulated": package["simulated"], "data_version": package["version"]}
    except (KeyError, JSONDecodeError) as error:
        raise WarehouseError(
            f"the edition's {_PACKAGE} cannot be read: restore its folder from a backup, or run "
            "the month again"
        ) from error
    return {"is_in_force": True, **told, "data_sha256": data_digest(data)}


def _clear(connection: Connection, month: str, number: int) -> None:
    for table in schema.OF_EDITION:
        connection.execute(delete(table).where(table.c.month == month))
    of_month = schema.EDITIONS.c.month == month
    connection.execute(update(schema.EDITIONS).where(of_month).values(is_in_force=False))
    connection.execute(delete(schema.EDITIONS).where(of_month, schema.EDITIONS.c.number == number))


def _insert(
    connection: Connection, table: Table, rows: pl.DataFrame, month: str, number: int
) -> None:
    of_edition = rows.with_columns(month=pl.lit(month), edition=pl.lit(number, pl.Int64)).to_dicts()
    if of_edition:
        connection.execute(insert(table), of_edition)
