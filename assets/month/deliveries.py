"""The stages of a delivery: what was sent becomes records, records become tallies.

Here belongs the glue between pipeline and expectations that works a delivery at a time, without
Dagster, so that another machine could do the same. Not here: the steps themselves (pipeline), how
a delivery is read (record) and counted (tally), how many are worked at a time (groups), what
becomes of one that fails (failures), what the checks found (remembered_checks), what a month is
computed into (results).
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from assets.month import failures, merge, tally
from assets.month.failures import Failure
from assets.month.groups import THREADS, GroupWork, Workers, split_by_sender
from assets.month.inputs import MonthInputs, read_inputs, read_plan
from assets.month.installation import Installation
from assets.month.progress import report_progress
from assets.month.record import FindReasons, record
from expectations.rules import records as row_rules
from pipeline import planning
from pipeline.planning import Plan
from pipeline.tallies import Tallies


@dataclass(frozen=True)
class Worked:
    """What a stage did: the keys that it made, and the deliveries that it could not process.

    `inputs` are those of the month after it: they differ from those before where one was refused.
    """

    inputs: MonthInputs
    recomputed: list[str]
    failures: list[Failure]


def record_pending(
    inputs: MonthInputs,
    find_reasons: FindReasons = row_rules.find_reasons,
    workers: Workers = THREADS,
) -> Worked:
    """Reads, types, validates and splits each delivery that the store lacks.

    A delivery, or a file of it, that cannot be processed is refused, and the others go on.
    """
    recomputed: list[str] = []
    failed: list[Failure] = []
    while True:
        installation = inputs.installation
        known = set(installation.store.keys("records"))
        pending = _pending("records", inputs.known_plans.values(), known)
        work = partial(record, find_reasons=find_reasons)
        works = [GroupWork("records", group, work) for group in workers.group(pending)]
        done = workers.work(installation, works)
        found = [each for part in report_progress("records", done, len(works)) for each in part]
        recomputed += _without_failed(pending, found, "records")
        if not found:
            return Worked(inputs, recomputed, failed)
        failed += found
        inputs = refuse(inputs, found)


def refuse(inputs: MonthInputs, found: Collection[Failure]) -> MonthInputs:
    """The inputs of the month in which deliveries are refused because they could not be processed.

    The next run tries them again. What was stored of them under their keys is removed.
    """
    store = inputs.installation.store
    for stage in _KEYS:
        failed = {failure.key for failure in found if failure.stage == stage}
        if failed:
            store.keep_only(stage, set(store.keys(stage)) - failed)
    failures.remember(inputs.installation, found)
    return read_inputs(inputs.installation, inputs.month)


def _without_failed(pending: Iterable[Plan], found: list[Failure], stage: str) -> list[str]:
    """The keys of a stage of the deliveries that did not fail in it."""
    failed = {failure.key for failure in found}
    return [key for delivery in pending if (key := _key(delivery, stage)) not in failed]


_KEYS = {"records": "key", "tallies": "tallies_key"}
"""The column of a plan that has the keys of a stage's results."""


def _pending(stage: str, plans: Iterable[Plan], known: set[str]) -> list[Plan]:
    """The deliveries whose result of a stage is not under one of the known keys."""
    return [
        delivery
        for plan in plans
        if not known.issuperset(plan[_KEYS[stage]])
        for (key,), delivery in plan.group_by(_KEYS[stage], maintain_order=True)
        if key not in known
    ]


def _month(plan: Plan) -> str:
    return str(plan["month"][0])


def _key(delivery: Plan, stage: str = "records") -> str:
    return str(delivery[_KEYS[stage]][0])


def tally_pending(inputs: MonthInputs, workers: Workers = THREADS) -> Worked:
    """Counts the records of every delivery whose tallies the store lacks.

    A month's dossiers are counted beside the ledgers after the months before, so months are counted
    one after the other, and the senders of one at a time. A delivery that cannot be counted is
    refused, and the others go on; nothing of it comes into the ledger.
    """
    recomputed: list[str] = []
    failed: list[Failure] = []
    while True:
        work = list(_plan_work(inputs, workers))
        counted = sum(len(groups) for groups, _ in work)
        done = _month_by_month(inputs.installation, work, workers)
        found = [each for part in report_progress("tallies", done, counted) for each in part]
        if not found:
            pending = [own for groups, _ in work for group in groups for own in group]
            return Worked(inputs, recomputed + [_key(own, "tallies") for own in pending], failed)
        failed += found
        month = found[0].month
        counted_now = [
            own for groups, _ in work for group in groups for own in group if _month(own) <= month
        ]
        recomputed += _without_failed(counted_now, found, "tallies")
        # What is left of a delivery of which one file is refused is read anew.
        recorded = record_pending(refuse(inputs, found), workers=workers)
        failed += recorded.failures
        inputs = recorded.inputs


