"""What has arrived: months x senders.

Here belongs reading inbox, store and register without changing anything. Not here: how it is
shown (printing).
"""

from dataclasses import dataclass

import polars as pl

from assets.month import edition as editions
from assets.month.installation import Installation
from pipeline import months, planning
from pipeline.archive import inbox_months, sent_paths

NEW, CHANGED, GONE = "new", "changed", "gone"
"""A file that no run has read; one of other bytes than the last run read; one that it read and
that is in the inbox no more.
"""


@dataclass(frozen=True)
class Status:
    """One row of `cells` a month and sender: month, sender_code, sender_name, state.

    `state` is accepted, refused (any file of it) or missing as the last run found it; where files
    differ since, what differs instead: new, changed, gone, or several of them ("new, gone").
    `messages` are the faults of refused files that still lie there, `remarks` those of the inbox
    itself.
    """

    cells: pl.DataFrame
    messages: tuple[str, ...]
    remarks: tuple[str, ...]


def status(installation: Installation) -> Status:
    """The status of every month in the inbox or published."""
    inbox = installation.home.inbox
    named = inbox_months(inbox)
    known = [name for name in named if months.is_name(name)]
    every = sorted({*known, *installation.editions.months()})
    frames, messages = [], []
    for month in every:
        frame, told = _of_month(installation, month)
        frames.append(frame)
        messages.extend(told)
    remarks = [
        f"inbox/*/{name} is not a month: rename the folder like 2026-10"
        for name in named
        if not months.is_name(name)
    ]
    remarks += [
        f"{path.relative_to(installation.home.root)} lies outside a month: move it to "
        f"inbox/{path.parent.name}/<YYYY-MM>/"
        for path in sorted(inbox.glob("*/*"))
        if path.is_file()
    ]
    cells = pl.concat(frames) if frames else _CELLS.to_frame()
    return Status(cells, tuple(messages), tuple(remarks))


_CELLS = pl.Schema(
    {
        "month": pl.String(),
        "sender_code": pl.String(),
        "sender_name": pl.String(),
        "state": pl.String(),
    }
)


def _of_month(installation: Installation, month: str) -> tuple[pl.DataFrame, list[str]]:
    """The month's cells, and the messages of its refused files."""
    changes = _changes(installation, month)
    states: dict[str, str] = {}
    messages: list[str] = []
    if installation.store.has("exports", month) and _is_recorded(installation, month):
        delivered = editions.month_deliveries(installation, month)
        for sender, state in delivered.select("sender_code", "status").iter_rows():
            if states.get(sender) != planning.REFUSED:
                states[sender] = state
        messages = editions.refusals(installation, month, but=changes.keys())
    read = {sender for sender, state in states.items() if state != planning.MISSING}
    unread = {sender for sender, _ in sent_paths(installation.home.inbox, month)} - read
    states |= dict.fromkeys(unread, NEW) | _joined(changes)
    rows = [
        (month, sender, installation.register.name(sender, month), state)
        for sender, state in sorted(states.items())
    ]
    return pl.DataFrame(rows, schema=_CELLS, orient="row"), messages


def _is_recorded(installation: Installation, month: str) -> bool:
    keys = installation.store.read("exports", month, "plan")["key"].unique()
    return all(installation.store.has("records", key) for key in keys)


def _changes(installation: Installation, month: str) -> dict[tuple[str, str], str]:
    """How files differ from those that the last run found, by sender and file name."""
    there = {
        (sender, path.name): installation.digests.of(path, is_read=False)[0]
        for sender, path in sent_paths(installation.home.inbox, month)
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


def _joined(changes: dict[tuple[str, str], str]) -> dict[str, str]:
    """The changes of each sender in one state, each named once."""
    found: dict[str, set[str]] = {}
    for (sender, _), change in changes.items():
        found.setdefault(sender, set()).add(change)
    return {
        sender: ", ".join(change for change in (NEW, CHANGED, GONE) if change in of_sender)
        for sender, of_sender in found.items()
    }
