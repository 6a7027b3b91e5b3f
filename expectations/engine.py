# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only who runs a suite does
"""Running a suite of Great Expectations over a Polars frame.

Here belongs the way from a suite and a frame to the rows that break a rule. Not here: what a
suite demands, what a broken rule leads to, or how an expectation is worked out (polars_engine).
"""

import os
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

BROKEN = pl.Schema({"position": pl.Int64(), "rule": pl.String()})


class SuiteError(PlainError):
    """A suite could not be run to its end, so nothing is known about the rows."""


def broken(suite: "ExpectationSuite", frame: pl.DataFrame) -> pl.DataFrame:
    """Which rows break which rules of a suite.

    Returns one row for each row and rule broken, sorted: `position` (the row's place in the
    frame, from 0) and `rule`. Nothing of the frame is kept. Raises SuiteError when an expectation
    raises, for want of a column or for a clash of types, or when its result does not say which
    rows are at fault.
    """
    from great_expectations.validator.validator import Validator

    from expectations.polars_engine import PolarsEngine

    validator = Validator(PolarsEngine(frame), data_context=_context())
    results = validator.graph_validate(
        [expectation.configuration for expectation in suite.expectations]
    )
    if len(results) != len(suite.expectations):
        raise SuiteError(
            f"{suite.name}: {len(results)} of {len(suite.expectations)} expectations gave a "
            "result, so nothing is known about the rows"
        )
    found = [_broken_by(suite.name, result) for result in results]
    return pl.concat([pl.DataFrame(schema=BROKEN), *found]).unique().sort("position", "rule")


@cache
def _context() -> "EphemeralDataContext":
    """One for each process, without telemetry or progress bars."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(enable=False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def rule_of(expectation: "Expectation | ExpectationConfiguration | None") -> str:
    """The name of the rule that an expectation stands for; SuiteError when it has none."""
    rule = ((expectation and expectation.meta) or {}).get("rule")
    if not isinstance(rule, str):
        raise SuiteError(f"an expectation has no rule in its meta: {expectation}")
    return rule


def _broken_by(suite_name: str, result: "ExpectationValidationResult") -> pl.DataFrame:
    rule = rule_of(result.expectation_config)
    positions = result.result.get("unexpected_index_list")
    if positions is None or len(positions) != result.result.get("unexpected_count"):
        raise SuiteError(
            f"{suite_name}: the rule {rule} could not be checked, so no row can be accepted: "
            f"{_said(result.exception_info)}. This is a fault of the program: report it with this "
            "message"
        )
    return pl.DataFrame({"position": positions, "rule": [rule] * len(positions)}, schema=BROKEN)


def _said(fault: Mapping[str, Any]) -> str:
    """What was raised, once and in one line; by itself or under the question that raised it."""
    parts = [fault] if "exception_message" in fault else list(fault.values())
    said = {str(part["exception_message"]).strip().partition("\n")[0] for part in parts}
    return "; ".join(sorted(said - {"None"})) or "its result names no rows"
