"""What every table of counts obeys: its counts are there, and none is negative.

Here belongs what the rules of all tables of counts share. Not here: the rules of one (tallies,
rated).
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import polars as pl

from expectations.engine.phrases import expect_between, expect_in_set, expect_not_null
from expectations.engine.results import COPIES, RuleResult, check_table, with_copies
from pipeline import columns

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation


def key_of_cell(table: columns.Table) -> list[str]:
    """The columns that identify a cell: all that are not counts."""
    counts = (
        *("respondents", "dossiers", "petitions", "cases"),
        *("thousandths", "millionths", "trillionths"),
    )
    return [column.name for column in table.columns if column.unit not in counts]


def expect_counts_not_negative(table: columns.Table) -> list["Expectation"]:
    """Every count of the table is there, and is 0 or more."""
    key = key_of_cell(table)
    return [
        expectation
        for name in table.names
        if name not in key
        for expectation in (
            expect_not_null(f"{table.name}_{name}_is_there", name),
            expect_between(f"{table.name}_{name}_not_negative", name, 0),
        )
    ]


def check_cells(
    table: columns.Table, expectations: "Iterable[Expectation]", cells: pl.DataFrame
) -> list[RuleResult]:
    """The results for the cells of a table: its own expectations, and that its counts are there,
    none is negative, and each cell stands once.
    """
    key = key_of_cell(table)
    return check_table(
        f"tallies.{table.name}",
        [
            *expect_counts_not_negative(table),
            *expectations,
            expect_in_set(f"{table.name}_cell_stands_once", COPIES, [1]),
        ],
        with_copies(cells, key),
        key,
    )
