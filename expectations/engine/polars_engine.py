"""Expectations that Great Expectations computes from a Polars frame.

Great Expectations has no execution engine for Polars, so here is one, with the expectations that
the suites use: each is one Polars expression that is true where a row is unexpected. The standard
expectations of Great Expectations ask an engine for six metrics each, and compute the domain of
every metric anew, which takes longer than the rows themselves; those here ask for one metric. Not
here: what a suite demands (expectations.rules). This module imports Great Expectations when it is
loaded, so other modules import it inside functions only: those that build an expectation (phrases)
or run a suite (runner).
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

_METRIC = "rows.is_unexpected"


class PolarsEngine(ExecutionEngine[pl.Expr]):
    """Holds the frame that a suite is run over, but does not keep the frame alive."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__(name="polars", caching=False)
        # An engine and its batch manager refer to each other, so both stay in memory until the
        # next garbage collection. A frame of hundreds of megabytes would stay with them.
        self.frame: pl.DataFrame = proxy(frame)

    def get_batch_data_and_markers(self, batch_spec: object) -> Any:  # noqa: ANN401
        """Not used: the engine gets its frame when it is made."""
        raise NotImplementedError

    def resolve_metric_bundle(self, metric_fn_bundle: object) -> dict[Any, Any]:
        """No metrics are bundled: each is computed by itself."""
        return {}

    def build_row_filter(self, condition: RowConditionType) -> pl.Expr:
        """True for the rows that an expectation is about; TypeError for a condition in text."""
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
    """What is expected of each row by itself; it is not met where one row is unexpected.

    Its result has the same fields in every result format: `element_count` (rows of the frame),
    `unexpected_count`, `unexpected_percent` (of all rows) and `unexpected_index_list` (positions
    in the frame, from 0).
    """

    row_condition: RowConditionType = None
    mostly: Literal[1] = 1

    @abstractmethod
    def _is_unexpected(self) -> pl.Expr:
        """True where a row is unexpected; false or null where it is not."""

    def flag_unexpected_rows(self, engine: PolarsEngine) -> pl.Series:
        """For each row of the engine's frame, whether it is unexpected (false or null: it is not).

        A row outside the row condition is never unexpected.
        """
        is_unexpected = engine.build_row_filter(self.row_condition) & self._is_unexpected()
        return engine.frame.select(is_unexpected).to_series()

    @property
    def configuration(self) -> ExpectationConfiguration:
        """The configuration, in which the row condition stays an object.

        From a dict, Great Expectations finds the class of a condition by trial and error, and the
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
        """One metric: which rows are unexpected."""
        value_kwargs = {"type": self.expectation_type, "expectation": self}
        return ValidationDependencies({_METRIC: MetricConfiguration(_METRIC, {}, value_kwargs)})

    def _validate(
        self,
        metrics: dict[str, pl.Series],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: ExecutionEngine[Any] | None = None,
    ) -> dict[str, Any]:
        is_unexpected = metrics[_METRIC]
        positions = is_unexpected.arg_true().to_list()
        return {
            "success": not positions,
            "result": {
                "element_count": len(is_unexpected),
                "unexpected_count": len(positions),
                "unexpected_percent": 100 * len(positions) / max(len(is_unexpected), 1),
                "unexpected_index_list": positions,
            },
        }


class RowsIsUnexpected(MetricProvider):
    """The metric of every row expectation; loading this class registers it."""

    metric_name = _METRIC
    value_keys = ("type", "expectation")

    @metric_value(engine=PolarsEngine)
    def _compute_in_polars(
        cls,  # noqa: N805 - Great Expectations passes the class by this name
        execution_engine: PolarsEngine,
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> pl.Series:
        expectation: RowExpectation = metric_value_kwargs["expectation"]
        return expectation.flag_unexpected_rows(execution_engine)


class ExpectNotNull(RowExpectation):
    """The column is not null."""

    column: str

    def _is_unexpected(self) -> pl.Expr:
        return pl.col(self.column).is_null()


class ExpectNull(RowExpectation):
    """The column is null."""

    column: str

    def _is_unexpected(self) -> pl.Expr:
        return pl.col(self.column).is_not_null()


class ExpectInSet(RowExpectation):
    """The column has one of the values."""

    column: str
    value_set: list[Any]

    def _is_unexpected(self) -> pl.Expr:
        return ~pl.col(self.column).is_in(self.value_set)


class ExpectBetween(RowExpectation):
    """The column is between two limits; a limit of None is no limit."""

    column: str
    min_value: int | float | datetime | None
    max_value: int | float | datetime | None
    strict_min: bool
    strict_max: bool

    def _is_unexpected(self) -> pl.Expr:
        column = pl.col(self.column)
        outside = []
        if self.min_value is not None:
            too_small = column <= self.min_value if self.strict_min else column < self.min_value
            outside.append(too_small)
        if self.max_value is not None:
            too_large = column >= self.max_value if self.strict_max else column > self.max_value
            outside.append(too_large)
        return pl.any_horizontal(outside)


class ExpectMatchRegex(RowExpectation):
    """The column matches a regular expression."""

    column: str
    regex: str

    def _is_unexpected(self) -> pl.Expr:
        return ~pl.col(self.column).str.contains(self.regex)


class ExpectNotMatchRegex(RowExpectation):
    """The column does not match a regular expression."""

    column: str
    regex: str

    def _is_unexpected(self) -> pl.Expr:
        return pl.col(self.column).str.contains(self.regex)


class ExpectAtLeast(RowExpectation):
    """The column is equal to another column, or larger, where neither is null."""

    column: str
    other_column: str

    def _is_unexpected(self) -> pl.Expr:
        return pl.col(self.column) < pl.col(self.other_column)


class ExpectEqual(RowExpectation):
    """The column is equal to another column, where neither is null."""

    column: str
    other_column: str

    def _is_unexpected(self) -> pl.Expr:
        return pl.col(self.column) != pl.col(self.other_column)
