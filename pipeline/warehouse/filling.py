"""Filling the warehouse: one month's edition, in one transaction.

Here belongs the way from an edition's published bytes to rows of the warehouse. Not here: the
tables (schema), how many rows reach the database at a time (bulk_insert), and which edition is in
force (editions).
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from json import JSONDecodeError, loads

import polars as pl
from sqlalchemy import Connection, Table, delete, insert, select, update

from pipeline import columns, letters, months, published_data, tables
from pipeline.agencies import Register
from pipeline.tables.comparisons import COMPARISONS
from pipeline.warehouse import migrating, schema
from pipeline.warehouse.bulk_insert import insert_rows
from pipeline.warehouse.connection import WarehouseError, explain_errors, make_engine, parse_url
from pipeline.warehouse.digests import PACKAGE, data_digest

_FILES = (
    (schema.INDICES, tables.INDICES, "data/indices.csv"),
    (schema.RANKINGS, tables.RANKINGS, "data/rankings.csv"),
    (schema.DELIVERIES, tables.DELIVERED, "data/deliveries.csv"),
)


class Warehouse:
    """The warehouse at a database URL, SQLite or PostgreSQL.

    WarehouseError, from here and from every method, when the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._engine = make_engine(self._url)

    def migrate(self) -> None:
        """Bring the tables to the newest version, all or nothing; nothing to do when they are."""
        migrating.migrate(self._engine, self._url)

    def fill(self, month: str, number: int, data: Mapping[str, bytes], register: Register) -> None:
        """Put an edition in the place of the month's rows, in one transaction.

        `data` are the edition's data files by path, `register` gives the agencies as they stood
        in the month. Filling again leaves the same rows; when anything fails the old rows stay.
        """
        agencies = register.at(months.checked(month))
        edition = {"month": month, "number": number, **_describe_edition(data)}
        key = {"month": pl.lit(month), "edition": pl.lit(number, pl.Int64)}
        with explain_errors(self._url, "filled"), self._engine.begin() as connection:
            _clear_month(connection, month, number)
            connection.execute(insert(schema.EDITIONS), edition)
            # One table at a time is in memory.
            for table, rows in _read_tables(month, data, agencies):
                insert_rows(connection, table, rows.with_columns(**key))

    def is_behind(self, in_force: Mapping[str, tuple[int, str]]) -> list[str]:
        """Months, earliest first, whose edition in force is not the one filled.

        `in_force` has the number of each edition and the `data_digest` of its files: a home that
        was begun anew has editions of the same numbers and other data.
        """
        editions = schema.EDITIONS.c
        query = select(editions.month, editions.number, editions.data_sha256).where(
            editions.is_in_force
        )
        with explain_errors(self._url, "read"), self._engine.connect() as connection:
            filled = {row.month: (row.number, row.data_sha256) for row in connection.execute(query)}
        return sorted(month for month, edition in in_force.items() if filled.get(month) != edition)


def _read_tables(
    month: str, data: Mapping[str, bytes], agencies: pl.DataFrame
) -> Iterator[tuple[Table, pl.DataFrame]]:
    """The tables of the warehouse with their rows, one after the other."""
    for table, shape, path in _FILES:
        rows = _read_file(shape, path, data, month)
        yield table, rows.with_row_index("line", 1) if table is schema.DELIVERIES else rows
    for name, shape in COMPARISONS.items():
        # Editions published before there were comparisons have none.
        if f"data/{name}.csv" in data:
            yield schema.COMPARISONS[name], _read_file(shape, f"data/{name}.csv", data, month)
    yield (
        schema.AGENCIES,
        tables.AGENCIES.conform(agencies).with_columns(
            letters.column_without_steering(pl.col(pl.String))
        ),
    )


def _read_file(
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
        rows = shape.conform(published_data.restore_texts(text))
    except pl.exceptions.PolarsError as error:
        raise WarehouseError(
            f"{path} of the edition of {month} cannot be read: restore its folder from a backup, "
            f"or run the month again ({error})"
        ) from error
    if (rows["month"] != month).any():
        raise WarehouseError(f"{path} is of another month than {month}: run the month again")
    return rows


def _describe_edition(data: Mapping[str, bytes]) -> dict[str, object]:
    """The columns of `editions` that are read from the edition's data files."""
    try:
        package = loads(data[PACKAGE])
        published = {"is_simulated": package["simulated"], "data_version": package["version"]}
    except (KeyError, JSONDecodeError) as error:
        raise WarehouseError(
            f"the edition's {PACKAGE} cannot be read: restore its folder from a backup, or run "
            "the month again"
        ) from error
    return {"is_in_force": True, **published, "data_sha256": data_digest(data)}


def _clear_month(connection: Connection, month: str, number: int) -> None:
    """Delete the month's rows and this edition; no edition of the month is in force then."""
    for table in schema.EDITION_TABLES:
        connection.execute(delete(table).where(table.c.month == month))
    has_month = schema.EDITIONS.c.month == month
    connection.execute(update(schema.EDITIONS).where(has_month).values(is_in_force=False))
    connection.execute(delete(schema.EDITIONS).where(has_month, schema.EDITIONS.c.number == number))
