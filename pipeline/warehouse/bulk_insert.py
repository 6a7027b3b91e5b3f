"""Many rows into one table, in bounded memory.

Here belongs how rows go to the database: batches of one INSERT, the same on SQLite and
PostgreSQL. A faster way that one database alone has, such as COPY on PostgreSQL, belongs into
`insert_rows`, chosen by `connection.dialect.name`; who calls it does not change. Not here: which
rows go into which table, and the transaction around them (filling).
"""

import polars as pl
from sqlalchemy import Connection, Table, insert

BATCH_ROWS = 2_000
"""Rows that are Python objects at a time. 400,000 rows of indices at once took 1.1 GB and no less
time; batches of 500 to 50,000 rows took the same time."""


def insert_rows(connection: Connection, table: Table, rows: pl.DataFrame) -> None:
    """Insert the rows, which have the table's columns, in the transaction of the connection."""
    statement = insert(table)
    for batch in rows.iter_slices(BATCH_ROWS):
        connection.execute(statement, batch.to_dicts())
