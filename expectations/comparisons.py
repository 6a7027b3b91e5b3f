"""What is allowed in the tables that compare: series, charts, funnels, case mix, sensitivity.

Here belongs a suite for each. Not here: how they are computed (pipeline.indices,
pipeline.rankings).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl
from polars import selectors

from expectations import outcomes
from expectations.outcomes import Outcome
from expectations.phrases import is_at_least, is_between, is_in, suite
from pipeline.tables.comparisons import CLOSED_LISTS, KEYS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation


def check(comparisons: Mapping[str, pl.DataFrame]) -> dict[str, list[Outcome]]:
    """The outcomes of frames of tables.comparisons, by the name of the table."""
    return {name: _check(name, frame) for name, frame in comparisons.items()}


def _check(name: str, frame: pl.DataFrame) -> list[Outcome]:
    key = KEYS[name]
    has_numbers = bool(selectors.expand_selector(frame, selectors.float()))
    rules = suite(
        f"comparisons.{name}",
        [
            is_in("row_stands_once", outcomes.COPIES, [1]),
            *([is_in("numbers_are_finite", outcomes.IS_FINITE, [True])] * has_numbers),
            *(
                is_in(f"{column}_is_in_list", column, words)
                for column, words in CLOSED_LISTS[name].items()
            ),
            *_rules(name),
        ],
    )
    return outcomes.of_suite(rules, outcomes.with_finiteness(outcomes.with_copies(frame, key)), key)


def _rules(name: str) -> list["Expectation"]:
    """What is true of a row of one table and no other."""
    return {
        "series": [
            is_at_least("month_not_before_series", "month", "series_month"),
            is_between("numerator_not_negative", "numerator", 0),
            is_at_least("denominator_covers_numerator", "denominator", "numerator"),
        ],
        "control_charts": [
            is_at_least("month_not_before_series", "month", "series_month"),
            *_within("lower", "centre", "upper"),
        ],
        "funnels": [
            *_within("lower_998", "lower_95", "centre"),
            *_within("centre", "upper_95", "upper_998"),
            is_between("reliability_is_a_share", "reliability", 0, 1),
            is_between("overdispersion_not_negative", "tau2", 0),
        ],
        "case_mix": [
            is_at_least("due_covers_late", "due", "late"),
            is_at_least("due_covers_shared", "due", "shared_due"),
            *_within("lower", "ratio", "upper"),
        ],
        "sensitivity": [
            is_between("best_rank_at_least_1", "rank_5", 1),
            is_at_least("worst_rank_not_before_best", "rank_95", "rank_5"),
        ],
        "sensitivity_choices": [is_between("shift_not_negative", "mean_shift", 0)],
    }[name]


def _within(lower: str, middle: str, upper: str) -> list["Expectation"]:
    return [
        is_at_least(f"{middle}_not_below_{lower}", middle, lower),
        is_at_least(f"{upper}_not_below_{middle}", upper, middle),
    ]
