"""The values of the pages of units: where each stands, what its numbers rest on, how it developed.

Here belongs what a page shows, found once for all units of an edition. Not here: from these values
to pages (unit_pages), the template (unit.html.j2), sentences (unit_sentences).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from pipeline.agencies.hierarchy import list_above
from pipeline.methods import Indicator
from reports import data_quality
from reports.data_quality import RejectedRows
from reports.leagues import League, Standing, list_ranked_indicators, read_parents_and_kinds
from reports.site import unit_sentences
from reports.site.rendering import Site
from reports.site.represented import describe_units, describe_unmarked, list_adjusted
from reports.site.trends import Trend, read_trends
from reports.site.unit_breakdowns import Apart, tell_apart
from reports.site.unit_changes import INDICATOR, Moved, describe_change
from reports.site.unit_findings import read_findings
from reports.site.unit_satisfaction import AboutAnswers, Satisfaction, read_satisfaction
from reports.site.waiting import Waiting, read_waiting

Row = Mapping[str, Any]


@dataclass(frozen=True)
class IndicatorLine:
    """A unit by one indicator: its standing, and of how many ranked units of its league."""

    indicator: Indicator
    standing: Standing
    ranked_count: int


@dataclass(frozen=True)
class LeagueLink:
    """A league as a page names it: its name, the name of its kind, and its page."""

    name: str
    kind: str
    slug: str
    size: int


@dataclass(frozen=True)
class UnitPage:
    """What the page of a unit shows: plain values, from which alone the page is made.

    `lines` are the indicators of our own index, the leading one first where the unit is in a
    league; `scores` are the total points of scoring methods. `senders` are the agencies whose
    deliveries the unit's numbers come from, `deliveries` and `rejected` those of these senders.
    `is_adjusted` says that its satisfaction is that of all who were served.
    """

    code: str
    name: str
    parents: tuple[tuple[str, str], ...]
    league: LeagueLink | None
    lines: tuple[IndicatorLine, ...]
    interval_sources: tuple[str, ...]
    scores: tuple[IndicatorLine, ...]
    sentences: tuple[str, ...]
    trends: tuple[Trend, ...]
    waiting: Waiting | None
    satisfaction: Satisfaction | None
    is_adjusted: bool
    case_mix: Row | None
    funnels: tuple[tuple[Indicator, Row], ...]
    inside_count: int
    sensitivity: Row | None
    deliveries: tuple[Row, ...]
    rejected: tuple[RejectedRows, ...]
    moved: Moved | None
    apart: Apart | None
    findings: tuple[str, ...]
    leagues_below: tuple[LeagueLink, ...]


def collect_unit_pages(site: Site) -> Iterator[UnitPage]:
    """The values of the page of every unit with a value or a note, by code."""
    shared = _Shared(site)
    return (_collect(site, shared, code) for code in sorted(site.places.stems))


class _RowsOfUnits:
    """A table with many rows a unit: those of one unit are read when they are asked for."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame.sort("unit_code", maintain_order=True)
        of_unit = self._frame.with_row_index().group_by("unit_code")
        spans = of_unit.agg(pl.col("index").min(), pl.len()).iter_rows()
        self._spans = {code: (first, size) for code, first, size in spans}

    def find(self, code: str) -> list[dict[str, Any]]:
        """The rows of a unit in order; none where it has none."""
        return self._frame.slice(*self._spans.get(code, (0, 0))).to_dicts()


class _Shared:
    """What is read once for all units of an edition."""

    def __init__(self, site: Site) -> None:
        self._site = site
        content = site.content
        self.league_of = {code: league for league in site.leagues.all for code in league.names}
        self.parents, _ = read_parents_and_kinds(content)
        self.by_name = {each.name: each for each in content.method.indicators}
        totals = {
            name for each in content.scorecards for name in (each.total.name, each.partial_name)
        }
        self.scored = [each for each in content.methods.indicators if each.name in totals]
        self.case_mix = _index_rows(content.comparisons["case_mix"])
        self.funnels = _index_rows(content.comparisons["funnels"])
        self.sensitivity = _index_rows(content.comparisons["sensitivity"])
        self.change_parts = _RowsOfUnits(content.comparisons["change_parts"])
        self.breakdowns = _RowsOfUnits(content.comparisons["breakdowns"])
        self.procedures = {
            row["procedure_code"]: (row["due"], row["late"])
            for row in content.comparisons["procedures"].iter_rows(named=True)
        }

    @cached_property
    def trends(self) -> dict[str, list[Trend]]:
        """The series to draw, by unit."""
        return read_trends(self._site.content, self._site.leagues.unit_names)

    @cached_property
    def waiting(self) -> dict[str, Waiting]:
        """How long each unit takes."""
        return read_waiting(
            self._site.content, {code: league.name for code, league in self.league_of.items()}
        )

    @cached_property
    def represented(self) -> dict[str, tuple[str, ...]]:
        """The sentences on who answered and what all who were served may think, by unit."""
        return describe_units(self._site.content, self._site.language)

    @cached_property
    def adjusted(self) -> frozenset[str]:
        """The units whose satisfaction is that of all who were served."""
        return list_adjusted(self._site.content)

    @cached_property
    def unmarked(self) -> dict[str, str]:
        """What each unit's numbers are without the answers that findings mark."""
        return describe_unmarked(self._site.content, self._site.language)

    @cached_property
    def findings(self) -> dict[str, tuple[str, ...]]:
        """The sentences on findings that stand out, by unit."""
        return read_findings(self._site.content.comparisons["findings"], self._site.language)

    @cached_property
    def deliveries(self) -> dict[str, list[Row]]:
        """The deliveries of the month, by sender."""
        found: dict[str, list[Row]] = defaultdict(list)
        rows = self._site.content.deliveries.sort("sender_code", "kind", "sha256")
        for row in rows.iter_rows(named=True):
            found[row["sender_code"]].append(row)
        return found

    @cached_property
    def rejected(self) -> dict[str, RejectedRows]:
        """The rejected rows of the month, by sender."""
        return {
            each.sender_code: each for each in data_quality.summarize_rejected(self._site.content)
        }

    @cached_property
    def leagues_below(self) -> dict[str, list[League]]:
        """The leagues of the units directly below an agency, by its code."""
        found: dict[str, list[League]] = defaultdict(list)
        for league in self._site.leagues.all:
            if league.parent_code:
                found[league.parent_code].append(league)
        return found

    def list_parents(self, code: str) -> list[str]:
        """The agencies above a unit, the highest first."""
        return list_above(code, self.parents)[::-1]


