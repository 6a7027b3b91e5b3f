"""Asset checks of set rules: one check a rule, so that Dagster keeps a history of each rule.

Here belongs what a developer sees who opens such a check: what failing means, how grave it is,
since when, which senders, what to do and who acts. Not here: finding the results (month.set_rules),
checks of tables and of row rules (checks, records).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from assets import metadata
from expectations.rules.senders import RULES
from expectations.rules.set_rule import SetRule, Severity
from pipeline.rule_history import find_series

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
            description=_describe(rule),
            metadata={"severity": rule.severity.value, "who acts": rule.actor_en},
        )
        for rule in RULES
    ]


def _describe(rule: SetRule) -> str:
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
        yield _check(rule, history.filter(rule=rule.name), month)


def _check(rule: SetRule, history: pl.DataFrame, month: str) -> dg.AssetCheckResult:
    own = history.filter(month=month)
    broken = own.filter(~pl.col("is_met"))
    series = find_series(history, ["rule"], month)
    by_sender = find_series(history, ["sender_code", "kind"], month)
    since = series["since"][0] if series.height else ""
    senders = broken.join(by_sender, on=["sender_code", "kind"], how="left").sort(
        "since", "sender_code", "kind"
    )
    told: dict[str, object] = {
        "month": month,
        "severity": rule.severity.value,
        "what failing means": f"{rule.broken_en[0].upper()}{rule.broken_en[1:]}.",
        "failing since": since or "met in this month",
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
        description=_summarize(broken, own, since),
        metadata=told,
    )


def _summarize(broken: pl.DataFrame, own: pl.DataFrame, since: str) -> str:
    checked = own["sender_code"].n_unique()
    if broken.is_empty():
        if not checked:
            return "of no sender there is anything to compare"
        return f"met by every sender that could be checked: {checked:,}"
    failing = broken["sender_code"].unique().sort().to_list()
    more = "" if len(failing) <= _NAMED else f" and {len(failing) - _NAMED:,} more"
    return (
        f"broken by {len(failing):,} of {checked:,} senders, without interruption since {since}: "
        f"{', '.join(failing[:_NAMED])}{more}"
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
