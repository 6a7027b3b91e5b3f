"""What a suite found in a whole table, rule by rule.

Here belongs the shape of the answer that the suites of exports, tallies, indices, rankings and
bulletin give, and the columns by which a rule about several rows comes down to one about each
row. Not here: the rules themselves, or reasons row by row (records).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from expectations import engine

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite

COPIES = "copies"
"""How many rows share a row's key, itself included."""
IS_IN_ORDER = "is_in_order"
"""Whether the row stands where sorting by the key puts it."""
IS_FINITE = "is_finite"
"""Whether none of the row's numbers is infinite or not a number; empty ones are left out."""

SUMMARY = pl.Schema(
    {"rule": pl.String(), "checked": pl.Int64(), "unexpected": pl.Int64(), "sample": pl.String()}
)
_SAMPLE_ROWS = 3


@dataclass(frozen=True)
class Outcome:
    """What became of one rule of a table.

    `checked`: rows looked at. `unexpected`: those that break the rule. `sample`: the keys of
    the first few of them.
    """

    rule: str
    checked: int
    unexpected: int
    sample: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Whether no row breaks the rule."""
        return self.unexpected == 0


def of_suite(suite: "ExpectationSuite", frame: pl.DataFrame, key: Sequence[str]) -> list[Outcome]:
    """An outcome for each rule of the suite, in the suite's order.

    `key` names the columns that tell a row of the frame to a reader. Raises engine.SuiteError
    when a rule cannot be checked.
    """
    broken = engine.broken(suite, frame)
    names = frame.select(
        pl.concat_str(
            [pl.format(f"{name}={{}}", pl.col(name).cast(pl.String).fill_null("")) for name in key],
            separator=" ",
        )
    ).to_series()
    places = {
        rule: positions["position"]
        for (rule,), positions in broken.partition_by("rule", as_dict=True).items()
    }
    return [
        Outcome(rule, frame.height, len(at), tuple(names.gather(at.head(_SAMPLE_ROWS))))
        for rule in rules_of(suite)
        for at in [places.get(rule, pl.Series(dtype=pl.Int64))]
    ]


def rules_of(suite: "ExpectationSuite") -> list[str]:
    """The names of a suite's rules, each once, in its order."""
    return list(dict.fromkeys(engine.rule_of(expectation) for expectation in suite.expectations))


def summary(outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """One row for each rule: rule, rows checked, rows unexpected, sample (text, may be empty)."""
    return pl.DataFrame(
        [
            (outcome.rule, outcome.checked, outcome.unexpected, "; ".join(outcome.sample))
            for outcome in outcomes
        ],
        schema=SUMMARY,
        orient="row",
    )


def with_copies(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The frame with COPIES; empty parts of a key are equal to each other."""
    return frame.with_columns(pl.len().over(*key).cast(pl.Int64).alias(COPIES))


def with_order(frame: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The frame with IS_IN_ORDER; an empty part of a key comes first."""
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