def _collect(site: Site, shared: _Shared, code: str) -> UnitPage:
    content, leagues = site.content, site.leagues
    league = shared.league_of.get(code)
    lines = tuple(_list_lines(site, league, code, content.method.indicators))
    above = shared.list_parents(code)
    senders = [each for each in (*above, code) if each in shared.deliveries]
    name = leagues.unit_names.get(code) or content.register.name(code, content.month)
    by_name, waiting = shared.by_name, shared.waiting.get(code)
    about = AboutAnswers(shared.represented.get(code, ()), shared.unmarked.get(code))
    in_funnels = [row for row in shared.funnels.get(code, ()) if row["indicator"] in by_name]
    return UnitPage(
        code=code,
        name=name,
        parents=tuple(
            (each, leagues.name(each, content.register.name(each, content.month))) for each in above
        ),
        league=_link_league(site, league) if league else None,
        lines=lines,
        interval_sources=tuple(_list_interval_sources(site, lines)),
        scores=tuple(
            line
            for line in _list_lines(site, league, code, shared.scored)
            if line.standing.value is not None
        ),
        sentences=tuple(unit_sentences.write(site, league, code, waiting)),
        trends=tuple(shared.trends.get(code, ())),
        waiting=waiting,
        satisfaction=read_satisfaction(content, leagues, code, about, site.language),
        is_adjusted=code in shared.adjusted,
        case_mix=next(iter(shared.case_mix.get(code, ())), None),
        funnels=tuple((by_name[row["indicator"]], row) for row in in_funnels if row["is_outside"]),
        inside_count=sum(row["is_outside"] is None for row in in_funnels),
        sensitivity=next(iter(shared.sensitivity.get(code, ())), None),
        deliveries=tuple(row for each in senders for row in shared.deliveries[each]),
        rejected=tuple(shared.rejected[each] for each in senders if each in shared.rejected),
        moved=describe_change(
            shared.change_parts.find(code),
            league.find(INDICATOR, code) if league else None,
            site.language,
            leagues.unit_names,
        ),
        apart=tell_apart(
            shared.breakdowns.find(code),
            shared.procedures,
            content.method.minimum_due,
            site.language,
        ),
        findings=shared.findings.get(code, ()),
        leagues_below=tuple(
            _link_league(site, each) for each in shared.leagues_below.get(code, ())
        ),
    )


def _link_league(site: Site, league: League) -> LeagueLink:
    name, kind = site.language.league(league), site.language.kind(league.kind)
    return LeagueLink(name, kind, league.slug, league.size)


def _list_lines(
    site: Site, league: League | None, code: str, indicators: Iterable[Indicator]
) -> Iterator[IndicatorLine]:
    first = list_ranked_indicators(site.content.method, league)[:1] if league else ()
    ordered = sorted(indicators, key=lambda indicator: indicator not in first)
    for indicator in ordered:
        standing = (league and league.find(indicator.name, code)) or site.leagues.values.get(
            (code, indicator.name)
        )
        if standing:
            ranked = len(league.ranked(indicator.name)) if league else 0
            yield IndicatorLine(indicator, standing, ranked)


def _list_interval_sources(site: Site, lines: Iterable[IndicatorLine]) -> list[str]:
    """What the limits rest on, each source once, in words."""
    found = dict.fromkeys(line.standing.interval_source for line in lines)
    return [site.language.text(f"interval.{source}") for source in found if source]


def _index_rows(frame: pl.DataFrame) -> dict[str, list[Row]]:
    """The rows of a table of comparisons by unit."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        found[row["unit_code"]].append(row)
    return found
