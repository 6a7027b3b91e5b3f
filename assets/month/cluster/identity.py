"""What a worker says of itself, and whether it runs the same program as the run.

Two versions of the program may compute different results under one key, so a worker of another
version gets no work. Not here: what a worker does (tasks).
"""

import hashlib
import os
import platform
import socket
import uuid
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from assets.month import sources

KEY = "reform_index"
"""The name under which a worker's description stands among what the scheduler knows of it."""
ENDED = "reform-index worker ended"
"""The topic of the scheduler's events that names workers which are ended from outside."""
_LIBRARIES = ("polars", "great_expectations", "distributed")
_OWN = Path(__file__).parent


@cache
def describe_versions() -> Mapping[str, str]:
    """What must be the same on both sides, by name. Read once: it is what this process runs."""
    digest = hashlib.sha256(sources.digest_for_tallies().encode())
    for path in sorted(_OWN.glob("*.py")):
        digest.update(path.read_bytes())
    return {
        "source": digest.hexdigest()[:12],
        "Python": platform.python_version(),
        **{name: version(name) for name in _LIBRARIES},
    }


@cache
def _name_process() -> str:
    return uuid.uuid4().hex


def describe_worker(_: object = None) -> dict[str, Any]:
    """This process as a worker: its machine, its process, its versions, its threads.

    It imports all that work needs, so that a worker which the scheduler knows is ready, and its
    versions are those of what it runs.
    """
    from assets.month.cluster import tasks  # noqa: PLC0415 -- a run describes no worker
    from expectations.engine.runner import prepare_engine  # noqa: PLC0415
    from expectations.rules import records as row_rules  # noqa: PLC0415

    prepare_engine()
    return {
        "machine": socket.gethostname(),
        "process": _name_process(),
        "pid": os.getpid(),
        "threads": pl.thread_pool_size(),
        "versions": dict(describe_versions()),
        "modules": [tasks.__name__, row_rules.__name__],
    }


def find_difference(versions: Mapping[str, str] | None) -> str:
    """Why a worker with these versions gets no work; empty where they are ours."""
    if versions is None:
        return "was not started with `reform-index worker`"
    differences = [
        f"{name} {versions.get(name, 'unknown')} instead of {own}"
        for name, own in describe_versions().items()
        if versions.get(name) != own
    ]
    return f"runs another version of the program ({', '.join(differences)})" if differences else ""
