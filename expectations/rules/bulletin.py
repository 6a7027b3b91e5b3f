"""What is allowed in every published table, whatever the table is about.

Here belong the rules of published tables: their order, their keys, their numbers. Not here: which
values are allowed (indices, rankings), or how tables become files (pipeline.published_data).
"""

from collections.abc import Mapping, Sequence

import polars as pl

from expectations.engine.phrases import expect_in_set
from expectations.engine.results import (
    COPIES,
    IS_FINITE,
    IS_IN_ORDER,
    RuleResult,
    check_keyed_table,
    with_order,
)


def check(
    published: Mapping[str, pl.DataFrame], keys: Mapping[str, Sequence[str]]
) -> list[RuleResult]:
    """The results for published tables by name, as read back from their files.

    `keys` has for each table the columns that identify its rows, in the order that its rows are
    sorted by. The name of a rule begins with the name of its table.
    """
    return [
        result
        for name, frame in published.items()
        for result in _check_published(name, frame, keys[name])
    ]


def _check_published(name: str, frame: pl.DataFrame, key: Sequence[str]) -> list[RuleResult]:
    return check_keyed_table(
        f"bulletin.{name}",
        [
            expect_in_set(f"{name}_is_sorted", IS_IN_ORDER, [True]),
            expect_in_set(f"{name}_numbers_are_finite", IS_FINITE, [True]),
            expect_in_set(f"{name}_key_is_unique", COPIES, [1]),
        ],
        with_order(frame, key),
        key,
    )
