"""The pages of an edition: Vietnamese at the top, English under en/, charts and a style sheet.

Here belongs putting the values of an edition into the templates. Not here: the texts (texts.toml),
the charts (charts), the data files to which the pages link (pipeline.bulletin).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline import letters
from pipeline.bulletin import Changes, Content
from pipeline.methods import Indicator
from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports import (
    charts,
    comparisons,
    control_charts,
    corrections,
    data_quality,
    funnels,
    highlights,
    official,
)
from reports.charts import Picture
from reports.comparisons import Comparisons
from reports.language import LANGUAGES, Language
from reports.leagues import HEADLINE, RATES, League, Leagues, list_ranked_indicators, read_leagues

PAGES = {"vi": "index.html", "en": "en/index.html"}
METHODS = {"vi": "methods.html", "en": "en/methods.html"}
"""Pages of the scoring methods; an edition without a scoring method has none."""
CHARTS = "charts"
STYLE = "style.css"
_MOST_CELLS = 6000
"""The most cells of the other leagues; with more, each shows _FEWER_COLUMNS indicators."""
_FEWER_COLUMNS = 3
_MOST_DRAWN = 2 * charts.MOST_ROWS
"""The most units of a league of which every indicator is drawn. Of a larger one only the first is
drawn, and tables show the others."""
_MOST_SERIES = 8
"""The most control charts of a league; the list above them names every unit with a signal."""


@dataclass(frozen=True)
class Section:
    """A featured league on a page: its indicators (the leading one first), its pictures, and the
    counts that reconcile the on-time rates.
    """

    league: League
    indicators: tuple[Indicator, ...]
    ranking_pictures: tuple[tuple[Indicator, list[Picture]], ...]
    rate_pictures: list[Picture]
    rate_indicators: tuple[Indicator, ...]
    rate_counts: dict[str, int] | None
    change_pictures: list[Picture]
    unranked_indicators: tuple[Indicator, ...]
    comparisons: Comparisons
    funnel_pictures: list[Picture]
    control_chart_pictures: list[Picture]

    @property
    def has_all_charts(self) -> bool:
        """Whether every indicator has its chart, and not only the first one."""
        return _choose_drawn(self.league, self.indicators) == self.indicators


def pages(
    content: Content, number: int, changes: Changes, stale_months: list[str]
) -> dict[str, bytes]:
    """The edition's pages and charts by path: index.html (Vietnamese), en/index.html (English),
    methods.html and en/methods.html where scoring methods are in force, charts/*.svg and style.css.

    They refer to each other and to data/ and manifest.json of the edition, and to nothing else. The
    same arguments give the same bytes. `stale_months` are the months of later editions that
    rest on the edition that this one replaces.
    """
    style = (resources.files("reports") / "templates" / STYLE).read_bytes()
    files = {STYLE: style}
    for code in LANGUAGES:
        language = Language(code)
        leagues = read_leagues(content, code)
        sections = [
            _make_section(content, league, leagues, language) for league in leagues.featured
        ]
        for picture in (picture for section in sections for picture in _list_pictures(section)):
            files[f"{CHARTS}/{picture.file_name}"] = picture.svg
        edition = _collect_values(content, leagues, number, changes, stale_months)
        edition |= {"language": language, "up": "" if code == "vi" else "../"}
        files[PAGES[code]] = _render_page(
            "page.html.j2",
            edition,
            heading=language.text("page.heading", month=language.month(content.month)),
            sections=sections,
            highlights=highlights.write_highlights(content, leagues, language),
            other_page="en/index.html" if code == "vi" else "../index.html",
        )
        if content.scorecards:
            files[METHODS[code]] = _render_page(
                "methods.html.j2",
                edition,
                heading=language.text("official.heading", month=language.month(content.month)),
                official=official.read_official(content, leagues),
                other_page="en/methods.html" if code == "vi" else "../methods.html",
            )
    return dict(sorted(files.items()))


def _render_page(template: str, edition: Mapping[str, object], **values: object) -> bytes:
    page = _make_environment().get_template(template).render(edition, **values)
    return letters.without_steering(page).encode()


def _collect_values(
    content: Content, leagues: Leagues, number: int, changes: Changes, stale_months: Sequence[str]
) -> dict[str, object]:
    """The values that every template of a page needs, by their name in the templates."""
    every_league = (*leagues.featured, *leagues.others)
    columns_of_others = {
        league.slug: list_ranked_indicators(content.method, league) for league in leagues.others
    }
    if sum(x.size * len(columns_of_others[x.slug]) for x in leagues.others) > _MOST_CELLS:
        columns_of_others = {
            slug: found[:_FEWER_COLUMNS] for slug, found in columns_of_others.items()
        }
    changed_values, unlisted_count = corrections.list_changed_values(changes)
    return {
        "content": content,
        "register": content.register,
        "method": content.method,
        "number": number,
        "leagues": leagues,
        "columns_of_others": columns_of_others,
        "unranked_units": data_quality.list_unranked(leagues.featured),
        "unranked_in_others": data_quality.list_unranked(leagues.others),
        "faulty_deliveries": data_quality.list_faulty_deliveries(content),
        "accepted_files": data_quality.list_accepted_files(content),
        "rejected_rows": data_quality.summarize_rejected(content),
        "changes": changes,
        "changed_values": changed_values,
        "unlisted_count": unlisted_count,
        "stale_months": sorted(stale_months),
        "indicators_by_name": {
            indicator.name: indicator for indicator in content.methods.indicators
        },
        "usual_lead": HEADLINE,
        "largest_of_pairs": LARGEST_PAIRWISE_LEAGUE,
        "unit_names": _list_unit_names(every_league),
    }


def _make_section(
    content: Content, league: League, leagues: Leagues, language: Language
) -> Section:
    banner = language.text("page.simulated") if content.is_simulated else ""
    indicators = list_ranked_indicators(content.method, league)
    drawn = _choose_drawn(league, indicators)
    compared = comparisons.read_comparisons(content, league)
    by_name = {indicator.name: indicator for indicator in content.method.indicators}
    rates = tuple(by_name[name] for name in RATES if name in by_name)
    has_rates = len(rates) == len(RATES)
    return Section(
        league=league,
        indicators=indicators,
        ranking_pictures=tuple(
            (i, charts.draw_ranking(league, i, language, banner) if i in drawn else [])
            for i in indicators
        ),
        rate_pictures=charts.draw_rates(league, rates, language, banner) if has_rates else [],
        rate_indicators=rates,
        rate_counts=_reconcile_rates(league, leagues),
        change_pictures=charts.draw_changes(league, indicators[0], language, banner),
        unranked_indicators=tuple(i for i in content.method.indicators if not i.is_ranked),
        comparisons=compared,
        funnel_pictures=_draw_funnels(compared, league, language, banner),
        control_chart_pictures=[
            control_charts.draw_control_chart(found, language, banner)
            for found in compared.signalled_series[:_MOST_SERIES]
        ],
    )


def _draw_funnels(
    compared: Comparisons, league: League, language: Language, banner: str
) -> list[Picture]:
    """Draw the first funnel of a league; tables show the others."""
    drawn = (
        funnels.draw_funnel(points, league, indicator, language, banner)
        for indicator, points in compared.funnels[:1]
    )
    return [picture for picture in drawn if picture]


def _choose_drawn(league: League, indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """The indicators of a league that have a chart."""
    return indicators if league.size <= _MOST_DRAWN else indicators[:1]


def _list_pictures(section: Section) -> Iterable[Picture]:
    for _, pictures in section.ranking_pictures:
        yield from pictures
    yield from section.rate_pictures
    yield from section.change_pictures
    yield from section.funnel_pictures
    yield from section.control_chart_pictures


def _reconcile_rates(league: League, leagues: Leagues) -> dict[str, int] | None:
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


def _list_unit_names(leagues: Iterable[League]) -> dict[str, str]:
    return {s.code: s.name for x in leagues for found in x.by_indicator.values() for s in found}


@cache
def _make_environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
