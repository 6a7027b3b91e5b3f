"""DAGSTER_HOME inside a home: its settings, and the instance that lives there.

Not here: definitions, killed runs (resources).
"""

import os

import dagster as dg

from pipeline.home import Home
from pipeline.private_folders import make_private_folder

_SETTINGS = """\
# Written by reform-index; yours to change.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def write_settings(home: Home) -> None:
    """Makes DAGSTER_HOME with its settings, and names it to Dagster. Keeps settings that exist."""
    make_private_folder(home.dagster)
    settings = home.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(_SETTINGS, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(home.dagster)


def open_instance(home: Home) -> dg.DagsterInstance:
    """The instance of a home, which `make dev` shows too."""
    write_settings(home)
    return dg.DagsterInstance.get()
