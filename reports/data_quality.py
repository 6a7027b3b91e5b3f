"""What an edition lacks: units not ranked, deliveries missing or refused, rejected rows.

Here belong short tables of these for the pages. Not here: why a unit is not ranked
(pipeline.rankings), or the rules for rows (expectations).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.bulletin import Content
from pipeline.columns import find_varying
from pipeline.tables import SOURCE_COLUMN
from reports.leagues import League

EXAMPLES = 3
"""Row numbers that are named for each sender and rule."""


@dataclass(frozen=True)
class UnrankedUnit:
    """A unit without a rank by some indicators, which have the same reason (a note) for it.

    `is_all`: by all indicators of its league.
    """

    league: League
    code: str
    name: str
    note: str
    indicators: tuple[str, ...]
    is_all: bool


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a sender and kind break, and how many rows break it.

    `sent` counts all rows of the sender and kind; `examples` are the first row numbers, in order
    of file and row.
    """

    kind: str
    rule: str
    column: str
    rows: int
    sent: int
    reason: str
    reason_vi: str
    examples: tuple[int, ...]


@dataclass(frozen=True)
class RejectedRows:
    """The rejected rows of a sender: how many, of how many rows sent, and by which rules.

    A row counts once, however many rules it breaks.
    """

    sender_code: str
    sender_name: str
    rows: int
    sent: int
    rules: tuple[BrokenRule, ...]

    @property
    def most_broken(self) -> BrokenRule:
        """The rule that most of its rows break."""
        return max(self.rules, key=lambda rule: rule.rows)


@dataclass(frozen=True)
class RuleTotal:
    """A rule for rows of a kind, and how many rows of how many senders break it."""

    kind: str
    rule: str
    rows: int
    sender_count: int
    reason: str
    reason_vi: str


def list_unranked(leagues: Iterable[League]) -> list[UnrankedUnit]:
    """Units without a rank, an entry for each unit and reason, by the order of leagues and code."""
    found = []
    for league in leagues:
        reasons: dict[tuple[str, str, str], list[str]] = {}
        for indicator, standings in league.by_indicator.items():
            for standing in standings:
                if not standing.is_ranked:
                    key = (standing.code, standing.name, standing.note or "")
                    reasons.setdefault(key, []).append(indicator)
        for (code, name, note), indicators in sorted(reasons.items()):
            is_all = len(indicators) == len(league.by_indicator)
            found.append(UnrankedUnit(league, code, name, note, tuple(indicators), is_all))
    return found


def list_faulty_deliveries(content: Content) -> list[dict[str, object]]:
    """Missing deliveries, then refused ones, as rows of tables.DELIVERED."""
    rows = content.deliveries.filter(pl.col("status") != "accepted")
    return rows.sort("status", "sender_code", "kind", "sha256").to_dicts()


def list_set_findings(content: Content) -> list[dict[str, object]]:
    """What rules about a sender's whole month found, as rows of SET_FINDINGS with sender_name."""
    month, register = content.month, content.register
    return [
        row | {"sender_name": register.name(row["sender_code"], month)}
        for row in content.set_findings.iter_rows(named=True)
    ]


def list_accepted_files(content: Content) -> list[dict[str, object]]:
    """Accepted files, as rows of tables.DELIVERED, by sender and kind."""
    rows = content.deliveries.filter(pl.col("status") == "accepted")
    return rows.sort("sender_code", "kind", "sha256").to_dicts()


