"""One installation: the rooms of a home folder, opened.

Here belongs finding what a home holds: register, profiles, declarations, methods, calendars,
archive, store, editions, warehouse. Not here: what is done with them (deliveries, results,
edition), who may use them at a time (lock), the source that results are computed with (sources).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from assets.month.environment import configured_home, configured_warehouse
from assets.month.register import load_register
from pipeline import agencies, calendar, methods, months, profiles
from pipeline.agencies import Register
from pipeline.archive import Archive, Digests
from pipeline.calendar import Calendar, Calendars
from pipeline.deadlines import DeadlineRule
from pipeline.declarations import Declarations, load_corrections
from pipeline.delivery_states import DeliverySettings, load_settings
from pipeline.editions import Editions
from pipeline.home import WAREHOUSE_VARIABLE, Home
from pipeline.methods import Method, Methods, ScoringMethod
from pipeline.profiles import Profiles
from pipeline.rankings.ranks_by_month import MONTHS_BACK
from pipeline.store import Store
from pipeline.warehouse import Warehouse
from pipeline.warehouse.location import choose_url


@dataclass(frozen=True)
class Installation:
    """A home folder with its rooms.

    `warehouse_url` names the database of the installation; empty for SQLite in the home.
    `confirms_withdrawals` says that whatever is gone from the inbox was taken back on purpose.
    """

    home: Home
    warehouse_url: str = field(default_factory=configured_warehouse)
    confirms_withdrawals: bool = False

    @staticmethod
    def at(path: str | Path | None = None) -> "Installation":
        """The installation at a path, else at REFORM_INDEX_HOME, else at ./home.

        Raises HomeError when the folder does not exist.
        """
        return Installation(Home.at(path or configured_home()))

    @cached_property
    def register(self) -> Register:
        """Agencies, built in and own, of the senders that the settings name. RegisterError when
        the own file is at fault, or a sender is not in it.
        """
        return load_register(self.home)

    @cached_property
    def profiles(self) -> Profiles:
        """Profiles, built in and own, broken ones apart."""
        return profiles.load_all(self.home.profiles, self.calendars)

    @cached_property
    def declarations(self) -> Declarations:
        """Corrections, broken ones apart, and aliases. AliasError when their table is at fault."""
        return Declarations(
            load_corrections(self.home.corrections),
            agencies.load_aliases(self.home.aliases, self.register),
        )

    @cached_property
    def methods(self) -> Methods:
        """Every method that is published, built in and own. MethodError when one is at fault."""
        return methods.load_all(self.home.methods)

    def method_at(self, month: str) -> Method:
        """Our own index in the version of a month, whose settings hold for all of the month."""
        return self.methods.at(month).index

    @cached_property
    def delivery_settings(self) -> DeliverySettings:
        """Who sends and until when. DeliverySettingsError when the own file is at fault."""
        return load_settings(self.home.deliveries)

    def deadline_rules_at(self, month: str) -> tuple[DeadlineRule, ...]:
        """The deadline rules that the methods name, each once; first that of our own index in the
        month, or of its nearest version.
        """
        every = (self.methods.nearest(month), *self.methods.all)
        return tuple(dict.fromkeys(method.deadline_rule for method in every))

    @cached_property
    def calendars(self) -> Calendars:
        """Calendars, built in and own, broken ones apart."""
        return calendar.load_all(self.home.calendars)

    @property
    def calendar(self) -> Calendar:
        """The calendar of those whose profile names no other."""
        return self.calendars.find(calendar.VIETNAM)

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
        """The database: the one that `warehouse_url` names, else SQLite in the home.

        Simulated figures never leave their home, for nothing tells them from real ones in the
        tables of a database that both share.
        """
        return Warehouse(choose_url(self.home, self.warehouse_url))

    @property
    def warehouse_remark(self) -> str:
        """Why the database that `warehouse_url` names is not used; empty where it is used."""
        if not (self.home.is_simulated and self.warehouse_url):
            return ""
        return (
            f"{WAREHOUSE_VARIABLE} is not used: the exports in {self.home.root} are simulated, "
            f"so their tables go into {self.home.warehouse_file}"
        )

    def history(self, month: str) -> list[str]:
        """The months that an edition may rest on, oldest first, the month itself the last."""
        return [*months.before(month, self.methods.nearest(month).history_months), month]

    def earlier_methods(
        self, month: str, known: Collection[str]
    ) -> tuple[Method | ScoringMethod, ...]:
        """The versions of methods that an edition rests on, beside those in force in its month.

        They were in force in the month before, which values are compared with, or in one of the
        months before with ranks, of those that are `known`.
        """
        ranked = [each for each in months.before(month, MONTHS_BACK) if each in known]
        before = self.methods.in_any_of([*ranked, months.shifted(month, -1)])
        in_force = self.methods.in_any_of([month]).all
        return tuple(each for each in before.all if each not in in_force)
