"""What is allowed in the tables of an edition, whatever they tell.

Here belongs the suite of published tables: their order, their keys, their numbers. Not here:
what their values may be (indices, rankings) or how they become files (pipeline.published_data).
"""

from collections.abc import Mapping, Sequence

import polars as pl

from expectations import outcomes
from expectations.outcomes import Outcome
from expectations.phrases import is_in, suite


def check(
    published: Mapping[str, pl.DataFrame], keys: Mapping[str, Sequence[str]]
) -> list[Outcome]:
    """The outcomes of published tables by name, as read back from their files.

    `keys` has for each table the columns that tell its rows apart and sort them. A rule's name
    begins with its table's.
    """
    return [
        outcome
        for name, frame in published.items()
        for outcome in _of_table(name, frame, keys[name])
    ]


def _of_table(name: str, frame: pl.DataFrame, key: Sequence[str]) -> list[Outcome]:
    rules = suite(
        f"bulletin.{name}",
        [
            is_in(f"{name}_is_sorted", outcomes.IS_IN_ORDER, [True]),
            is_in(f"{name}_numbers_are_finite", outcomes.IS_FINITE, [True]),
            is_in(f"{name}_key_is_unique", outcomes.COPIES, [1]),
        ],
    )
    ready = outcomes.with_order(outcomes.with_copies(frame, key), key)
    return outcomes.of_suite(rules, outcomes.with_finiteness(ready), key)
