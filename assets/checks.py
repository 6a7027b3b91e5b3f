"""Asset checks: what rules found in a table or a sender's month, and where one ends the run.

A row that was sent may break rules: the row is rejected, or its file refused, and a check warns.
A table that the program made may not: a broken rule of tallies, indices, rankings or published
tables blocks what follows, before anything is kept or published. A set rule, about the whole month
of a sender, only warns: it has a check of its own, so that Dagster keeps a history of each. Here
belong these differences, and what a developer sees who opens a check. Not here: rules
(expectations), remembering results of rules (month.remembered_checks, month.set_rules).
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
import polars as pl

from assets import metadata
from assets.month.remembered_checks import CheckResults
from expectations.engine.results import RuleResult, summarize
from expectations.rules.senders import RULES
from expectations.rules.set_rule import SetRule, Severity
from pipeline.errors import PlainError
from pipeline.rule_history import find_series

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


_DAGSTER_SEVERITY = {
    Severity.CRITICAL: dg.AssetCheckSeverity.ERROR,
    Severity.WARNING: dg.AssetCheckSeverity.WARN,
    Severity.INFO: dg.AssetCheckSeverity.WARN,
}
"""Dagster has two words. None of these checks blocks, whatever its severity."""
_NAMED = 5


def set_rule_specs(asset: str) -> list[dg.AssetCheckSpec]:
    """The checks of the set rules, one a rule; none blocks."""
    return [
        dg.AssetCheckSpec(
            rule.name,
            asset=asset,
            description=_describe_set_rule(rule),
            metadata={"severity": rule.severity.value, "who acts": rule.actor_en},
        )
        for rule in RULES
    ]


def _describe_set_rule(rule: SetRule) -> str:
    """What the check demands and what to do, in Markdown: the UI shows it above the history."""
    edge = (
        f"\n\n**Threshold.** `{rule.threshold}` in `[set_rules]` of deliveries.toml, for every "
        "sender or for one."
        if rule.threshold
        else ""
    )
    return (
        f"Demanded: {rule.meaning_en}.\n\n"
        f"**Failing means.** {rule.broken_en[0].upper()}{rule.broken_en[1:]}.\n\n"
        f"**Severity.** {rule.severity.value}: {_CONSEQUENCE[rule.severity]} No row is rejected, "
        f"and no sender is stopped.\n\n"
        f"**What to do.** {rule.cure_en[0].upper()}{rule.cure_en[1:]}.\n\n"
        f"**Who acts.** {rule.actor_en[0].upper()}{rule.actor_en[1:]}.{edge}"
    )


_CONSEQUENCE = {
    Severity.CRITICAL: "numbers of the sender are wrong, or are not compared with others.",
    Severity.WARNING: "something is probably wrong, so somebody has to look.",
    Severity.INFO: "worth knowing.",
}


def check_set_rules(history: pl.DataFrame, month: str) -> Iterator[dg.AssetCheckResult]:
    """The result of each set rule in a month.

    `history` has SET_RESULTS of the month and of the months before it (set_rules.find_history).
    """
    for rule in RULES:
        yield _check_set_rule(rule, history.filter(rule=rule.name), month)


def _check_set_rule(rule: SetRule, history: pl.DataFrame, month: str) -> dg.AssetCheckResult:
    own = history.filter(month=month)
    broken = own.filter(~pl.col("is_met"))
    series = find_series(history, ["rule"], month)
    by_sender = find_series(history, ["sender_code", "kind"], month)
    since = series["since"][0] if series.height else ""
    senders = broken.join(by_sender, on=["sender_code", "kind"], how="left").sort(
        "since", "sender_code", "kind"
    )
    told: dict[str, dg.MetadataValue | str | int] = {
        "month": month,
        "severity": rule.severity.value,
        "what failing means": f"{rule.broken_en[0].upper()}{rule.broken_en[1:]}.",
        "failing since": since or ("nothing to compare" if own.is_empty() else "met in this month"),
        "months failing": int(series["months"][0]) if series.height else 0,
        "senders failing": broken["sender_code"].n_unique(),
        "senders checked": own["sender_code"].n_unique(),
        "what to do": f"{rule.cure_en}.",
        "who acts": rule.actor_en,
        "senders": metadata.as_table(
            senders.select("sender_code", "kind", "found", "since", "months")
        ),
        "history": dg.MetadataValue.md(_write_history(history)),
    }
    return dg.AssetCheckResult(
        check_name=rule.name,
        passed=broken.is_empty(),
        severity=_DAGSTER_SEVERITY[rule.severity],
        description=_summarize_set_rule(senders, own, since),
        metadata={**told},
    )


def _summarize_set_rule(broken: pl.DataFrame, own: pl.DataFrame, since: str) -> str:
    """One sentence. `broken` has since when each sender that fails now does, the oldest first;
    `since` is the first month of the series in which anybody broke the rule.
    """
    checked = own["sender_code"].n_unique()
    if broken.is_empty():
        if not checked:
            return "there is nothing to compare for any sender"
        return f"met by every sender that could be checked: {checked:,}"
    by_sender = broken.group_by("sender_code").agg(pl.col("since").min())
    failing = [
        f"{code} (since {first})"
        for code, first in by_sender.sort("since", "sender_code").iter_rows()
    ]
    is_by_others = by_sender.filter(pl.col("since") <= since).is_empty()
    others = ", by other senders too" if is_by_others else ""
    more = "" if len(failing) <= _NAMED else f" and {len(failing) - _NAMED:,} more"
    return (
        f"broken by {len(failing):,} of {checked:,} senders; the rule is broken without "
        f"interruption since {since}{others}; now by: {', '.join(failing[:_NAMED])}{more}"
    )


def _write_history(history: pl.DataFrame) -> str:
    """Month by month, the newest first: whether the rule was met, and who broke it."""
    lines = ["| month | result | senders checked | failing |", "| --- | --- | --- | --- |"]
    by_month = history.group_by("month").agg(
        checked=pl.col("sender_code").n_unique(),
        failing=pl.col("sender_code").filter(~pl.col("is_met")).unique().sort(),
    )
    for month, checked, failing in by_month.sort("month", descending=True).iter_rows():
        more = "" if len(failing) <= _NAMED else f" and {len(failing) - _NAMED:,} more"
        named = ", ".join(failing[:_NAMED]) + more
        result = f"✗ {len(failing):,}" if failing else "✓"
        lines.append(f"| {month} | {result} | {checked:,} | {named} |")
    return "\n".join(lines)
