"""The refusal of expectations that the Polars engine does not offer.

Here belongs the metric of each of them that ends the building of a graph. Not here: which these are
(not_offered). Loading this module registers the refusals; it imports Great Expectations.
"""

from typing import Any

from great_expectations.core.metric_function_types import MetricFunctionTypes
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import get_metric_kwargs, register_metric

from expectations.engine.not_offered import NotOfferedError
from expectations.engine.polars_engine import PolarsExecutionEngine

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