def summarize_rejected(content: Content) -> list[RejectedRows]:
    """Rejected rows by sender, the sender with most first, and by kind; of a kind, the rule that
    most rows break comes first.
    """
    sent = content.deliveries.group_by("sender_code", "kind").agg(sent=pl.col("rows").sum())
    # Every row of a large file may be here. So texts that many rows share are grouped and sorted as
    # numbers, and what is the same in all rows is left out.
    of_rule = ["sender_code", "kind", "rule"]
    rejected = content.rejected.with_columns(
        pl.col(*of_rule, "sha256", SOURCE_COLUMN).cast(pl.Categorical)
    )
    varying = find_varying(rejected, ("sha256", SOURCE_COLUMN))
    row = pl.struct("row_number", *varying) if varying else pl.col("row_number")
    broken = (
        rejected.group_by(of_rule)
        .agg(
            rows=row.n_unique(),
            column=pl.col("column").first(),
            reason=pl.col("reason").first(),
            reason_vi=pl.col("reason_vi").first(),
            examples=pl.col("row_number")
            .sort_by("row_number" if "sha256" not in varying else ["sha256", "row_number"])
            .unique(maintain_order=True)
            .head(EXAMPLES),
        )
        .with_columns(pl.col(pl.Categorical).cast(pl.String))
        .join(sent, on=["sender_code", "kind"], how="left")
        .sort("kind", "rows", "rule", descending=[False, True, False])
    )
    whole = (
        rejected.group_by("sender_code")
        .agg(rows=row.n_unique())
        .cast({"sender_code": pl.String})
        .sort("rows", "sender_code", descending=[True, False])
    )
    sent_in_all = dict(sent.group_by("sender_code").agg(pl.col("sent").sum()).iter_rows())
    rules_of: dict[str, list[BrokenRule]] = defaultdict(list)
    for rule in broken.iter_rows(named=True):
        rules_of[rule.pop("sender_code")].append(_make_broken_rule(rule))
    return [
        RejectedRows(
            sender_code=code,
            sender_name=content.register.name(code, content.month),
            rows=rows,
            sent=sent_in_all.get(code) or 0,
            rules=tuple(rules_of[code]),
        )
        for code, rows in whole.iter_rows()
    ]


def add_up_rules(rejected: Iterable[RejectedRows]) -> list[RuleTotal]:
    """The rules over all senders, the rule that most rows break first."""
    found: dict[tuple[str, str], list[BrokenRule]] = {}
    for sender in rejected:
        for broken in sender.rules:
            found.setdefault((broken.kind, broken.rule), []).append(broken)
    totals = [
        RuleTotal(
            kind,
            rule,
            sum(each.rows for each in broken),
            len(broken),
            broken[0].reason,
            broken[0].reason_vi,
        )
        for (kind, rule), broken in found.items()
    ]
    return sorted(totals, key=lambda total: (-total.rows, total.kind, total.rule))


def _make_broken_rule(rule: dict[str, Any]) -> BrokenRule:
    return BrokenRule(**{**rule, "sent": rule["sent"] or 0, "examples": tuple(rule["examples"])})


@dataclass(frozen=True)
class DeliveryRow:
    """A sender and what came of its files: how many of each kind have which status.

    `is_missing`: the sender sent nothing at all.
    """

    code: str
    name: str
    by_kind: Mapping[str, Mapping[str, int]]
    is_missing: bool


def make_delivery_grid(content: Content) -> tuple[tuple[str, ...], tuple[DeliveryRow, ...]]:
    """The kinds that anybody sent, and a row for each sender: senders x kinds at a glance.

    A kind that a sender did not send has no entry in its row. The kind of a file that was refused
    before its kind was known is empty.
    """
    sent = content.deliveries.with_columns(pl.col("kind").fill_null(""))
    found: dict[str, dict[str, Counter[str]]] = {}
    for code, kind, status in sent.select("sender_code", "kind", "status").sort(pl.all()).rows():
        by_kind = found.setdefault(code, {})
        if status != "missing":
            by_kind.setdefault(kind, Counter())[status] += 1
    kinds = tuple(sorted({kind for by_kind in found.values() for kind in by_kind}))
    return kinds, tuple(
        DeliveryRow(code, content.register.name(code, content.month), by_kind, not by_kind)
        for code, by_kind in found.items()
    )
