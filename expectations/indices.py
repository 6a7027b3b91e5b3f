"""What is allowed in the table of indices.

Here belongs the suite of indices. Not here: how a value is computed (pipeline.indices), or why
one is left empty (the closed list of notes in pipeline.methods).
"""

from collections.abc import Iterable

import polars as pl

from expectations import outcomes
from expectations.outcomes import Outcome
from expectations.phrases import (
    is_at_least,
    is_between,
    is_empty,
    is_filled,
    is_in,
    is_missing,
    is_there,
    one_of,
    suite,
)
from pipeline.methods import NOTES
from pipeline.published_data import INTERVAL_SOURCES, UNITS
from pipeline.tables import CLOCKS

KEY = ("month", "unit_code", "indicator")


def check(indices: pl.DataFrame, indicators: Iterable[str]) -> list[Outcome]:
    """The outcomes of a frame of `tables.INDICES`; `indicators` are those of the method."""
    rules = suite(
        "indices",
        [
            is_in("unit_has_indicator_once", outcomes.COPIES, [1]),
            is_in("numbers_are_finite", outcomes.IS_FINITE, [True]),
            is_there("unit_is_there", "unit_code"),
            is_there("indicator_is_there", "indicator"),
            is_in("indicator_is_in_list", "indicator", indicators),
            is_there("unit_of_value_is_there", "unit"),
            is_in("unit_of_value_is_in_list", "unit", UNITS),
            is_in("clock_is_in_list", "clock", CLOCKS),
            is_in("interval_source_is_in_list", "interval_source", INTERVAL_SOURCES),
            is_in("note_is_in_list", "note", NOTES),
            is_between("share_within_0_and_1", "value", 0, 1, when=one_of("unit", ["share"])),
            is_between("points_within_0_and_100", "value", 0, 100, when=one_of("unit", ["points"])),
            is_at_least("points_within_maximum", "maximum", "value"),
            is_between("days_not_negative", "value", 0, when=one_of("unit", ["days"])),
            is_at_least("value_not_below_lower", "value", "lower"),
            is_at_least("value_not_above_upper", "upper", "value"),
            is_at_least("lower_not_above_upper", "upper", "lower"),
            is_there("lower_has_its_source", "interval_source", is_filled("lower")),
            is_there("upper_has_its_source", "interval_source", is_filled("upper")),
            is_there("months_are_there", "months", one_of("interval_source", ["chance+months"])),
            is_empty(
                "months_are_in_limits", "months", one_of("interval_source", ["chance", "sampling"])
            ),
            is_there("empty_value_has_note", "note", is_missing("value")),
        ],
    )
    ready = outcomes.with_finiteness(outcomes.with_copies(indices, KEY))
    return outcomes.of_suite(rules, ready, KEY)
