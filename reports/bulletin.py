"""The pages of an edition: Vietnamese at the top, English under en/, charts and a style sheet.

Here belongs putting an edition's parts into the templates. Not here: the texts (words.toml), the
charts (charts), the data files that the pages link to (pipeline.bulletin).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.bulletin import Changes, Content
from pipeline.methods import Indicator
from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports import charts, comparisons, control_charts, funnels, gaps, official, standouts
from reports.charts import Picture
from reports.comparisons import Comparisons
from reports.leagues import HEADLINE, RATES, League, Places, ranked_indicators, read
from reports.words import LANGUAGES, Language

PAGES = {"vi": "index.html", "en": "en/index.html"}
METHODS = {"vi": "methods.html", "en": "en/methods.html"}
"""Pages of the methods of points; an edition without any such method has none."""
CHARTS = "charts"
STYLE = "style.css"
_MOST_CELLS = 6000
"""Cells of the leagues below; with more, three indicators are shown, so that a page stays light."""
_FEWER_COLUMNS = 3
_MOST_DRAWN = 2 * charts.PART
"""Units of a league above which only its first indicator is drawn; tables show the others."""
_MOST_SERIES = 8
"""Control charts drawn of a league; the list above them names every unit with a signal."""


@dataclass(frozen=True)
class Section:
    """A featured league on a page: its indicators (its lead first), charts, and the counts that
    reconcile the rates.
    """

    league: League
    indicators: tuple[Indicator, ...]
    rankings: tuple[tuple[Indicator, list[Picture]], ...]
    rates: list[Picture]
    rate_indicators: tuple[Indicator, ...]
    reconciled: dict[str, int] | None
    changes: list[Picture]
    others: tuple[Indicator, ...]
    comparisons: Comparisons
    funnels: list[Picture]
    series: list[Picture]

    @property
    def draws_all(self) -> bool:
        """Whether every indicator has its chart, not the first alone."""
        return _drawn(self.league, self.indicators) == self.indicators


def pages(
    content: Content, number: int, changes: Changes, stale_months: list[str]
) -> dict[str, bytes]:
    """The edition's pages and charts by path: index.html (Vietnamese), en/index.html (English),
    methods.html and en/methods.html where methods of points are in force, charts/*.svg and
    style.css.

    They refer to each other and to data/ and manifest.json of the edition, to nothing else. The
    same arguments give the same bytes. `stale_months` are the months of later editions that
    rest on what this one replaces.
    """
    style = (resources.files("reports") / "templates" / STYLE).read_bytes()
    files = {STYLE: style}
    for code in LANGUAGES:
        language = Language(code)
        places = read(content, code)
        sections = [_section(content, league, places, language) for league in places.featured]
        for picture in (picture for section in sections for picture in _pictures(section)):
            files[f"{CHARTS}/{picture.file_name}"] = picture.svg
        edition = _edition(content, places, number, changes, stale_months)
        edition |= {"language": language, "up": "" if code == "vi" else "../"}
        files[PAGES[code]] = _page(
            "page.html.j2",
            edition,
            heading=language.text("page.heading", month=language.month(content.month)),
            sections=sections,
            standouts=standouts.sentences(content, places, language),
            other_page="en/index.html" if code == "vi" else "../index.html",
        )
        if content.scorecards:
            files[METHODS[code]] = _page(
                "methods.html.j2",
                edition,
                heading=language.text("official.heading", month=language.month(content.month)),
                official=official.read(content, places),
                other_page="en/methods.html" if code == "vi" else "../methods.html",
            )
    return dict(sorted(files.items()))


def _page(template: str, edition: Mapping[str, object], **shown: object) -> bytes:
    return _environment().get_template(template).render(edition, **shown).encode()


def _edition(
    content: Content, places: Places, number: int, changes: Changes, stale_months: Sequence[str]
) -> dict[str, object]:
    """What the templates show whatever the language: it has the names of its places."""
    every_league = (*places.featured, *places.below)
    columns_below = {
        league.slug: ranked_indicators(content.method, league) for league in places.below
    }
    if sum(x.size * len(columns_below[x.slug]) for x in places.below) > _MOST_CELLS:
        columns_below = {slug: found[:_FEWER_COLUMNS] for slug, found in columns_below.items()}
    changed, unlisted = gaps.changed_values(changes)
    return {
        "content": content,
        "register": content.register,
        "method": content.method,
        "number": number,
        "places": places,
        "columns_below": columns_below,
        "unranked": gaps.unranked(places.featured),
        "unranked_below": gaps.unranked(places.below),
        "faults": gaps.faults(content),
        "accepted": gaps.accepted(content),
        "set_aside": gaps.set_aside(content),
        "changes": changes,
        "changed": changed,
        "unlisted": unlisted,
        "stale_months": sorted(stale_months),
        "names": {indicator.name: indicator for indicator in content.methods.indicators},
        "usual_lead": HEADLINE,
        "largest_of_pairs": LARGEST_PAIRWISE_LEAGUE,
        "unit_names": _unit_names(every_league),
    }


def _section(content: Content, league: League, places: Places, language: Language) -> Section:
    banner = language.text("page.simulated") if content.is_simulated else ""
    indicators = ranked_indicators(content.method, league)
    drawn = _drawn(league, indicators)
    compared = comparisons.read(content, league)
    by_name = {indicator.name: indicator for indicator in content.method.indicators}
    rates = tuple(by_name[name] for name in RATES if name in by_name)
    has_rates = len(rates) == len(RATES)
    return Section(
        league=league,
        indicators=indicators,
        rankings=tuple(
            (i, charts.ranked(league, i, language, banner) if i in drawn else [])
            for i in indicators
        ),
        rates=charts.rates(league, rates, language, banner) if has_rates else [],
        rate_indicators=rates,
        reconciled=_reconciled(league, places),
        changes=charts.changes(league, indicators[0], language, banner),
        others=tuple(i for i in content.method.indicators if not i.is_ranked),
        comparisons=compared,
        funnels=_funnels(compared, league, language, banner),
        series=[
            control_charts.picture(found, language, banner)
            for found in compared.signalled[:_MOST_SERIES]
        ],
    )


def _funnels(
    compared: Comparisons, league: League, language: Language, banner: str
) -> list[Picture]:
    """The first funnel of a league; tables show the others."""
    drawn = (
        funnels.picture(points, league, indicator, language, banner)
        for indicator, points in compared.funnels[:1]
    )
    return [picture for picture in drawn if picture]


def _drawn(league: League, indicators: tuple[Indicator, ...]) -> tuple[Indicator, ...]:
    """The indicators of a league that have their chart."""
    return indicators if league.size <= _MOST_DRAWN else indicators[:1]


def _pictures(section: Section) -> Iterable[Picture]:
    for _, pictures in section.rankings:
        yield from pictures
    yield from section.rates
    yield from section.changes
    yield from section.funnels
    yield from section.series


def _reconciled(league: League, places: Places) -> dict[str, int] | None:
    """Counts of the whole league that reconcile the three rates; None where none are known."""
    codes = {s.code for standings in league.by_indicator.values() for s in standings}
    counts = {}
    for name, word in zip(RATES, ("finished", "handled", "due"), strict=True):
        found = [places.values[code, name] for code in codes if (code, name) in places.values]
        whole = sum(s.denominator or 0 for s in found)
        if not whole:
            return None
        counts[f"{word}_all"] = round(whole)
        counts[f"{word}_late"] = round(whole - sum(s.numerator or 0 for s in found))
    due = [places.values[code, RATES[-1]] for code in codes if (code, RATES[-1]) in places.values]
    return counts | {"left_out": round(sum(s.left_out or 0 for s in due))}


def _unit_names(leagues: Iterable[League]) -> dict[str, str]:
    return {s.code: s.name for x in leagues for found in x.by_indicator.values() for s in found}


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
