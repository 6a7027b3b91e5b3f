"""The findings of a unit as its page shows them: what stands out among its league, in sentences.

Here belongs the choice of what the page shows of the table findings. Not here: what is a finding
and what stands out (pipeline.rankings.findings), the template (unit.html.j2).
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from pipeline.tables import EITHER_WAY
from reports.language import Language

MOST_LINES = 3
"""Findings of a page; the others are in the data file."""


def read_findings(findings: pl.DataFrame, language: Language) -> dict[str, tuple[str, ...]]:
    """The sentences on what stands out, by unit; the farthest from the median first."""
    order = ["unit_code", "beyond", "finding"]
    rows = (
        findings.filter("stands_out")
        .with_columns(beyond=pl.col("share") - pl.col("peers_median"))
        .sort(order, descending=[False, True, False])
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        found[row["unit_code"]].append(_describe(row, language))
    return {code: _shorten(lines, language) for code, lines in found.items()}


def _describe(row: Mapping[str, Any], language: Language) -> str:
    """One finding: how often, its share, and the median of its league.

    Of a change only how large it is: it may be for the better.
    """
    values = {
        "finding": language.text(f"finding.{row['finding']}"),
        "share": language.percent(row["share"]),
        "median": language.percent(row["peers_median"]),
    }
    if row["count"] is None:
        return language.text("findings.line_of_ratings", **values)
    values["count"] = language.count(row["count"])
    values["denominator"] = language.count(row["denominator"])
    if row["finding"] in EITHER_WAY:
        return language.text("findings.line_either_way", **values)
    if row["since_month"] in (None, row["month"]):
        return language.text("findings.line_now", **values)
    return language.text("findings.line", **values, since=language.short_month(row["since_month"]))


def _shorten(lines: list[str], language: Language) -> tuple[str, ...]:
    left = len(lines) - MOST_LINES
    if left <= 0:
        return tuple(lines)
    return (*lines[:MOST_LINES], language.text("findings.more", count=left))
