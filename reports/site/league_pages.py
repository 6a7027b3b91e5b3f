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
    tables = _digest_tables(site)
    for league in site.leagues.all:
        place = site.places.league(league.slug)
        digest = digest_values(shared, league, *_list_values(site, league), tables[league.name])
        kept = before.find(place, digest)
        files = {} if kept else _render_page(site, league, place)
        yield place, kept or MadePage(digest, tuple(files)), files


def _list_values(site: Site, league: League) -> Iterator[object]:
    """Every value of the indices that the page may show, beside the standings of the league."""
    names = [indicator.name for indicator in site.content.methods.indicators]
    for code in sorted(league.names):
        yield [site.leagues.values.get((code, name)) for name in names]


def _digest_tables(site: Site) -> dict[str, str]:
    """By name of each league, a digest of its rows of the comparison tables, in any order.

    Rows are those of the league, else those of its units, else all of a table that names neither.
    """
    members = pl.DataFrame(
        [(code, league.name) for league in site.leagues.all for code in league.names],
        schema={"unit_code": pl.String, "league": pl.String},
        orient="row",
    )
    found: dict[str, list[object]] = {league.name: [] for league in site.leagues.all}
    for name, frame in sorted(site.content.comparisons.items()):
        rows = frame.select(
            pl.col("^(league|unit_code)$").cast(pl.String), frame.hash_rows().alias("row")
        )
        if "league" not in frame.columns:
            on_all = "unit_code" not in frame.columns
            rows = (
                rows.join(members.select("league").unique(), how="cross")
                if on_all
                else rows.join(members, on="unit_code")
            )
        for league, hashes in rows.group_by("league").agg(pl.col("row").sort()).iter_rows():
            if league in found:
                found[league] += [name, hashes]
    return {league: digest_values(*values) for league, values in found.items()}


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
