"""What identifies a record: the columns that a profile names for it, or those usual for its kind.

Here belongs which columns these may be, and the check of a profile's `identity`. Not here: rows
that are copies of one record (pipeline.copies), a dossier over several exports (tallies.ledger).
"""

from collections.abc import Collection
from typing import Annotated

from pydantic import BeforeValidator

ROW_NUMBER_IDENTITY = "row_number"
"""What a profile says where each row is a record of its own."""
CODE_OF = {"dossiers": "dossier_id", "ratings": "respondent_id", "petitions": "petition_id"}
"""The column with the code of a record, of the kinds that have one; of ratings, who answered."""
USUAL_IDENTITY = {
    "dossiers": ("dossier_id",),
    "ratings": ("respondent_id",),
    "petitions": ("petition_id",),
    "figures": ("unit_code", "indicator", "breakdown"),
}
"""What identifies a record where the profile does not say it; of ratings, who answered."""


def _read_identity(identity: object) -> object:
    """The key `identity` as a profile keeps it: no column where each row is a record."""
    if identity == ROW_NUMBER_IDENTITY:
        return ()
    if isinstance(identity, str):
        raise ValueError(  # noqa: TRY004 - what a validator raises becomes a ProfileError
            f'{identity!r} is no list of columns: write ["unit_code", "{identity}"] or '
            f'"{ROW_NUMBER_IDENTITY}"'
        )
    return identity


Identity = Annotated[tuple[str, ...] | None, BeforeValidator(_read_identity)]
"""The key `identity` of a profile; None where it is left out."""


def check_identity(kind: str, identity: tuple[str, ...], sent: Collection[str]) -> None:
    """Raises ValueError where these columns, of those sent, cannot identify a record."""
    for column in identity:
        if column not in sent:
            raise ValueError(f"identity names {column!r}, which is not in [columns]: add it there")
    if identity and not _names_record(kind, identity, sent):
        needed = " and ".join(map(repr, _needed(kind, sent)))
        raise ValueError(
            f"identity lacks {needed}: add it; where there is none, write identity = "
            f'"{ROW_NUMBER_IDENTITY}", and each row is a record'
        )


def _names_record(kind: str, identity: tuple[str, ...], sent: Collection[str]) -> bool:
    if kind == "ratings":
        return "respondent_id" in identity or "dossier_id" in identity
    return set(_needed(kind, sent)) <= set(identity)


def _needed(kind: str, sent: Collection[str]) -> tuple[str, ...]:
    """The columns without which two records of a kind would be one."""
    if kind != "figures":
        return (CODE_OF[kind],)
    return tuple(name for name in USUAL_IDENTITY[kind] if name in sent)
