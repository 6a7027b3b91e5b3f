"""Only columns with more than one value decide an order of rows."""

from datetime import datetime

import polars as pl

from pipeline.columns import find_varying


def test_a_column_varies_where_two_rows_differ_and_null_is_a_value() -> None:
    frame = pl.DataFrame(
        {
            "same": ["a", "a", "a"],
            "other": ["a", "a", "b"],
            "nulls": [None, None, None],
            "null_first": [None, 1, 1],
            "null_last": [1, 1, None],
            "moment": [datetime(2026, 10, 5)] * 3,
            "code": pl.Series(["x", "x", "x"], dtype=pl.Categorical),
        },
        schema_overrides={"nulls": pl.String},
    )
    # In the order asked for, not in that of the frame.
    assert find_varying(frame, reversed(frame.columns)) == ["null_last", "null_first", "other"]


def test_no_column_varies_in_one_row_or_none() -> None:
    frame = pl.DataFrame({"a": [1], "b": [None]})
    assert find_varying(frame, frame.columns) == []
    assert find_varying(frame.clear(), frame.columns) == []
