# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only who runs a suite does
"""How a rule is written as an expectation.

Here belongs one phrase for each thing that a suite can demand of a row. A phrase settles what
Great Expectations leaves to defaults that do harm here: pairs are skipped when either value is
empty (the default would break every pair with one empty side), every row counts (no `mostly`),
and the rule's name travels in `meta`. All phrases but `is_there` let an empty value pass. Not
here: which rules there are (the suites).
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
    return _expectation("ExpectColumnValuesToNotBeNull", rule, when, column=column)


def is_empty(rule: str, column: str, when: "RowConditionType" = None) -> "Expectation":
    """The column is empty."""
    return _expectation("ExpectColumnValuesToBeNull", rule, when, column=column)


def is_in(
    rule: str, column: str, values: Iterable[object], when: "RowConditionType" = None
) -> "Expectation":
    """The column has one of the values."""
    return _expectation(
        "ExpectColumnValuesToBeInSet", rule, when, column=column, value_set=list(values)
    )


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
    """The column lies between two limits, either of them open where it is None.

    The limits themselves are allowed, but for the lowest with `is_above` and the highest with
    `is_below`. A value that is not a number (NaN) is above every number.
    """
    return _expectation(
        "ExpectColumnValuesToBeBetween",
        rule,
        when,
        column=column,
        min_value=lowest,
        max_value=highest,
        strict_min=is_above,
        strict_max=is_below,
    )


def matches(rule: str, column: str, pattern: str, when: "RowConditionType" = None) -> "Expectation":
    """The column matches a regular expression, anchored by the pattern itself."""
    return _expectation("ExpectColumnValuesToMatchRegex", rule, when, column=column, regex=pattern)


def is_at_least(
    rule: str, column: str, other: str, when: "RowConditionType" = None
) -> "Expectation":
    """The column is as large (as late) as another one, or larger."""
    return _pair(
        "ExpectColumnPairValuesAToBeGreaterThanB", rule, when, column, other, or_equal=True
    )


def equals(rule: str, column: str, other: str, when: "RowConditionType" = None) -> "Expectation":
    """The column has the same value as another one."""
    return _pair("ExpectColumnPairValuesToBeEqual", rule, when, column, other)


def _pair(
    kind: str, rule: str, when: "RowConditionType", column: str, other: str, **demand: object
) -> "Expectation":
    return _expectation(
        kind,
        rule,
        when,
        column_A=column,
        column_B=other,
        ignore_row_if="either_value_is_missing",
        **demand,
    )


def _expectation(kind: str, rule: str, when: "RowConditionType", **demand: object) -> "Expectation":
    from great_expectations import expectations

    made: Expectation = getattr(expectations, kind)(
        row_condition=when, meta={"rule": rule}, **demand
    )
    return made
