"""What a result says of the unexpected rows of one expectation: how many, where, their values.

Here belongs one function for each of these, and what they are made from. Not here: which rows are
unexpected (column_conditions, several_columns), or how metrics are registered (map_metrics). This
module imports Great Expectations when it is loaded.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from great_expectations.constants import MAX_RESULT_RECORDS
from great_expectations.core.metric_function_types import (
    SummarizationMetricNameSuffixes as Suffix,
)

from expectations.engine.polars_engine import Deferred


@dataclass(frozen=True)
class Asked:
    """What one expectation asks about: the engine's view of its domain and of its values.

    `columns`: those that it is about. `considered`: true for the rows that it is about, or None
    where it is about all. `values`: its arguments. `schema`: the frame's columns and types, read
    only when asked for.
    """

    columns: tuple[str, ...]
    considered: pl.Expr | None
    values: Mapping[str, Any]
    schema: Callable[[], pl.Schema]

    @property
    def column(self) -> pl.Expr:
        """The first of its columns."""
        return pl.col(self.columns[0])


@dataclass(frozen=True)
class UnexpectedRows:
    """Which rows of a frame an expectation does not accept.

    `is_unexpected`: for each row of the frame; false or null where it is accepted or not asked
    about. `asked`: what the expectation is about.
    """

    is_unexpected: pl.Expr
    asked: Asked


Summarize = Callable[[UnexpectedRows, dict[str, Any]], Deferred]
"""From unexpected rows and a result format to one thing that a result says of them."""


def _is_complete(result_format: Mapping[str, Any]) -> bool:
    return bool(result_format.get("result_format") == "COMPLETE")


def _find_limit(result_format: Mapping[str, Any]) -> int:
    """How many values or rows a result shows at most."""
    if _is_complete(result_format):
        return MAX_RESULT_RECORDS
    return min(int(result_format["partial_unexpected_count"]), MAX_RESULT_RECORDS)


def read_list(values: pl.Series) -> list[Any]:
    """The only value of a Series of lists, as a list."""
    found: list[Any] = values.explode(empty_as_null=False).to_list()
    return found


def _count_unexpected(rows: UnexpectedRows, _: Mapping[str, Any]) -> Deferred:
    return Deferred([rows.is_unexpected.sum()], lambda count: int(count.item() or 0))


def _count_considered(rows: UnexpectedRows, _: Mapping[str, Any]) -> Deferred:
    return count_rows(rows.asked.considered)


def count_rows(considered: pl.Expr | None) -> Deferred:
    """How many rows are considered; all where that is None."""
    counted = pl.len() if considered is None else considered.sum()
    return Deferred([counted], lambda count: int(count.item() or 0))


def _list_values(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """The values of one column, or those of several columns as tuples."""
    names, limit = rows.asked.columns, _find_limit(result_format)
    if len(names) == 1:
        values = rows.asked.column.filter(rows.is_unexpected).head(limit).implode()
        return Deferred([values], read_list)
    columns = [pl.col(name).filter(rows.is_unexpected).head(limit).implode() for name in names]
    return Deferred(columns, lambda *found: list(zip(*map(read_list, found), strict=True)))


def list_records(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """The values of several columns, as dicts."""
    values = _list_values(rows, result_format)
    names = rows.asked.columns
    return Deferred(
        values.expressions,
        lambda *found: [dict(zip(names, row, strict=True)) for row in values.finish(*found)],
    )


def _count_values(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """How often each unexpected value of a column stands there, the most frequent first."""
    counted = rows.asked.column.filter(rows.is_unexpected).value_counts(sort=True)
    limited = counted if _is_complete(result_format) else counted.head(_find_limit(result_format))
    return Deferred([limited.implode()], read_list)


def _list_positions(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """The places of the unexpected rows in the frame, from 0; or, where the result format names
    columns that identify a row, these columns and those of the expectation.
    """
    identify = result_format.get("unexpected_index_column_names")
    without_values = bool(identify and result_format.get("exclude_unexpected_values"))
    # Of columns without values the library shows one dict of lists, which it does not shorten.
    is_short = not _is_complete(result_format) and not without_values
    count = int(result_format["partial_unexpected_count"])
    if not identify:
        positions = rows.is_unexpected.arg_true()
        return Deferred([(positions.head(count) if is_short else positions).implode()], read_list)
    names = list(dict.fromkeys([*([] if without_values else rows.asked.columns), *identify]))
    selected = [pl.col(name).filter(rows.is_unexpected) for name in names]
    limited = [column.head(count) for column in selected] if is_short else selected

    def finish(*found: pl.Series) -> list[Any]:
        columns = dict(zip(names, map(read_list, found), strict=True))
        if without_values:
            return [columns] if any(columns.values()) else []
        return [dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    return Deferred([column.implode() for column in limited], finish)


def _write_query(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """Text that selects the unexpected rows of the frame, in the grammar of Polars."""
    if result_format.get("return_unexpected_index_query") is False:
        return Deferred([], lambda: None)
    positions = rows.is_unexpected.arg_true().implode()
    return Deferred([positions], lambda found: f"df[{read_list(found)}]")


def _list_rows(rows: UnexpectedRows, result_format: Mapping[str, Any]) -> Deferred:
    """The unexpected rows, each with all columns of the frame."""
    names, limit = rows.asked.schema().names(), _find_limit(result_format)
    columns = [pl.col(name).filter(rows.is_unexpected).head(limit).implode() for name in names]
    return Deferred(
        columns,
        lambda *found: [
            dict(zip(names, row, strict=True)) for row in zip(*map(read_list, found), strict=True)
        ],
    )


SUMMARIES: dict[Suffix, Summarize] = {
    Suffix.UNEXPECTED_COUNT: _count_unexpected,
    Suffix.UNEXPECTED_VALUES: _list_values,
    Suffix.UNEXPECTED_VALUE_COUNTS: _count_values,
    Suffix.UNEXPECTED_INDEX_LIST: _list_positions,
    Suffix.UNEXPECTED_INDEX_QUERY: _write_query,
    Suffix.UNEXPECTED_ROWS: _list_rows,
    Suffix.FILTERED_ROW_COUNT: _count_considered,
}
"""By the ending of the metric that the library asks for."""
