"""Sections: a league with its pictures, comparisons and the counts of its on-time rates.

Here belongs what the page of a league shows. Not here: how a chart is drawn (charts, funnels,
control_charts), the template (league.html.j2).
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.methods import Indicator
from reports import (
    charts,
    comparisons,
    funnels,
    messages,
    months_chart,
    parts_chart,
    ranks_chart,
    slope_chart,
    targets,
)
from reports.charts import Picture
from reports.comparisons import Comparisons
from reports.leagues import HEADLINE, RATES, League, Leagues, list_ranked_indicators
from reports.parts_chart import Parts
from reports.ranks_by_month import RanksOfLeague
from reports.site import represented
from reports.site.rendering import Site
from reports.site.represented import RepresentedLeague
from reports.targets import Target

_PARTS = ("processing_time_index", "satisfaction_index")
"""The parts of the reform performance index, in the order of its formula."""


@dataclass(frozen=True)
class Section:
    """A league on its page: its indicators (the leading one first), its pictures, and the counts
    that reconcile the on-time rates.

    `targets` are those drawn, with their indicators. `weights` are the two parts of the leading
    index with their weights in per cent; empty where another indicator leads. `ranks` are those of
    the last months by the leading indicator, None where the edition has none for the league.
    `represented` are the satisfied shares of all who were served, None where there are none;
    `other_share` says which units change place with the satisfaction share that is not taken.
    """

    league: League
    indicators: tuple[Indicator, ...]
    ranking_pictures: list[Picture]
    rate_pictures: list[Picture]
    rate_indicators: tuple[Indicator, ...]
    rate_counts: dict[str, int] | None
    change_pictures: list[Picture]
    unranked_indicators: tuple[Indicator, ...]
    comparisons: Comparisons
    parts_pictures: list[Picture]
    targets: tuple[tuple[Indicator, Target], ...]
    weights: tuple[tuple[Indicator, float], ...]
    months_pictures: list[Picture]
    funnel_pictures: list[Picture]
    slope_pictures: list[Picture]
    ranks: RanksOfLeague | None
    ranks_pictures: list[Picture]
    represented: RepresentedLeague | None
    other_share: str | None
    is_featured: bool

    @cached_property
    def namesakes(self) -> frozenset[str]:
        """The names that several units of the league have."""
        counts = Counter(self.league.names.values())
        return frozenset(name for name, count in counts.items() if count > 1)

    @property
    def pictures(self) -> list[Picture]:
        """All pictures of the league."""
        return [
            *self.ranking_pictures,
            *self.parts_pictures,
            *self.rate_pictures,
            *self.change_pictures,
            *self.ranks_pictures,
            *self.months_pictures,
            *self.funnel_pictures,
            *self.slope_pictures,
        ]


def make_section(site: Site, league: League) -> Section:
    """The values of a league's page.

    Only the leading indicator has a chart of ranks: the others have tables, and a chart for each
    would say little that these do not. Of a league that is not featured nothing else is drawn: it
    is one of many, and each of its units has its own page.
    """
    indicators = list_ranked_indicators(site.content.method, league)
    by_name = {indicator.name: indicator for indicator in site.content.method.indicators}
    weights = _read_weights(site, league, indicators[0])
    parts = Parts(indicators[0], tuple(part for part, _ in weights), _find_targets(weights))
    compared = comparisons.read_comparisons(site.content, league)
    section = Section(
        league=league,
        indicators=indicators,
        ranking_pictures=charts.draw_ranking(league, indicators[0], site.language, site.banner),
        rate_pictures=[],
        rate_indicators=tuple(by_name[name] for name in RATES if name in by_name),
        rate_counts=reconcile_rates(league, site.leagues),
        change_pictures=[],
        unranked_indicators=tuple(i for i in by_name.values() if not i.is_ranked),
        comparisons=compared,
        parts_pictures=[],
        targets=tuple((part, each) for part, _ in weights for each in parts.targets[part.name]),
        weights=weights,
        months_pictures=[],
        funnel_pictures=[],
        slope_pictures=[],
        ranks=comparisons.read_ranks(site.content, league, indicators[0]),
        ranks_pictures=[],
        represented=represented.read_league(site.content, league.name, site.language),
        other_share=represented.describe_other_share(site.content, compared, site.language),
        is_featured=league in site.leagues.featured,
    )
    return _draw_all(site, section, parts) if section.is_featured else section


def _draw_all(site: Site, section: Section, parts: Parts) -> Section:
    """The section with all its pictures."""
    language, banner, league = site.language, site.banner, section.league
    compared, rates = section.comparisons, section.rate_indicators
    with_pictures = replace(
        section,
        change_pictures=charts.draw_changes(league, parts.order, language, banner),
        parts_pictures=_draw_parts(site, league, parts),
        funnel_pictures=_draw_funnels(site, compared, league),
        ranks_pictures=ranks_chart.draw_ranks(section.ranks, league, language, banner),
        slope_pictures=(
            slope_chart.draw_slopes(compared.case_mix, league, language, banner)
            if compared.is_mix_comparable
            else []
        ),
    )
    if len(rates) < len(RATES):
        return with_pictures
    months = comparisons.read_months(site.content, league, rates[-1])
    return replace(
        with_pictures,
        rate_pictures=charts.draw_rates(league, rates, language, banner),
        months_pictures=months_chart.draw_months(months, league, language, banner),
    )


def _read_weights(
    site: Site, league: League, lead: Indicator
) -> tuple[tuple[Indicator, float], ...]:
    """The parts of the leading index with their weights in per cent; empty for another lead, and
    where fewer than two units are ranked.
    """
    method = site.content.method
    if lead.name != HEADLINE or len(league.ranked(lead.name)) < 2:  # noqa: PLR2004
        return ()
    weights = method.weights.reform_performance_index
    by_name = {indicator.name: indicator for indicator in method.indicators}
    if not set(_PARTS) <= set(by_name):
        return ()
    shares = (weights.processing_time, weights.satisfaction)
    return tuple(
        (by_name[name], round(100 * share, 6)) for name, share in zip(_PARTS, shares, strict=True)
    )


def _find_targets(
    weights: tuple[tuple[Indicator, float], ...],
) -> dict[str, tuple[Target, ...]]:
    return {part.name: targets.find_targets(part) for part, _ in weights}


def _draw_parts(site: Site, league: League, parts: Parts) -> list[Picture]:
    """Draw the parts; the message is how many units are at the first target that there is."""
    if not parts.indicators:
        return []
    language = site.language
    message = language.text("message.parts_message")
    for part in parts.indicators:
        for target in parts.targets[part.name][:1]:
            message = messages.about_target(league, part, target.at_least, target.year, language)
    return parts_chart.draw_parts(league, parts, message, language, site.banner)


def _draw_funnels(site: Site, compared: Comparisons, league: League) -> list[Picture]:
    """Draw the first funnel of a league; tables show the others."""
    drawn = (
        funnels.draw_funnel(points, league, indicator, site.language, site.banner)
        for indicator, points in compared.funnels[:1]
    )
    return [picture for picture in drawn if picture]


def reconcile_rates(league: League, leagues: Leagues) -> dict[str, int] | None:
    """Counts of the whole league that reconcile the on-time rates; None where one rate has none."""
    codes = league.names
    counts = {}
    for name, word in zip(RATES, ("finished", "handled", "due"), strict=True):
        found = [leagues.values[code, name] for code in codes if (code, name) in leagues.values]
        whole = sum(s.denominator or 0 for s in found)
        if not whole:
            return None
        counts[f"{word}_all"] = round(whole)
        counts[f"{word}_late"] = round(whole - sum(s.numerator or 0 for s in found))
    due = [leagues.values[code, RATES[-1]] for code in codes if (code, RATES[-1]) in leagues.values]
    return counts | {"left_out": round(sum(s.left_out or 0 for s in due))}
