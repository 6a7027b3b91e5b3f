"""The warehouse of a home: filled with the editions in force.

Here belongs which editions it lacks, without Dagster. Not here: its tables (pipeline.warehouse),
publishing editions (edition).
"""

from assets.month import alterations
from assets.month.installation import Installation
from pipeline.editions import EditionError
from pipeline.warehouse import PACKAGE, WarehouseError, data_digest, read_data_digest


def fill_warehouse(installation: Installation) -> list[str]:
    """Fills the warehouse with every edition in force that it lacks; returns their months.

    Altered editions are passed over: a run names them. WarehouseError where the database cannot be
    used, or an edition in force cannot be read.
    """
    editions, warehouse = installation.editions, installation.warehouse
    warehouse.migrate()
    try:
        in_force = {
            month: (editions.in_force(month) or 0, digest)
            for month in editions.months()
            if (digest := _digest_in_force(installation, month))
        }
        behind = [
            month
            for month in warehouse.is_behind(in_force)
            if not alterations.find_altered(installation, month)
        ]
        for month in behind:
            data = editions.data(month) or {}
            warehouse.fill(month, in_force[month][0], data, installation.register)
    except EditionError as error:
        raise WarehouseError(str(error)) from None
    return behind


def _digest_in_force(installation: Installation, month: str) -> str:
    """The digest of the data of an edition in force: from its package, which has their hashes.

    Empty where the edition was altered.
    """
    editions = installation.editions
    try:
        package = editions.read_file(month, PACKAGE)
        return read_data_digest(package) or data_digest(editions.data(month) or {})
    except EditionError:
        if alterations.find_altered(installation, month):
            return ""
        raise
