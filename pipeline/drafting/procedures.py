"""Procedures: the names that stand in a file where codes of procedures may stand.

A text that is no code is counted under a label, so that nothing personal is let out. Here belongs
which names a draft lets through. Not here: what a code looks like (masking).
"""

from dataclasses import dataclass

import polars as pl

from pipeline import masking
from pipeline.drafting.column_values import ROWS, VALUE, ColumnValues

MOST_NAMES = 300
"""A column with more different texts may be one of free texts: none is let through."""
_FEWEST_ROWS = 3
"""A text that fewer rows have may be somebody's."""
_LONGEST = 120


@dataclass(frozen=True)
class FoundProcedures:
    """The names of procedures in a file, as they are published, with their rows, by what is sent.

    `others` are how many different texts stay labels, and `has_too_many` says that all do.
    """

    names: dict[str, tuple[str, int]]
    others: int = 0
    has_too_many: bool = False


def find_procedures(values: ColumnValues | None) -> FoundProcedures:
    """The names that a draft lets through: those that several rows have."""
    if values is None or not values.distinct:
        return FoundProcedures({})
    is_text = masking.label_texts(values.counts[VALUE]).str.starts_with(masking.LABEL)
    texts = values.counts.filter(is_text)
    if texts.height > MOST_NAMES:
        return FoundProcedures({}, texts.height, has_too_many=True)
    often = texts.filter(pl.col(ROWS) >= _FEWEST_ROWS)
    names: dict[str, tuple[str, int]] = {}
    used: set[str] = set()
    for text, rows in often.iter_rows():
        name, number = text[:_LONGEST].rstrip(), 1
        while name in used:
            number += 1
            name = f"{text[:_LONGEST].rstrip()} ({number})"
        used.add(name)
        names[text] = (name, rows)
    return FoundProcedures(names, texts.height - often.height)
