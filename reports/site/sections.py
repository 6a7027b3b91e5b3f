"""Sections: a league with its pictures, comparisons and the counts of its on-time rates.

Here belongs what the page of a league shows. Not here: how a chart is drawn (charts, funnels,
control_charts), the template (league.html.j2).
"""

from dataclasses import dataclass

from pipeline.methods import Indicator
from reports import charts, comparisons, control_charts, funnels
from reports.charts import Picture
from reports.comparisons import Comparisons
from reports.leagues import RATES, League, Leagues, list_ranked_indicators
from reports.site.rendering import Site

_MOST_SERIES = 8
"""The most control charts of a league; the list above them names every unit with a signal."""


@dataclass(frozen=True)
class Section:
    """A league on its page: its indicators (the leading one first), its pictures, and the counts
    that reconcile the on-time rates.
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
    funnel_pictures: list[Picture]
    control_chart_pictures: list[Picture]

    @property
    def pictures(self) -> list[Picture]:
        """All pictures of the league."""
        return [
            *self.ranking_pictures,
            *self.rate_pictures,
            *self.change_pictures,
            *self.funnel_pictures,
            *self.control_chart_pictures,
        ]


def make_section(site: Site, league: League) -> Section:
    """The values of a league's page. Only the leading indicator has a chart of ranks: the others
    have tables, and a chart for each would say little that these do not.
    """
    content, language, banner = site.content, site.language, site.banner
    indicators = list_ranked_indicators(content.method, league)
    lead = indicators[0]
    compared = comparisons.read_comparisons(content, league)
    by_name = {indicator.name: indicator for indicator in content.method.indicators}
    rates = tuple(by_name[name] for name in RATES if name in by_name)
    has_rates = len(rates) == len(RATES)
    return Section(
        league=league,
        indicators=indicators,
        ranking_pictures=charts.draw_ranking(league, lead, language, banner),
        rate_pictures=charts.draw_rates(league, rates, language, banner) if has_rates else [],
        rate_indicators=rates,
        rate_counts=reconcile_rates(league, site.leagues),
        change_pictures=charts.draw_changes(league, lead, language, banner),
        unranked_indicators=tuple(i for i in content.method.indicators if not i.is_ranked),
        comparisons=compared,
        funnel_pictures=_draw_funnels(site, compared, league),
        control_chart_pictures=[
            control_charts.draw_control_chart(found, language, banner)
            for found in compared.signalled_series[:_MOST_SERIES]
        ],
    )


def _draw_funnels(site: Site, compared: Comparisons, league: League) -> list[Picture]:
    """Draw the first funnel of a league; tables show the others."""
    drawn = (
        funnels.draw_funnel(points, league, indicator, site.language, site.banner)
        for indicator, points in compared.funnels[:1]
    )
    return [picture for picture in drawn if picture]


def reconcile_rates(league: League, leagues: Leagues) -> dict[str, int] | None:
    """Counts of the whole league that reconcile the on-time rates; None where one rate has none."""
    codes = {s.code for standings in league.by_indicator.values() for s in standings}
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
