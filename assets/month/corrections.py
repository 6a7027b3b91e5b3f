"""Declared corrections beside the files of a month: which were applied, and which concern no file.

Here belongs comparing what is declared with what was sent. Not here: reading and applying
corrections (pipeline.declarations).
"""

from collections.abc import Collection, Iterable, Iterator

from assets.month import merge
from assets.month.inputs import MonthInputs
from pipeline import planning
from pipeline.declarations import AppliedCorrection, Corrections, describe_applied

_File = tuple[str, str, str]
"""A file that was sent: sender, month, SHA-256."""


def list_applied(inputs: MonthInputs) -> tuple[AppliedCorrection, ...]:
    """The corrections of accepted files of the month and its history, by month and declaration."""
    corrections = inputs.installation.declarations.corrections
    months = {each.month for each in corrections.declared}
    found = []
    for month, plan in inputs.plans.items():
        if month not in months:
            continue
        delivered = merge.read_delivered(inputs.installation.store, month, plan)
        accepted = delivered.filter(status=planning.ACCEPTED).select(
            "sender_code", "kind", "sha256"
        )
        found += [
            describe_applied(each, kind, sha256)
            for sender, kind, sha256 in accepted.rows()
            for each in corrections.of_file(sender, month, sha256)
        ]
    return tuple(sorted(found, key=lambda each: (each.month, each.file, each.kind)))


def describe_unused(inputs: MonthInputs) -> tuple[str, ...]:
    """What is wrong with each correction, of the month or one before it, that concerns no file.

    Also of those that cannot be read. Whether a correction meets its row is judged when its file is
    read, and refuses that file.
    """
    corrections = inputs.installation.declarations.corrections
    until = Corrections(
        tuple(each for each in corrections.declared if each.month <= inputs.month),
        tuple(each for each in corrections.broken if each.month <= inputs.month),
    )
    return tuple(_describe(until, _list_files(inputs)))


def describe_unused_of_all_months(inputs: MonthInputs, unread: Iterable[_File]) -> tuple[str, ...]:
    """As `describe_unused`, of corrections of any month.

    `inputs` are those of the newest month; `unread` are files that no run may have read yet.
    """
    corrections = inputs.installation.declarations.corrections
    return tuple(_describe(corrections, {*_list_files(inputs), *unread}))


def _list_files(inputs: MonthInputs) -> set[_File]:
    plans = inputs.known_plans.values()
    return {file for plan in plans for file in plan.select("sender_code", "month", "sha256").rows()}


def _describe(corrections: Corrections, files: Collection[_File]) -> Iterator[str]:
    yield from map(str, corrections.broken)
    for each in corrections.declared:
        if not any(each.concerns(*file) for file in files):
            yield (
                f"{each.file}: no file that {each.sender} sent for {each.month} has a SHA-256 that "
                f"begins with {each.sha256[:12]}: if the sender replaced the file or took it back, "
                "remove the correction or name the new file; else correct sender, month or sha256"
            )
