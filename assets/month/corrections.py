"""Declared corrections beside the files of a month: which were applied, and which concern no file.

Here belongs comparing what is declared with what was sent. Not here: reading and applying
corrections (pipeline.declarations).
"""

from assets.month import merge
from assets.month.inputs import MonthInputs
from pipeline import planning
from pipeline.declarations import AppliedCorrection, Correction, describe_applied


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
    broken = [str(each) for each in corrections.broken if each.month <= inputs.month]
    unused = [
        f"{each.file}: no file that {each.sender} sent for {each.month} has a SHA-256 that begins "
        f"with {each.sha256[:12]}: if the sender replaced the file or took it back, remove the "
        "correction or name the new file; else correct sender, month or sha256"
        for each in corrections.declared
        if each.month <= inputs.month and not _has_file(each, inputs)
    ]
    return (*broken, *unused)


def _has_file(correction: Correction, inputs: MonthInputs) -> bool:
    plan = inputs.known_plans.get(correction.month, planning.empty_plan())
    return any(
        correction.concerns(sender, correction.month, sha256)
        for sender, sha256 in plan.select("sender_code", "sha256").iter_rows()
    )
