"""The pages of leagues, made again only where a number of the league changed.

Here belongs what a page of a league is made from. Not here: its values and pictures (sections), the
template (league.html.j2).
"""

from collections.abc import Iterator

import polars as pl

from reports.leagues import HEADLINE, League
from reports.png_copies import make_copy, name_copy
from reports.ranks_by_month import MOST_STRONG
from reports.site.compaction import compact
from reports.site.made_pages import (
    NOTHING_BEFORE,
    EditionBefore,
    Files,
    MadePage,
    digest_shared,
    digest_values,
)
from reports.site.places import CHARTS
from reports.site.rendering import Site, render
from reports.site.sections import make_section


def make_league_pages(
    site: Site, before: EditionBefore = NOTHING_BEFORE
) -> Iterator[tuple[str, MadePage, Files]]:
    """The page of every league: its path, what it was made from, and it and its charts by path;
    no files where those of the edition before are kept.
    """
    shared = digest_shared(site)
    for league in site.leagues.all:
        place = site.places.league(league.slug)
        digest = digest_values(shared, league, *_list_values(site, league))
        kept = before.find(place, digest)
        files = {} if kept else _render_page(site, league, place)
        yield place, kept or MadePage(digest, tuple(files)), files


def _list_values(site: Site, league: League) -> Iterator[object]:
    """Every value that the page may show, beside the standings of the league."""
    codes = sorted(league.names)
    names = [indicator.name for indicator in site.content.methods.indicators]
    yield [site.leagues.values.get((code, name)) for code in codes for name in names]
    for name, frame in sorted(site.content.comparisons.items()):
        own = pl.lit(value=True)
        if "league" in frame.columns:
            own = pl.col("league") == league.name
        elif "unit_code" in frame.columns:
            own = pl.col("unit_code").is_in(codes)
        yield name, frame.filter(own).write_csv()


def _render_page(site: Site, league: League, place: str) -> Files:
    section = make_section(site, league)
    heading = f"{site.language.league(league)}, {site.language.month(site.content.month)}"
    html = render(
        site,
        "league.html.j2",
        place,
        heading=heading,
        section=section,
        usual_lead=HEADLINE,
        strong_ranks=MOST_STRONG,
        copies=name_copy if section.is_featured else None,
    )
    charts = {f"{CHARTS}/{each.file_name}": each.svg for each in section.pictures}
    if section.is_featured:
        for each in section.pictures:
            charts[f"{CHARTS}/{name_copy(each)}"] = make_copy(each)
    return {place: compact(html)} | charts
