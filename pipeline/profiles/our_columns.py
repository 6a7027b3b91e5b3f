"""Which of our columns a profile may name, must name, and may map the values of.

Here belong the columns by kind of records. Not here: what a profile says of them (profile).
"""

import polars as pl

from pipeline.columns import MOMENT
from pipeline.tables import HAS_SHARED_KEY, RECORDS, SOURCE_COLUMN

FAILURES = "failures"
"""A column of figures with the cases that do not count: numerator = denominator - failures."""
UPDATED_AT = "updated_at"
"""A column of dossiers and petitions that says when the row was last changed: of several copies of
a record the newest counts. No table of records has it."""
MAPPABLE = {
    "dossiers": ("status", "channel", "applicant", "unit_code", "procedure_code"),
    "ratings": ("question", "answer", "mode", "unit_code"),
    "petitions": ("subject", "status", "satisfied", "is_upheld", "unit_code"),
    "figures": ("indicator", "unit_code", "breakdown"),
}
"""Columns whose values a profile may map, by kind."""
NEEDED = {
    "dossiers": ("dossier_id", "status", "received_at", "due_at", "ended_at"),
    "ratings": ("answer", "answered_at"),
    "petitions": ("petition_id", "status", "received_at", "handled_at"),
    "figures": ("indicator", "period_at", "denominator"),
}
"""Columns that a profile must name, by kind."""
MAY_BE_LACKING = ("due_at", "ended_at", "handled_at")
"""Of these columns, those that a profile may list in `optional_columns` alone: no file has them."""
_NOT_KEPT: dict[str, dict[str, pl.DataType]] = {
    "dossiers": {UPDATED_AT: MOMENT},
    "ratings": {},
    "petitions": {UPDATED_AT: MOMENT},
    "figures": {FAILURES: pl.Int64()},
}
"""Columns that a sender may fill and no table of records has, with their types, by kind."""
MOMENT_OF_RECORD = {
    "dossiers": "received_at",
    "ratings": "answered_at",
    "petitions": "received_at",
    "figures": "period_at",
}
"""The column of each kind that has a time in every record: its month is the record's first."""


def sendable_columns(kind: str) -> tuple[str, ...]:
    """Our columns of a kind that a sender may fill."""
    added = ("sender_code", "sha256", "row_number", "scale", HAS_SHARED_KEY, SOURCE_COLUMN)
    names = [name for name in RECORDS[kind].names if name not in added]
    return (*names, *_NOT_KEPT[kind])


def dtype_of(kind: str, column: str) -> pl.DataType:
    """The type of one of our columns that a sender may fill."""
    return RECORDS[kind].schema.get(column) or _NOT_KEPT[kind][column]


def moment_columns(kind: str) -> tuple[str, ...]:
    """Our columns of a kind that hold times."""
    return tuple(name for name in sendable_columns(kind) if dtype_of(kind, name) == MOMENT)


def words_of_columns(kind: str) -> dict[str, tuple[str, ...]]:
    """Our words by column, for the mappable columns that take no others."""
    dtypes = {column: RECORDS[kind].schema[column] for column in MAPPABLE[kind]}
    return {
        column: tuple(dtype.categories)
        for column, dtype in dtypes.items()
        if isinstance(dtype, pl.Enum)
    }
