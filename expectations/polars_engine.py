"""Expectations that Great Expectations answers from a Polars frame.

Here belongs, for each kind of expectation that the suites use, what an unexpected row is as a
Polars expression, and how Great Expectations comes to ask for it. It has no engine for Polars of
its own, and its standard expectations ask an engine for six things each, working out anew for
every one what they are about, which takes longer than the rows; those here ask for one. Not
here: what a suite demands. This module imports Great Expectations when it is loaded, so others
import it inside functions only: those that write an expectation (phrases) or run a suite (engine).
"""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, Literal
from weakref import proxy

import polars as pl
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import MetricProvider, metric_value
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    Operator,
    OrCondition,
    PassThroughCondition,
    RowConditionType,
)
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

_METRIC = "rows.are_unexpected"


class PolarsEngine(ExecutionEngine[pl.Expr]):
    """Holds the frame that expectations are about, but does not keep it alive."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__(name="polars", caching=False)
        # An engine and its batch manager hold each other, so they stay until the garbage is
        # collected, and with them a frame of hundreds of megabytes would.
        self.frame: pl.DataFrame = proxy(frame)

    def get_batch_data_and_markers(self, batch_spec: object) -> Any:  # noqa: ANN401
        """Not used: the engine is made with its frame."""
        raise NotImplementedError

    def resolve_metric_bundle(self, metric_fn_bundle: object) -> dict[Any, Any]:
        """Nothing is bundled: each question is answered by itself."""
        return {}

    def rows_of(self, condition: RowConditionType) -> pl.Expr:
        """True for the rows that an expectation is about."""
        if condition is None:
            return pl.lit(True)
        if isinstance(condition, str | PassThroughCondition):
            raise TypeError(f"write the row condition {condition!r} with phrases, not as text")
        return self.condition_to_filter_clause(condition)

    def _comparison_condition_to_filter_clause(self, condition: ComparisonCondition) -> pl.Expr:
        if condition.operator != Operator.IN:
            raise NotImplementedError(f"no suite compares rows with {condition.operator} yet")
        return pl.col(condition.column.name).is_in(condition.parameter)

    def _nullity_condition_to_filter_clause(self, condition: NullityCondition) -> pl.Expr:
        column = pl.col(condition.column.name)
        return column.is_null() if condition.is_null else column.is_not_null()

    def _and_condition_to_filter_clause(self, condition: AndCondition) -> pl.Expr:
        return pl.all_horizontal(map(self.condition_to_filter_clause, condition.conditions))

    def _or_condition_to_filter_clause(self, condition: OrCondition) -> pl.Expr:
        return pl.any_horizontal(map(self.condition_to_filter_clause, condition.conditions))


class RowExpectation(BatchExpectation, ABC):
    """What is expected of each row by itself; one unexpected row is one too many.

    Whatever result format is asked for, its result has `element_count` (rows of the frame),
    `unexpected_count`, `unexpected_percent` (of all rows) and `unexpected_index_list` (positions
    in the frame, from 0).
    """

    row_condition: RowConditionType = None
    mostly: Literal[1] = 1

    @abstractmethod
    def _unexpected(self) -> pl.Expr:
        """True where a row is unexpected; it may be null, for want of a value, where it is not."""

    def are_unexpected(self, engine: PolarsEngine) -> pl.Series:
        """For each row of the engine's frame, whether it is unexpected (or null if it is not)."""
        asked = engine.rows_of(self.row_condition) & self._unexpected()
        return engine.frame.select(asked).to_series()

    @property
    def configuration(self) -> ExpectationConfiguration:
        """As ever, but its row condition stays an object.

        From a dict, Great Expectations finds the kind of a condition by trial and error, and the
        tracebacks of the errors keep the variables of all callers alive, frames among them.
        """
        configuration = super().configuration
        if self.row_condition is not None:
            configuration.kwargs["row_condition"] = self.row_condition
        return configuration

    def get_validation_dependencies(
        self,
        execution_engine: ExecutionEngine[Any] | None = None,
        runtime_configuration: dict[str, Any] | None = None,
    ) -> ValidationDependencies:
        """Which rows are unexpected, and nothing else."""
        question = {"type": self.expectation_type, "expectation": self}
        return ValidationDependencies({_METRIC: MetricConfiguration(_METRIC, {}, question)})

    def _validate(
        self,
        metrics: dict[str, pl.Series],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        are_unexpected = metrics[_METRIC]
        positions = are_unexpected.arg_true().to_list()
        return {
            "success": not positions,
            "result": {
                "element_count": len(are_unexpected),
                "unexpected_count": len(positions),
                "unexpected_percent": 100 * len(positions) / max(len(are_unexpected), 1),
                "unexpected_index_list": positions,
            },
        }


class RowsAreUnexpected(MetricProvider):
    """What a row expectation asks for; loading this class makes it known."""

    metric_name = _METRIC
    value_keys = ("type", "expectation")

    @metric_value(engine=PolarsEngine)
    def _in_polars(
        cls,  # noqa: N805 - Great Expectations hands the class over by this name
        execution_engine: PolarsEngine,
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> pl.Series:
        expectation: RowExpectation = metric_value_kwargs["expectation"]
        return expectation.are_unexpected(execution_engine)


class IsThere(RowExpectation):
    """The column is not empty."""

    column: str

    def _unexpected(self) -> pl.Expr:
        return pl.col(self.column).is_null()


class IsEmpty(RowExpectation):
    """The column is empty."""

    column: str

    def _unexpected(self) -> pl.Expr:
        return pl.col(self.column).is_not_null()


class IsIn(RowExpectation):
    """The column has one of the values."""

    column: str
    values: list[Any]

    def _unexpected(self) -> pl.Expr:
        return ~pl.col(self.column).is_in(self.values)


class IsBetween(RowExpectation):
    """The column lies between two limits, one of them open where it is None."""

    column: str
    lowest: int | float | datetime | None
    highest: int | float | datetime | None
    is_above: bool
    is_below: bool

    def _unexpected(self) -> pl.Expr:
        column = pl.col(self.column)
        outside = []
        if self.lowest is not None:
            outside.append(column <= self.lowest if self.is_above else column < self.lowest)
        if self.highest is not None:
            outside.append(column >= self.highest if self.is_below else column > self.highest)
        return pl.any_horizontal(outside)


class Matches(RowExpectation):
    """The column matches a regular expression."""

    column: str
    pattern: str

    def _unexpected(self) -> pl.Expr:
        return ~pl.col(self.column).str.contains(self.pattern)


class IsAtLeast(RowExpectation):
    """The column is as large as another one, or larger, where both are there."""

    column: str
    other: str

    def _unexpected(self) -> pl.Expr:
        return pl.col(self.column) < pl.col(self.other)


class Equals(RowExpectation):
    """The column has the value of another one, where both are there."""

    column: str
    other: str

    def _unexpected(self) -> pl.Expr:
        return pl.col(self.column) != pl.col(self.other)
