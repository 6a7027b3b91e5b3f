"""What a suite found, remembered for as long as the table that it looked at is the same.

A run in which nothing changed shows the same checks and does not run the suites again. Here belongs
remembering the results of rules. Not here: rules (expectations), checks (assets.checks).
"""

from collections.abc import Callable, Collection, Mapping

import polars as pl

from assets.month import deliveries
from assets.month.inputs import MonthInputs
from expectations.engine.results import RuleResult
from expectations.rules import tallies as suite
from pipeline import tables
from pipeline.store import Store

CheckResults = Mapping[str, list[RuleResult]]
"""The results of the rules of some tables, by the name of the table."""

_STAGE = "checked"
_RULES = pl.Schema(
    {
        "digest": pl.String(),
        "table": pl.String(),
        "rule": pl.String(),
        "checked": pl.Int64(),
    }
)


def find_or_check(
    store: Store, name: str, digest: str, check: Callable[[], CheckResults]
) -> CheckResults:
    """The results of `check`, remembered under a name and digest or found now.

    Remembered are those in which every rule is met.
    """
    known = _read(store, name, digest)
    if known is not None:
        return known
    found = check()
    if all(result.is_met for results in found.values() for result in results):
        store.write(_STAGE, name, {"rules": _as_frame(found, digest)})
    return found


def check_tallies(inputs: MonthInputs, recomputed: Collection[str]) -> CheckResults:
    """The results of the rules of tallies, by table: of the month and of whatever was counted now.

    They are remembered for as long as nothing is counted anew.
    """
    installation = inputs.installation
    digest = f"{inputs.generation} {inputs.tallies_digest}"
    name = f"tallies-{inputs.month}"
    if recomputed:
        forget(installation.store, name)
    is_new = pl.col("tallies_key").is_in(list(recomputed))
    to_check = [
        plan.filter(is_new | pl.lit(month == inputs.month))
        for month, plan in inputs.known_plans.items()
    ]

    def check() -> CheckResults:
        cells = deliveries.scan_tallies(installation, to_check)
        return {
            table: suite.check({table: getattr(cells, table).collect()}) for table in tables.TALLIES
        }

    return find_or_check(installation.store, name, digest, check)


def forget(store: Store, name: str) -> None:
    """Forgets the results that are remembered under a name."""
    store.keep_only(_STAGE, set(store.keys(_STAGE)) - {name})


def _read(store: Store, name: str, digest: str) -> CheckResults | None:
    if not store.has(_STAGE, name):
        return None
    rules = store.read(_STAGE, name, "rules")
    if rules.is_empty() or (rules["digest"] != digest).any():
        return None
    found: dict[str, list[RuleResult]] = {}
    for _, table, rule, checked in rules.iter_rows():
        found.setdefault(table, []).append(RuleResult(rule, checked, 0, ()))
    return found


def _as_frame(found: CheckResults, digest: str) -> pl.DataFrame:
    rows = [
        (digest, table, result.rule, result.checked_rows)
        for table, results in found.items()
        for result in results
    ]
    return pl.DataFrame(rows, schema=_RULES, orient="row")
