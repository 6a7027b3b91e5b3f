"""The inputs of a month as one value: plans, counts, what came of the deliveries.

An asset or a command reads it once and passes it on. Here belongs what a month rests on and reading
it from the store. Not here: making plans and counts (deliveries), what is computed from the inputs
(results, edition).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import polars as pl

from assets.month import failures, merge, sources
from assets.month.installation import Installation
from pipeline import months, planning, tables
from pipeline.indices import due_months
from pipeline.methods import Method, Methods
from pipeline.planning import Plan
from pipeline.tallies import Tallies


@dataclass(frozen=True)
class MonthInputs:
    """All that a month's results are computed from.

    `known_plans` has the plan of each month that ever had a file, up to the month and oldest first;
    the month's own is always there and the last. Tables are read when they are first asked for, and
    once.
    """

    installation: Installation
    month: str
    known_plans: Mapping[str, Plan]

    @property
    def methods(self) -> Methods:
        """The methods in force in the month."""
        return self.installation.methods.at(self.month)

    @property
    def method(self) -> Method:
        """Our own index in its version of the month."""
        return self.methods.index

    @property
    def nearest_method(self) -> Method:
        """Our own index in its version of the month, or in the nearest: a month without a version
        is read by months after it.
        """
        return self.installation.methods.nearest(self.month)

    @property
    def plan(self) -> Plan:
        """The month's own plan."""
        return self.known_plans[self.month]

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """The plans of the month and its history, oldest first: what its edition rests on."""
        history = set(self.installation.history(self.month))
        return {month: plan for month, plan in self.known_plans.items() if month in history}

    @cached_property
    def other_plans(self) -> dict[str, Plan]:
        """The plans of all other months in the store, which are later ones.

        Nothing of the month rests on them; their editions may rest on the month.
        """
        keys = self.installation.store.keys("exports")
        later = {
            each: read_plan(self.installation, each)
            for each in keys
            if each not in self.known_plans
        }
        return failures.with_failures(self.installation, later, self.known_plans.values())

    @cached_property
    def generation(self) -> str:
        """SHA-256 of all that indices and rankings are computed from.

        The deliveries of the month and its history, the senders that were expected in the month and
        in the month before, the register, the versions of the methods in force in any of these
        months, and our source.
        """
        installation = self.installation
        plans = self.month_before.plans | self.plans
        parts = [
            *(merge.merged_key(month, plan) for month, plan in plans.items()),
            repr(sorted(self.month_before._earlier_senders)),
            repr(sorted(self._earlier_senders)),
            installation.register.digest,
            installation.methods.in_any_of([self.month, *plans]).digest,
            sources.digest_for_rankings(),
        ]
        return _digest(parts)

    @property
    def records_digest(self) -> str:
        """SHA-256 of the keys of the month's records."""
        return _digest(sorted(self.plan["key"].unique()))

    @property
    def tallies_digest(self) -> str:
        """SHA-256 of the keys of the month's tallies."""
        return _digest(sorted(self.plan["tallies_key"].unique()))

    @cached_property
    def cells(self) -> Tallies:
        """The cells of the month and its history as they were counted; lazy."""
        return merge.scan_tallies(self.installation.store, self.plans)

    @cached_property
    def tallies(self) -> Tallies:
        """The cells with each judged dossier in the month in which it counts; lazy."""
        return due_months.reassign_due_months(self.cells, self.installation.register, self.month)

    @cached_property
    def delivered(self) -> pl.DataFrame:
        """What came of every file of the month, in tables.DELIVERED without names."""
        return merge.read_delivered(self.installation.store, self.month, self.plan)

    @cached_property
    def deliveries(self) -> pl.DataFrame:
        """What came of every file of the month, and who is missing, in tables.DELIVERED."""
        register = self.installation.register
        missing = planning.missing_senders(
            self.month, self.delivered, self._earlier_senders, register
        )
        every = pl.concat([self.delivered, missing])
        return planning.with_sender_names(every, register, self.month)

    @cached_property
    def rejected(self) -> pl.DataFrame:
        """Every rejected row of the month, in tables.REJECTED."""
        keys = self.plan["key"].unique(maintain_order=True).to_list()
        store = self.installation.store
        return store.scan_all("records", keys, "rejected", tables.REJECTED.schema).collect()

    def at_earlier_month(self, month: str) -> "MonthInputs":
        """The inputs of an earlier month, with a history of its own."""
        known = {each: plan for each, plan in self.known_plans.items() if each <= month}
        known.setdefault(month, planning.empty_plan())
        return MonthInputs(self.installation, month, known)

    @cached_property
    def month_before(self) -> "MonthInputs":
        """The inputs of the month before."""
        return self.at_earlier_month(months.shifted(self.month, -1))

    def without_later_months(self, month: str, months_back: int | None = None) -> "MonthInputs":
        """The inputs of an earlier month from no more history than this month's, and from at most
        `months_back` months before it where a number is given.
        """
        first = "" if months_back is None else months.shifted(month, -months_back)
        known = {each: plan for each, plan in self.plans.items() if first <= each <= month}
        return MonthInputs(self.installation, month, known)

    def count_cells(self) -> "CellCounts":
        """How much the month's tallies count."""
        is_own = pl.col("month") == self.month
        scans = {name: getattr(self.cells, name).filter(is_own) for name in tables.TALLIES}
        # Each dossier stands once for every deadline rule that a method names.
        is_of_index = pl.col("deadline_rule") == self.method.deadline_rule.name
        is_respondent = pl.col("question") == tables.ANY_QUESTION
        sums = [
            scans["outcomes"].filter(is_of_index).select(pl.col("dossiers").sum()),
            scans["answers"].filter(is_respondent).select(pl.col("respondents").sum()),
            *(scan.select(pl.len().cast(pl.Int64)) for scan in scans.values()),
        ]
        dossiers, respondents, *heights = (int(each.item()) for each in pl.collect_all(sums))
        return CellCounts(sum(heights), dossiers, respondents)

    @cached_property
    def _earlier_senders(self) -> set[str]:
        """The senders of the month and its history."""
        earlier = {code for plan in self.plans.values() for code in plan["sender_code"]}
        if self.plan.is_empty():
            # A sender that withdrew all its files is missing, though no plan names it now.
            earlier |= self.installation.archive.senders(self.month)
        return earlier


