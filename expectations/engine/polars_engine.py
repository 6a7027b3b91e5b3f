"""The execution engine of Great Expectations on Polars frames.

Here belongs what the library asks of an engine: the frame of a batch, the rows that a metric is
about, and the computing of all metrics of a suite in one `collect`. Not here: what each metric is
(column_conditions, several_columns, aggregates), what a row condition means (conditions),
or what a suite demands (expectations.rules). This module imports Great Expectations when it is
loaded, so other modules outside the engine import it inside functions only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Any
from weakref import proxy

import polars as pl
from great_expectations.core.batch import BatchData, BatchMarkers
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine.execution_engine import (
    ExecutionEngine,
    MetricComputationConfiguration,
)
from great_expectations.expectations.row_conditions import (
    AndCondition,
    ComparisonCondition,
    Condition,
    NullityCondition,
    OrCondition,
    PassThroughCondition,
    deserialize_row_condition,
)
from great_expectations.validator.metric_configuration import MetricConfigurationID

from expectations.engine import conditions
from expectations.engine.not_offered import NotOfferedError

Frame = pl.DataFrame | pl.LazyFrame
_THE_FRAME = "frame"


@dataclass(frozen=True)
class Deferred:
    """A metric that is not yet computed.

    `expressions`: each gives one value for the whole frame (a list where it must be several).
    `finish`: makes of these values, each as a Series of one row, what the metric is. `columns`:
    what the expressions name beside the columns of the frame; metrics share those of one name.
    """

    expressions: Sequence[pl.Expr]
    finish: Callable[..., Any]
    columns: Mapping[str, pl.Expr] = field(default_factory=dict)


class PolarsBatchData(BatchData):
    """The frame of a batch; `is_kept` says whether the batch keeps the frame alive."""

    def __init__(
        self, execution_engine: "PolarsExecutionEngine", frame: Frame, *, is_kept: bool = True
    ) -> None:
        super().__init__(execution_engine)
        self.frame: Frame = frame if is_kept else proxy(frame)


class PolarsExecutionEngine(ExecutionEngine[pl.Expr]):
    """Computes the metrics of Great Expectations from a Polars DataFrame or LazyFrame.

    Metrics are registered for the engine by the modules named above, as aggregates that the library
    bundles: the graph asks for all of them at once, and `resolve_metric_bundle` computes them in
    one `collect` for each batch.
    """

    def __init__(self, frame: Frame | None = None, **options: Any) -> None:  # noqa: ANN401
        """With a frame: the engine of one run, which does not keep the frame alive.

        An engine and its batch manager refer to each other, so both stay in memory until the next
        garbage collection. A frame of hundreds of megabytes would stay with them. `options` are
        those of the library's engines.
        """
        all_options: dict[str, Any] = {"name": "polars", "caching": False} | options
        super().__init__(**all_options)
        if frame is not None:
            self.load_batch_data(_THE_FRAME, PolarsBatchData(self, frame, is_kept=False))

    def load_batch_data(self, batch_id: str, batch_data: Any) -> None:  # noqa: ANN401
        """Takes the frame of a batch, as the batch's data or by itself."""
        if isinstance(batch_data, pl.DataFrame | pl.LazyFrame):
            batch_data = PolarsBatchData(self, batch_data)
        if not isinstance(batch_data, PolarsBatchData):
            raise TypeError(
                f"the Polars engine reads a polars.DataFrame or polars.LazyFrame, and not "
                f"{type(batch_data).__name__}: hand over a frame of Polars"
            )
        super().load_batch_data(batch_id, batch_data)

    def get_batch_data_and_markers(self, batch_spec: Any) -> tuple[PolarsBatchData, BatchMarkers]:  # noqa: ANN401
        """The frame that a batch specification holds (`RuntimeDataBatchSpec`)."""
        frame = batch_spec.batch_data
        batch_spec.batch_data = "PolarsFrame"
        return PolarsBatchData(self, frame), BatchMarkers({"ge_load_time": None})

    def find_frame(self, domain_kwargs: Mapping[str, Any]) -> pl.LazyFrame:
        """The whole frame of a domain's batch, or of the batch loaded last."""
        batch_id = domain_kwargs.get("batch_id") or self.batch_manager.active_batch_data_id
        data = self.batch_manager.batch_data_cache.get(str(batch_id))
        if not isinstance(data, PolarsBatchData):  # nothing else is loaded (load_batch_data)
            message = f"no frame is loaded for the batch {batch_id}: load one first"
            raise LookupError(message)  # noqa: TRY004
        frame: pl.LazyFrame = data.frame.lazy()
        return frame

    def find_filters(self, domain_kwargs: Mapping[str, Any]) -> list[pl.Expr]:
        """True for the rows that a metric is about: those of its row condition, less those that
        `ignore_row_if` leaves out. Null is no; no filters where it is about all rows.
        """
        if domain_kwargs.get("table"):
            raise NotOfferedError("expect_table_row_count_to_equal_other_table")
        condition = self.build_row_filter(
            domain_kwargs.get("row_condition"), domain_kwargs.get("condition_parser")
        )
        ignored = _find_ignored(domain_kwargs)
        return [
            *([] if condition is None else [condition]),
            *([] if ignored is None else [~ignored]),
        ]

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> pl.LazyFrame:
        """The rows that a metric is about, not yet computed."""
        frame = self.find_frame(domain_kwargs)
        filters = self.find_filters(domain_kwargs)
        return frame.filter(reduce(and_, filters)) if filters else frame

    def get_compute_domain(
        self,
        domain_kwargs: dict[str, Any],
        domain_type: str | MetricDomainTypes,
        accessor_keys: Iterable[str] | None = None,
    ) -> tuple[pl.LazyFrame, dict[str, Any], dict[str, Any]]:
        """The rows that a metric is about, and its domain split in two as the library asks."""
        parts = self._partition_domain_kwargs(domain_kwargs, domain_type, accessor_keys)
        return self.get_domain_records(domain_kwargs), parts.compute, parts.accessor

    def resolve_metric_bundle(
        self, metric_fn_bundle: Iterable[MetricComputationConfiguration]
    ) -> dict[MetricConfigurationID, Any]:
        """Computes metrics together: one `collect` for each batch that they are about."""
        by_batch: dict[str | None, list[MetricComputationConfiguration]] = {}
        for asked in metric_fn_bundle:
            batch_id = asked.metric_configuration.metric_domain_kwargs.get("batch_id")
            by_batch.setdefault(batch_id, []).append(asked)
        return {
            asked.metric_configuration.id: value
            for batch_id, together in by_batch.items()
            for asked, value in zip(
                together,
                compute(
                    self.find_frame({"batch_id": batch_id}), [one.metric_fn for one in together]
                ),
                strict=True,
            )
        }

    def build_row_filter(self, condition: Any, parser: str | None = None) -> pl.Expr | None:  # noqa: ANN401
        """True for the rows of a row condition (object, dict of one, or text); null is no.

        None where there is no condition. TextConditionError for a text that has no meaning here.
        """
        if isinstance(condition, dict):
            condition = deserialize_row_condition(condition)
        if isinstance(condition, PassThroughCondition):
            condition = condition.pass_through_filter
        if isinstance(condition, str) and condition:
            if parser != "pandas":
                raise conditions.TextConditionError(
                    condition, f"condition_parser is {parser}, and only pandas is read"
                )
            return conditions.read_text(condition)
        return self.condition_to_filter_clause(condition) if condition else None

    def _comparison_condition_to_filter_clause(self, condition: ComparisonCondition) -> pl.Expr:
        return conditions.compare(condition)

    def _nullity_condition_to_filter_clause(self, condition: NullityCondition) -> pl.Expr:
        column = pl.col(condition.column.name)
        return column.is_null() if condition.is_null else column.is_not_null()

    def _and_condition_to_filter_clause(self, condition: AndCondition) -> pl.Expr:
        return pl.all_horizontal(self._clauses(condition.conditions))

    def _or_condition_to_filter_clause(self, condition: OrCondition) -> pl.Expr:
        return pl.any_horizontal(self._clauses(condition.conditions))

    def _clauses(self, parts: Iterable[Condition]) -> list[pl.Expr]:
        return [self.condition_to_filter_clause(part) for part in parts]


