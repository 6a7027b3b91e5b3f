"""A suite over a Polars frame: what each phrase expects, and that no fault reads as a met rule."""

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from weakref import ref

import polars as pl
import pytest
from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.engine import phrases, runner

NUMBERS = pl.DataFrame(
    {
        "number": [1, 2, 3, None],
        "other": [2, 2, 2, 2],
        "word": ["a", "b", None, "c"],
        "kind": ["x", "y", "x", None],
        "real": [0.5, math.nan, math.inf, None],
    }
)


def unexpected_positions(expectation: Expectation, frame: pl.DataFrame = NUMBERS) -> list[int]:
    suite = phrases.build_suite("tried", [expectation])
    return runner.find_unexpected_rows(suite, frame)["position"].to_list()


PHRASES: dict[str, tuple[Callable[[], Expectation], list[int]]] = {
    "not null": (lambda: phrases.expect_not_null("r", "word"), [2]),
    "null": (lambda: phrases.expect_null("r", "word"), [0, 1, 3]),
    "in a set, and a null is not unexpected": (
        lambda: phrases.expect_in_set("r", "word", ["a"]),
        [1, 3],
    ),
    "in an empty set": (lambda: phrases.expect_in_set("r", "word", []), [0, 1, 3]),
    "at least 2": (lambda: phrases.expect_between("r", "number", 2), [0]),
    "above 2": (lambda: phrases.expect_between("r", "number", 2, strict_min=True), [0, 1]),
    "at most 2": (lambda: phrases.expect_between("r", "number", max_value=2), [2]),
    "below 2": (
        lambda: phrases.expect_between("r", "number", max_value=2, strict_max=True),
        [1, 2],
    ),
    "at most 0, which is a limit": (
        lambda: phrases.expect_between("r", "number", max_value=0),
        [0, 1, 2],
    ),
    "at least 1, as NaN and infinity are": (lambda: phrases.expect_between("r", "real", 1), [0]),
    "at most 1, as NaN and infinity are not": (
        lambda: phrases.expect_between("r", "real", 0, 1),
        [1, 2],
    ),
    "matches a regular expression": (
        lambda: phrases.expect_match_regex("r", "word", "^[ab]$"),
        [3],
    ),
    "at least the other": (lambda: phrases.expect_at_least("r", "number", "other"), [0]),
    "equals the other": (lambda: phrases.expect_equal("r", "number", "other"), [0, 2]),
    "where a kind is x": (
        lambda: phrases.expect_between(
            "r", "number", 2, row_condition=phrases.where_in("kind", ["x"])
        ),
        [0],
    ),
    "where a kind is y": (
        lambda: phrases.expect_between(
            "r", "number", 2, row_condition=phrases.where_in("kind", ["y"])
        ),
        [],
    ),
    "where a word is not null": (
        lambda: phrases.expect_null("r", "kind", phrases.where_not_null("word")),
        [0, 1],
    ),
    "where a word is null": (
        lambda: phrases.expect_null("r", "kind", phrases.where_null("word")),
        [2],
    ),
    "where both hold": (
        lambda: phrases.expect_null(
            "r", "other", phrases.where_in("kind", ["x"]) & phrases.where_null("word")
        ),
        [2],
    ),
    "where either holds": (
        lambda: phrases.expect_null(
            "r", "other", phrases.where_in("kind", ["y"]) | phrases.where_null("word")
        ),
        [1, 2],
    ),
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_finds_the_rows_that_break_it(phrase: str) -> None:
    expectation, expected = PHRASES[phrase]

    assert unexpected_positions(expectation()) == expected


def like() -> Expectation:
    return gxe.ExpectColumnValuesToMatchLikePattern(
        column="word", like_pattern="a%", meta={"rule": "r"}
    )


def about_a_column() -> Expectation:
    return gxe.ExpectColumnMaxToBeBetween(column="number", max_value=1, meta={"rule": "r"})


def without_rule() -> Expectation:
    return gxe.ExpectColumnValuesToNotBeNull(column="other")


FAULTS: dict[str, Callable[[], Expectation]] = {
    "a column that is missing": lambda: phrases.expect_not_null("r", "nowhere"),
    "a condition on a column that is missing": lambda: phrases.expect_not_null(
        "r", "word", phrases.where_not_null("nowhere")
    ),
    "words among numbers": lambda: phrases.expect_in_set("r", "number", ["a"]),
    "limits of a word": lambda: phrases.expect_between("r", "word", 1, 2),
    "a number against a word": lambda: phrases.expect_equal("r", "number", "word"),
    "a pattern of a number": lambda: phrases.expect_match_regex("r", "number", "a"),
    "a condition written as text": lambda: phrases.expect_not_null("r", "word", "number > 1"),
    "an expectation that the engine does not offer": like,
    "an expectation that names no rows": about_a_column,
    "limits the wrong way round": lambda: phrases.expect_between("r", "number", 2, 1),
    "a pattern that is none": lambda: phrases.expect_match_regex("r", "word", "("),
    "an expectation without a rule": without_rule,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rule_that_cannot_be_checked_fails_the_suite(fault: str) -> None:
    expectations = [
        phrases.expect_not_null("before", "other"),
        FAULTS[fault](),
        phrases.expect_not_null("after", "other"),
    ]
    with pytest.raises(runner.SuiteError):
        runner.find_unexpected_rows(phrases.build_suite("tried", expectations), NUMBERS)


def test_the_error_names_suite_rule_and_cause() -> None:
    with pytest.raises(runner.SuiteError, match=r"tried: the rule r could not .*nowhere"):
        unexpected_positions(phrases.expect_not_null("r", "nowhere"))


def test_the_error_names_an_expectation_that_is_not_offered_and_what_to_write() -> None:
    asked = "expect_column_values_to_match_like_pattern:.*expect_column_values_to_match_regex"
    with pytest.raises(runner.SuiteError, match=asked):
        unexpected_positions(like())


def test_limits_that_are_nowhere_are_refused_where_the_rule_is_written() -> None:
    with pytest.raises(ValueError, match="min_value and max_value cannot both be None"):
        phrases.expect_between("r", "number")


def test_a_row_that_breaks_two_halves_of_one_rule_stands_once() -> None:
    halves = [phrases.expect_in_set("r", "word", ["a"]), phrases.expect_in_set("r", "word", ["b"])]
    broken = runner.find_unexpected_rows(phrases.build_suite("tried", halves), NUMBERS)

    assert broken.rows() == [(0, "r"), (1, "r"), (3, "r")]


def test_an_error_tells_no_value_of_a_row() -> None:
    told = runner._read_exception(
        {
            "exception_message": "conversion from `str` to `date` failed in column 'word' for 2 "
            'out of 3 values: ["Nguyễn An", "0912345678"]\nmore',
        }
    )
    assert told == (
        "conversion from `str` to `date` failed in column 'word' for 2 out of 3 values: […]"
    )


def test_a_suite_that_is_run_twice_looks_at_each_frame_anew() -> None:
    assert unexpected_positions(phrases.expect_not_null("r", "word")) == [2]
    assert unexpected_positions(phrases.expect_not_null("r", "word"), NUMBERS.reverse()) == [1]


def test_a_frame_without_rows_breaks_nothing() -> None:
    for expectation, _ in PHRASES.values():
        assert unexpected_positions(expectation(), NUMBERS.clear()) == []


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def run_with_rows(expectation_of: Callable[[], Expectation]) -> list[ref[Any]]:
    """Runs a suite of one expectation; returns references to what a caller has in its hands."""
    frame, callers = NUMBERS.clone(), {"rows of a caller"}
    with suppress(runner.SuiteError):
        runner.find_unexpected_rows(phrases.build_suite("tried", [expectation_of()]), frame)
    return [ref(frame), ref(callers)]


@pytest.mark.usefixtures("no_garbage_collection")
@pytest.mark.parametrize("tried", [*PHRASES, *FAULTS])
def test_no_rows_are_held_once_a_suite_has_run(tried: str) -> None:
    """A frame has hundreds of megabytes, and a collection may come after many of them."""
    expectation = PHRASES[tried][0] if tried in PHRASES else FAULTS[tried]

    assert [held() for held in run_with_rows(expectation)] == [None, None]
