"""Frames, conditions and result formats that laws of the engine are tried on, and the two runs that
are compared.

`compare_with_pandas` is the one place where what only pandas does is taken out of its result.
"""

import math
import re
import warnings
from datetime import datetime
from typing import Any

import pandas as pd
import polars as pl
from great_expectations.execution_engine import ExecutionEngine, PandasExecutionEngine
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column
from great_expectations.validator.validator import Validator
from hypothesis import strategies as st

from expectations.engine import runner
from expectations.engine.offered import PolarsExecutionEngine

TIMES = ("2026-10-01", "2026-10-01 08:30", "12/31/2026", "soon", "", "32")
JSON_TEXTS = ('{"a": 1}', '{"a": "x"}', "[1, 2]", "{", "")
SCHEMA = pl.Schema(
    {
        "id": pl.Int64(),
        "number": pl.Int64(),
        "other": pl.Int64(),
        "third": pl.Int64(),
        "real": pl.Float64(),
        "word": pl.String(),
        "kind": pl.String(),
        "time": pl.String(),
        "json": pl.String(),
        "moment": pl.Datetime("us"),
        "later": pl.Datetime("us"),
    }
)
_SMALL = st.none() | st.integers(-2, 3)
_MOMENTS = st.none() | st.integers(1, 4).map(lambda day: datetime(2026, 10, day, 8, 30))
_ROWS = st.tuples(
    _SMALL,
    _SMALL,
    _SMALL,
    st.none() | st.integers(-8, 8).map(lambda quarters: quarters / 4),
    st.none() | st.sampled_from(["", "a", "b", "ab", "abc", "Ba", "đơn"]),
    st.none() | st.sampled_from(["x", "y"]),
    st.none() | st.sampled_from(TIMES),
    st.none() | st.sampled_from(JSON_TEXTS),
    _MOMENTS,
    _MOMENTS,
)


def _make_frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame([(100 + at, *row) for at, row in enumerate(rows)], SCHEMA, orient="row")


frames = st.lists(_ROWS, max_size=7).map(_make_frame)

row_conditions = st.sampled_from(
    [
        {},
        {},
        {"row_condition": Column("other") > 0},
        {"row_condition": Column("other") <= 1},
        {"row_condition": Column("kind") == "x"},
        {"row_condition": Column("kind") != "x"},
        {"row_condition": Column("number").is_null()},
        {"row_condition": Column("word").is_not_null()},
        {"row_condition": Column("number").is_in([1, 2])},
        {"row_condition": Column("kind").is_not_in(["y"])},
        {"row_condition": (Column("other") >= 0) & (Column("kind") == "y")},
        {"row_condition": (Column("other") < 0) | Column("kind").is_null()},
        {"row_condition": "other > 0", "condition_parser": "pandas"},
        {"row_condition": "other != 1 and kind == 'x'", "condition_parser": "pandas"},
        {"row_condition": "not (other > 0) or number.isnull()", "condition_parser": "pandas"},
        {"row_condition": "number in [1, 2]", "condition_parser": "pandas"},
        {"row_condition": 'col("other") > 0', "condition_parser": "great_expectations"},
    ]
)
"""As arguments of an expectation: none, objects, and text."""

result_formats = st.one_of(
    st.sampled_from(["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"]),
    st.fixed_dictionaries(
        {"result_format": st.sampled_from(["BOOLEAN_ONLY", "BASIC", "SUMMARY", "COMPLETE"])},
        optional={
            "partial_unexpected_count": st.integers(0, 3),
            "unexpected_index_column_names": st.sampled_from([["id"], ["id", "kind"]]),
            "include_unexpected_rows": st.booleans(),
            "exclude_unexpected_values": st.booleans(),
            "return_unexpected_index_query": st.booleans(),
        },
    ),
)

mostly = st.sampled_from([{}, {"mostly": 0.0}, {"mostly": 0.5}, {"mostly": 0.75}])


def run(
    engine: ExecutionEngine[Any], expectation: Expectation, result_format: Any
) -> dict[str, Any]:
    """What an engine answers, as plain data; of an exception, only that there was one."""
    validator = Validator(engine, data_context=runner._build_context())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (result,) = validator.graph_validate(
            [expectation.configuration], runtime_configuration={"result_format": result_format}
        )
    told = result.to_json_dict()
    information = told["exception_info"]
    parts = [information] if "raised_exception" in information else list(information.values())
    has_raised = any(part["raised_exception"] for part in parts)
    return {"success": told["success"], "raised": has_raised, "result": told["result"]}


_IN_PANDAS = {pl.String: "object", pl.Float64: "float64", pl.Datetime: "datetime64[ns]"}


def to_pandas(frame: pl.DataFrame) -> pd.DataFrame:
    """The frame as pandas reads files: whole numbers with nulls are floats, null is NaN or None."""

    def make(column: pl.Series) -> pd.Series:
        whole = "float64" if column.null_count() else "int64"
        dtype = _IN_PANDAS.get(column.dtype.base_type(), whole)
        return pd.Series(column.to_list(), dtype=dtype)

    return pd.DataFrame({column.name: make(column) for column in frame})


def run_in_pandas(
    frame: pl.DataFrame,
    expectation: Expectation,
    result_format: Any,
) -> dict[str, Any]:
    engine = PandasExecutionEngine(batch_data_dict={"frame": to_pandas(frame)})
    return run(engine, expectation, result_format)


def run_in_polars(
    frame: pl.DataFrame | pl.LazyFrame,
    expectation: Expectation,
    result_format: Any,
) -> dict[str, Any]:
    return run(PolarsExecutionEngine(frame), expectation, result_format)


def normalise(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what only one engine's representation makes of it.

    * A whole number with nulls is a float in pandas: 3.0 equals 3 in Python, so nothing is done.
    * A moment of a pair is told by pandas in nanoseconds, and a null of a moment as "NaT".
    * `unexpected_index_query` is a text in the engine's own grammar: its positions are compared.
    * `partial_unexpected_counts` of pandas counts each NaN that stands for a null by itself, and
      sorts tuples with it, where None cannot be sorted and the library leaves the counts out.
    * Sums and means differ in their last bits.
    * Values of a set that a column lacks are told by pandas in the order of its hashes.
    """
    result = dict(answer["result"])
    query = result.get("unexpected_index_query")
    if query is not None:
        result["unexpected_index_query"] = re.findall(r"\[+([\d, ]*)\]", query)[0]
    counts = result.get("partial_unexpected_counts")
    values = [one["value"] for one in counts or []]
    listed = result.get("partial_unexpected_list") or []
    if any(_has_null(value) for value in (*values, *listed)):
        result.pop("partial_unexpected_counts", None)
    if "partial_missing_list" in result:
        result["partial_missing_list"] = sorted(result["partial_missing_list"])
    return {**answer, "result": _plain(result)}


def _has_null(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    return value is None or (isinstance(value, list | dict) and None in parts)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(one) for key, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case float():
            return None if math.isnan(value) else round(value, 9)
        case "NaT":
            return None
        case str():
            return re.sub(r"(T\d\d:\d\d:\d\d)\.0+$", r"\1", value)
    return value


def compare_with_pandas(
    frame: pl.DataFrame,
    expectation: Expectation,
    result_format: Any,
) -> None:
    """Fails where the two engines answer otherwise than in what `normalise` takes out."""
    expected = normalise(run_in_pandas(frame, expectation, result_format))
    found = normalise(run_in_polars(frame, expectation, result_format))
    assert found == expected, f"{found} and not {expected}"
