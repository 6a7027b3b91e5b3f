"""The metrics of expectations about rows, and the registration of all metrics with the library.

Here belongs what every map metric has in common. Not here: what makes a row unexpected
(column_conditions, several_columns), or what a result says of these rows (summaries). This module
imports Great Expectations when it is loaded.

The library knows three families, by the columns that they are about: one column, a pair, a list.
For each map metric it asks for `NAME.condition`, `NAME.unexpected_count` and so on; each is
registered here for the Polars engine as an aggregate, so that the library bundles them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial, reduce
from operator import and_
from typing import Any

import polars as pl
from great_expectations.core.id_dict import IDDict
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import (
    MetricFunctionTypes,
    MetricPartialFunctionTypes,
)
from great_expectations.core.metric_function_types import (
    SummarizationMetricNameSuffixes as Suffix,
)
from great_expectations.exceptions.exceptions import MetricProviderError
from great_expectations.expectations.metrics.map_metric_provider import (
    ColumnMapMetricProvider,
    ColumnPairMapMetricProvider,
    MulticolumnMapMetricProvider,
)
from great_expectations.expectations.metrics.metric_provider import MetricProvider
from great_expectations.expectations.registry import get_metric_kwargs, register_metric

from expectations.engine.polars_engine import Deferred, PolarsExecutionEngine
from expectations.engine.summaries import (
    SUMMARIES,
    Asked,
    Summarize,
    UnexpectedRows,
    list_records,
)

_FAMILIES: dict[MetricDomainTypes, tuple[str, ...]] = {
    MetricDomainTypes.COLUMN: ColumnMapMetricProvider.condition_domain_keys,
    MetricDomainTypes.COLUMN_PAIR: ColumnPairMapMetricProvider.condition_domain_keys,
    MetricDomainTypes.MULTICOLUMN: MulticolumnMapMetricProvider.condition_domain_keys,
}
_AGGREGATE = MetricPartialFunctionTypes.AGGREGATE_FN


Meets = Callable[[Asked], pl.Expr]
"""For each row of the frame, whether it meets an expectation; null: nothing is said of the row."""


@dataclass(frozen=True)
class MapMetric:
    """One map metric: its name, its family, what an expectation says about its domain, the other
    arguments that it takes, and what it means.
    """

    name: str
    family: MetricDomainTypes
    domain_keys: tuple[str, ...]
    value_keys: tuple[str, ...]
    meets: Meets


MAP_METRICS: dict[str, MapMetric] = {}
"""Every map metric that the engine offers, by its name."""


class PolarsMetric(MetricProvider):
    """The provider of all metrics of the Polars engine: they depend on no other metric, but for the
    aggregate that the library bundles.
    """


def find_unexpected(
    metric: MapMetric,
    engine: PolarsExecutionEngine,
    domain_kwargs: Mapping[str, Any],
    value_kwargs: Mapping[str, Any],
) -> UnexpectedRows:
    """Which rows a map metric finds unexpected; nothing is computed."""
    filters = engine.find_filters(domain_kwargs)
    considered = reduce(and_, filters) if filters else None
    asked = Asked(
        _read_columns(metric.family, domain_kwargs),
        considered,
        value_kwargs,
        lambda: engine.find_frame(domain_kwargs).collect_schema(),
    )
    is_unexpected = ~metric.meets(asked)
    return UnexpectedRows(
        is_unexpected if considered is None else considered & is_unexpected, asked
    )


def _read_columns(family: MetricDomainTypes, domain_kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    match family:
        case MetricDomainTypes.COLUMN:
            return (domain_kwargs["column"],)
        case MetricDomainTypes.COLUMN_PAIR:
            return (domain_kwargs["column_A"], domain_kwargs["column_B"])
    return tuple(domain_kwargs["column_list"])


def offer_map_metric(
    name: str,
    family: MetricDomainTypes,
    meets: Meets,
    value_keys: tuple[str, ...] = (),
) -> None:
    """Registers a map metric, with all that the library asks of one.

    `value_keys`: the arguments of a metric that the library does not know; of one that it knows it
    knows them.
    """
    counted = f"{name}.{Suffix.UNEXPECTED_COUNT.value}"
    domain_keys, value_keys = _find_keys(counted, _FAMILIES[family], value_keys)
    metric = MAP_METRICS[name] = MapMetric(name, family, domain_keys, value_keys, meets)
    register_metric(
        metric_name=f"{name}.condition",
        metric_domain_keys=domain_keys,
        metric_value_keys=value_keys,
        execution_engine=PolarsExecutionEngine,
        metric_class=PolarsMetric,
        metric_provider=partial(_provide_condition, metric),
        metric_fn_type=MetricPartialFunctionTypes.MAP_CONDITION_FN,
    )
    summaries = dict(SUMMARIES)
    if family is MetricDomainTypes.MULTICOLUMN:
        summaries[Suffix.UNEXPECTED_VALUES] = list_records
    if family is not MetricDomainTypes.COLUMN:
        del summaries[Suffix.UNEXPECTED_VALUE_COUNTS]
    for suffix, summarize in summaries.items():
        keys = value_keys if suffix is Suffix.UNEXPECTED_COUNT else (*value_keys, "result_format")
        summarized = partial(_summarize, metric, summarize)
        offer_aggregate(f"{name}.{suffix.value}", summarized, domain_keys, keys)


def _find_keys(
    metric_name: str, domain_keys: tuple[str, ...], value_keys: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The arguments of a metric: the library's, where it knows the metric, else those given.

    The library keeps one list for all engines, and another would change what they compute.
    """
    try:
        known = get_metric_kwargs(metric_name)
    except MetricProviderError:
        return domain_keys, value_keys
    return tuple(known["metric_domain_keys"]), tuple(known["metric_value_keys"])


