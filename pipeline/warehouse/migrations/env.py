"""Runs the migrations, for the program and for Alembic's own command line.

The program hands over a connection. On the command line (`alembic upgrade head`, in the folder of
pyproject.toml) REFORM_INDEX_WAREHOUSE names the database, or `-x home=PATH` or REFORM_INDEX_HOME
the home whose SQLite file it is. Here belongs what Alembic asks of this file. Not here: the rule
that chooses the database (location), or the tables (schema).
"""

import os
from collections.abc import Iterable

from alembic import context
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import URL, Connection

from pipeline.home import HOME_VARIABLE, WAREHOUSE_VARIABLE, Home, HomeError
from pipeline.warehouse.connection import WarehouseError, explain_errors, make_engine, parse_url
from pipeline.warehouse.location import choose_url
from pipeline.warehouse.schema import METADATA


def run_on(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        transactional_ddl=True,
        render_as_batch=True,  # SQLite changes a column only by copying its table
        process_revision_directives=number_revision,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_from_command_line() -> None:
    try:
        url = parse_url(choose_url(named_home(), os.environ.get(WAREHOUSE_VARIABLE)))
        if context.is_offline_mode():
            print_sql(url)
        else:
            with explain_errors(url, "used"), make_engine(url).begin() as connection:
                run_on(connection)
    except WarehouseError as error:
        # Alembic prints its own kind of error as one line, without a traceback.
        raise CommandError(str(error)) from None


def named_home() -> Home | None:
    path = context.get_x_argument(as_dictionary=True).get("home") or os.environ.get(HOME_VARIABLE)
    if not isinstance(path, str) or not path:
        return None
    try:
        return Home.at(path)
    except HomeError:
        raise WarehouseError(
            f"the home folder {path} does not exist: name another with `alembic -x home=PATH ...` "
            f"or {HOME_VARIABLE}"
        ) from None


def print_sql(url: URL) -> None:
    """Prints the statements instead of running them (`alembic upgrade head --sql`)."""
    context.configure(dialect_name=url.get_backend_name(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def number_revision(
    _context: MigrationContext, _revision: str | Iterable[str | None], made: list[MigrationScript]
) -> None:
    """Gives a new migration the next number; `alembic revision` makes none where nothing differs.

    Alembic asks the same for `alembic check`, which needs its list whole.
    """
    script = made[0]
    newest = ScriptDirectory.from_config(context.config).get_current_head()
    script.rev_id = f"{int(newest or 0) + 1:04d}"
    is_to_be_written = getattr(context.config.cmd_opts, "autogenerate", False)
    if is_to_be_written and script.upgrade_ops and script.upgrade_ops.is_empty():
        made.clear()


if handed_over := context.config.attributes.get("connection"):
    run_on(handed_over)
else:
    run_from_command_line()
