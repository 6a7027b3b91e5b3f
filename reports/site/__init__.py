"""The site of an edition: front page, leagues, units, procedures, method, glossary, data; in both
languages.

Here belongs which pages there are. Not here: what stands on a page (front, sections, units), where
it lies (places), the texts (texts), the data files that the pages link to (pipeline.bulletin),
the pages of all months (reports.all_months).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import chain

from pipeline.bulletin import Changes, Content, data_files
from reports import official
from reports.language import LANGUAGES, Language
from reports.leagues import read_leagues
from reports.site import data_page, downloads, front, glossary, method, procedures
from reports.site.league_pages import make_league_pages
from reports.site.made_pages import FindMade, MadePage, find_none
from reports.site.places import SCRIPT, STYLE, Places, name_unit_files
from reports.site.rendering import Site, render
from reports.site.summary import SUMMARY, make_summary
from reports.site.unit_data import make_unit_data
from reports.site.unit_pages import make_unit_pages
from reports.site.units import collect_unit_pages


@dataclass(frozen=True)
class MadeSite:
    """The files of a site by path, and those of its pages that need not be made again."""

    files: dict[str, bytes]
    made: dict[str, MadePage]


def pages(
    content: Content,
    number: int,
    changes: Changes,
    stale_months: list[str],
    data: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The files of the site of an edition by path: as `make_site`."""
    return make_site(content, number, changes, stale_months, data=data).files


def make_site(  # noqa: PLR0913, PLR0917 -- each is of the edition or was made with it before
    content: Content,
    number: int,
    changes: Changes,
    stale_months: list[str],
    find_made: FindMade = find_none,
    data: Mapping[str, bytes] | None = None,
) -> MadeSite:
    """The edition's pages, charts, style sheet, script and downloads: see Places for their paths.

    They refer to each other, to data/ and manifest.json of the edition, to the page of all months
    beside it, and to nothing else. The same arguments give the same bytes. `stale_months` are the
    months of later editions that rest on the edition that this one replaces. Only the front page
    and the downloads say the number of the edition, so the other pages stay the same as long as
    their numbers do; `find_made` finds those that were made before. `data` are the edition's data
    files, whose sizes a page names (None: they are made here).
    """
    data = data_files(content) if data is None else data
    stems = name_unit_files(content.indices["unit_code"])
    templates = resources.files("reports") / "templates"
    files = {name: (templates / name).read_bytes() for name in (STYLE, SCRIPT)}
    files |= make_unit_data(content, Places("vi", stems))
    made: dict[str, MadePage] = {}
    sites = []
    for code in LANGUAGES:
        leagues = read_leagues(content, code)
        site = Site(content, leagues, Language(code), Places(code, stems))
        sites.append(site)
        files[site.places.front] = front.render(site, number, changes, stale_months)
        files[site.places.method] = method.render(site)
        files[site.places.procedures] = procedures.render(site)
        files[site.places.glossary] = glossary.render(site)
        files[site.places.data] = data_page.render(site, data)
        if content.scorecards:
            read = official.read_official(content, leagues)
            heading = site.language.text(
                "official.heading", month=site.language.month(content.month)
            )
            files[site.places.official] = render(
                site, "methods.html.j2", site.places.official, heading=heading, official=read
            )
        units = list(collect_unit_pages(site))
        both = chain(make_league_pages(site, find_made), make_unit_pages(site, units, find_made))
        for place, made_page, files_of_page in both:
            made[place] = made_page
            files |= files_of_page
        files |= downloads.make_downloads(site, number, units, files)
    files[SUMMARY] = make_summary(sites)
    return MadeSite(dict(sorted(files.items())), made)
