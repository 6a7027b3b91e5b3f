"""Asset checks: what a suite found in a table, and where a broken rule ends the run.

What was sent may break rules: rows are set aside, files refused, and a check warns. What the
program made of it may not: a broken rule of tallies, indices, rankings or published tables ends
the run before anything is kept or published. Here belongs the difference. Not here: rules
(expectations).
"""

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg

from assets import metadata
from assets.errors import BrokenRulesError
from expectations.engine.results import RuleResult, summarize

Checked = Iterator[dg.AssetCheckResult | dg.MaterializeResult]  # type: ignore[type-arg]
"""What an asset yields whose broken rules end the run: its checks, then what was made."""


def of_sent(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset's tables of what was sent, one a table."""
    return _specs(asset, names, "what breaks one is set aside, and the run goes on")


def of_made(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset's tables that the program made, one a table."""
    return _specs(asset, names, "a broken one ends the run before anything is kept or published")


def warning(name: str, results: list[RuleResult]) -> dg.AssetCheckResult:
    """The check of a table of what was sent."""
    return _check(name, results, dg.AssetCheckSeverity.WARN)


def stopping(month: str, found: Mapping[str, list[RuleResult]]) -> Iterator[dg.AssetCheckResult]:
    """The checks of tables that the program made, by name, each with its results.

    Raises BrokenRulesError after the last of them where any rule is broken, so that the UI shows
    every check and nothing after it is done.
    """
    for name, results in found.items():
        yield _check(name, results, dg.AssetCheckSeverity.ERROR)
    broken = [
        f"{name} breaks the rule {result.rule} in {result.unexpected_rows} of "
        f"{result.checked_rows} rows ({'; '.join(result.sample)})"
        for name, results in found.items()
        for result in results
        if not result.is_met
    ]
    if broken:
        raise BrokenRulesError(
            f"nothing was published for {month}: the table {', and '.join(broken)}. This is a "
            "fault of the program, not of what was sent: report it with this message"
        )


def _specs(asset: str, names: Iterable[str], consequence: str) -> list[dg.AssetCheckSpec]:
    return [
        dg.AssetCheckSpec(name, asset=asset, description=f"The rules of {name}: {consequence}.")
        for name in names
    ]


def _check(
    name: str, results: list[RuleResult], severity: dg.AssetCheckSeverity
) -> dg.AssetCheckResult:
    """One check a table: its rules, how many rows broke each, and a sample."""
    broken = [result.rule for result in results if not result.is_met]
    return dg.AssetCheckResult(
        check_name=name,
        passed=not broken,
        severity=severity,
        description=", ".join(broken) or "every rule is met",
        metadata={"rules": metadata.records_of(summarize(results))},
    )
