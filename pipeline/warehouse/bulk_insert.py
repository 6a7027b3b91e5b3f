"""Many rows into one table, in bounded memory.

Here belongs how rows go to the database: COPY on PostgreSQL, batches of one INSERT on SQLite. Both
leave the same rows: the same numbers to the last digit, nulls, empty texts, and texts of any
signs. Not here: which rows go into which table, and the transaction around them (filling).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import DBAPIError

BATCH_ROWS = 2_000
"""Rows that are Python objects at a time, on SQLite. 400,000 rows of indices at once took 1.1 GB
and no less time; batches of 500 to 50,000 rows took the same time."""
COPIED_ROWS = 20_000
"""Rows that are text of CSV at a time, on PostgreSQL: some 4 MB."""


def insert_rows(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Insert the rows, which have the table's columns, in the transaction of the connection."""
    if rows.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
    else:
        _insert_batches(connection, table, rows)


def _insert_batches(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    statement = insert(table).compile(dialect=connection.dialect, column_keys=rows.columns)
    # SQLAlchemy keeps dates as texts in SQLite; so they are not given to the driver as dates.
    ordered = rows.select(statement.positiontup or rows.columns).cast({pl.Date: pl.String})
    for batch in ordered.iter_slices(BATCH_ROWS):
        connection.exec_driver_sql(str(statement), batch.rows())


def _copy(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """One COPY for all rows, sent a part at a time."""
    quote = connection.dialect.identifier_preparer
    columns = ", ".join(map(quote.quote, rows.columns))
    # Bytes are sent, and the connection may speak the database's own encoding.
    options = "FORMAT csv, ENCODING 'UTF8'"
    statement = f"COPY {quote.format_table(table)} ({columns}) FROM STDIN ({options})"
    with (
        _errors_of_sqlalchemy(connection, statement) as driver,
        driver.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for part in rows.iter_slices(COPIED_ROWS):
            copy.write(_write_csv(part))


def _write_csv(rows: pl.DataFrame) -> bytes:
    """Rows as COPY reads them: an empty field is null, a quoted empty field is an empty text."""
    text = rows.write_csv(
        include_header=False, line_terminator="\n", quote_style="necessary", null_value=""
    )
    return text.encode()


@contextmanager
def _errors_of_sqlalchemy(connection: Connection, statement: str) -> Iterator[Any]:
    """The driver's connection; what it raises becomes the error that SQLAlchemy makes of it.

    SQLAlchemy has no COPY. A connection that is lost is not used for the end of the transaction.
    """
    dialect, driver = connection.dialect, connection.connection.driver_connection
    base = dialect.loaded_dbapi.Error
    try:
        yield driver
    except base as error:
        if dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(statement, None, error, base, dialect=dialect) from None
    except (KeyboardInterrupt, SystemExit) as signal:
        # The COPY may still be under way: closing the connection ends it, and its transaction.
        connection.invalidate(signal)
        raise
