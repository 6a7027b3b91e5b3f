# ruff: noqa: PLC0415 - great_expectations takes seconds to import, so only a running suite does
"""Running a suite of Great Expectations over a Polars frame.

Here belongs the way from a suite and a frame to the rows that break a rule, and to the library's
own result. Not here: what a suite demands (expectations.rules), how an expectation is computed
(polars_engine and the metrics beside it), or what a broken rule stops (assets).
"""

import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import polars as pl

from pipeline.errors import PlainError

if TYPE_CHECKING:
    from great_expectations.core import (
        ExpectationSuite,
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )
    from great_expectations.data_context.data_context.ephemeral_data_context import (
        EphemeralDataContext,
    )
    from great_expectations.expectations.expectation import Expectation
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    from expectations.engine.polars_engine import PolarsExecutionEngine

UNEXPECTED_ROWS = pl.Schema({"position": pl.Int64(), "rule": pl.String()})


_QUOTED = re.compile(r"\[.*\]|\"(?![a-z_]+\").*?\"|'(?![a-z_]+').*?'")
"""What an error quotes, but for names of columns: it may be a value of somebody's row."""


class SuiteError(PlainError):
    """A suite could not be run to its end, so nothing is known about the rows."""


def find_unexpected_rows(suite: "ExpectationSuite", frame: pl.DataFrame) -> pl.DataFrame:
    """Which rows of a frame break which rules of a suite.

    They are those of `unexpected_index_list` in the library's result of the suite. Of each
    expectation the engine is asked for one metric, its condition; the library's own run asks for
    six and copies each many times, which takes longer than the rows of a small sender.

    Returns one row for each pair of a row and a rule that it breaks, sorted: `position` (the row's
    place in the frame, from 0) and `rule`. No reference to the frame is kept. Raises SuiteError
    when an expectation cannot be computed (because a column is missing or a type does not fit), and
    when an expectation is not about rows.
    """
    from expectations.engine.offered import PolarsExecutionEngine

    engine = PolarsExecutionEngine(frame)
    rules = [read_rule_name(expectation) for expectation in suite.expectations]
    flags = [
        _flag_unexpected(suite.name, rule, expectation, engine)
        for rule, expectation in zip(rules, suite.expectations, strict=True)
    ]
    positions = _compute_positions(suite.name, rules, flags, frame)
    names = pl.Enum(sorted(set(rules)))
    found = [
        rows.cast(pl.Int64).to_frame("position").with_columns(rule=pl.lit(rule, names))
        for rule, rows in zip(rules, positions, strict=True)
        if len(rows)
    ]
    together = pl.concat(found) if found else pl.DataFrame(schema=UNEXPECTED_ROWS)
    return together.unique().sort("position", "rule").cast(UNEXPECTED_ROWS)


def _flag_unexpected(
    suite_name: str, rule: str, expectation: "Expectation", engine: "PolarsExecutionEngine"
) -> pl.Expr:
    """For each row of the frame, whether it is unexpected; not yet computed."""
    from great_expectations.validator.metric_configuration import MetricConfiguration

    from expectations.engine.offered import MAP_METRICS, NotOfferedError

    metric = MAP_METRICS.get(getattr(expectation, "map_metric", None) or "")
    if metric is None:
        refusal = NotOfferedError(expectation.expectation_type)
        raise _suite_error(suite_name, rule, {"exception_message": str(refusal)})
    try:
        asked = MetricConfiguration(
            f"{metric.name}.condition",
            {key: getattr(expectation, key, None) for key in metric.domain_keys},
            {key: getattr(expectation, key, None) for key in metric.value_keys},
        )
        is_unexpected: pl.Expr = engine.resolve_metrics([asked])[asked.id][0]
    except Exception as error:
        raise _suite_error(suite_name, rule, {"exception_message": str(error)}) from None
    return is_unexpected


