"""Each standard expectation that the engine offers gives what the pandas engine gives."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations import core
from great_expectations.expectations.expectation import Expectation
from great_expectations.util import camel_to_snake
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.engine.offered import NOT_OFFERED, OFFERED
from tests.expectations.engine.frames_and_formats import (
    compare_with_pandas,
    frames,
    mostly,
    result_formats,
    row_conditions,
)

Arguments = st.SearchStrategy[dict[str, Any]]

_SMALL = st.integers(-2, 3)
_LIMITS = st.sampled_from(
    [
        {"min_value": 0},
        {"min_value": 0, "strict_min": True},
        {"max_value": 1},
        {"max_value": 1, "strict_max": True},
        {"min_value": -1, "max_value": 1},
        {"min_value": -1, "max_value": 1, "strict_min": True},
        {"min_value": -1, "max_value": 1, "strict_max": True},
        {"min_value": 0, "max_value": 2, "strict_min": True, "strict_max": True},
    ]
)
_MOMENTS = st.sampled_from(
    [
        {"min_value": datetime(2026, 10, 2, 8, 30)},
        {"max_value": datetime(2026, 10, 3, 8, 30), "strict_max": True},
        {"min_value": datetime(2026, 10, 2), "max_value": datetime(2026, 10, 3, 8, 30)},
    ]
)
_REGEX = st.sampled_from(["a", "^a", "b$", "^[ab]+$", "[A-Z]", "^$", "đ", "a|Ba"])
_REGEX_LIST = st.lists(_REGEX, min_size=1, max_size=3)
_NUMBERS = st.sampled_from(["number", "real"])
_ANY = st.sampled_from(["number", "real", "word"])
_STRICTLY = st.sampled_from([{}, {"strictly": True}])
_SETS = st.one_of(
    st.fixed_dictionaries(
        {"column": _NUMBERS, "value_set": st.lists(_SMALL, min_size=1, max_size=3)}
    ),
    st.fixed_dictionaries(
        {
            "column": st.just("word"),
            "value_set": st.lists(st.sampled_from(["a", "b", "", "no"]), min_size=1, max_size=3),
        }
    ),
)
_PAIR = st.fixed_dictionaries(
    {
        "column_A": st.just("number"),
        "column_B": st.just("other"),
        "ignore_row_if": st.sampled_from(
            ["both_values_are_missing", "either_value_is_missing", "neither"]
        ),
    }
)
_PAIR_OF_MOMENTS = st.fixed_dictionaries(
    {
        "column_A": st.just("later"),
        "column_B": st.just("moment"),
        "ignore_row_if": st.just("either_value_is_missing"),
    }
)
_LIST = st.fixed_dictionaries(
    {
        "column_list": st.sampled_from([["number", "other"], ["number", "other", "third"]]),
        "ignore_row_if": st.sampled_from(
            ["all_values_are_missing", "any_value_is_missing", "never"]
        ),
    }
)
_SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}


def with_column(column: st.SearchStrategy[str] | str, *others: Arguments) -> Arguments:
    names = st.just(column) if isinstance(column, str) else column
    return merge(names.map(lambda name: {"column": name}), *others)


def merge(*parts: Arguments) -> Arguments:
    return st.tuples(*parts).map(
        lambda found: {key: value for part in found for key, value in part.items()}
    )


def fixed(**arguments: Any) -> Arguments:
    return st.just(arguments)


def one_of(name: str, values: st.SearchStrategy[Any]) -> Arguments:
    return values.map(lambda value: {name: value})


ABOUT_ROWS: dict[type[Expectation], Arguments] = {
    gxe.ExpectColumnValuesToNotBeNull: with_column(_ANY),
    gxe.ExpectColumnValuesToBeNull: with_column(_ANY),
    gxe.ExpectColumnValuesToBeInSet: _SETS,
    gxe.ExpectColumnValuesToNotBeInSet: _SETS,
    gxe.ExpectColumnValuesToBeBetween: st.one_of(
        with_column(_NUMBERS, _LIMITS), with_column("moment", _MOMENTS)
    ),
    gxe.ExpectColumnValueLengthsToEqual: with_column("word", one_of("value", st.integers(0, 3))),
    gxe.ExpectColumnValueLengthsToBeBetween: with_column("word", _LIMITS),
    gxe.ExpectColumnValuesToMatchRegex: with_column("word", one_of("regex", _REGEX)),
    gxe.ExpectColumnValuesToNotMatchRegex: with_column("word", one_of("regex", _REGEX)),
    gxe.ExpectColumnValuesToMatchRegexList: with_column(
        "word",
        one_of("regex_list", _REGEX_LIST),
        one_of("match_on", st.sampled_from(["any", "all"])),
    ),
    gxe.ExpectColumnValuesToNotMatchRegexList: with_column(
        "word", one_of("regex_list", _REGEX_LIST)
    ),
    gxe.ExpectColumnValuesToBeUnique: with_column(_ANY),
    gxe.ExpectColumnValuesToBeIncreasing: with_column(
        st.sampled_from(["number", "real", "moment"]), _STRICTLY
    ),
    gxe.ExpectColumnValuesToBeDecreasing: with_column(
        st.sampled_from(["number", "real", "moment"]), _STRICTLY
    ),
    gxe.ExpectColumnValueZScoresToBeLessThan: with_column(
        _NUMBERS,
        one_of("threshold", st.sampled_from([0.31, 0.77, 1.13])),
        one_of("double_sided", st.booleans()),
    ),
    gxe.ExpectColumnValuesToNotBeOutliers: with_column(
        _NUMBERS,
        st.sampled_from(
            [
                {"method": "iqr"},
                {"method": "iqr", "multiplier": 0.31},
                {"method": "std", "multiplier": 0.77},
                {"method": "std", "multiplier": 0.0},
            ]
        ),
    ),
    gxe.ExpectColumnValuesToBeDateutilParseable: with_column("time"),
    gxe.ExpectColumnValuesToMatchStrftimeFormat: with_column(
        "time", one_of("strftime_format", st.sampled_from(["%Y-%m-%d", "%m/%d/%Y"]))
    ),
    gxe.ExpectColumnValuesToBeJsonParseable: with_column("json"),
    gxe.ExpectColumnValuesToMatchJsonSchema: with_column("json", fixed(json_schema=_SCHEMA)),
    gxe.ExpectColumnPairValuesToBeEqual: st.one_of(_PAIR, _PAIR_OF_MOMENTS),
    gxe.ExpectColumnPairValuesAToBeGreaterThanB: merge(
        st.one_of(_PAIR, _PAIR_OF_MOMENTS), one_of("or_equal", st.booleans())
    ),
    gxe.ExpectColumnPairValuesToBeInSet: merge(
        _PAIR,
        one_of(
            "value_pairs_set",
            st.lists(st.tuples(st.none() | _SMALL, _SMALL), min_size=1, max_size=4),
        ),
    ),
    gxe.ExpectCompoundColumnsToBeUnique: _LIST,
    gxe.ExpectMulticolumnSumToEqual: merge(_LIST, one_of("sum_total", _SMALL)),
    gxe.ExpectMulticolumnValuesToBeEqual: _LIST,
    gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord: _LIST,
}
"""Each expectation about rows, and the arguments that it is tried with."""

_QUANTILES = st.sampled_from(
    [
        {"quantiles": [0.5], "value_ranges": [[0, 1]]},
        {"quantiles": [0.0, 0.25, 0.75, 1.0], "value_ranges": [[-2, 0], [None, 1], [0, 2], [1, 3]]},
    ]
)

ABOUT_COLUMNS: dict[type[Expectation], Arguments] = {
    gxe.ExpectColumnMinToBeBetween: st.one_of(
        with_column(_NUMBERS, _LIMITS), with_column("moment", _MOMENTS)
    ),
    gxe.ExpectColumnMaxToBeBetween: st.one_of(
        with_column(_NUMBERS, _LIMITS), with_column("moment", _MOMENTS)
    ),
    gxe.ExpectColumnMeanToBeBetween: with_column(_NUMBERS, _LIMITS),
    gxe.ExpectColumnMedianToBeBetween: with_column(_NUMBERS, _LIMITS),
    gxe.ExpectColumnSumToBeBetween: with_column(_NUMBERS, _LIMITS),
    # No limit is the root of a fraction of small numbers: the last bits decide nothing.
    gxe.ExpectColumnStdevToBeBetween: with_column(_NUMBERS, fixed(min_value=0.31, max_value=1.13)),
    gxe.ExpectColumnQuantileValuesToBeBetween: with_column(
        _NUMBERS,
        one_of("quantile_ranges", _QUANTILES),
        one_of(
            "allow_relative_error",
            st.sampled_from([False, "linear", "lower", "higher", "midpoint", "nearest"]),
        ),
    ),
    gxe.ExpectColumnMostCommonValueToBeInSet: merge(_SETS, one_of("ties_okay", st.booleans())),
    gxe.ExpectColumnDistinctValuesToBeInSet: _SETS,
    gxe.ExpectColumnDistinctValuesToContainSet: _SETS,
    gxe.ExpectColumnDistinctValuesToEqualSet: _SETS,
    gxe.ExpectColumnUniqueValueCountToBeBetween: with_column(_ANY, _LIMITS),
    gxe.ExpectColumnProportionOfUniqueValuesToBeBetween: with_column(
        _ANY, fixed(min_value=0.3, max_value=0.9)
    ),
    gxe.ExpectColumnProportionOfNonNullValuesToBeBetween: with_column(
        _ANY, fixed(min_value=0.3, max_value=0.9)
    ),
}
"""Each expectation about a whole column."""

_COLUMNS = st.sampled_from([["number"], ["id", "number"], ["number", "none"]])

ABOUT_TABLES: dict[type[Expectation], Arguments] = {
    gxe.ExpectTableRowCountToEqual: one_of("value", st.integers(0, 4)),
    gxe.ExpectTableRowCountToBeBetween: fixed(min_value=1, max_value=3),
    gxe.ExpectTableColumnCountToEqual: one_of("value", st.sampled_from([10, 11])),
    gxe.ExpectTableColumnCountToBeBetween: one_of("min_value", st.sampled_from([10, 12])),
    gxe.ExpectTableColumnsToMatchSet: merge(
        one_of("column_set", _COLUMNS), one_of("exact_match", st.booleans())
    ),
    gxe.ExpectTableColumnsToMatchOrderedList: one_of("column_list", _COLUMNS),
    gxe.ExpectColumnToExist: st.sampled_from(
        [{"column": "number"}, {"column": "none"}, {"column": "id", "column_index": 0}]
    ),
}
"""Each expectation about the table itself."""

quick = settings(max_examples=25)


@pytest.mark.parametrize("kind", ABOUT_ROWS, ids=lambda kind: kind.__name__)
@quick
@given(data=st.data(), frame=frames, result_format=result_formats)
def test_an_expectation_about_rows_gives_what_pandas_gives(
    kind: type[Expectation], data: st.DataObject, frame: pl.DataFrame, result_format: Any
) -> None:
    arguments = data.draw(merge(ABOUT_ROWS[kind], row_conditions, mostly))
    compare_with_pandas(frame, kind(**arguments), result_format)


@pytest.mark.parametrize("kind", ABOUT_COLUMNS, ids=lambda kind: kind.__name__)
@quick
@given(data=st.data(), frame=frames, result_format=result_formats)
def test_an_expectation_about_a_column_gives_what_pandas_gives(
    kind: type[Expectation], data: st.DataObject, frame: pl.DataFrame, result_format: Any
) -> None:
    arguments = data.draw(merge(ABOUT_COLUMNS[kind], row_conditions))
    compare_with_pandas(frame, kind(**arguments), result_format)


@pytest.mark.parametrize("kind", ABOUT_TABLES, ids=lambda kind: kind.__name__)
@quick
@given(data=st.data(), frame=frames, result_format=result_formats)
def test_an_expectation_about_a_table_gives_what_pandas_gives(
    kind: type[Expectation], data: st.DataObject, frame: pl.DataFrame, result_format: Any
) -> None:
    compare_with_pandas(frame, kind(**data.draw(ABOUT_TABLES[kind])), result_format)


def test_every_standard_expectation_is_offered_or_refused_by_name() -> None:
    standard = {
        camel_to_snake(found.__name__)
        for name in dir(core)
        if isinstance(found := getattr(core, name), type) and issubclass(found, Expectation)
    }

    assert set(OFFERED) == standard - set(NOT_OFFERED)
    assert set(NOT_OFFERED) <= standard


def test_every_expectation_that_is_offered_has_its_law() -> None:
    tried = [*ABOUT_ROWS, *ABOUT_COLUMNS, *ABOUT_TABLES]

    assert sorted(camel_to_snake(kind.__name__) for kind in tried) == sorted(OFFERED)


def test_the_page_of_the_engine_lists_what_is_offered_and_what_is_not() -> None:
    page = (Path(__file__).parents[3] / "docs" / "engine.md").read_text(encoding="utf-8")
    _, offered, refused = re.split(r"^## What it (?:offers|does not offer)$", page, flags=re.M)
    named = r"^\|.*`(?:expect|unexpected_rows)_.*$"
    tables = ["\n".join(re.findall(named, part, re.M)) for part in (offered, refused)]
    listed = [set(re.findall(r"`((?:expect|unexpected_rows)_\w+)`", table)) for table in tables]

    assert listed == [set(OFFERED), set(NOT_OFFERED)]
