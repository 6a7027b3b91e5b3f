"""The metrics of whole columns and tables: smallest, mean, quantiles, distinct values, counts.

Here belongs one function for each of these metrics. Not here: metrics of rows (map_metrics).
Loading this module registers the metrics; it imports Great Expectations.

A null is left out, as the library's engines leave it out; a metric of no values is null.
"""

from collections.abc import Callable, Mapping
from functools import partial, reduce
from operator import and_
from typing import Any

import polars as pl
from great_expectations.constants import MAX_DISTINCT_VALUES

from expectations.engine.column_conditions import read_set
from expectations.engine.map_metrics import offer_aggregate
from expectations.engine.polars_engine import Deferred, PolarsExecutionEngine
from expectations.engine.summaries import Asked, count_rows, read_list

_INTERPOLATIONS = ("linear", "lower", "higher", "midpoint", "nearest")


def _ask(
    engine: PolarsExecutionEngine, domain_kwargs: Mapping[str, Any], values: Mapping[str, Any]
) -> Asked:
    filters = engine.find_filters(domain_kwargs)
    column = domain_kwargs.get("column")
    return Asked(
        () if column is None else (column,),
        reduce(and_, filters) if filters else None,
        values,
        lambda: engine.find_frame(domain_kwargs).collect_schema(),
    )


def _values(asked: Asked) -> pl.Expr:
    """The values of the column that are considered, without null."""
    column = asked.column if asked.considered is None else asked.column.filter(asked.considered)
    return column.drop_nulls()


def _check_is_number(asked: Asked) -> None:
    """TypeError for a column whose values do not add up: Polars would answer null."""
    dtype = asked.schema()[asked.columns[0]]
    if not (dtype.is_numeric() or dtype in (pl.Boolean, pl.Null)):
        raise TypeError(f"the column {asked.columns[0]} has no numbers: it is of type {dtype}")


def _of_values(take: Callable[[pl.Expr], pl.Expr], asked: Asked) -> Deferred:
    return Deferred([take(_values(asked))], pl.Series.item)


def _of_numbers(take: Callable[[pl.Expr], pl.Expr], asked: Asked) -> Deferred:
    _check_is_number(asked)
    return _of_values(take, asked)


def _list_most_common(asked: Asked) -> Deferred:
    return Deferred([_values(asked).mode().sort().implode()], read_list)


def _take_quantiles(asked: Asked) -> Deferred:
    """The quantiles as numpy finds them: of (n - 1) times the share, the nearest even place."""
    interpolation = asked.values.get("allow_relative_error") or "nearest"
    if interpolation not in _INTERPOLATIONS:
        raise ValueError(f"allow_relative_error can be one of {', '.join(_INTERPOLATIONS)}")
    _check_is_number(asked)
    values = _values(asked)
    shares = asked.values["quantiles"]
    taken = [_take_quantile(values, share, interpolation) for share in shares]
    return Deferred(taken, lambda *found: [one.item() for one in found])


def _take_quantile(values: pl.Expr, share: float, interpolation: str) -> pl.Expr:
    if interpolation != "nearest":
        return values.quantile(share, interpolation)  # type: ignore[arg-type] # checked above
    ordered = values.sort()
    place = ((ordered.len().cast(pl.Int64) - 1) * share).round(mode="half_to_even")
    return ordered.get(pl.max_horizontal(place.cast(pl.Int64), 0), null_on_oob=True)


def _list_distinct(asked: Asked) -> Deferred:
    return Deferred([_values(asked).unique().implode()], lambda found: set(read_list(found)))


def _is_distinct_count_below(asked: Asked) -> Deferred:
    threshold = asked.values["threshold"]
    return Deferred([_values(asked).n_unique()], lambda count: count.item() < threshold)


def _others(asked: Asked) -> pl.Expr:
    """The distinct values that are not in the set."""
    # Filtered before it is made unique, which is done in no order: a mask made apart would differ.
    values = _values(asked)
    return values.filter(~values.is_in(read_set(asked, asked.values["value_set"]))).unique()


