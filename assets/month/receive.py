"""Receiving a month's exports: from the inbox to the archive and to the plans of the deliveries.

Here belongs what a run does before it reads a file's rows. Not here: the stages of a delivery
(deliveries), how a plan is made (pipeline.planning).
"""

from collections.abc import Mapping

import polars as pl

from assets.month import failures, sources
from assets.month.inputs import MonthInputs, read_plan
from assets.month.installation import Installation
from pipeline import exports, months, planning
from pipeline.archive import list_inbox
from pipeline.planning import Plan


def receive_exports(installation: Installation, month: str) -> MonthInputs:
    """Archives what lies in the inbox and plans the deliveries, of the month and all before it.

    The first month that is known begins every sender's ledger, whatever the history of the month
    is. The files of earlier months are read again only where size or time of change differ.
    """
    archive = installation.archive
    inbox = list_inbox(installation.home.inbox)
    archive.make_ready()
    known = {each for each in (*archive.months(), *inbox) if months.is_name(each)}
    made_with = (
        installation.register.digest,
        installation.profiles.digest,
        sources.digest_for_tallies(installation.deadline_rules),
    )
    plans: dict[str, Plan] = {}
    ledger_keys: dict[str, str] = {}
    for each in sorted(known):
        if each <= month:
            files = archive.receive(
                inbox.get(each, ()), each, installation.digests, is_read=each == month
            )
            plans[each] = _plan_month(installation, each, files, made_with, ledger_keys)
            ledger_keys |= planning.ledger_keys(plans[each])
    installation.digests.save()
    plans.setdefault(month, planning.empty_plan())
    failures.try_again(installation)
    return MonthInputs(installation, month, failures.with_failures(installation, plans))


def has_known_files(installation: Installation, month: str) -> bool:
    """Whether every file in the inbox for a month looks as it did when it was read last.

    It looks at size and time of change: no file is read.
    """
    sent = list_inbox(installation.home.inbox).get(month, [])
    return all(installation.digests.remembered(file.path) for file in sent)


def _plan_month(
    installation: Installation,
    month: str,
    files: list[exports.SentFile],
    made_with: tuple[str, ...],
    ledger_keys: Mapping[str, str],
) -> Plan:
    """The plan of a month: the one in the store where it is made from the same, else a new one."""
    known = read_plan(installation, month)
    digest = planning.plan_digest(files, made_with, ledger_keys)
    if known.height == len(files) and (known["made_from"] == digest).all():
        return known
    *_, source_digest = made_with
    planned = planning.plan_deliveries(
        files, installation.register, installation.profiles, source_digest
    )
    plan = planning.with_tallies_keys(planned, ledger_keys).with_columns(made_from=pl.lit(digest))
    installation.store.write("exports", month, {"plan": plan})
    return plan
