"""Counting deliveries and checking the counts: a delivery whose counts break a rule is refused.

Here belongs finding the delivery at fault. Not here: counting (deliveries, tally), the rules
(expectations), what a run does where a rule is broken all the same (assets.checks).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import polars as pl

from assets.month import deliveries, failure_log, failures, remembered_checks
from assets.month.failures import Failure
from assets.month.groups import THREADS, Workers
from assets.month.inputs import MonthInputs
from assets.month.remembered_checks import CheckResults
from expectations.rules import tallies as suite
from pipeline import tables
from pipeline.planning import Plan


@dataclass(frozen=True)
class CheckedTallies:
    """What was counted anew, what the rules found in it, and which deliveries were refused.

    `refused` says by table which deliveries were refused because their counts broke its rules.
    """

    inputs: MonthInputs
    recomputed: list[str]
    failures: list[Failure]
    results: CheckResults
    refused: dict[str, str]


def count_and_check(inputs: MonthInputs, workers: Workers = THREADS) -> CheckedTallies:
    """Counts every delivery that is not counted, and checks what was counted, and the month.

    A delivery that breaks a rule alone is refused, and the others go on. What no delivery alone is
    at fault for is in the results.
    """
    recomputed: list[str] = []
    failed: list[Failure] = []
    refused: dict[str, list[str]] = {}
    while True:
        worked = deliveries.tally_pending(inputs, workers)
        inputs = worked.inputs
        recomputed += worked.recomputed
        failed += worked.failures
        check = partial(remembered_checks.check_tallies, inputs, recomputed)
        results, error = _try(check)
        is_met = all(result.is_met for found in results.values() for result in found)
        at_fault = [] if error is None and is_met else list(_find_at_fault(inputs, recomputed))
        if not at_fault:
            if error is not None:
                raise error
            told = {table: "; ".join(lines) for table, lines in refused.items()}
            return CheckedTallies(inputs, recomputed, failed, results, told)
        for table, failure in at_fault:
            refused.setdefault(table, []).append(f"refused: {failure.describe()}")
            failed.append(failure)
        inputs = deliveries.refuse(inputs, [failure for _, failure in at_fault])
        inputs = deliveries.record_pending(inputs, workers=workers).inputs


def _try(check: Callable[[], CheckResults]) -> tuple[CheckResults, BaseException | None]:
    """The results of a check, or why they cannot be had."""
    try:
        return check(), None
    except failures.OF_ONE_DELIVERY as error:
        if isinstance(error, failures.OF_THE_RUN):
            raise
        return {}, error


def _find_at_fault(inputs: MonthInputs, recomputed: list[str]) -> Iterator[tuple[str, Failure]]:
    """The deliveries whose counts break a rule, or cannot be checked, alone; each with a table."""
    is_new = pl.col("tallies_key").is_in(recomputed)
    for month, plan in inputs.known_plans.items():
        checked = plan.filter(is_new | pl.lit(month == inputs.month))
        for _, delivery in checked.group_by("tallies_key", maintain_order=True):
            if delivery["fault"].is_null().any():
                yield from _check_delivery(inputs, delivery)


def _check_delivery(inputs: MonthInputs, delivery: Plan) -> Iterator[tuple[str, Failure]]:
    """The first table of a delivery that breaks a rule, with the failure."""
    cells = deliveries.scan_tallies(inputs.installation, [delivery])
    for table in tables.TALLIES:
        results, error = _try(partial(_check_table, getattr(cells, table), table))
        if error is not None:
            cause, details = type(error).__name__, failure_log.describe_error(error)
        else:
            broken = [result for result in results[table] if not result.is_met]
            if not broken:
                continue
            cause = broken[0].rule
            details = "\n".join(
                f"the table {table} breaks the rule {result.rule} in {result.unexpected_rows} of "
                f"{result.checked_rows} rows"
                for result in broken
            )
        yield table, failures.describe_failure(delivery, "tallies", cause, details)
        return


def _check_table(cells: pl.LazyFrame, table: str) -> CheckResults:
    return {table: suite.check({table: cells.collect()})}