def compute(frame: pl.LazyFrame, metrics: Sequence[Deferred]) -> list[Any]:
    """The values of metrics of one frame, computed together."""
    named = [
        expression.alias(f"{place}.{part}")
        for place, metric in enumerate(metrics)
        for part, expression in enumerate(metric.expressions)
    ]
    shared = {name: column for metric in metrics for name, column in metric.columns.items()}
    row = frame.with_columns(**shared).select(named).collect() if named else pl.DataFrame()
    return [
        metric.finish(
            *(row.get_column(f"{place}.{part}") for part in range(len(metric.expressions)))
        )
        for place, metric in enumerate(metrics)
    ]


_IGNORE_WHERE_ALL = ("both_values_are_missing", "all_values_are_missing")
_IGNORE_WHERE_ANY = ("either_value_is_missing", "any_value_is_missing")
_IGNORE_NONE = ("neither", "never")


def _find_ignored(domain_kwargs: Mapping[str, Any]) -> pl.Expr | None:
    """True for the rows that an expectation about several columns leaves out."""
    ignore = domain_kwargs.get("ignore_row_if")
    if ignore is None or ignore in _IGNORE_NONE:
        return None
    pair = [domain_kwargs.get("column_A"), domain_kwargs.get("column_B")]
    names = domain_kwargs.get("column_list") or [name for name in pair if name]
    is_null = [pl.col(name).is_null() for name in names]
    if ignore in _IGNORE_WHERE_ALL:
        return pl.all_horizontal(is_null)
    if ignore in _IGNORE_WHERE_ANY:
        return pl.any_horizontal(is_null)
    known = ", ".join((*_IGNORE_WHERE_ALL, *_IGNORE_WHERE_ANY, *_IGNORE_NONE))
    raise ValueError(f"ignore_row_if is {ignore!r}, and can be one of {known}")
