"""A suite over a Polars frame: what each phrase demands, and that no fault reads as met."""

import gc
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from weakref import ref

import polars as pl
import pytest
from great_expectations import expectations as gxe

from expectations import engine, phrases
from expectations.polars_engine import IsThere

NUMBERS = pl.DataFrame(
    {
        "number": [1, 2, 3, None],
        "other": [2, 2, 2, 2],
        "word": ["a", "b", None, "c"],
        "kind": ["x", "y", "x", None],
        "real": [0.5, math.nan, math.inf, None],
    }
)


def broken_at(expectation: Any, frame: pl.DataFrame = NUMBERS) -> list[int]:
    return engine.broken(phrases.suite("tried", [expectation]), frame)["position"].to_list()


PHRASES: dict[str, tuple[Callable[[], Any], list[int]]] = {
    "is there": (lambda: phrases.is_there("r", "word"), [2]),
    "is empty": (lambda: phrases.is_empty("r", "word"), [0, 1, 3]),
    "is in, with an empty value let pass": (lambda: phrases.is_in("r", "word", ["a"]), [1, 3]),
    "is in nothing": (lambda: phrases.is_in("r", "word", []), [0, 1, 3]),
    "at least 2": (lambda: phrases.is_between("r", "number", 2), [0]),
    "above 2": (lambda: phrases.is_between("r", "number", 2, is_above=True), [0, 1]),
    "at most 2": (lambda: phrases.is_between("r", "number", highest=2), [2]),
    "below 2": (lambda: phrases.is_between("r", "number", highest=2, is_below=True), [1, 2]),
    "at least 0, which is a limit": (lambda: phrases.is_between("r", "real", 1), [0]),
    "NaN above every limit": (lambda: phrases.is_between("r", "real", 0, 1), [1, 2]),
    "matches": (lambda: phrases.matches("r", "word", "^[ab]$"), [3]),
    "at least the other": (lambda: phrases.is_at_least("r", "number", "other"), [0]),
    "equals the other": (lambda: phrases.equals("r", "number", "other"), [0, 2]),
    "where a kind is x": (
        lambda: phrases.is_between("r", "number", 2, when=phrases.one_of("kind", ["x"])),
        [0],
    ),
    "where a kind is y": (
        lambda: phrases.is_between("r", "number", 2, when=phrases.one_of("kind", ["y"])),
        [],
    ),
    "where a word is there": (
        lambda: phrases.is_empty("r", "kind", phrases.is_filled("word")),
        [0, 1],
    ),
    "where a word is missing": (
        lambda: phrases.is_empty("r", "kind", phrases.is_missing("word")),
        [2],
    ),
    "where both hold": (
        lambda: phrases.is_empty(
            "r", "other", phrases.one_of("kind", ["x"]) & phrases.is_missing("word")
        ),
        [2],
    ),
    "where either holds": (
        lambda: phrases.is_empty(
            "r", "other", phrases.one_of("kind", ["y"]) | phrases.is_missing("word")
        ),
        [1, 2],
    ),
}


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_phrase_finds_the_rows_that_break_it(phrase: str) -> None:
    expectation, expected = PHRASES[phrase]

    assert broken_at(expectation()) == expected


def pair_by_default() -> Any:
    return gxe.ExpectColumnPairValuesToBeEqual(
        column_A="number", column_B="other", meta={"rule": "r"}
    )


def unique() -> Any:
    return gxe.ExpectColumnValuesToBeUnique(column="number", meta={"rule": "r"})


class SaysNothing(IsThere):
    """Is met, without a word about rows."""

    def _validate(self, *_: object, **__: object) -> dict[str, Any]:
        return {"success": True}


class CannotCount(IsThere):
    """Names fewer rows than it counts."""

    def _validate(self, *_: object, **__: object) -> dict[str, Any]:
        result = {"element_count": 4, "unexpected_count": 2, "unexpected_index_list": [0]}
        return {"success": False, "result": result}


def without_rule() -> Any:
    return IsThere(column="other")


FAULTS: dict[str, Callable[[], Any]] = {
    "a column that is missing": lambda: phrases.is_there("r", "nowhere"),
    "a condition on a column that is missing": lambda: phrases.is_there(
        "r", "word", phrases.is_filled("nowhere")
    ),
    "words among numbers": lambda: phrases.is_in("r", "number", ["a"]),
    "limits of a word": lambda: phrases.is_between("r", "word", 1, 2),
    "a number against a word": lambda: phrases.equals("r", "number", "word"),
    "a pattern of a number": lambda: phrases.matches("r", "number", "a"),
    "a condition written as text": lambda: phrases.is_there("r", "word", "number > 1"),
    "a pair that the engine does not know": pair_by_default,
    "an expectation that the engine does not know": unique,
    "an expectation that names no rows": lambda: SaysNothing(column="word", meta={"rule": "r"}),
    "an expectation that names too few rows": lambda: CannotCount(
        column="word", meta={"rule": "r"}
    ),
    "a limit that is nowhere": lambda: phrases.is_between("r", "number"),
    "an expectation without a rule": without_rule,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_rule_that_cannot_be_checked_fails_the_suite(fault: str) -> None:
    expectations = [
        phrases.is_there("before", "other"),
        FAULTS[fault](),
        phrases.is_there("after", "other"),
    ]
    with pytest.raises(engine.SuiteError):
        engine.broken(phrases.suite("tried", expectations), NUMBERS)


def test_the_error_names_suite_rule_and_cause() -> None:
    with pytest.raises(engine.SuiteError, match=r"tried: the rule r could not .*nowhere"):
        broken_at(phrases.is_there("r", "nowhere"))


def test_a_row_that_breaks_two_halves_of_one_rule_stands_once() -> None:
    halves = [phrases.is_in("r", "word", ["a"]), phrases.is_in("r", "word", ["b"])]
    broken = engine.broken(phrases.suite("tried", halves), NUMBERS)

    assert broken.rows() == [(0, "r"), (1, "r"), (3, "r")]


def test_a_suite_that_is_run_twice_looks_at_each_frame_anew() -> None:
    assert broken_at(phrases.is_there("r", "word")) == [2]
    assert broken_at(phrases.is_there("r", "word"), NUMBERS.reverse()) == [1]


def test_a_frame_without_rows_breaks_nothing() -> None:
    for expectation, _ in PHRASES.values():
        assert broken_at(expectation(), NUMBERS.clear()) == []


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def run_with_rows(expectation_of: Callable[[], Any]) -> list[ref[Any]]:
    """Runs a suite of one expectation; returns references to what a caller has in its hands."""
    frame, callers = NUMBERS.clone(), {"rows of a caller"}
    with suppress(engine.SuiteError):
        engine.broken(phrases.suite("tried", [expectation_of()]), frame)
    return [ref(frame), ref(callers)]


@pytest.mark.usefixtures("no_garbage_collection")
@pytest.mark.parametrize("tried", [*PHRASES, *FAULTS])
def test_no_rows_are_held_once_a_suite_has_run(tried: str) -> None:
    """A frame has hundreds of megabytes, and a collection may come after many of them."""
    expectation = PHRASES[tried][0] if tried in PHRASES else FAULTS[tried]

    assert [held() for held in run_with_rows(expectation)] == [None, None]
