"""What makes a row unexpected by the value of one column.

Here belongs one function for each map metric of one column. Not here: what a result says of the
unexpected rows (summaries), or conditions on several columns (several_columns). Loading this
module registers the metrics; it imports Great Expectations.

A null is neither expected nor unexpected, but to the two metrics that ask about nulls. A value that
is not a number (NaN) is a value, larger than every other.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import jsonschema
import polars as pl
from dateutil.parser import parse
from great_expectations.core.metric_domain_types import MetricDomainTypes

from expectations.engine.map_metrics import Meets, offer_map_metric
from expectations.engine.summaries import Asked


def _is_there(asked: Asked) -> pl.Expr:
    return asked.column.is_not_null()


def _is_null(asked: Asked) -> pl.Expr:
    return asked.column.is_null()


def _always(asked: Asked) -> pl.Expr:
    return asked.column.is_null() | pl.lit(value=True)


def _is_in_set(asked: Asked) -> pl.Expr:
    values = asked.values.get("value_set")
    if values is None:
        return _always(asked)
    return asked.column.is_in(read_set(asked, values))


def _is_not_in_set(asked: Asked) -> pl.Expr:
    if asked.values.get("value_set") is None:
        return _always(asked)
    return ~_is_in_set(asked)


def read_set(asked: Asked, values: Sequence[Any]) -> list[Any]:
    """The values of a set, without null, as the column's type asks.

    Texts are read as moments where the column has moments. A number that the column cannot have is
    left out: no whole number is one and a half.
    """
    dtype = asked.schema()[asked.columns[0]]
    there = [value for value in values if value is not None]
    if dtype.is_temporal():
        return [read_moment(value, dtype) for value in there]
    if dtype.is_float():
        return [float(value) if type(value) is int else value for value in there]
    if dtype.is_integer():
        numbers = [read_number(value) for value in there]
        return [value for value in numbers if not isinstance(value, float)]
    return there


def read_moment(value: Any, dtype: pl.DataType) -> Any:  # noqa: ANN401
    """A text as a moment of the type; JSON has no other way to write one."""
    if not isinstance(value, str):
        return value
    moment = parse(value)
    return moment.date() if dtype == pl.Date else moment


def read_number(value: Any) -> Any:  # noqa: ANN401
    """A whole float as an integer: the library makes floats of the integers of limits."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read_limit(asked: Asked, value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str) and (dtype := asked.schema()[asked.columns[0]]).is_temporal():
        return read_moment(value, dtype)
    return read_number(value)


def _is_between(asked: Asked) -> pl.Expr:
    return is_within(asked, asked.column)


def is_within(asked: Asked, value: pl.Expr) -> pl.Expr:
    """Whether a value is within the limits that the expectation names; at least one of them."""
    lowest, highest = asked.values.get("min_value"), asked.values.get("max_value")
    if lowest is None and highest is None:
        raise ValueError("min_value and max_value cannot both be None")
    is_low_enough = is_high_enough = _always(asked)
    if lowest is not None:
        lowest = _read_limit(asked, lowest)
        is_low_enough = value > lowest if asked.values.get("strict_min") else value >= lowest
    if highest is not None:
        highest = _read_limit(asked, highest)
        is_high_enough = value < highest if asked.values.get("strict_max") else value <= highest
    if lowest is None or highest is None:
        return is_high_enough if lowest is None else is_low_enough
    if lowest > highest:
        raise ValueError("min_value cannot be greater than max_value")
    return is_low_enough & is_high_enough


def _length(asked: Asked) -> pl.Expr:
    return asked.column.str.len_chars()


def _has_length(asked: Asked) -> pl.Expr:
    return _length(asked).eq(asked.values["value"])


def _has_length_between(asked: Asked) -> pl.Expr:
    return is_within(asked, _length(asked))


def _matches(asked: Asked) -> pl.Expr:
    return asked.column.str.contains(asked.values["regex"])


def _matches_not(asked: Asked) -> pl.Expr:
    return ~_matches(asked)


def _matches_list(asked: Asked) -> pl.Expr:
    matches = [asked.column.str.contains(regex) for regex in asked.values["regex_list"]]
    match_on = asked.values.get("match_on") or "any"
    if match_on not in ("any", "all"):
        raise ValueError("match_on must be either 'any' or 'all'")
    return pl.any_horizontal(matches) if match_on == "any" else pl.all_horizontal(matches)


def _matches_none(asked: Asked) -> pl.Expr:
    return ~pl.any_horizontal(
        [asked.column.str.contains(regex) for regex in asked.values["regex_list"]]
    )


def _considered_values(asked: Asked) -> pl.Expr:
    """The column, with null in the rows that the expectation is not about."""
    if asked.considered is None:
        return asked.column
    return pl.when(asked.considered).then(asked.column)


def _is_unique(asked: Asked) -> pl.Expr:
    values = _considered_values(asked)
    return ~values.is_duplicated() | asked.column.is_null()


_ORDERED = "numbers and moments have an order with differences; the column has neither"


