"""Set rules of a month: what they find in each sender's month, and in the months before.

The results are kept in the store, each month's under a digest of what it was found in, so that a
corrected file of an earlier month changes them. Here belong finding and keeping them. Not here: the
rules (expectations.rules.senders), what is compared (pipeline: sender_measures, code_forms,
repeated_months), who sees the results (assets.checks, feedback, edition).
"""

import hashlib
from collections.abc import Mapping

import polars as pl

from assets.month import merge, sources
from assets.month.inputs import MonthInputs
from expectations.rules import senders
from expectations.rules.senders import FRAMES, SET_RESULTS
from pipeline import months, planning
from pipeline.code_forms import CODE_FORMS, measure_code_forms
from pipeline.repeated_months import measure_repeats
from pipeline.rule_history import find_series
from pipeline.sender_measures import (
    FEW_DOSSIERS,
    USUAL_MONTHS,
    measure_form,
    measure_volumes,
)
from pipeline.tables import RECORDS, UNSEEN

SHOWN_MONTHS = 12
"""How many months a history has, the newest one among them; more where a series is longer."""

_STAGE = "set_rules"
_SUBJECT = ["rule", "sender_code", "kind"]
_RESULTS, _DIGESTS = "results", "digests"
_DIGESTS_SCHEMA = pl.Schema({"month": pl.String(), "digest": pl.String()})
_Known = dict[str, tuple[str, pl.DataFrame]]
"""By month, the digest of what results were found in, and the results."""


def find_results(inputs: MonthInputs) -> pl.DataFrame:
    """The SET_RESULTS of the month, from the store where nothing changed since they were found.

    Of the month and the six before it, those count that the month's edition rests on. They can be
    found once the counts of the month are merged.
    """
    known = _read_known(inputs, inputs.month)
    digest, results = known.get(inputs.month, ("", SET_RESULTS.to_frame()))
    is_known = digest == _digest(inputs, sources.digest_for_rankings())
    return results if is_known else _judge(inputs)


def find_findings(inputs: MonthInputs) -> pl.DataFrame:
    """What the senders of the month are told of set rules that they break, in SET_FINDINGS."""
    return senders.describe_broken(find_results(inputs))


def find_history(inputs: MonthInputs) -> pl.DataFrame:
    """The SET_RESULTS of the month and of the months before it, the oldest month first.

    There are SHOWN_MONTHS of them, and more for as long as a rule is broken without interruption,
    by anybody or by one sender. They are stored together: in a run in which nothing is new, no
    month is read again.
    """
    source = sources.digest_for_rankings()
    stored = _read_known(inputs, inputs.month)
    before = {} if stored else _read_known(inputs, months.shifted(inputs.month, -1))
    known = before | stored
    found: _Known = {}
    for month in reversed(inputs.plans):
        earlier = inputs.without_later_months(month)
        digest = _digest(earlier, source)
        known_digest, results = known.get(month, ("", SET_RESULTS.to_frame()))
        found[month] = (digest, results if known_digest == digest else _judge(earlier))
        if len(found) >= SHOWN_MONTHS and not _may_be_longer(found, inputs.month):
            break
    history = _join(found)
    digests = {month: digest for month, (digest, _) in found.items()}
    if digests != {month: digest for month, (digest, _) in stored.items()}:
        rows = pl.DataFrame(sorted(digests.items()), schema=_DIGESTS_SCHEMA, orient="row")
        tables = {_RESULTS: history, _DIGESTS: rows}
        inputs.installation.store.write(_STAGE, inputs.month, tables)
    return history


def _join(found: _Known) -> pl.DataFrame:
    return pl.concat([results for _, (_, results) in sorted(found.items())])


def _may_be_longer(found: _Known, month: str) -> bool:
    """Whether a rule, or a rule by one sender, is broken in the month and in all months before it
    that were looked at and of which anything is known.
    """
    results = _join(found)
    return any(_is_never_met(results, by, month) for by in (["rule"], _SUBJECT))


def _is_never_met(results: pl.DataFrame, by: list[str], month: str) -> bool:
    oldest = results.group_by(by).agg(oldest=pl.col("month").min())
    series = find_series(results, by, month).join(oldest, on=by)
    return bool((series["since"] == series["oldest"]).any())


