"""Derived: what a draft says of needed columns that the file does not have.

Here belong, in one place, the keys of a profile that say what such a column follows from, and which
needed columns nothing stands for. Not here: what these keys do (profiles, records).
"""

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.profiles.identity import CODE_OF
from pipeline.profiles.our_columns import NEEDED

ANY_SENDER = "SENDER"
"""What stands in a draft for the code of the agency, where it was not said."""
_MAY_LACK = {
    "due_at": "no due date was found, and none is late without one: write its column in [columns], "
    "or [due] with default = 15 (days after the receipt), and take it out of optional_columns",
    "ended_at": "no end was found, and without one no dossier has ended: write its column in "
    "[columns]",
    "handled_at": "no end was found, and without one no petition is handled: write its column in "
    "[columns]",
}
_STATUS_FROM_END = {
    "dossiers": ("ended_at", "finished", "in_progress"),
    "petitions": ("handled_at", "handled", "in_progress"),
}
_FROM_MONTH = ("answered_at", "period_at")


@dataclass(frozen=True)
class Derived:
    """What stands for needed columns that were not found.

    `optional` has a remark for each column that is written as one that no file has; `from_month`
    are columns that the month of the folder fills; `statuses` are those of a record with an end and
    without one, where no status is sent. `missing` are the columns that nothing stands for.
    """

    optional: dict[str, str]
    from_month: tuple[str, ...] = ()
    statuses: tuple[str, str] | None = None
    missing: tuple[str, ...] = ()


def find_derived(kind: str, found: Collection[str]) -> Derived:
    """What a profile can say of the needed columns of a kind that are not among those found."""
    absent = [c for c in NEEDED[kind] if c not in found and c != CODE_OF.get(kind)]
    optional = {column: _MAY_LACK[column] for column in absent if column in _MAY_LACK}
    statuses = None
    if "status" in absent:
        end, with_end, without_end = _STATUS_FROM_END[kind]
        statuses = (with_end, without_end) if end in found else None
    from_month = tuple(column for column in absent if column in _FROM_MONTH)
    stands = {*optional, *from_month, *(("status",) if statuses else ())}
    return Derived(optional, from_month, statuses, tuple(c for c in absent if c not in stands))
