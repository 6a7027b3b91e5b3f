"""One installation: the rooms of a home folder, opened.

Here belongs finding what a home holds: register, profiles, method, archive, store, editions,
warehouse. Not here: what is done with them (stages), or who may use them at a time (lock).
"""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from pipeline import agencies, calendar, methods, months, profiles
from pipeline.agencies import Register
from pipeline.archive import Archive, Digests
from pipeline.calendar import Calendar, Calendars
from pipeline.deadlines import Rule
from pipeline.editions import Editions
from pipeline.home import Home
from pipeline.methods import Method, Methods
from pipeline.profiles import Profiles
from pipeline.store import Store
from pipeline.warehouse import Warehouse

HOME_VARIABLE = "REFORM_INDEX_HOME"
WAREHOUSE_VARIABLE = "REFORM_INDEX_WAREHOUSE"
DEFAULT_HOME = "home"

_AFTER_TALLIES = {
    "pipeline": {
        "bulletin.py",
        "editions.py",
        "indices",
        "methods",
        "published_data.py",
        "rankings",
        "simulator",
        "statistics",
        "warehouse",
    },
    "expectations": {
        "engine/results.py",
        "rules/bulletin.py",
        "rules/exports.py",
        "rules/indices.py",
        "rules/rankings.py",
        "rules/tallies.py",
    },
}
"""What no record and no tally is computed with: a change leaves the results of deliveries."""
_GLUE = (
    "assets/month/deliveries.py",
    "assets/month/installation.py",
    "assets/month/tally.py",
)
_SOFTWARE = ("polars", "great_expectations")


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
        return profiles.load_all(self.home.profiles, self.calendars)

    @cached_property
    def methods(self) -> Methods:
        """Every method that is published, built in and own. MethodError when one is at fault."""
        return methods.load_all(self.home.methods)

    @property
    def method(self) -> Method:
        """Our own index among them, whose settings hold for the whole run."""
        return self.methods.index

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The deadlines that are counted by, each once."""
        return tuple(dict.fromkeys(method.rule for method in self.methods.all))

    @cached_property
    def calendars(self) -> Calendars:
        """Calendars, built in and own, broken ones apart."""
        return calendar.load_all(self.home.calendars)

    @property
    def calendar(self) -> Calendar:
        """The calendar of those whose profile names no other."""
        return self.calendars.named(calendar.VIETNAM)

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
        """The database: SQLite in the home, or what REFORM_INDEX_WAREHOUSE names.

        Simulated figures never leave their home, for nothing tells them from real ones in the
        tables of a database that both share.
        """
        own = f"sqlite:///{self.home.warehouse_file}"
        return Warehouse(own if self.home.is_simulated else _named_warehouse() or own)

    @property
    def warehouse_remark(self) -> str:
        """Why the database that REFORM_INDEX_WAREHOUSE names is not used; empty where it is."""
        if not (self.home.is_simulated and _named_warehouse()):
            return ""
        return (
            f"{WAREHOUSE_VARIABLE} is not used: the exports in {self.home.root} are simulated, "
            f"so their tables go into {self.home.warehouse_file}"
        )

    def history(self, month: str) -> list[str]:
        """The months that an edition may rest on, oldest first, the month itself the last."""
        return [*months.before(month, self.method.history_months), month]


def _named_warehouse() -> str:
    return os.environ.get(WAREHOUSE_VARIABLE, "")


def source_digest(rules: Iterable[Rule] = ()) -> str:
    """SHA-256 over what makes records and tallies: source, libraries and the rules counted by."""
    digest = hashlib.sha256(" ".join(rule.name for rule in rules).encode())
    for path in stage_sources():
        digest.update(path.read_bytes())
    for name in _SOFTWARE:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def stage_sources() -> list[Path]:
    """Every file of ours that records or tallies may be computed with, in a fixed order.

    A new module belongs to them until it is named among those that come after tallies.
    """
    root = Path(__file__).parents[2]
    return [
        *(root / name for name in _GLUE),
        *(
            path
            for package, after in _AFTER_TALLIES.items()
            for path in sorted((root / package).rglob("*"))
            if path.is_file()
            and "__pycache__" not in path.parts
            and not any(path.is_relative_to(root / package / name) for name in after)
        ),
    ]