Provide = Callable[[PolarsExecutionEngine, dict[str, Any], dict[str, Any]], Deferred]
"""From an engine, the domain and the values of a metric to the metric, not yet computed."""


def offer_aggregate(
    name: str,
    provide: Provide,
    domain_keys: tuple[str, ...] = (),
    value_keys: tuple[str, ...] = (),
) -> None:
    """Registers a metric that the library bundles with others.

    The keys are those of a metric that the library does not know.
    """
    domain_keys, value_keys = _find_keys(name, domain_keys, value_keys)

    def provider(
        execution_engine: PolarsExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        **_: object,
    ) -> tuple[Deferred, dict[str, Any], dict[str, Any]]:
        metric = provide(execution_engine, metric_domain_kwargs, metric_value_kwargs)
        return metric, metric_domain_kwargs, {}

    for metric_name, function in (
        (f"{name}.{_AGGREGATE.metric_suffix}", provider),
        (name, None),
    ):
        register_metric(
            metric_name=metric_name,
            metric_domain_keys=domain_keys,
            metric_value_keys=value_keys,
            execution_engine=PolarsExecutionEngine,
            metric_class=PolarsMetric,
            metric_provider=function,
            metric_fn_type=_AGGREGATE if function else MetricFunctionTypes.VALUE,
        )


def _provide_condition(
    metric: MapMetric,
    *,
    execution_engine: PolarsExecutionEngine,
    metric_domain_kwargs: dict[str, Any],
    metric_value_kwargs: dict[str, Any],
    **_: object,
) -> tuple[pl.Expr, dict[str, Any], dict[str, Any]]:
    """The rows that are unexpected, as an expression that is not yet computed."""
    found = find_unexpected(metric, execution_engine, metric_domain_kwargs, metric_value_kwargs)
    return found.is_unexpected, metric_domain_kwargs, {}


def _summarize(
    metric: MapMetric,
    summarize: Summarize,
    engine: PolarsExecutionEngine,
    domain_kwargs: dict[str, Any],
    value_kwargs: dict[str, Any],
) -> Deferred:
    """One summary of the rows that a map metric finds unexpected.

    All summaries read them from one column that is computed once.
    """
    found = find_unexpected(metric, engine, domain_kwargs, value_kwargs)
    values = IDDict({key: value_kwargs.get(key) for key in metric.value_keys})
    name = f"unexpected by {metric.name} {IDDict(domain_kwargs).to_id()} {values.to_id()}"
    summary = summarize(
        replace(found, is_unexpected=pl.col(name)), value_kwargs.get("result_format") or {}
    )
    return replace(summary, columns={name: found.is_unexpected})
