"""What has arrived: months x senders.

Here belongs reading inbox, store and register without changing anything. Not here: the states of
what the last run read (assets.month.delivery_states), how all is shown (status_table).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from assets.month import lock
from assets.month.alterations import describe_all, find_all_altered
from assets.month.corrections import describe_unused_of_all_months
from assets.month.delivery_states import find_month_states, read_receipts
from assets.month.edition import list_refusals
from assets.month.inputs import MonthInputs, read_known_inputs
from assets.month.installation import Installation
from assets.month.receive import check_inbox, describe_inbox
from pipeline import masking, months
from pipeline.archive import InboxFile, WithdrawalError, list_inbox
from pipeline.delivery_states import DELIVERY_STATES, MISSING, WITHDRAWN, Receipt

NEW, CHANGED, GONE = "new", "changed", "gone"
"""A file that no run has read; one of other bytes than the last run read; one that it read and
that is in the inbox no more.
"""


_FIRST_MONTH = "1900-01"
_NOTHING = {MISSING, WITHDRAWN}
"""The states of a sender of which no file is in force."""


@dataclass(frozen=True)
class Status:
    """One row of `cells` a month and sender: month, sender_code, sender_name, state.

    `state` is one of delivery_states.STATES as the last run found it; where files differ since,
    what differs instead: new, changed, gone, or several of them ("new, gone"). `states` are those
    that the last run found, with their reasons, in DELIVERY_STATES. `messages` are the faults of
    refused files that still lie there, `remarks` those of the inbox itself.
    """

    cells: pl.DataFrame
    states: pl.DataFrame
    messages: tuple[str, ...]
    remarks: tuple[str, ...]


def read_status(installation: Installation) -> Status:
    """The status of every month in the inbox, received before or published."""
    home = installation.home
    inbox = list_inbox(home.inbox)
    recorded = set(installation.store.keys("records"))
    frames, found, messages = [], [DELIVERY_STATES.empty()], []
    receipts = read_receipts(installation)
    every = sorted({*inbox.files, *receipts, *installation.editions.months()})
    newest = read_known_inputs(installation, max(every, default=_FIRST_MONTH))
    for month in every:
        inputs = newest.at_earlier_month(month)
        states = _read_states(inputs, recorded, receipts.get(month, ()))
        frame, refusals = _read_month(inputs, inbox.files_of(month), states)
        frames.append(frame)
        found.append(states)
        messages.extend(refusals)
    remarks = describe_inbox(installation, every)
    try:
        check_inbox(installation, inbox, filter(months.is_name, installation.archive.months()))
    except WithdrawalError as error:
        remarks.append(f"the next run stops: {error}")
    if fault := lock.describe_fault(home, installation.warehouse_url):
        remarks.append(f"no month can be run now: {fault}")
    unread = (
        (file.sender_code, month, installation.digests.of_file(file))
        for month, files in inbox.files.items()
        for file in files
    )
    if installation.home.corrections.exists():
        remarks += describe_unused_of_all_months(newest, unread)
    remarks += describe_all(installation, find_all_altered(installation, {}))
    cells = pl.concat(frames) if frames else _CELLS.to_frame()
    return Status(cells, pl.concat(found), tuple(messages), tuple(remarks))


_CELLS = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "sender_name": pl.String(),
        "state": pl.String(),
    }
)


def _read_states(
    inputs: MonthInputs, recorded: set[str], receipts: Sequence[Receipt]
) -> pl.DataFrame:
    """The month's states as the last run found them; none where no run of it came to an end.

    `recorded` are the keys of the records in the store, `receipts` those of the month.
    """
    is_planned = inputs.installation.store.has("exports", inputs.month)
    if is_planned and recorded.issuperset(inputs.plan["key"]):
        return find_month_states(inputs, receipts)
    return DELIVERY_STATES.empty()


def _read_month(
    inputs: MonthInputs, sent: Sequence[InboxFile], found: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """The month's cells, and the messages of its refused files.

    `sent` are its files in the inbox, `found` the states that the last run found.
    """
    installation, month = inputs.installation, inputs.month
    changes = _find_changes(installation, month, sent)
    states = dict(found.select("sender_code", "state").iter_rows())
    messages: list[str] = []
    if states:
        # Plans name files as they are shown.
        changed = {(sender, masking.show_file_name(name)) for sender, name in changes}
        messages = [
            message
            for sender, name, message in list_refusals(inputs)
            if (sender, name) not in changed
        ]
    read = {sender for sender, state in states.items() if state not in _NOTHING}
    unread = {file.sender_code for file in sent} - read
    states |= dict.fromkeys(unread, NEW) | _join_changes(changes)
    rows = [
        (month, sender, installation.register.name(sender, month), state)
        for sender, state in sorted(states.items())
    ]
    return pl.DataFrame(rows, schema=_CELLS, orient="row"), messages


def _find_changes(
    installation: Installation, month: str, sent: Sequence[InboxFile]
) -> dict[tuple[str, str], str]:
    """How files differ from those that the last run found, by sender and file name."""
    there = {
        (file.sender_code, file.file_name): installation.digests.of_file(file) for file in sent
    }
    known = {
        (file.sender_code, file.file_name): file.sha256
        for file in installation.archive.in_force(month)
    }
    return {
        place: NEW if place not in known else GONE if place not in there else CHANGED
        for place in sorted(there.keys() | known)
        if there.get(place) != known.get(place)
    }


def _join_changes(changes: dict[tuple[str, str], str]) -> dict[str, str]:
    """The changes of each sender in one state, each named once."""
    found: dict[str, set[str]] = {}
    for (sender, _), change in changes.items():
        found.setdefault(sender, set()).add(change)
    return {
        sender: ", ".join(change for change in (NEW, CHANGED, GONE) if change in of_sender)
        for sender, of_sender in found.items()
    }
