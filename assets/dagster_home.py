"""DAGSTER_HOME inside a home: its settings, and the instance that lives there.

`python -m assets.dagster_home` writes the settings of the home that the environment names, for
programs of Dagster that are started without `reform-index`. Not here: definitions, killed runs
(resources), Dagster's storage in PostgreSQL (command_line.dagster_storage).
"""

import importlib.util
import os
import sys
from pathlib import Path

import dagster as dg

from assets.month.environment import (
    STORAGE_VARIABLE,
    configured_home,
    configured_storage,
    configured_warehouse,
)
from pipeline.errors import PlainError
from pipeline.home import Home, HomeError
from pipeline.private_folders import make_private_folder
from pipeline.warehouse.connection import WarehouseError, is_same_database, parse_url

_FIRST_SETTINGS = """\
# Written by reform-index; yours to change.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""
"""What earlier versions wrote; it is brought up to date where nobody changed it."""
_SETTINGS = (
    _FIRST_SETTINGS
    + """\
# A run that does not begin, cannot be ended or takes too long is reported as failed.
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  cancel_timeout_seconds: 180
  max_runtime_seconds: 21600
# A run whose process was killed is run once more; a fault of the data is not.
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
"""
)
_STORAGE = f"""\
# Runs, events and schedules; the URL stays in the environment.
storage:
  custom:
    module: assets.command_line.dagster_storage
    class: PostgresStorage
    config:
      postgres_url:
        env: {STORAGE_VARIABLE}
"""


def write_settings(home: Home) -> None:
    """Makes DAGSTER_HOME with its settings, and names it to Dagster. Keeps settings that exist.

    HomeError where the settings and REFORM_INDEX_DAGSTER_STORAGE contradict each other, or the
    storage that it names cannot be used.
    """
    make_private_folder(home.dagster)
    settings = home.dagster / "dagster.yaml"
    written = settings.read_text(encoding="utf-8") if settings.exists() else ""
    if not written or written in (_FIRST_SETTINGS, _SETTINGS):
        wanted = _SETTINGS + _STORAGE * bool(configured_storage())
        if written != wanted:
            _write_whole(settings, wanted)
            written = wanted
    _check_storage(settings, written)
    os.environ["DAGSTER_HOME"] = str(home.dagster)


def _write_whole(settings: Path, text: str) -> None:
    unfinished = settings.with_name(f".{settings.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(settings)


def _check_storage(settings: Path, written: str) -> None:
    """HomeError where the settings name another storage than the environment does."""
    is_named = STORAGE_VARIABLE in written
    url = configured_storage()
    if is_named and not url:
        raise HomeError(
            f"{settings} keeps the runs of Dagster in a database: set {STORAGE_VARIABLE} to its "
            "URL, or take the part storage: out of the file (the runs are then not shown any more)"
        )
    if not url:
        return
    if not is_named:
        raise HomeError(
            f"{STORAGE_VARIABLE} is set, but {settings} was changed and does not name it: add "
            f"these lines to the file\n{_STORAGE}"
        )
    try:
        if parse_url(url).get_backend_name() != "postgresql":
            raise HomeError(
                f"{STORAGE_VARIABLE} names no PostgreSQL: write "
                "postgresql://user:password@host/database, or unset it for SQLite in the home"
            )
    except WarehouseError:
        # It may hold a password: neither it nor its error is shown.
        raise HomeError(
            f"{STORAGE_VARIABLE} cannot be read: write postgresql://user:password@host/database, "
            "with @ : / ? # [ ] and % in user and password by their code (@ is %40)"
        ) from None
    if is_same_database(url, configured_warehouse()):
        raise HomeError(
            f"{STORAGE_VARIABLE} names the database of the warehouse: make another one for it "
            "(CREATE DATABASE dagster), for both keep the version of their tables in one place"
        )
    for package in ("dagster_postgres", "psycopg2"):
        if importlib.util.find_spec(package) is None:
            raise HomeError(
                f"{STORAGE_VARIABLE} is set, but the package {package} is not installed: "
                "pip install '.[postgresql]'"
            )


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance of a home, which `make dev` shows too."""
    write_settings(home)
    return dg.DagsterInstance.get()


if __name__ == "__main__":
    try:
        root = Path(configured_home())
        (root / "inbox").mkdir(parents=True, exist_ok=True)
        write_settings(Home.at(root))
    except PlainError as error:
        sys.exit(f"reform-index: {error}")
