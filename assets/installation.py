"""One installation: the rooms of a home folder, opened.

Here belongs finding what a home holds: register, profiles, method, archive, store, editions,
warehouse. Not here: what is done with them (stages), or who may use them at a time (lock).
"""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path

from pipeline import agencies, calendar, methods, months, profiles
from pipeline.agencies import Register
from pipeline.archive import Archive, Digests
from pipeline.calendar import Calendar
from pipeline.editions import Editions
from pipeline.home import Home
from pipeline.methods import Method
from pipeline.profiles import Profiles
from pipeline.store import Store
from pipeline.warehouse import Warehouse

HOME_VARIABLE = "REFORM_INDEX_HOME"
WAREHOUSE_VARIABLE = "REFORM_INDEX_WAREHOUSE"
DEFAULT_HOME = "home"

_STAGE_SOURCES = {
    "pipeline": (
        "agencies.py",
        "calendar.py",
        "exports.py",
        "methods/settings.py",
        "months.py",
        "profiles/profile.py",
        "records.py",
        "reference/vietnam_holidays.csv",
        "tables.py",
        "tallies.py",
    ),
    "expectations": ("engine.py", "phrases.py", "polars_engine.py", "records.py", "rules.py"),
}
"""What the results of a delivery are computed with: a change makes them anew."""


@dataclass(frozen=True)
class Installation:
    """A home folder with its rooms."""

    home: Home

    @staticmethod
    def at(path: str | Path | None = None) -> "Installation":
        """The installation at a path, else at REFORM_INDEX_HOME, else at ./home.

        Raises HomeError when the folder does not exist.
        """
        return Installation(Home.at(path or os.environ.get(HOME_VARIABLE, DEFAULT_HOME)))

    @cached_property
    def register(self) -> Register:
        """Agencies, built in and own. RegisterError when the own file is at fault."""
        return agencies.load(self.home.agencies)

    @cached_property
    def profiles(self) -> Profiles:
        """Profiles, built in and own, broken ones apart."""
        return profiles.load_all(self.home.profiles)

    @cached_property
    def method(self) -> Method:
        """The method that is published. MethodError when an own one is at fault."""
        return methods.load(own_folder=self.home.methods)

    @cached_property
    def calendar(self) -> Calendar:
        """Working days."""
        return calendar.vietnam()

    @cached_property
    def archive(self) -> Archive:
        """Files as sent, and who sent them when."""
        return Archive(self.home.archive)

    @cached_property
    def digests(self) -> Digests:
        """Hashes of files in the inbox, remembered."""
        return Digests(self.home.store / "digests.json")

    @cached_property
    def store(self) -> Store:
        """Results of the stages."""
        return Store(self.home.store)

    @cached_property
    def editions(self) -> Editions:
        """Published editions."""
        return Editions(self.home.published)

    @cached_property
    def warehouse(self) -> Warehouse:
        """The database: SQLite in the home, or what REFORM_INDEX_WAREHOUSE names."""
        default = f"sqlite:///{self.home.warehouse_file}"
        return Warehouse(os.environ.get(WAREHOUSE_VARIABLE) or default)

    def history(self, month: str) -> list[str]:
        """The months that an edition may rest on, oldest first, the month itself the last."""
        return [*months.before(month, self.method.history_months), month]


def source_digest() -> str:
    """SHA-256 over the source of the stages that make records and tallies."""
    digest = hashlib.sha256()
    for package, names in _STAGE_SOURCES.items():
        for name in names:
            digest.update(resources.files(package).joinpath(name).read_bytes())
    return digest.hexdigest()
