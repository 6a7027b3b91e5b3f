"""Which database is the warehouse.

Here belongs the rule that chooses it, the same for the program and for Alembic's command line.
Not here: reading the environment, or connecting to the database (connection).
"""

from pipeline.home import HOME_VARIABLE, WAREHOUSE_VARIABLE, Home
from pipeline.warehouse.connection import WarehouseError


def choose_url(home: Home | None, named: str | None) -> str:
    """The URL of the warehouse: `named` where it is given, else the SQLite file of the home.

    `named` is what REFORM_INDEX_WAREHOUSE holds. A home with simulated exports always has its own
    file: nothing in the tables tells simulated figures from real ones, so the two never share a
    database. WarehouseError when neither a home nor a URL is given.
    """
    if home and (home.is_simulated or not named):
        return f"sqlite:///{home.warehouse_file}"
    if named:
        return named
    raise WarehouseError(
        f"no warehouse is named: set {WAREHOUSE_VARIABLE} to the URL of a database, or name a home "
        f"folder with `alembic -x home=PATH ...` or {HOME_VARIABLE}"
    )
