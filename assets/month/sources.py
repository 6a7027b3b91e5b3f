"""Our source files that a stage's results are computed with, and their digest.

Results in the store are kept under it, and Dagster shows it as the code version of an asset. The
files are read once in a process, for the code that it runs stays as it was imported. Here belongs
which files these are. Not here: what else a result rests on (planning, inputs).
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pipeline.deadlines import DeadlineRule

_ROOT = Path(__file__).parents[2]

_AFTER_TALLIES = {
    "pipeline": {
        "bulletin.py",
        "code_forms.py",
        "delivery_states",
        "drafting",
        "edition_history.py",
        "editions",
        "feedback.py",
        "indices",
        "kept_settings.py",
        "methods",
        "parquet.py",
        "published_data.py",
        "rankings",
        "repeated_months.py",
        "rule_history.py",
        "sender_measures.py",
        "sender_thresholds.py",
        "simulator",
        "statistics",
        "suppression",
        "tallies/pooling.py",
        "warehouse",
    },
    "expectations": {
        "data_docs.html.j2",
        "data_docs.py",
        "engine/datasource.py",
        "engine/results.py",
        "rules/bulletin.py",
        "rules/cells.py",
        "rules/exports.py",
        "rules/indices.py",
        "rules/rankings.py",
        "rules/rated.py",
        "rules/senders.py",
        "rules/set_rule.py",
        "rules/tallies.py",
        "suites.py",
    },
}
"""Packages and modules that no record and no tally is computed with, by room.

A change in one of them leaves the results of deliveries as they are. A new module is taken to be
one that they are computed with until it is named here.
"""
_DELIVERIES = (
    "assets/month/deliveries.py",
    "assets/month/failures.py",
    "assets/month/groups.py",
    "assets/month/installation.py",
    "assets/month/merge.py",
    "assets/month/record.py",
    "assets/month/sources.py",
    "assets/month/tally.py",
)
_SOFTWARE = ("polars", "great_expectations")
"""Libraries whose version may change a result."""


def digest_for_tallies(deadline_rules: Iterable[DeadlineRule] = ()) -> str:
    """SHA-256 of what records and tallies are computed with: source, libraries, deadline rules."""
    names = " ".join(rule.name for rule in deadline_rules)
    return hashlib.sha256(f"{names} {digest_source_of_tallies()}".encode()).hexdigest()


@cache
def digest_source_of_tallies() -> str:
    """SHA-256 of what records and tallies are computed with, whatever the settings are."""
    return _digest(files_for_tallies(), _SOFTWARE)


@cache
def digest_for_rankings() -> str:
    """SHA-256 of what indices and rankings are computed with: source and libraries."""
    rooms = ("pipeline", "expectations", "assets/month")
    return _digest(_files(*rooms), (*_SOFTWARE, "numpy", "scipy"))


@cache
def digest_for_bulletin() -> str:
    """SHA-256 of what an edition is made with: source and libraries."""
    rooms = ("pipeline", "expectations", "reports", "assets/month")
    return _digest(
        _files(*rooms),
        (*_SOFTWARE, "numpy", "scipy", "matplotlib", "jinja2", "babel", "xlsxwriter", "typst"),
    )


def files_for_tallies() -> list[Path]:
    """Every file of ours that records or tallies may be computed with, in a fixed order."""
    return [
        *(_ROOT / name for name in _DELIVERIES),
        *(
            path
            for room, after in _AFTER_TALLIES.items()
            for path in _files(room)
            if not after & {*_parents(path.relative_to(_ROOT / room))}
        ),
    ]


def _parents(path: Path) -> Iterable[str]:
    """A relative path and every folder above it, as text."""
    return (each.as_posix() for each in (path, *path.parents))


def _files(*rooms: str) -> list[Path]:
    """The files of some rooms, in a fixed order."""
    return [
        path
        for room in rooms
        for path in sorted((_ROOT / room).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def _digest(files: Iterable[Path], software: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    for name in software:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()