def _compute_positions(
    suite_name: str, rules: Sequence[str], flags: Sequence[pl.Expr], frame: pl.DataFrame
) -> list[pl.Series]:
    """The places of the rows that each expectation finds unexpected, in one pass."""
    named = [flag.arg_true().implode().alias(str(place)) for place, flag in enumerate(flags)]
    try:
        row = frame.lazy().select(named).collect()
    except pl.exceptions.PolarsError as error:
        rule, cause = _find_cause(rules, named, frame) or (rules[0], str(error))
        raise _suite_error(suite_name, rule, {"exception_message": cause}) from None
    return [column.explode(empty_as_null=False) for column in row]


def _find_cause(
    rules: Sequence[str], expressions: Sequence[pl.Expr], frame: pl.DataFrame
) -> tuple[str, str] | None:
    """The first rule that cannot be computed by itself, and why."""
    for rule, expression in zip(rules, expressions, strict=True):
        try:
            frame.lazy().select(expression).collect()
        except pl.exceptions.PolarsError as error:
            return rule, str(error)
    return None


def validate(
    suite: "ExpectationSuite",
    frame: pl.DataFrame | pl.LazyFrame,
    result_format: str | Mapping[str, Any] = "SUMMARY",
) -> "ExpectationSuiteValidationResult":
    """The library's own result of a suite over a frame, as Data Docs show it.

    All metrics of all expectations are computed in one `collect`. What cannot be computed is told
    in `exception_info` of its expectation. No reference to the frame is kept. Raises SuiteError for
    an expectation whose place in the graph cannot be built at all.
    """
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.validator.validator import Validator, calc_validation_statistics

    from expectations.engine.offered import NotOfferedError, PolarsExecutionEngine

    validator = Validator(PolarsExecutionEngine(frame), data_context=_build_context())
    run = partial(
        validator.graph_validate,
        suite.expectation_configurations,
        runtime_configuration={
            "result_format": result_format
            if isinstance(result_format, str)
            else dict(result_format)
        },
    )
    # In a thread, which has no callers: the library finds the class of each row condition by trial
    # and error, and the tracebacks of the errors keep the variables of all callers alive.
    with ThreadPoolExecutor(max_workers=1) as apart:
        try:
            results = apart.submit(run).result()
        except NotOfferedError as error:
            raise SuiteError(f"{suite.name}: {error}") from None
    statistics = calc_validation_statistics(results)
    return ExpectationSuiteValidationResult(
        success=statistics.success,
        results=results,
        suite_name=suite.name,
        statistics={
            name: value for name, value in statistics._asdict().items() if name != "success"
        },
        meta={"great_expectations_version": _read_version()},
    )


def check_computed(suite_name: str, result: "ExpectationValidationResult") -> None:
    """Raises SuiteError with the rule where `exception_info` says that an expectation raised."""
    info = result.exception_info or {}
    parts = [info] if "raised_exception" in info else list(info.values())
    if any(part["raised_exception"] for part in parts):
        raise _suite_error(suite_name, read_rule_name(result.expectation_config), info)


def _read_version() -> str:
    import great_expectations as gx

    return str(gx.__version__)


def prepare_engine() -> None:
    """Imports Great Expectations, which takes seconds, before the first suite asks for it."""
    _build_context()
    import expectations.engine.offered  # noqa: F401


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


def _suite_error(suite_name: str, rule: str, exception_info: Mapping[str, Any]) -> SuiteError:
    return SuiteError(
        f"{suite_name}: the rule {rule} could not be checked, so no row can be accepted: "
        f"{_read_exception(exception_info)}. This is a fault of the program: report it with this "
        "message"
    )


def _read_exception(exception_info: Mapping[str, Any]) -> str:
    """The exception messages of a result, each once, without its later lines and without values.

    Great Expectations gives either one exception, or one for each metric that raised.
    """
    parts = [exception_info] if "exception_message" in exception_info else exception_info.values()
    messages = {str(part["exception_message"]).strip().partition("\n")[0] for part in parts}
    plain = {_QUOTED.sub("[…]", message) for message in messages - {"None"}}
    return "; ".join(sorted(plain)) or "its result names no rows"
