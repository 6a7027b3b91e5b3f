# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only a running suite does
"""Running a suite of Great Expectations over a Polars frame.

Here belongs the way from a suite and a frame to the rows that break a rule. Not here: what a
suite demands (expectations.rules), how an expectation is computed (polars_engine), or what a broken
rule stops (assets).
"""

import os
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import PlainError

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuite, ExpectationValidationResult
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

UNEXPECTED_ROWS = pl.Schema({"position": pl.Int64(), "rule": pl.String()})


_QUOTED = re.compile(r"\[.*\]|\"(?![a-z_]+\").*?\"|'(?![a-z_]+').*?'")
"""What an error quotes, but for names of columns: it may be a value of somebody's row."""


class SuiteError(PlainError):
    """A suite could not be run to its end, so nothing is known about the rows."""


def find_unexpected_rows(suite: "ExpectationSuite", frame: pl.DataFrame) -> pl.DataFrame:
    """Which rows of a frame break which rules of a suite.

    Returns one row for each pair of a row and a rule that it breaks, sorted: `position` (the row's
    place in the frame, from 0) and `rule`. No reference to the frame is kept. Raises SuiteError
    when an expectation raises (because a column is missing or a type does not fit), and when the
    result of an expectation does not say which rows are unexpected.
    """
    from great_expectations.validator.validator import Validator

    from expectations.engine.polars_engine import PolarsEngine

    validator = Validator(PolarsEngine(frame), data_context=_build_context())
    results = validator.graph_validate(
        [expectation.configuration for expectation in suite.expectations]
    )
    if len(results) != len(suite.expectations):
        raise SuiteError(
            f"{suite.name}: {len(results)} of {len(suite.expectations)} expectations gave a "
            "result, so nothing is known about the rows"
        )
    found = [pl.DataFrame(schema=UNEXPECTED_ROWS)]
    results.reverse()
    while results:
        # A list of positions is large where many rows are at fault: each is let go once it is read.
        rule, positions = _read_unexpected_rows(suite.name, results.pop())
        if positions:
            rows = pl.DataFrame({"position": positions}, schema={"position": pl.Int64()})
            found.append(rows.with_columns(rule=pl.lit(rule)))
    # The results list positions as objects of Python, and every row of a large file may be there.
    del validator, results
    together = pl.concat(found)
    rules = pl.Enum(together["rule"].unique().sort())
    return together.cast({"rule": rules}).unique().sort("position", "rule").cast(UNEXPECTED_ROWS)


def prepare_engine() -> None:
    """Imports Great Expectations, which takes seconds, before the first suite asks for it."""
    _build_context()


@cache
def _build_context() -> "EphemeralDataContext":
    """One context for the whole process, without telemetry and without progress bars."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def read_rule_name(expectation: "Expectation | ExpectationConfiguration | None") -> str:
    """The name of the rule that an expectation belongs to; SuiteError when it has none."""
    rule = ((expectation and expectation.meta) or {}).get("rule")
    if not isinstance(rule, str):
        raise SuiteError(f"an expectation has no rule in its meta: {expectation}")
    return rule


def _read_unexpected_rows(
    suite_name: str, result: "ExpectationValidationResult"
) -> tuple[str, list[int]]:
    """The rule of one expectation, and the positions of the rows that break it."""
    rule = read_rule_name(result.expectation_config)
    positions = result.result.get("unexpected_index_list")
    if positions is None or len(positions) != result.result.get("unexpected_count"):
        raise SuiteError(
            f"{suite_name}: the rule {rule} could not be checked, so no row can be accepted: "
            f"{_read_exception(result.exception_info)}. This is a fault of the program: report it "
            "with this message"
        )
    return rule, positions


def _read_exception(exception_info: Mapping[str, Any]) -> str:
    """The exception messages of a result, each once, without its later lines and without values.

    Great Expectations gives either one exception, or one for each metric that raised.
    """
    parts = [exception_info] if "exception_message" in exception_info else exception_info.values()
    messages = {str(part["exception_message"]).strip().partition("\n")[0] for part in parts}
    plain = {_QUOTED.sub("[…]", message) for message in messages - {"None"}}
    return "; ".join(sorted(plain)) or "its result names no rows"
