"""The results of a suite over a whole table, rule by rule.

Here belongs the shape of these results, and the columns by which a rule about several rows becomes
a rule about each row. Not here: the rules themselves (expectations.rules), or the rows that a
sender's row rules reject (expectations.rules.records).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from expectations.engine import runner
from expectations.engine.phrases import build_suite

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite
    from great_expectations.expectations.expectation import Expectation

COPIES = "copies"
"""How many rows have the row's key, the row itself included."""
IS_IN_ORDER = "is_in_order"
"""Whether the row is at the place that sorting by the key gives it."""
IS_FINITE = "is_finite"
"""Whether no number of the row is infinite or not a number (NaN); a null is neither."""

SUMMARY = pl.Schema(
    {"rule": pl.String(), "checked": pl.Int64(), "unexpected": pl.Int64(), "sample": pl.String()}
)
_SAMPLE_ROWS = 3
_RECORDED: ContextVar["dict[str, ExpectationSuite] | None"] = ContextVar("recorded", default=None)


@dataclass(frozen=True)
class RuleResult:
    """The result of one rule of a table.

    `checked_rows`: how many rows were checked. `unexpected_rows`: how many of them break the rule.
    `sample`: the keys of the first few that break it.
    """

    rule: str
    checked_rows: int
    unexpected_rows: int
    sample: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Whether no row breaks the rule."""
        return self.unexpected_rows == 0


def check_table(
    name: str, expectations: "Iterable[Expectation]", frame: pl.DataFrame, key: Sequence[str]
) -> list[RuleResult]:
    """The result of each rule, in the order of the expectations.

    `name` is the suite's, for error messages. `key` has the columns that name a row of the frame to
    a reader. Raises runner.SuiteError when a rule cannot be checked.
    """
    suite = build_suite(name, expectations)
    recorded = _RECORDED.get()
    if recorded is not None:
        recorded[name] = suite
    unexpected = runner.find_unexpected_rows(suite, frame)
    positions = {
        rule: rows["position"]
        for (rule,), rows in unexpected.partition_by("rule", as_dict=True).items()
    }
    return [
        RuleResult(rule, frame.height, len(found), _label(frame[found.head(_SAMPLE_ROWS)], key))
        for rule in dict.fromkeys(map(runner.read_rule_name, suite.expectations))
        for found in [positions.get(rule, pl.Series(dtype=pl.Int64))]
    ]


@contextmanager
def record_suites() -> "Iterator[dict[str, ExpectationSuite]]":
    """Collects by name every suite that check_table runs inside the block."""
    recorded: dict[str, ExpectationSuite] = {}
    token = _RECORDED.set(recorded)
    try:
        yield recorded
    finally:
        _RECORDED.reset(token)


def _label(rows: pl.DataFrame, key: Sequence[str]) -> tuple[str, ...]:
    """The keys of rows, as a reader sees them."""
    if rows.is_empty():
        return ()
    parts = [pl.format(f"{part}={{}}", pl.col(part).cast(pl.String).fill_null("")) for part in key]
    return tuple(rows.select(pl.concat_str(parts, separator=" ")).to_series())


def check_keyed_table(
    name: str, expectations: "Iterable[Expectation]", frame: pl.DataFrame, key: Sequence[str]
) -> list[RuleResult]:
    """As check_table, for rules that may also name COPIES of the key and IS_FINITE."""
    return check_table(name, expectations, with_finiteness(with_copies(frame, key)), key)


def summarize(results: Iterable[RuleResult]) -> pl.DataFrame:
    """One row for each rule: rule, rows checked, rows unexpected, sample (text, may be empty)."""
    return pl.DataFrame(
        [
            (result.rule, result.checked_rows, result.unexpected_rows, "; ".join(result.sample))
            for result in results
        ],
        schema=SUMMARY,
        orient="row",
    )


def with_copies(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The frame with COPIES; in a key, null equals null."""
    return frame.with_columns(pl.len().over(*key).cast(pl.Int64).alias(COPIES))


def with_order(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The frame with IS_IN_ORDER; in a key, null comes first."""
    keys = frame.select(key)
    as_sorted = keys.sort(key, nulls_last=False)
    is_same = [keys[name].eq_missing(as_sorted[name]) for name in key]
    return frame.with_columns(pl.all_horizontal(is_same).alias(IS_IN_ORDER))


def with_finiteness(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with IS_FINITE."""
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    is_finite = pl.all_horizontal(
        pl.lit(True), *(pl.col(name).is_finite().fill_null(True) for name in numbers)
    )
    return frame.with_columns(is_finite.alias(IS_FINITE))
