"""What a command needs beside its data: imported once, in the process from which others are forked.

Importing computes nothing: the threads of Polars do not outlive a fork once they have worked.
"""

import gc
import sqlite3
from importlib import import_module

from sqlalchemy import Engine, event

from reports.site.rendering import make_environment

NAMES = (
    "alembic.command",
    "alembic.autogenerate",
    "alembic.ddl.postgresql",
    "alembic.ddl.sqlite",
    "assets.command_line.app",
    "assets.command_line.run_report",
    "assets.definitions",
    "great_expectations",
    "matplotlib.backends.backend_svg",
    "psycopg",
    "reports.paper",
    "reports.site",
    "reports.workbook",
    "typst",
)

for name in NAMES:
    import_module(name)
for template in make_environment().list_templates(extensions=["j2"]):
    make_environment().get_template(template)


@event.listens_for(Engine, "connect")
def wait_for_no_disk(connection: object, _: object) -> None:
    """SQLite leaves it to the system when its bytes reach the disk: no power is cut here."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")


gc.collect()
gc.freeze()
