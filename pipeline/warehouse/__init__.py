"""The warehouse: every month's edition in force as SQL tables, in SQLite or PostgreSQL.

Here belongs all that knows SQLAlchemy: the tables (schema), their migrations, the connection and
its plain errors (connection), and filling a month from its edition (filling). Not here: how
results are computed, and rejected rows, which no edition's data holds. The warehouse can be
deleted at any time and filled again from the published editions.
"""

from pipeline.warehouse.connection import WarehouseError
from pipeline.warehouse.filling import Warehouse, data_digest

__all__ = ["Warehouse", "WarehouseError", "data_digest"]