def _compare_with_previous(asked: Asked, compare: Callable[[pl.Expr, pl.Expr], pl.Expr]) -> pl.Expr:
    """Each value against the last one before it that the expectation is about."""
    dtype = asked.schema()[asked.columns[0]]
    if not (dtype.is_numeric() or dtype.is_temporal() or dtype == pl.Null):
        raise TypeError(f"{_ORDERED}: it is of type {dtype}")
    previous = _considered_values(asked).forward_fill().shift(1)
    return compare(asked.column, previous)


def _is_increasing(asked: Asked) -> pl.Expr:
    is_strict = asked.values.get("strictly") or False
    return _compare_with_previous(asked, lambda a, b: a > b if is_strict else a >= b)


def _is_decreasing(asked: Asked) -> pl.Expr:
    is_strict = asked.values.get("strictly") or False
    return _compare_with_previous(asked, lambda a, b: a < b if is_strict else a <= b)


def _has_small_z_score(asked: Asked) -> pl.Expr:
    values, spread = _considered_values(asked), _considered_values(asked).std()
    threshold: float = asked.values["threshold"]
    score = (asked.column - values.mean()) / spread
    is_small = (
        score.abs() < abs(threshold) if asked.values.get("double_sided") else score < threshold
    )
    has_no_score = spread.is_null() | (spread == 0)
    return is_small | has_no_score


def _is_no_outlier(asked: Asked) -> pl.Expr:
    values, method = _considered_values(asked), asked.values.get("method") or "iqr"
    multiplier = asked.values.get("multiplier")
    reach = 1.5 if multiplier is None else multiplier
    if method == "iqr":
        first, third = (values.quantile(share, "linear") for share in (0.25, 0.75))
        window = reach * (third - first)
        is_inside = (asked.column >= first - window) & (asked.column <= third + window)
        return is_inside | first.is_null()
    if method != "std":
        raise NotImplementedError(f"method {method!r} has not been implemented")
    middle, spread = values.mean(), values.std()
    is_near = (
        pl.when(reach * spread <= 0)
        .then(asked.column == middle)
        .otherwise((asked.column - middle).abs() < reach * spread)
    )
    return is_near | spread.is_null()


def _check_each(asked: Asked, check: Callable[[Any], bool]) -> pl.Expr:
    """Asks a function of Python about each different text that the expectation is about."""
    if asked.schema()[asked.columns[0]] not in (pl.String, pl.Null):
        raise TypeError(
            f"the values of {asked.columns[0]} must be texts: ask before they become another type"
        )

    def check_column(texts: pl.Series) -> pl.Series:
        different = texts.drop_nulls().unique()
        met = [text for text in different if check(text)]
        return texts.is_in(pl.Series(met, dtype=pl.String))

    values = _considered_values(asked)
    return values.map_batches(check_column, return_dtype=pl.Boolean)


def _is_date(asked: Asked) -> pl.Expr:
    return _check_each(asked, partial(_succeeds, parse, faults=(ValueError, OverflowError)))


def _has_time_format(asked: Asked) -> pl.Expr:
    time_format = asked.values["strftime_format"]

    def read(text: str) -> object:
        return datetime.strptime(text, time_format)

    return _check_each(asked, partial(_succeeds, read, faults=(ValueError,)))


def _is_json(asked: Asked) -> pl.Expr:
    return _check_each(asked, partial(_succeeds, json.loads, faults=(ValueError, RecursionError)))


def _has_json_schema(asked: Asked) -> pl.Expr:
    schema = asked.values["json_schema"]

    def check(text: str) -> object:
        return jsonschema.validate(json.loads(text), schema)

    return _check_each(asked, partial(_succeeds, check, faults=(jsonschema.ValidationError,)))


def _succeeds(
    function: Callable[[str], object], text: str, faults: tuple[type[Exception], ...]
) -> bool:
    try:
        function(text)
    except faults:
        return False
    return True


_OF_ONE_COLUMN: dict[str, Meets] = {
    "column_values.nonnull": _is_there,
    "column_values.null": _is_null,
    "column_values.in_set": _is_in_set,
    "column_values.not_in_set": _is_not_in_set,
    "column_values.between": _is_between,
    "column_values.value_length.equals": _has_length,
    "column_values.value_length.between": _has_length_between,
    "column_values.match_regex": _matches,
    "column_values.not_match_regex": _matches_not,
    "column_values.match_regex_list": _matches_list,
    "column_values.not_match_regex_list": _matches_none,
    "column_values.unique": _is_unique,
    "column_values.increasing": _is_increasing,
    "column_values.decreasing": _is_decreasing,
    "column_values.z_score.under_threshold": _has_small_z_score,
    "column_values.not_outliers": _is_no_outlier,
    "column_values.dateutil_parseable": _is_date,
    "column_values.match_strftime_format": _has_time_format,
    "column_values.json_parseable": _is_json,
    "column_values.match_json_schema": _has_json_schema,
}

for _name, _meets in _OF_ONE_COLUMN.items():
    offer_map_metric(_name, MetricDomainTypes.COLUMN, _meets)
