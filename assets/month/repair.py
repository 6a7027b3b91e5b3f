"""What a run needs of archive and store is looked at before it relies on it.

A damaged result counts as absent, and so the run computes it anew; a damaged file in the archive is
taken from the inbox again. Here belongs what a run of a month will read. Not here: comparing and
removing (pipeline.store, pipeline.archive), computing anew (deliveries, merge).
"""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from assets.month import merge
from assets.month.inputs import MonthInputs
from assets.month.installation import Installation
from pipeline import masking, months, planning, tables
from pipeline.archive import Inbox, InboxFile
from pipeline.faults import FileFault
from pipeline.planning import PlannedFile
from pipeline.store import Store
from pipeline.tallies import ledger

_NEEDED_OF_RECORDS = ("rejected", "delivered")
"""The tables of the month's records that its edition shows."""
_LAST, _BEFORE = ("ledger", "deadlines", "ended"), ("ended",)
"""What a delivery is counted beside: tables of its sender's last tallies, and of all before."""


def forget_damaged_results(inputs: MonthInputs) -> None:
    """Removes the damaged ones among the results of deliveries that a run of the month reads.

    It looks at months from the newest to the oldest: where tallies must be counted anew, their
    records are read, and the ledgers of the deliveries before.
    """
    store = inputs.installation.store
    recorded, counted = set(store.keys("records")), set(store.keys("tallies"))
    ledgers: dict[str, set[str]] = {}
    for month in reversed(list(inputs.known_plans)):
        plan = inputs.known_plans[month]
        is_merged = merge.is_merged(store, month, plan)
        is_own = month == inputs.month
        deliveries = plan.select("sender_code", "key", "tallies_key").unique(maintain_order=True)
        for sender, key, tallies_key in deliveries.iter_rows():
            names = [*ledgers.get(tallies_key, ())]
            names += tables.TALLIES if is_own or not is_merged else ()
            is_counted = tallies_key in counted and _has(store, "tallies", tallies_key, names)
            if not is_counted:
                _add_ledgers(ledgers, inputs, sender, month)
            if key in recorded:
                needed = _NEEDED_OF_RECORDS if is_own or not is_merged else ()
                _has(store, "records", key, needed if is_counted else None)


def _has(store: Store, stage: str, key: str, names: Collection[str] | None) -> bool:
    """Whether tables of a result are whole; without one, nothing is looked at."""
    return (names is not None and not names) or store.has(stage, key, names)


def _add_ledgers(
    ledgers: dict[str, set[str]], inputs: MonthInputs, sender: str, month: str
) -> None:
    """Adds what the dossiers of a delivery are counted beside, by the key of the tallies."""
    oldest = months.shifted(month, -ledger.REMEMBERED_MONTHS)
    earlier = [
        (each, key)
        for each, plan in inputs.known_plans.items()
        if each < month and (key := planning.ledger_keys(plan).get(sender))
    ]
    for each, key in earlier:
        if each >= oldest:
            ledgers.setdefault(key, set()).update(_BEFORE)
    for _, key in earlier[-1:]:
        ledgers.setdefault(key, set()).update(_LAST)


def restore_archive(inputs: MonthInputs, inbox: Inbox) -> frozenset[str]:
    """Takes from the inbox what is damaged or missing among the files that a run will read.

    Returns the SHA-256 of those whose bytes are not there either.
    """
    installation = inputs.installation
    files = list(_list_pending(inputs))
    with ThreadPoolExecutor() as readers:
        are_whole = readers.map(installation.archive.is_whole, [file.sha256 for file in files])
        damaged = [file for file, is_whole in zip(files, are_whole, strict=True) if not is_whole]
    return frozenset(
        file.sha256
        for file in damaged
        if not _restore(installation, file, inbox.files_of(file.month))
    )


def describe_lost(sha256: str) -> FileFault:
    """Why a file is refused whose bytes are neither in the archive nor in the inbox."""
    place = f"archive/files/{sha256[:2]}/{sha256}"
    return FileFault(
        "archive_damaged",
        f"{place} is missing or damaged, and the file in the inbox cannot be read: restore one of "
        "them from a backup, or put the file into the inbox again",
        f"{place} bị mất hoặc hỏng, và không đọc được tệp trong inbox: khôi phục một trong hai "
        "tệp từ bản sao lưu, hoặc đặt lại tệp vào inbox",
    )


def _list_pending(inputs: MonthInputs) -> Iterator[PlannedFile]:
    """The files of the deliveries whose records the store lacks."""
    recorded = set(inputs.installation.store.keys("records"))
    for plan in inputs.known_plans.values():
        if not recorded.issuperset(plan["key"]):
            for file in planning.readable_files(plan):
                if file.key not in recorded:
                    yield file


def _restore(installation: Installation, file: PlannedFile, sent: Sequence[InboxFile]) -> bool:
    """Whether the archive has a file once it was taken from the place where it was sent."""
    # A plan has the names of files as they are shown; several may be shown alike.
    return any(
        installation.archive.restore(file.sha256, each, installation.digests)
        for each in sent
        if each.sender_code == file.sender_code
        and masking.show_file_name(each.file_name) == file.file_name
    )
