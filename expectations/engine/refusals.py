"""The standard expectations that the Polars engine does not offer, and what to write instead.

Here belongs the list of them, and the refusal by name. Not here: what is offered (map_metrics,
aggregates). Loading this module registers the refusals; it imports Great Expectations.
"""

from typing import Any

from great_expectations.core.metric_function_types import MetricFunctionTypes
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import get_metric_kwargs, register_metric

from expectations.engine.polars_engine import PolarsExecutionEngine

_LIKE = "SQL's LIKE is known to databases only; write the pattern as a regular expression with"
_TYPES = (
    "Great Expectations compares types only for engines that it knows by class; compare the "
    "frame's schema in Polars, or the columns with"
)
_SQL = "it is written in SQL; write the condition as an expectation about rows, such as"

NOT_OFFERED: dict[str, str] = {
    "expect_column_values_to_match_like_pattern": f"{_LIKE} expect_column_values_to_match_regex",
    "expect_column_values_to_match_like_pattern_list": (
        f"{_LIKE} expect_column_values_to_match_regex_list"
    ),
    "expect_column_values_to_not_match_like_pattern": (
        f"{_LIKE} expect_column_values_to_not_match_regex"
    ),
    "expect_column_values_to_not_match_like_pattern_list": (
        f"{_LIKE} expect_column_values_to_not_match_regex_list"
    ),
    "expect_column_values_to_be_of_type": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_column_values_to_be_in_type_list": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_column_type_to_be": f"{_TYPES} expect_table_columns_to_match_set",
    "expect_multicolumn_values_to_be_unique": (
        "the library cannot compute it either, as it declares no metric; use "
        "expect_select_column_values_to_be_unique_within_record"
    ),
    "expect_column_kl_divergence_to_be_less_than": (
        "its partition of a column is numpy's, and cannot be computed in one pass; use "
        "expect_column_quantile_values_to_be_between"
    ),
    "expect_query_results_to_match_comparison": (
        f"{_SQL} expect_column_pair_values_to_be_equal, or compute the frame first"
    ),
    "unexpected_rows_expectation": f"{_SQL} expect_column_values_to_be_between",
    "expect_table_row_count_to_equal_other_table": (
        "the engine knows one frame; count the other and use expect_table_row_count_to_equal"
    ),
}
"""For each standard expectation that is not offered: why, and what to write instead."""

_METRICS: dict[str, tuple[str, ...]] = {
    "column_values.match_like_pattern.unexpected_count": (
        "expect_column_values_to_match_like_pattern",
    ),
    "column_values.match_like_pattern_list.unexpected_count": (
        "expect_column_values_to_match_like_pattern_list",
    ),
    "column_values.not_match_like_pattern.unexpected_count": (
        "expect_column_values_to_not_match_like_pattern",
    ),
    "column_values.not_match_like_pattern_list.unexpected_count": (
        "expect_column_values_to_not_match_like_pattern_list",
    ),
    "table.column_types": (
        "expect_column_values_to_be_of_type",
        "expect_column_values_to_be_in_type_list",
        "expect_column_type_to_be",
    ),
    "column.partition": ("expect_column_kl_divergence_to_be_less_than",),
    "column.histogram": ("expect_column_kl_divergence_to_be_less_than",),
    "column.value_counts": ("expect_column_kl_divergence_to_be_less_than",),
    "base_query.table": ("expect_query_results_to_match_comparison",),
    "unexpected_rows_query.table": ("unexpected_rows_expectation",),
    "unexpected_rows_query.row_count": ("unexpected_rows_expectation",),
}


class NotOfferedError(NotImplementedError):
    """The engine does not offer an expectation; the message names it and says what to write."""

    def __init__(self, *expectations: str) -> None:
        why = NOT_OFFERED.get(
            expectations[0],
            "no metric of it is registered for the engine; register one "
            "(expectations.engine.map_metrics.offer_map_metric), or run it on pandas",
        )
        super().__init__(f"the Polars engine does not offer {' or '.join(expectations)}: {why}")


def _make_refusal(*expectations: str) -> type[MetricProvider]:
    class Refusal(MetricProvider):
        """Ends the building of a graph before anything is computed."""

        @classmethod
        def get_evaluation_dependencies(cls, *_: Any, **__: Any) -> dict[str, Any]:  # noqa: ANN401
            raise NotOfferedError(*expectations)

    return Refusal


for _metric, _expectations in _METRICS.items():
    _keys = get_metric_kwargs(_metric)
    register_metric(
        metric_name=_metric,
        metric_domain_keys=_keys["metric_domain_keys"],
        metric_value_keys=_keys["metric_value_keys"],
        execution_engine=PolarsExecutionEngine,
        metric_class=_make_refusal(*_expectations),
        metric_provider=None,
        metric_fn_type=MetricFunctionTypes.VALUE,
    )
