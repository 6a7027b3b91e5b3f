"""Asset checks: what a suite found in a table, and where a broken rule ends the run.

A row that was sent may break rules: the row is rejected, or its file refused, and a check warns.
A table that the program made may not: a broken rule of tallies, indices, rankings or published
tables blocks what follows, before anything is kept or published. Here belongs the difference. Not
here: rules (expectations), remembering results of rules (month.remembered_checks).
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
import polars as pl

from assets import metadata
from assets.month.remembered_checks import CheckResults
from expectations.engine.results import RuleResult, summarize
from pipeline.errors import PlainError

ChecksThenResult = Iterator[dg.AssetCheckResult | dg.MaterializeResult]  # type: ignore[type-arg]
"""What an asset with blocking checks yields: its checks, then what was made."""


NOTHING_REFUSED: Mapping[str, str] = {}
"""No delivery was refused because of its part of a table."""


class BrokenRulesError(PlainError):
    """A table that the program made breaks its own rules; the message names table, rule, rows."""


def warning_specs(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset's tables of what was sent, one a table."""
    consequence = "what breaks one is rejected, and the run goes on"
    return [
        dg.AssetCheckSpec(name, asset=asset, description=f"The rules of {name}: {consequence}.")
        for name in names
    ]


def blocking_specs(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset's tables that the program made, one a table; each blocks."""
    consequence = "a broken one ends the run before anything is kept or published"
    return [
        dg.AssetCheckSpec(
            name, asset=asset, description=f"The rules of {name}: {consequence}.", blocking=True
        )
        for name in names
    ]


def with_checks_by_month(
    asset: dg.AssetsDefinition, months: dg.PartitionsDefinition[str]
) -> dg.AssetsDefinition:
    """The asset, its checks with the partitions that the asset itself has.

    Without them Dagster keeps two entries of a check in each run: one that is planned for the month
    for ever, and the evaluation without a month.
    """
    attributes = asset.get_attributes_dict()
    with warnings.catch_warnings():
        # Partitions of checks are a preview; Dagster says so once for each check.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        warnings.simplefilter("ignore", dg.BetaWarning)
        attributes["check_specs_by_output_name"] = {
            output: dg.AssetCheckSpec(
                spec.name,
                asset=spec.asset_key,
                description=spec.description,
                blocking=spec.blocking,
                metadata=spec.metadata,
                partitions_def=months,
            )
            for output, spec in asset.node_check_specs_by_output_name.items()
        }
        return dg.AssetsDefinition(**attributes)


FIGURES_AGREE = dg.AssetCheckSpec(
    "figures_agree_with_rows",
    asset="indices",
    description="Where a unit has figures and rows, both say the same; the rows count.",
)


def compare_figures(contradictions: pl.DataFrame) -> dg.AssetCheckResult:
    """The check FIGURES_AGREE; takes rows of indices.contradictions."""
    units = contradictions["unit_code"].n_unique()
    return dg.AssetCheckResult(
        check_name=FIGURES_AGREE.name,
        passed=contradictions.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            "every figure says what the rows of its unit do, or stands alone"
            if contradictions.is_empty()
            else f"units whose figures differ from their rows, which count: {units:,}"
        ),
        metadata={"differences": metadata.as_table(contradictions)},
    )


def warn(name: str, results: list[RuleResult]) -> dg.AssetCheckResult:
    """The check of a table of what was sent."""
    return _check(name, results, dg.AssetCheckSeverity.WARN)


def enforce(
    month: str, found: CheckResults, refused: Mapping[str, str] = NOTHING_REFUSED
) -> Iterator[dg.AssetCheckResult]:
    """The checks of tables that the program made, by name, each with the results of its rules.

    `refused` says by table which deliveries were refused because their part of it broke a rule: the
    check is of what remains, and its description tells it.

    Raises BrokenRulesError after the last of them where any rule is broken, so that the UI shows
    every check and nothing after it is done.
    """
    for name, results in found.items():
        yield _check(name, results, dg.AssetCheckSeverity.ERROR, refused.get(name, ""))
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


def _check(
    name: str, results: list[RuleResult], severity: dg.AssetCheckSeverity, refused: str = ""
) -> dg.AssetCheckResult:
    """One check a table: its rules, how many rows broke each, a sample, and what was refused."""
    broken = [result.rule for result in results if not result.is_met]
    return dg.AssetCheckResult(
        check_name=name,
        passed=not broken,
        severity=severity,
        description=", ".join([*broken, *filter(None, [refused])]) or "every rule is met",
        metadata={"rules": metadata.as_table(summarize(results))},
    )
