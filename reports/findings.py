"""Findings of an edition in short: how many units have one beyond their peers, and which kinds.

Here belong the sentence and the short list of the front page and the bulletin on paper. Each is a
reason to ask, and accuses nobody. Not here: what stands out (pipeline.rankings.findings), the
findings of one unit (reports.site.unit_findings).
"""

from dataclasses import dataclass

import polars as pl

from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import Leagues

MOST_KINDS = 5
"""Kinds of findings on the front page; the others are counted."""


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding that stands out in some units, and the unit farthest from its median.

    `text` says what is found and in how many units, `measured` how often in that unit.
    `is_named_in_vietnamese`: on an English page, that the unit has no name in English.
    """

    text: str
    code: str
    name: str
    measured: str
    is_named_in_vietnamese: bool


@dataclass(frozen=True)
class FindingsSummary:
    """What an edition says of findings in short; without a sentence no records could show any."""

    sentence: str = ""
    kinds: tuple[FindingKind, ...] = ()
    rest: str = ""


def summarize_findings(content: Content, leagues: Leagues, language: Language) -> FindingsSummary:
    """How many units have a finding that stands out; the kinds that most units have come first."""
    findings = content.comparisons["findings"]
    if findings.is_empty():
        return FindingsSummary()
    found = findings.filter("stands_out")
    units = findings["unit_code"].n_unique()
    if found.is_empty():
        return FindingsSummary(language.text("findings.none", count=units))
    beyond = pl.col("share") - pl.col("peers_median")
    kinds = (
        found.sort(beyond, "unit_code", descending=[True, False])
        .group_by("finding", maintain_order=True)
        .agg(pl.col("unit_code", "share", "peers_median").first(), units=pl.len())
        .sort("units", "finding", descending=[True, False])
    )
    counted = language.text("findings.counted", count=found["unit_code"].n_unique(), units=units)
    return FindingsSummary(
        f"{counted} {language.text('findings.reason_to_ask')}",
        tuple(
            _describe(row, content, leagues, language)
            for row in kinds.head(MOST_KINDS).iter_rows(named=True)
        ),
        language.text("findings.more_kinds", count=kinds.height - MOST_KINDS)
        if kinds.height > MOST_KINDS
        else "",
    )


def _describe(
    row: dict[str, object], content: Content, leagues: Leagues, language: Language
) -> FindingKind:
    code = str(row["unit_code"])
    name = leagues.name(code, content.register.name(code, content.month))
    share, median = (float(str(row[name])) for name in ("share", "peers_median"))
    return FindingKind(
        text=language.text(
            "findings.kind", finding=language.text(f"finding.{row['finding']}"), count=row["units"]
        ),
        code=code,
        name=name,
        measured=language.text(
            "findings.measured", share=language.percent(share), median=language.percent(median)
        ),
        is_named_in_vietnamese=not language.is_vietnamese and not leagues.is_english(name),
    )
