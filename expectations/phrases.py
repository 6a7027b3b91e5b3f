# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only who runs a suite does
"""How a rule is written as an expectation.

Here belongs one phrase for each thing that a suite can demand of a row. The rule's name travels
in `meta`. All phrases but `is_there` let an empty value pass; two columns are compared only where
both have a value. Not here: which rules there are (the suites), or which rows break a phrase
(polars_engine).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.row_conditions import (
        ComparisonCondition,
        NullityCondition,
        RowConditionType,
    )


def suite(name: str, expectations: "list[Expectation]") -> "ExpectationSuite":
    """A suite of expectations, each with its rule in `meta`."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=list(expectations))


def is_filled(column: str) -> "NullityCondition":
    """Rows in which the column is not empty."""
    from great_expectations.expectations.row_conditions import Column, NullityCondition

    return NullityCondition(column=Column(column), is_null=False)


def is_missing(column: str) -> "NullityCondition":
    """Rows in which the column is empty."""
    from great_expectations.expectations.row_conditions import Column, NullityCondition

    return NullityCondition(column=Column(column), is_null=True)


def one_of(column: str, values: Iterable[str]) -> "ComparisonCondition":
    """Rows in which the column has one of the values."""
    from great_expectations.expectations.row_conditions import Column

    return Column(column).is_in(list(values))


def is_there(rule: str, column: str, when: "RowConditionType" = None) -> "Expectation":
    """The column is not empty."""
    return _expectation("IsThere", rule, when, column=column)


def is_empty(rule: str, column: str, when: "RowConditionType" = None) -> "Expectation":
    """The column is empty."""
    return _expectation("IsEmpty", rule, when, column=column)


def is_in(
    rule: str, column: str, values: Iterable[object], when: "RowConditionType" = None
) -> "Expectation":
    """The column has one of the values."""
    return _expectation("IsIn", rule, when, column=column, values=list(values))


def is_between(  # noqa: PLR0913 - a limit and whether it is itself allowed, twice
    rule: str,
    column: str,
    lowest: float | datetime | None = None,
    highest: float | datetime | None = None,
    *,
    is_above: bool = False,
    is_below: bool = False,
    when: "RowConditionType" = None,
) -> "Expectation":
    """The column lies between two limits, one of them open where it is None.

    The limits themselves are allowed, but for the lowest with `is_above` and the highest with
    `is_below`. A value that is not a number (NaN) is above every number.
    """
    return _expectation(
        "IsBetween",
        rule,
        when,
        column=column,
        lowest=lowest,
        highest=highest,
        is_above=is_above,
        is_below=is_below,
    )


def matches(rule: str, column: str, pattern: str, when: "RowConditionType" = None) -> "Expectation":
    """The column matches a regular expression, anchored by the pattern itself."""
    return _expectation("Matches", rule, when, column=column, pattern=pattern)


def is_at_least(
    rule: str, column: str, other: str, when: "RowConditionType" = None
) -> "Expectation":
    """The column is as large (as late) as another one, or larger."""
    return _expectation("IsAtLeast", rule, when, column=column, other=other)


def equals(rule: str, column: str, other: str, when: "RowConditionType" = None) -> "Expectation":
    """The column has the same value as another one."""
    return _expectation("Equals", rule, when, column=column, other=other)


def _expectation(kind: str, rule: str, when: "RowConditionType", **demand: object) -> "Expectation":
    from expectations import polars_engine

    made: Expectation = getattr(polars_engine, kind)(
        row_condition=when, meta={"rule": rule}, **demand
    )
    return made
