"""Extracts: a file that holds every record with its last state becomes month-end exports.

Here belongs in which months a record stands (placing), how it stood at a month's end as far as its
times tell (cutting, statuses), and how many records such a file tells too little of (counting). Not
here: reading the file (exports), types (records), writing the text of an export (exports.writing),
the inbox (assets).
"""

from pipeline.extracts.counting import MonthCounts, count_gaps, count_month
from pipeline.extracts.cutting import cut_month
from pipeline.extracts.placing import (
    OUTSIDE,
    REASONS,
    Extract,
    ExtractError,
    explain_reason,
    find_span,
    list_unplaced,
    place_rows,
    within,
)
from pipeline.extracts.statuses import StatusWordError, StatusWords, find_words

__all__ = [
    "OUTSIDE",
    "REASONS",
    "Extract",
    "ExtractError",
    "MonthCounts",
    "StatusWordError",
    "StatusWords",
    "count_gaps",
    "count_month",
    "cut_month",
    "explain_reason",
    "find_span",
    "find_words",
    "list_unplaced",
    "place_rows",
    "within",
]