def _plan_work(
    inputs: MonthInputs, workers: Workers
) -> Iterator[tuple[list[list[Plan]], tally.Chains]]:
    """By month, oldest first: the deliveries to be counted, in groups, and those before them."""
    known = set(inputs.installation.store.keys("tallies"))
    earlier: tally.Chains = {}
    for plan in inputs.known_plans.values():
        groups = workers.group(_pending("tallies", [plan], known))
        if groups:
            yield groups, {sender: list(chain) for sender, chain in earlier.items()}
        for sender, key in planning.ledger_keys(plan).items():
            earlier.setdefault(sender, []).append((_month(plan), key))


def _month_by_month(
    installation: Installation,
    work: list[tuple[list[list[Plan]], tally.Chains]],
    workers: Workers,
) -> Iterator[list[Failure]]:
    """The failures of each group; the last month is the first in which a delivery failed."""
    for groups, earlier in work:
        has_failed = False
        works = [GroupWork("tallies", group, _count_after(earlier, group)) for group in groups]
        for found in workers.work(installation, works):
            has_failed = has_failed or bool(found)
            yield found
        if has_failed:
            return


def _count_after(
    earlier: tally.Chains, group: list[Plan]
) -> Callable[[Installation, list[Plan]], None]:
    """Counting a group after the deliveries before it, with no more than concerns its senders."""
    senders = {str(delivery["sender_code"][0]) for delivery in group}
    own = {sender: chain for sender, chain in earlier.items() if sender in senders}
    return partial(_tally, earlier=own)


def _tally(installation: Installation, group: list[Plan], earlier: tally.Chains) -> None:
    """Counts the records of some deliveries of one month and stores them, each under its key."""
    counted = tally.tally(installation, pl.concat(group), earlier)
    cells = split_by_sender(counted)
    for delivery in group:
        installation.store.write_once("tallies", _key(delivery, "tallies"), cells(delivery))


def scan_tallies(installation: Installation, plans: Iterable[Plan]) -> Tallies:
    """The cells of the deliveries planned, merged or not; lazy."""
    keys = [key for plan in plans for key in plan["tallies_key"].unique(maintain_order=True)]
    return merge.scan_cells(installation.store, "tallies", keys)


def has_all_results(inputs: MonthInputs) -> bool:
    """Whether the store has the records and tallies of every delivery planned, and all merged."""
    store = inputs.installation.store
    known = {stage: set(store.keys(stage)) for stage in _KEYS}
    return all(
        merge.is_merged(store, month, plan)
        and all(known[stage].issuperset(plan[name]) for stage, name in _KEYS.items())
        for month, plan in inputs.known_plans.items()
    )


def merge_pending(inputs: MonthInputs) -> None:
    """Merges each month whose tallies were counted since it was merged last."""
    store = inputs.installation.store
    for month, plan in inputs.known_plans.items():
        if not merge.is_merged(store, month, plan):
            merge.merge_month(store, month, plan)


def forget_tallies(inputs: MonthInputs, recomputed: Collection[str]) -> None:
    """Removes tallies that break a rule: the month's, and those that were counted now.

    The next run counts them anew.
    """
    store = inputs.installation.store
    broken = {*recomputed, *inputs.plan["tallies_key"]}
    store.keep_only("tallies", set(store.keys("tallies")) - broken)


def forget_superseded(inputs: MonthInputs) -> None:
    """Removes results of deliveries that no month's plan names any more.

    For the end of a run, under the home's lock: a run that was killed may still need them.
    """
    installation = inputs.installation
    plans = dict(inputs.known_plans) | inputs.other_plans
    for stage, name in _KEYS.items():
        planned = {str(key) for plan in plans.values() for key in plan[name].drop_nulls()}
        installation.store.keep_only(stage, planned)
    merge.forget_merged(installation.store, plans)
    if failures.has_any(installation):
        made = (read_plan(installation, month) for month in plans)
        planned = {str(key) for plan in made for key in plan["tallies_key"].drop_nulls()}
        failures.forget_superseded(installation, planned)
