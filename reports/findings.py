"""Findings of an edition in short: how many units have one beyond their peers, and which kinds.

Here belong the sentence and the short list of the front page and the bulletin on paper. Each is a
reason to ask, and accuses nobody. Not here: what stands out (pipeline.rankings.findings), the
findings of one unit (reports.site.unit_findings).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.agencies.hierarchy import list_above
from pipeline.bulletin import Content
from pipeline.rankings.findings import LEAST_COMPARED, LEAST_LOOKED_AT
from pipeline.tables import EITHER_WAY
from reports.language import Language
from reports.leagues import Leagues, read_parents_and_kinds

MOST_KINDS = 5
"""Kinds of findings on the front page; the others are counted."""


@dataclass(frozen=True)
class FindingKind:
    """A kind of finding that stands out in some units, and the unit farthest from its median.

    `text` says what is found and in how many units, `measured` how often in that unit. `name` has
    the name of the agency above, too.
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
    """How many units have a finding that stands out, among those that are compared; the kinds that
    most units have come first.

    A unit is not counted for a finding that stands out in a unit below it: the cases are the same.
    """
    # Findings of ratings have no published count; each of their rows has enough answers.
    is_compared = (pl.col("compared_units") >= LEAST_COMPARED) & (
        pl.col("denominator").is_null() | (pl.col("denominator") >= LEAST_LOOKED_AT)
    )
    findings = content.comparisons["findings"].filter(is_compared)
    if findings.is_empty():
        return FindingsSummary()
    parents, _ = read_parents_and_kinds(content)
    found = _leave_out_parents(findings.filter("stands_out"), parents)
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
            _describe(row, parents, content, leagues, language)
            for row in kinds.head(MOST_KINDS).iter_rows(named=True)
        ),
        language.text("findings.more_kinds", count=kinds.height - MOST_KINDS)
        if kinds.height > MOST_KINDS
        else "",
    )


def _leave_out_parents(found: pl.DataFrame, parents: Mapping[str, str]) -> pl.DataFrame:
    """The findings without those that stand out in a unit below as well."""
    pairs = found.select("unit_code", "finding")
    above = {
        (parent, finding)
        for code, finding in pairs.iter_rows()
        for parent in list_above(code, parents)
    }
    return found.filter(
        pl.Series([pair not in above for pair in pairs.iter_rows()], dtype=pl.Boolean)
    )


def _describe(
    row: dict[str, object],
    parents: Mapping[str, str],
    content: Content,
    leagues: Leagues,
    language: Language,
) -> FindingKind:
    code = str(row["unit_code"])
    name = leagues.name(code, content.register.name(code, content.month))
    is_in_vietnamese = not language.is_vietnamese and not leagues.is_english(name)
    parent = parents.get(code)
    if parent:
        parent_name = content.register.name(parent, content.month)
        # Both in one language.
        name += ", " + (parent_name if is_in_vietnamese else leagues.name(parent, parent_name))
    share, median = (language.percent(float(str(row[each]))) for each in ("share", "peers_median"))
    if row["finding"] in EITHER_WAY:
        measured = language.text("findings.measured_either_way", share=share)
    else:
        measured = language.text("findings.measured", share=share, median=median)
    return FindingKind(
        text=language.text(
            "findings.kind", finding=language.text(f"finding.{row['finding']}"), count=row["units"]
        ),
        code=code,
        name=name,
        measured=measured,
        is_named_in_vietnamese=is_in_vietnamese,
    )