def _count_others(asked: Asked) -> Deferred:
    return Deferred([_others(asked).len()], pl.Series.item)


def _list_others(asked: Asked) -> Deferred:
    return Deferred([_others(asked).sort().head(_limit(asked)).implode()], read_list)


def _limit(asked: Asked) -> int:
    limit = asked.values.get("limit")
    return MAX_DISTINCT_VALUES if limit is None else int(limit)


def _missing(finish: Callable[[list[Any]], Any], asked: Asked) -> Deferred:
    """The values of the set that the column does not have, in the order of the set."""
    expected = list(dict.fromkeys(read_set(asked, asked.values["value_set"])))
    values = _values(asked)
    present = values.filter(values.is_in(expected)).unique().implode()

    def find(found: pl.Series) -> Any:  # noqa: ANN401
        there = set(read_list(found))
        return finish([value for value in expected if value not in there])

    return Deferred([present], find)


def _list_missing(asked: Asked) -> Deferred:
    return _missing(lambda values: values[: _limit(asked)], asked)


def _take_distinct_share(asked: Asked) -> Deferred:
    """Distinct values out of all values; 0 where there are none."""
    values = _values(asked)
    return Deferred(
        [values.n_unique(), values.len()],
        lambda distinct, all_: distinct.item() / all_.item() if all_.item() else 0,
    )


def _take_share_not_null(asked: Asked) -> Deferred:
    """Values out of all rows; 0 where there are none."""
    counted = count_rows(asked.considered).expressions
    return Deferred(
        [_values(asked).len(), *counted],
        lambda values, rows: values.item() / rows.item() if rows.item() else 0,
    )


Take = Callable[[Asked], Deferred]

_OF_A_COLUMN: dict[str, Take] = {
    "column.min": partial(_of_values, pl.Expr.min),
    "column.max": partial(_of_values, pl.Expr.max),
    "column.mean": partial(_of_numbers, pl.Expr.mean),
    "column.median": partial(_of_numbers, pl.Expr.median),
    "column.sum": partial(_of_numbers, pl.Expr.sum),
    "column.standard_deviation": partial(_of_numbers, pl.Expr.std),
    "column.quantile_values": _take_quantiles,
    "column.most_common_value": _list_most_common,
    "column.non_null_count": partial(_of_values, pl.Expr.len),
    "column.non_null_proportion": _take_share_not_null,
    "column.unique_proportion": _take_distinct_share,
    "column.distinct_values": _list_distinct,
    "column.distinct_values.count": partial(_of_values, pl.Expr.n_unique),
    "column.distinct_values.count.under_threshold": _is_distinct_count_below,
    "column.distinct_values.not_in_set": _list_others,
    "column.distinct_values.not_in_set.count": _count_others,
    "column.distinct_values.missing_from_column": _list_missing,
    "column.distinct_values.missing_from_column.count": partial(_missing, len),
}


def _list_columns(asked: Asked) -> Deferred:
    return Deferred([], lambda: asked.schema().names())


def _count_columns(asked: Asked) -> Deferred:
    return Deferred([], lambda: len(asked.schema()))


def _count_rows(asked: Asked) -> Deferred:
    return count_rows(asked.considered)


_OF_A_TABLE: dict[str, Take] = {
    "table.row_count": _count_rows,
    "table.columns": _list_columns,
    "table.column_count": _count_columns,
}


def _provide(
    take: Take,
    engine: PolarsExecutionEngine,
    domain_kwargs: dict[str, Any],
    value_kwargs: dict[str, Any],
) -> Deferred:
    return take(_ask(engine, domain_kwargs, value_kwargs))


for _name, _take in (_OF_A_COLUMN | _OF_A_TABLE).items():
    offer_aggregate(_name, partial(_provide, _take))
