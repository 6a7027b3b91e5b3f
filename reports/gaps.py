"""What an edition lacks: units not ranked, deliveries missing or refused, rows set aside.

Here belongs gathering these into short tables. Not here: why a unit is not ranked
(pipeline.rankings), which rules rows must keep (expectations).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipeline.bulletin import Changes, Content
from reports.leagues import League

EXAMPLES = 3
"""Row numbers named for each sender and rule."""

SHOWN_CHANGES = 200
"""Changed values listed on a page; the rest are counted."""


@dataclass(frozen=True)
class Unranked:
    """A unit that has no rank by some indicators, with the reason (a note) they share."""

    league: League
    code: str
    name: str
    note: str
    indicators: tuple[str, ...]
    is_all: bool


@dataclass(frozen=True)
class Broken:
    """A rule that rows of a sender and kind break, with how many do.

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
class SetAside:
    """The rows of a sender that are set aside: how many, of how many sent, and by which rules.

    A row counts once, however many rules it breaks.
    """

    sender_code: str
    sender: str
    rows: int
    sent: int
    rules: tuple[Broken, ...]


def unranked(leagues: Iterable[League]) -> list[Unranked]:
    """Units without a rank, one entry a unit and reason, in the leagues' order and by code."""
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
            found.append(Unranked(league, code, name, note, tuple(indicators), is_all))
    return found


def faults(content: Content) -> list[dict[str, object]]:
    """Deliveries missing or refused, as rows of tables.DELIVERED; the missing ones first."""
    rows = content.deliveries.filter(pl.col("status") != "accepted")
    return rows.sort("status", "sender_code", "kind", "sha256").to_dicts()


def accepted(content: Content) -> list[dict[str, object]]:
    """Files accepted, as rows of tables.DELIVERED, by sender and kind."""
    rows = content.deliveries.filter(pl.col("status") == "accepted")
    return rows.sort("sender_code", "kind", "sha256").to_dicts()


def set_aside(content: Content) -> list[SetAside]:
    """Rejected rows by sender, within it by kind and rule, those that most rows break first."""
    sent = content.deliveries.group_by("sender_code", "kind").agg(sent=pl.col("rows").sum())
    row = pl.struct("sha256", "row_number")
    broken = (
        content.rejected.sort("sender_code", "kind", "rule", "sha256", "row_number")
        .group_by("sender_code", "kind", "rule", maintain_order=True)
        .agg(
            rows=row.n_unique(),
            column=pl.col("column").first(),
            reason=pl.col("reason").first(),
            reason_vi=pl.col("reason_vi").first(),
            examples=pl.col("row_number").unique(maintain_order=True).head(EXAMPLES),
        )
        .join(sent, on=["sender_code", "kind"], how="left")
        .sort("kind", "rows", "rule", descending=[False, True, False])
    )
    whole = content.rejected.group_by("sender_code").agg(rows=row.n_unique()).sort("sender_code")
    sent_in_all = dict(sent.group_by("sender_code").agg(pl.col("sent").sum()).iter_rows())
    return [
        SetAside(
            sender_code=code,
            sender=content.register.name(code, content.month),
            rows=rows,
            sent=sent_in_all.get(code) or 0,
            rules=tuple(
                _broken(rule)
                for rule in broken.filter(sender_code=code).drop("sender_code").to_dicts()
            ),
        )
        for code, rows in whole.iter_rows()
    ]


def _broken(rule: dict[str, Any]) -> Broken:
    return Broken(**{**rule, "sent": rule["sent"] or 0, "examples": tuple(rule["examples"])})


def changed_values(changes: Changes) -> tuple[list[dict[str, object]], int]:
    """Changed values to list (unit_code, indicator, before, after) and how many more there are."""
    values = changes.values.sort("unit_code", "indicator")
    shown = values.head(SHOWN_CHANGES).to_dicts()
    return shown, values.height - len(shown)
