# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only a running suite does
"""The phrases that rules are written in.

Here belongs one `expect_*` function for each thing that a suite expects of a row, and one
`where_*` function for each condition on the rows that an expectation is about. Each makes a
standard expectation of Great Expectations; the names are the library's, shortened. Conditions are
combined with `&` and `|`. Not here: which rules there are (expectations.rules), or how unexpected
rows are found (polars_engine and the metrics beside it).

Every expectation carries the name of its rule in its `meta`. A null is never unexpected, except to
`expect_not_null`; two columns are compared only where neither is null.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.row_conditions import (
        ComparisonCondition,
        NullityCondition,
        RowConditionType,
    )


_COMPARE_VALUES_ONLY: Final = "either_value_is_missing"
"""By the library's default a pair of a value and a null is compared, and is unexpected."""


def build_suite(name: str, expectations: "Iterable[Expectation]") -> "ExpectationSuite":
    """A suite of expectations, each with the name of its rule in its `meta`."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=name, expectations=list(expectations))


def where_not_null(column: str) -> "NullityCondition":
    """Only the rows in which the column is not null."""
    from great_expectations.expectations.row_conditions import Column, NullityCondition

    return NullityCondition(column=Column(column), is_null=False)


def where_null(column: str) -> "NullityCondition":
    """Only the rows in which the column is null."""
    from great_expectations.expectations.row_conditions import Column, NullityCondition

    return NullityCondition(column=Column(column), is_null=True)


def where_in(column: str, value_set: Iterable[str]) -> "ComparisonCondition":
    """Only the rows in which the column has one of the values."""
    from great_expectations.expectations.row_conditions import Column

    return Column(column).is_in(list(value_set))


def expect_not_null(
    rule: str, column: str, row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column is not null."""
    from great_expectations.expectations import ExpectColumnValuesToNotBeNull

    return ExpectColumnValuesToNotBeNull(
        column=column, row_condition=row_condition, meta={"rule": rule}
    )


def expect_null(rule: str, column: str, row_condition: "RowConditionType" = None) -> "Expectation":
    """The column is null."""
    from great_expectations.expectations import ExpectColumnValuesToBeNull

    return ExpectColumnValuesToBeNull(
        column=column, row_condition=row_condition, meta={"rule": rule}
    )


def expect_in_set(
    rule: str, column: str, value_set: Iterable[object], row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column has one of the values."""
    from great_expectations.expectations import ExpectColumnValuesToBeInSet

    return ExpectColumnValuesToBeInSet(
        column=column,
        value_set=list(value_set),
        row_condition=row_condition,
        meta={"rule": rule},
    )


def expect_between(  # noqa: PLR0913 - two limits, and for each whether it is itself allowed
    rule: str,
    column: str,
    min_value: float | datetime | None = None,
    max_value: float | datetime | None = None,
    *,
    strict_min: bool = False,
    strict_max: bool = False,
    row_condition: "RowConditionType" = None,
) -> "Expectation":
    """The column is between two limits; a limit of None is no limit.

    A value that equals a limit is allowed, unless `strict_min` or `strict_max` says otherwise. A
    value that is not a number (NaN) is above every limit.
    """
    from great_expectations.expectations import ExpectColumnValuesToBeBetween

    return ExpectColumnValuesToBeBetween(
        column=column,
        min_value=min_value,
        max_value=max_value,
        strict_min=strict_min,
        strict_max=strict_max,
        row_condition=row_condition,
        meta={"rule": rule},
    )


def expect_match_regex(
    rule: str, column: str, regex: str, row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column matches a regular expression somewhere; `^` and `$` bind it to the whole value."""
    from great_expectations.expectations import ExpectColumnValuesToMatchRegex

    return ExpectColumnValuesToMatchRegex(
        column=column, regex=regex, row_condition=row_condition, meta={"rule": rule}
    )


def expect_not_match_regex(
    rule: str, column: str, regex: str, row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column matches a regular expression nowhere."""
    from great_expectations.expectations import ExpectColumnValuesToNotMatchRegex

    return ExpectColumnValuesToNotMatchRegex(
        column=column, regex=regex, row_condition=row_condition, meta={"rule": rule}
    )


def expect_at_least(
    rule: str, column: str, other_column: str, row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column is equal to another column, or larger (later)."""
    from great_expectations.expectations import ExpectColumnPairValuesAToBeGreaterThanB

    return ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=column,
        column_B=other_column,
        or_equal=True,
        ignore_row_if=_COMPARE_VALUES_ONLY,
        row_condition=row_condition,
        meta={"rule": rule},
    )


def expect_equal(
    rule: str, column: str, other_column: str, row_condition: "RowConditionType" = None
) -> "Expectation":
    """The column is equal to another column."""
    from great_expectations.expectations import ExpectColumnPairValuesToBeEqual

    return ExpectColumnPairValuesToBeEqual(
        column_A=column,
        column_B=other_column,
        ignore_row_if=_COMPARE_VALUES_ONLY,
        row_condition=row_condition,
        meta={"rule": rule},
    )