class CellCounts(NamedTuple):
    """How many rows the tables of counts have, and how many dossiers and respondents they count."""

    rows: int
    dossiers: int
    respondents: int


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read_inputs(installation: Installation, month: str) -> MonthInputs:
    """The inputs of a month from the plans in the store; none is made.

    OutdatedError where the store lacks the plan of a month that files were received for.
    """
    inputs = read_known_inputs(installation, month)
    archive = installation.archive
    for each in archive.months():
        is_known = each in inputs.known_plans and not inputs.known_plans[each].is_empty()
        if each <= month and months.is_name(each) and not is_known and archive.in_force(each):
            raise merge.OutdatedError(
                f"the plan of {each} is not in the store, or was damaged: run {month} again"
            )
    return inputs


def read_known_inputs(installation: Installation, month: str) -> MonthInputs:
    """The inputs of a month as far as the store has plans."""
    known = [each for each in installation.store.keys("exports") if each < month]
    plans = {each: read_plan(installation, each) for each in [*known, month]}
    return MonthInputs(installation, month, failures.with_failures(installation, plans))


def read_plan(installation: Installation, month: str) -> Plan:
    """The plan of a month as it was made, from the store; one without files where none was made.

    Files that the program could not process are not refused in it: failures.with_failures.
    """
    if not installation.store.has("exports", month):
        return planning.empty_plan()
    # A plan that was made by an earlier version may lack a column.
    return planning.PLAN_TABLE.conform(installation.store.read("exports", month, "plan"))
