"""An execution engine of Great Expectations that reads a Polars frame.

Here belongs, for each kind of expectation that the suites use, what an unexpected row is as a
Polars expression, and how Great Expectations comes to ask for it. It has no engine for Polars of
its own. Not here: what a suite demands. This module imports Great Expectations when it is
loaded; only `expectations.engine` imports it, inside the function that runs a suite.
"""

from collections.abc import Callable
from typing import Any

import polars as pl
from great_expectations.execution_engine.execution_engine import ExecutionEngine
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import register_metric
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    NullityCondition,
    Operator,
    OrCondition,
    deserialize_row_condition,
)

_TABLE_KEYS = ("batch_id", "table", "row_condition", "condition_parser")
_COLUMN_KEYS = ("batch_id", "table", "column", "row_condition", "condition_parser")
_PAIR_KEYS = (
    *("batch_id", "table", "column_A", "column_B"),
    *("row_condition", "condition_parser", "ignore_row_if"),
)

Answer = Callable[..., object]
"""What Great Expectations calls, by keywords, to have a question about the frame answered."""
Unexpected = Callable[[dict[str, Any], dict[str, Any]], pl.Expr]
"""From what a rule is about and what it demands to an expression, true where a row breaks it."""


class PolarsEngine(ExecutionEngine[pl.Expr]):
    """Answers the questions of expectations about one frame."""

    def __init__(self, frame: pl.DataFrame) -> None:
        super().__init__(name="polars", caching=False)
        self.frame = frame

    def get_batch_data_and_markers(self, batch_spec: object) -> Any:  # noqa: ANN401
        """Not used: the engine is made with its frame."""
        raise NotImplementedError

    def resolve_metric_bundle(self, metric_fn_bundle: object) -> dict[Any, Any]:
        """Nothing is bundled: each question is answered by itself."""
        return {}

    def rows_of(self, domain: dict[str, Any]) -> pl.Expr:
        """True for the rows that an expectation is about."""
        condition = deserialize_row_condition(domain["row_condition"])
        if condition is None:
            return pl.lit(True)
        if isinstance(condition, str):
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


def _is_outside(domain: dict[str, Any], value: dict[str, Any]) -> pl.Expr:
    column = pl.col(domain["column"])
    lowest, highest = value["min_value"], value["max_value"]
    outside = pl.lit(False)
    if lowest is not None:
        outside |= (column <= lowest) if value["strict_min"] else (column < lowest)
    if highest is not None:
        outside |= (column >= highest) if value["strict_max"] else (column > highest)
    return outside


def _pair(domain: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    if domain["ignore_row_if"] != "either_value_is_missing":
        raise ValueError("a pair is compared only where both of its values are there")
    return pl.col(domain["column_A"]), pl.col(domain["column_B"])


def _is_smaller(domain: dict[str, Any], value: dict[str, Any]) -> pl.Expr:
    one, other = _pair(domain)
    return one < other if value["or_equal"] else one <= other


def _differs(domain: dict[str, Any], value: dict[str, Any]) -> pl.Expr:
    one, other = _pair(domain)
    return one != other


UNEXPECTED: dict[str, tuple[tuple[str, ...], tuple[str, ...], Unexpected]] = {
    "column_values.nonnull": (_COLUMN_KEYS, (), lambda on, _: pl.col(on["column"]).is_null()),
    "column_values.null": (_COLUMN_KEYS, (), lambda on, _: pl.col(on["column"]).is_not_null()),
    "column_values.in_set": (
        _COLUMN_KEYS,
        ("value_set",),
        lambda on, value: ~pl.col(on["column"]).is_in(value["value_set"]),
    ),
    "column_values.match_regex": (
        _COLUMN_KEYS,
        ("regex",),
        lambda on, value: ~pl.col(on["column"]).str.contains(value["regex"]),
    ),
    "column_values.between": (
        _COLUMN_KEYS,
        ("min_value", "max_value", "strict_min", "strict_max"),
        _is_outside,
    ),
    "column_pair_values.a_greater_than_b": (_PAIR_KEYS, ("or_equal",), _is_smaller),
    "column_pair_values.equal": (_PAIR_KEYS, (), _differs),
}
"""By metric: the keys of its domain and of its demand, and what an unexpected row is.

An expression that is null, because a value is empty, is no unexpected row.
"""


def _positions(unexpected: Unexpected) -> Callable[..., list[int]]:
    def positions(
        execution_engine: PolarsEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> list[int]:
        is_meant = execution_engine.rows_of(metric_domain_kwargs)
        is_broken = unexpected(metric_domain_kwargs, metric_value_kwargs)
        chosen = execution_engine.frame.select((is_meant & is_broken).arg_true())
        return chosen.to_series().to_list()

    return positions


def _count(unexpected: Unexpected) -> Callable[..., int]:
    positions = _positions(unexpected)
    return lambda **question: len(positions(**question))


def _row_count(execution_engine: PolarsEngine, **_: object) -> int:
    return execution_engine.frame.height


def _not_kept(**_: object) -> list[object]:
    """Values are looked up by position afterwards, so none are carried through the result."""
    return []


def register() -> None:
    """Make the engine known to Great Expectations; once for each process is enough."""

    def answer(metric: str, domain: tuple[str, ...], demand: tuple[str, ...], by: Answer) -> None:
        register_metric(metric, domain, demand, PolarsEngine, MetricProvider, by)

    answer("table.row_count", _TABLE_KEYS, (), _row_count)
    for metric, (domain, demand, unexpected) in UNEXPECTED.items():
        listing = (*demand, "result_format")
        answer(f"{metric}.unexpected_count", domain, demand, _count(unexpected))
        answer(f"{metric}.unexpected_index_list", domain, listing, _positions(unexpected))
        answer(f"{metric}.unexpected_values", domain, listing, _not_kept)
        answer(f"{metric}.unexpected_index_query", domain, listing, _not_kept)
        answer(f"{metric}.filtered_row_count", domain, listing, _row_count)
