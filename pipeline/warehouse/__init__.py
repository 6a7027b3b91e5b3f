"""The warehouse: every month's edition in force as SQL tables, in SQLite or PostgreSQL.

Here belongs all that knows SQLAlchemy:

    location     which database it is
    connection   the database by its URL, and its errors in plain words
    schema       its tables
    migrations   how they came about, for Alembic; migrating runs them for the program
    filling      a month from its edition
    bulk_insert  many rows into one table, in bounded memory
    digests      whether two editions have the same data

Not here: how results are computed, and rejected rows, which no edition's data holds. The warehouse
can be deleted at any time and filled again from the published editions.
"""

from pipeline.warehouse.connection import WarehouseError
from pipeline.warehouse.digests import PACKAGE, data_digest, read_data_digest
from pipeline.warehouse.filling import Warehouse

__all__ = ["PACKAGE", "Warehouse", "WarehouseError", "data_digest", "read_data_digest"]
