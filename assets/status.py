"""What has arrived: months x senders.

Here belongs reading inbox, store and register without changing anything. Not here: printing
(command_line).
"""

from dataclasses import dataclass

import polars as pl

from assets import months as editions
from assets import stages
from assets.installation import Installation
from pipeline import deliveries, months
from pipeline.archive import inbox_months, sent_paths

NEW = "new"
"""Files lie in the inbox that no run has read yet."""


@dataclass(frozen=True)
class Status:
    """One row of `cells` a month and sender: month, sender_code, sender_name, state.

    `state` is accepted, refused (any file of it), missing or new. `remarks` are faults of the
    inbox itself, `messages` those of refused files.
    """

    cells: pl.DataFrame
    messages: tuple[str, ...]
    remarks: tuple[str, ...]


def status(installation: Installation) -> Status:
    """The status of every month in the inbox or published."""
    inbox = installation.home.inbox
    named = inbox_months(inbox)
    known = [name for name in named if _is_month(name)]
    every = sorted({*known, *installation.editions.months()})
    frames, messages = [], []
    for month in every:
        frame, told = _of_month(installation, month)
        frames.append(frame)
        messages.extend(told)
    remarks = [
        f"inbox/*/{name} is not a month: rename the folder like 2026-10"
        for name in named
        if not _is_month(name)
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


def _is_month(name: str) -> bool:
    try:
        months.checked(name)
    except ValueError:
        return False
    return True


def _of_month(installation: Installation, month: str) -> tuple[pl.DataFrame, list[str]]:
    """The month's cells, and the messages of its refused files."""
    there = {(sender, path.name) for sender, path in sent_paths(installation.home.inbox, month)}
    has_run = installation.store.has("exports", month)
    plan = installation.store.read("exports", month, "plan") if has_run else stages.no_plan()
    read = set(plan.select("sender_code", "file_name").iter_rows())
    states: dict[str, str] = {}
    messages = []
    if _is_recorded(installation, plan):
        delivered = editions.month_deliveries(installation, month) if has_run else None
        names = dict(plan.select("sha256", "file_name").iter_rows())
        for row in delivered.iter_rows(named=True) if delivered is not None else []:
            sender = row["sender_code"]
            if states.get(sender) != deliveries.REFUSED:
                states[sender] = row["status"]
            if row["status"] == deliveries.REFUSED:
                place = f"inbox/{sender}/{month}/{names.get(row['sha256'], row['sha256'])}"
                messages.append(f"{place}: {row['message']}")
    for sender, file_name in sorted(there):
        is_copy = (sender, file_name) not in read and has_run and states.get(sender) is not None
        if sender not in states or (
            is_copy and not _is_known(installation, sender, month, file_name)
        ):
            states[sender] = NEW
    rows = [
        (month, sender, installation.register.name(sender, month), state)
        for sender, state in sorted(states.items())
    ]
    return pl.DataFrame(rows, schema=_CELLS, orient="row"), messages


def _is_recorded(installation: Installation, plan: pl.DataFrame) -> bool:
    return all(installation.store.has("records", key) for key in plan["key"].unique())


def _is_known(installation: Installation, sender: str, month: str, file_name: str) -> bool:
    """Whether the register has the file: one with equal bytes is read once, under one name."""
    return any(
        file.sender_code == sender and file.file_name == file_name
        for file in installation.archive.in_force(month)
    )
