"""What the engine does by itself: one pass, refusals by name, values that pandas does not have."""

import gc
import json
import math
from collections.abc import Callable, Iterator
from typing import Any
from weakref import ref

import great_expectations.expectations as gxe
import polars as pl
import pytest
from great_expectations.expectations.expectation import Expectation
from great_expectations.util import camel_to_snake
from hypothesis import given, settings

from expectations.engine import phrases, runner
from expectations.engine.offered import NOT_OFFERED
from tests.expectations.engine.frames_and_formats import frames, run_in_pandas, run_in_polars

COMPLETE = {"result_format": "COMPLETE"}
ROWS = pl.DataFrame(
    {
        "number": [1, 2, 3, None],
        "real": [0.5, math.nan, math.inf, None],
        "word": ["a", "b", None, "c"],
    }
)

REFUSED: tuple[Callable[[], Expectation], ...] = (
    lambda: gxe.ExpectColumnValuesToMatchLikePattern(column="word", like_pattern="a%"),
    lambda: gxe.ExpectColumnValuesToMatchLikePatternList(column="word", like_pattern_list=["a%"]),
    lambda: gxe.ExpectColumnValuesToNotMatchLikePattern(column="word", like_pattern="a%"),
    lambda: gxe.ExpectColumnValuesToNotMatchLikePatternList(
        column="word", like_pattern_list=["a%"]
    ),
    lambda: gxe.ExpectColumnValuesToBeOfType(column="word", type_="str"),
    lambda: gxe.ExpectColumnValuesToBeInTypeList(column="word", type_list=["str"]),
    lambda: gxe.ExpectColumnTypeToBe(column="word", type_="str"),
    lambda: gxe.ExpectColumnKLDivergenceToBeLessThan(column="number", threshold=0.1),
    lambda: gxe.ExpectQueryResultsToMatchComparison(
        base_query="select 1", comparison_data_source_name="other", comparison_query="select 1"
    ),
    lambda: gxe.UnexpectedRowsExpectation(unexpected_rows_query="select * from {batch}"),
    lambda: gxe.ExpectTableRowCountToEqualOtherTable(other_table_name="other"),
)


def validate(expectation: Expectation, frame: pl.DataFrame = ROWS) -> dict[str, Any]:
    suite = phrases.build_suite("tried", [expectation])
    (result,) = runner.validate(suite, frame, COMPLETE).results
    told: dict[str, Any] = result.to_json_dict()
    return told


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: type(make()).__name__)
def test_an_expectation_that_is_not_offered_is_refused_by_name_with_the_cure(
    make: Callable[[], Expectation],
) -> None:
    expectation = make()
    name = camel_to_snake(type(expectation).__name__)
    try:
        told = json.dumps(validate(expectation)["exception_info"])
    except runner.SuiteError as error:
        told = str(error)

    assert "the Polars engine does not offer" in told
    assert name in told
    assert NOT_OFFERED[name] in told


def test_a_whole_suite_is_one_pass_over_a_lazy_frame() -> None:
    passes = []

    def look(rows: pl.DataFrame) -> pl.DataFrame:
        passes.append(rows.height)
        return rows

    frame = ROWS.lazy().map_batches(look, schema=ROWS.schema)
    suite = phrases.build_suite(
        "tried",
        [
            phrases.expect_not_null("a", "word"),
            phrases.expect_between("b", "number", 2, row_condition=phrases.where_not_null("word")),
            gxe.ExpectColumnMeanToBeBetween(column="number", min_value=1),
            gxe.ExpectColumnValuesToBeUnique(column="number"),
            gxe.ExpectTableRowCountToEqual(value=4),
        ],
    )
    result = runner.validate(suite, frame, COMPLETE)

    assert [one.success for one in result.results] == [False, False, True, True, True]
    assert passes == [4]


def test_not_a_number_is_a_value_above_every_limit_and_a_null_to_pandas() -> None:
    below_1 = gxe.ExpectColumnValuesToBeBetween(column="real", max_value=1)
    ours = run_in_polars(ROWS, below_1, COMPLETE)["result"]
    theirs = run_in_pandas(ROWS, below_1, COMPLETE)["result"]

    assert ours["unexpected_index_list"] == [1, 2]
    assert ours["missing_count"] == 1
    assert theirs["unexpected_index_list"] == [2]
    assert theirs["missing_count"] == 2


def test_a_clash_of_types_raises_where_pandas_finds_every_value_unexpected() -> None:
    in_words = gxe.ExpectColumnValuesToBeInSet(column="number", value_set=["a"])

    assert run_in_polars(ROWS, in_words, COMPLETE)["raised"]
    assert run_in_pandas(ROWS, in_words, COMPLETE)["result"]["unexpected_count"] == 3


@pytest.mark.parametrize("regex", ["a(?=b)", r"(a)\1", "("])
def test_a_pattern_that_polars_cannot_read_raises(regex: str) -> None:
    matches = gxe.ExpectColumnValuesToMatchRegex(column="word", regex=regex)

    assert run_in_polars(ROWS, matches, COMPLETE)["raised"]


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "number > other",
        "number > @limit",
        "number.sum() > 1",
        "word.str.contains('a')",
        "number in 1",
        "number +",
        "`two words` > 1",
    ],
)
def test_a_text_condition_without_a_plain_meaning_is_refused(text: str) -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(
        column="word", row_condition=text, condition_parser="pandas"
    )
    told = json.dumps(validate(expectation)["exception_info"])

    assert "has no meaning to the Polars engine" in told
    assert "write it with condition objects" in told


def test_a_text_condition_of_another_parser_is_refused() -> None:
    expectation = gxe.ExpectColumnValuesToNotBeNull(
        column="word", row_condition="number > 1", condition_parser="spark"
    )
    assert "only pandas is read" in json.dumps(validate(expectation)["exception_info"])


TRIED = (
    phrases.expect_not_null("a", "number", phrases.where_in("kind", ["x"])),
    phrases.expect_null("b", "word", phrases.where_not_null("other")),
    phrases.expect_in_set("c", "word", ["a", "b"]),
    phrases.expect_between("d", "real", -1, 1, strict_max=True),
    phrases.expect_at_least("e", "later", "moment"),
    phrases.expect_equal("f", "number", "other", phrases.where_null("third")),
    phrases.expect_match_regex("g", "word", "^[ab]+$"),
    gxe.ExpectCompoundColumnsToBeUnique(column_list=["number", "other"], meta={"rule": "h"}),
)


@settings(max_examples=40)
@given(frame=frames)
def test_rejected_rows_are_the_unexpected_rows_of_the_librarys_result(frame: pl.DataFrame) -> None:
    suite = phrases.build_suite("tried", TRIED)
    result = runner.validate(suite, frame, COMPLETE)
    rows = {
        (position, one.expectation_config.meta["rule"])
        for one in result.results
        for position in one.result["unexpected_index_list"]
    }

    assert runner.find_unexpected_rows(suite, frame).rows() == sorted(rows)


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def validate_and_let_go() -> ref[pl.DataFrame]:
    frame = ROWS.clone()
    conditions = phrases.where_in("word", ["a"]) & phrases.where_not_null("number")
    suite = phrases.build_suite("tried", [phrases.expect_not_null("a", "number", conditions)])
    runner.validate(suite, frame, COMPLETE)
    return ref(frame)


@pytest.mark.usefixtures("no_garbage_collection")
def test_no_frame_is_held_once_a_result_is_made() -> None:
    assert validate_and_let_go()() is None
