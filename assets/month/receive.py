"""Receiving a month's exports: from the inbox to the archive and to the plans of the deliveries.

Here belongs what a run does before it reads a file's rows. Not here: the stages of a delivery
(deliveries), how a plan is made (pipeline.planning).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import polars as pl

from assets.month import failures, repair, sources
from assets.month.inputs import MonthInputs, read_plan
from assets.month.installation import Installation
from assets.month.progress import begin_stage
from pipeline import exports, letters, masking, months, planning, tables
from pipeline.archive import Inbox, check_withdrawals, list_inbox
from pipeline.places import Misplaced, Reason, describe_misplaced
from pipeline.planning import Plan


def receive_exports(installation: Installation, month: str) -> MonthInputs:
    """Archives what lies in the inbox and plans the deliveries, of the month and all before it.

    The first month that is known begins every sender's ledger, whatever the history of the month
    is. The files of earlier months are read again only where size or time of change differ. Raises
    InboxError or WithdrawalError before anything is changed, where the inbox cannot be read or
    files are gone that nobody may have taken back; MethodError where our own index has no version
    in the month.
    """
    begin_stage("reading")
    # A fault in its file, and a month without a method, are reported before anything is changed.
    _ = installation.delivery_settings, installation.method_at(month)
    inbox = list_inbox(installation.home.inbox)
    every = sorted(
        {each for each in (*installation.archive.months(), *inbox.files) if months.is_name(each)}
    )
    known = [each for each in every if each <= month]
    check_inbox(installation, inbox, known)
    installation.archive.make_ready()
    inputs = _receive(installation, month, known, inbox, lost=())
    repair.forget_damaged_results(inputs)
    lost = repair.restore_archive(inputs, inbox)
    if lost:
        # A file of the inbox that turned out to be another one is received as what it is.
        inputs = _receive(installation, month, known, inbox, lost)
        repair.forget_damaged_results(inputs)
    installation.digests.save()
    return inputs


def _receive(
    installation: Installation,
    month: str,
    known: Sequence[str],
    inbox: Inbox,
    lost: Collection[str],
) -> MonthInputs:
    """The inputs of a month from what lies in the inbox.

    `lost` are the SHA-256 of files whose bytes are neither there nor in the archive: refused.
    """
    archive = installation.archive
    sent = (
        (
            each,
            archive.receive(
                inbox.files_of(each), each, installation.digests, is_read=each == month
            ),
        )
        for each in known
    )
    return _plan(installation, month, sent, lost)


def plan_archived(
    installation: Installation, month: str, lost: Collection[str] = ()
) -> MonthInputs:
    """The inputs of a month from what the register of deliveries says is in force.

    The inbox is not looked at, and the archive not changed. `lost` as `_receive` has it.
    """
    archive = installation.archive
    known = [each for each in archive.months() if months.is_name(each) and each <= month]
    return _plan(installation, month, ((each, archive.in_force(each)) for each in known), lost)


def _plan(
    installation: Installation,
    month: str,
    sent: Iterable[tuple[str, list[exports.SentFile]]],
    lost: Collection[str],
) -> MonthInputs:
    """The inputs of a month from the files of each month that is known, oldest first."""
    made_with = (
        installation.register.digest,
        installation.profiles.digest,
        installation.declarations.digest,
    )
    plans: dict[str, Plan] = {}
    ledger_keys: dict[str, str] = {}
    for each, files in sent:
        rules = installation.deadline_rules_at(each)
        source = sources.digest_for_tallies(rules)
        plans[each] = _plan_month(
            installation, each, files, (*made_with, source), ledger_keys, lost
        )
        ledger_keys |= planning.ledger_keys(plans[each])
    plans.setdefault(month, planning.empty_plan())
    failures.try_again(installation)
    return MonthInputs(installation, month, failures.with_failures(installation, plans))


def check_inbox(installation: Installation, inbox: Inbox, every: Iterable[str]) -> None:
    """Raises WithdrawalError where files of some months are gone that nobody may have taken back.

    Not where that is confirmed.
    """
    check_withdrawals(
        installation.archive,
        inbox,
        every,
        lambda month, sender: _has_counted(installation, month, sender),
        is_confirmed=installation.confirms_withdrawals,
    )


def _has_counted(installation: Installation, month: str, sender: str) -> bool:
    """Whether a file of a sender counted in the last run of a month; so too where none tells."""
    plan = read_plan(installation, month).filter(sender_code=sender)
    keys, store = plan["key"].unique().to_list(), installation.store
    if not keys or not all(store.has("records", key, ["delivered"]) for key in keys):
        return True
    delivered = store.scan_all("records", keys, "delivered", tables.DELIVERED.schema)
    return bool((delivered.collect()["status"] == planning.ACCEPTED).any())


def has_known_files(installation: Installation, month: str) -> bool:
    """Whether every file in the inbox for a month looks as it did when it was read last.

    It looks at size and time of change: no file is read.
    """
    sent = list_inbox(installation.home.inbox).files_of(month)
    return all(installation.digests.knows(file) for file in sent)


def describe_inbox(installation: Installation, wanted: Iterable[str]) -> list[str]:
    """What lies in the inbox and is passed over, a line for each reason.

    Also the files of the wanted months that add nothing, as the last run found them.
    """
    misplaced = list_inbox(installation.home.inbox).misplaced
    copies = [copy for month in wanted for copy in _find_copies(installation, month)]
    return describe_misplaced([*misplaced, *copies])


def _find_copies(installation: Installation, month: str) -> list[Misplaced]:
    """The files that no plan names, for their bytes are read under another name."""
    plan = read_plan(installation, month)
    read = set(plan.select("sender_code", "sha256").iter_rows())
    # Masked names of several files may be one, so each planned file takes one of them.
    planned = Counter(plan.select("sender_code", "sha256", "file_name").iter_rows())
    copies = []
    for file in installation.archive.in_force(month):
        shown = masking.show_file_name(file.file_name)
        place = (file.sender_code, file.sha256, shown)
        if planned[place]:
            planned[place] -= 1
        elif place[:2] in read:
            path = f"inbox/{letters.show_invisible(file.sender_code)}/{month}/{shown}"
            copies.append(Misplaced(path, Reason.COPY))
    return copies


def _plan_month(  # noqa: PLR0913, PLR0917 -- each is a part of what a plan is made from
    installation: Installation,
    month: str,
    files: list[exports.SentFile],
    made_with: tuple[str, ...],
    ledger_keys: Mapping[str, str],
    lost: Collection[str],
) -> Plan:
    """The plan of a month: the one in the store where it is made from the same, else a new one."""
    known = read_plan(installation, month)
    lost_here = sorted({file.sha256 for file in files} & {*lost})
    digest = planning.plan_digest(files, (*made_with, *lost_here), ledger_keys)
    # Equal bytes may have fewer rows than files, but never none.
    if known.is_empty() == (not files) and (known["made_from"] == digest).all():
        return known
    *_, source_digest = made_with
    planned = planning.plan_deliveries(
        files,
        installation.register,
        installation.profiles,
        source_digest,
        installation.declarations,
    )
    for sha256 in lost_here:
        refused = {code: [sha256] for code in planned.filter(sha256=sha256)["sender_code"]}
        planned = planning.with_refused(
            planned,
            refused,
            repair.describe_lost(sha256),
            (installation.register.digest, source_digest),
        )
    plan = planning.with_tallies_keys(planned, ledger_keys).with_columns(made_from=pl.lit(digest))
    installation.store.write("exports", month, {"plan": plan})
    return plan
