"""How many rows broke each row rule, in a month and in the months before it.

The counts are kept in the store, each month's under a digest of its records, so that a corrected
file of an earlier month changes them. Here belong counting and keeping them. Not here: which rows
break a rule (expectations.rules.records), set rules (set_rules), who sees the counts (assets).
"""

import hashlib
from pathlib import Path

import polars as pl

from assets.month import merge
from assets.month.inputs import MonthInputs
from pipeline import months, planning, tables
from pipeline.rule_history import find_series
from pipeline.store import NoResultError

SHOWN_MONTHS = 12
"""How many months a history has, the newest one among them."""

ROW_COUNTS = pl.Schema(
    {"month": pl.String(), "kind": pl.String(), "rule": pl.String(), "rows": pl.Int64()}
)
"""One row is a month, a kind of records and a rule that rows broke: how many. Where rows of the
kind were sent, one row has no rule and counts all of them."""

_TYPES = pl.Schema({name: dtype for name, dtype in ROW_COUNTS.items() if name != "month"})
_STAGE = "row_rules"
_COUNTS, _DIGESTS = "counts", "digests"


def find_history(inputs: MonthInputs) -> pl.DataFrame:
    """The ROW_COUNTS of the last SHOWN_MONTHS up to the month, by month, kind and rule.

    An earlier month whose records are damaged is left out until they are made again. NoResultError
    where those of the month itself are damaged.
    """
    store, month = inputs.installation.store, inputs.month
    source = Path(__file__).read_text("utf-8")
    digests = {
        each: _digest(source, *inputs.plans[each]["key"].unique().sort())
        for each in list(inputs.plans)[-SHOWN_MONTHS:]
    }
    stored, counts = _read_known(inputs, month)
    if stored == digests:
        return counts
    known = stored
    if not stored:
        known, counts = _read_known(inputs, months.shifted(month, -1))
    kept = [each for each, digest in digests.items() if known.get(each) == digest]
    found = [counts.filter(pl.col("month").is_in(kept))]
    for each in [each for each in digests if each not in kept]:
        try:
            found.append(_count(inputs, each))
        except NoResultError:
            if each == month:
                raise
            del digests[each]
    history = pl.concat(found).sort("month", "kind", "rule", nulls_last=False)
    rows = pl.DataFrame(
        list(digests.items()), schema={"month": pl.String, "digest": pl.String}, orient="row"
    )
    if digests != stored:
        store.write(_STAGE, month, {_COUNTS: history, _DIGESTS: rows})
    return history


def _read_known(inputs: MonthInputs, month: str) -> tuple[dict[str, str], pl.DataFrame]:
    """What is stored with a month: digests by month, and ROW_COUNTS."""
    store = inputs.installation.store
    if not store.has(_STAGE, month, (_COUNTS, _DIGESTS)):
        return {}, ROW_COUNTS.to_frame()
    digests = store.read(_STAGE, month, _DIGESTS)
    return dict(digests.iter_rows()), store.read(_STAGE, month, _COUNTS)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _count(inputs: MonthInputs, month: str) -> pl.DataFrame:
    store, plan = inputs.installation.store, inputs.plans[month]
    sent = (
        merge.read_delivered(store, month, plan)
        .filter(status=planning.ACCEPTED)
        .group_by("kind")
        .agg(pl.col("rows").sum())
    )
    keys = plan["key"].unique(maintain_order=True).to_list()
    rejected = store.scan_all("records", keys, "rejected", tables.REJECTED.schema)
    by_rule = (
        rejected.select(pl.col("kind", "rule").cast(pl.Categorical))
        .group_by("kind", "rule")
        .agg(rows=pl.len())
        .with_columns(pl.col("kind", "rule").cast(pl.String))
        .collect()
    )
    every = sent.with_columns(rule=pl.lit(None, pl.String))
    together = pl.concat(
        [each.select("kind", "rule", "rows").cast(_TYPES) for each in (every, by_rule)]
    )
    return together.with_columns(month=pl.lit(month)).select(list(ROW_COUNTS))


def find_rule_series(history: pl.DataFrame, kind: str, month: str) -> pl.DataFrame:
    """Since when each rule is broken that rows of a kind break in the month.

    One row for each of these rules: rule, since, months. A month in which rows of the kind were
    sent, and none of them broke the rule, ends a series. A series that reaches back to the oldest
    of SHOWN_MONTHS may be longer: `since` is then like "2025-09 or earlier".
    """
    of_kind = history.filter(kind=kind)
    broken = of_kind.drop_nulls("rule")
    sent = of_kind.filter(pl.col("rule").is_null()).select("month")
    rules = broken.filter(month=month).select("rule")
    every = sent.join(rules, how="cross").join(
        broken.select("month", "rule", is_met=pl.lit(value=False)), on=["month", "rule"], how="left"
    )
    series = find_series(
        every.with_columns(pl.col("is_met").fill_null(value=True)), ["rule"], month
    )
    shown = history["month"].unique().sort()
    if len(shown) < SHOWN_MONTHS:
        return series
    may_be_longer = pl.col("since") == shown[0]
    since = pl.when(may_be_longer).then(pl.col("since") + " or earlier").otherwise("since")
    return series.with_columns(since=since)