def _read_known(inputs: MonthInputs, month: str) -> _Known:
    """What is stored with a month, of it and of months before it."""
    store = inputs.installation.store
    if not store.has(_STAGE, month, (_RESULTS, _DIGESTS)):
        return {}
    results = store.read(_STAGE, month, _RESULTS)
    digests = store.read(_STAGE, month, _DIGESTS)
    return {
        each: (digest, results.filter(pl.col("month") == each))
        for each, digest in digests.iter_rows()
    }


def _list_months(inputs: MonthInputs) -> list[str]:
    """The month, and those before it that are compared with it."""
    wanted = {*months.before(inputs.month, USUAL_MONTHS), inputs.month}
    return [month for month in inputs.plans if month in wanted]


def _digest(inputs: MonthInputs, source: str) -> str:
    keys = [merge.merged_key(month, inputs.plans[month]) for month in _list_months(inputs)]
    parts = [*keys, describe_thresholds(inputs), source]
    parts.append(inputs.nearest_method.deadline_rule.name)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def digest_measures(inputs: MonthInputs) -> str:
    """SHA-256 of all that the measures of the month, and what rules find in them, rest on."""
    return _digest(inputs, sources.digest_for_rankings())


def describe_thresholds(inputs: MonthInputs) -> str:
    """All thresholds of the installation as one text."""
    installation = inputs.installation
    usual = inputs.nearest_method.maximum_rejected_share
    return f"{installation.delivery_settings.set_rules!r} {usual!r}"


def _judge(inputs: MonthInputs) -> pl.DataFrame:
    return (
        SET_RESULTS.to_frame() if inputs.plan.is_empty() else senders.find_results(measure(inputs))
    )


def measure(inputs: MonthInputs) -> dict[str, pl.DataFrame]:
    """The measures that set rules read, by name in FRAMES, of a month for which files were sent."""
    installation, month = inputs.installation, inputs.month
    store, plans = installation.store, inputs.plans
    delivered = {
        each: merge.read_delivered(store, each, plans[each]) for each in _list_months(inputs)
    }
    of_senders = delivered[month]["sender_code"].unique()
    thresholds = installation.delivery_settings.set_rules.list_for(
        of_senders, inputs.nearest_method.maximum_rejected_share
    )
    rule = inputs.nearest_method.deadline_rule
    cells = {
        each: merge.scan_tallies(store, {each: plans[each]}).by_deadline_rule(rule)
        for each in (months.shifted(month, -1), month)
        if each in plans
    }
    outcomes = {each: tallies.outcomes for each, tallies in cells.items()}
    measures = (
        measure_volumes(delivered, month, thresholds),
        measure_form(outcomes, cells[month].figures, delivered, month, thresholds),
        _measure_code_forms(inputs, cells[month].findings, delivered),
        measure_repeats(delivered, month),
    )
    return dict(zip(FRAMES, measures, strict=True))


def _measure_code_forms(
    inputs: MonthInputs, findings: pl.LazyFrame, delivered: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Codes are looked at only of senders with many unseen dossiers: they are read for it."""
    unseen = (
        findings.filter(pl.col("finding") == UNSEEN)
        .group_by(pl.col("sender_code").cast(pl.String))
        .agg(pl.col("dossiers").sum())
        .filter(pl.col("dossiers") > FEW_DOSSIERS)
        .collect()
    )
    parts = [
        measure_code_forms(
            _scan_dossiers(inputs, before, sender),
            _scan_dossiers(inputs, inputs.month, sender),
            inputs.month,
        )
        for sender in sorted(unseen["sender_code"])
        if (before := _find_month_before(delivered, sender, inputs.month))
    ]
    return pl.concat([CODE_FORMS.to_frame(), *parts])


def _find_month_before(
    delivered: Mapping[str, pl.DataFrame], sender: str, month: str
) -> str | None:
    """The last of the months before with dossiers of the sender that were accepted."""
    accepted = {"sender_code": sender, "kind": "dossiers", "status": planning.ACCEPTED}
    sent = [
        each
        for each, files in delivered.items()
        if each < month and files.filter(**accepted).height
    ]
    return max(sent, default=None)


def _scan_dossiers(inputs: MonthInputs, month: str, sender: str) -> pl.LazyFrame:
    keys = inputs.plans[month].filter(sender_code=sender)["key"].unique().to_list()
    store, schema = inputs.installation.store, RECORDS["dossiers"].schema
    has_all = all(store.has("records", key, ["dossiers"]) for key in keys)
    return store.scan_all("records", keys if has_all else [], "dossiers", schema)
