"""Downloads: the workbooks and the paper of an edition in one language, and where they lie.

Here belongs which of these files there are. Not here: what they hold (workbook, paper), the data
files (pipeline.bulletin).

A PDF of unit pages is made for featured leagues of up to MOST_UNITS units: a page takes
about 12 ms and 35 KB, so 3,400 units in both languages would take more than a minute and 240 MB.
Every unit has its page in HTML, which fits a sheet of paper too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import PurePosixPath
from posixpath import normpath

from reports import paper, workbook
from reports.edition import Edition
from reports.leagues import League, find_lead
from reports.paper import SvgPicture
from reports.site.made_pages import (
    NOTHING_BEFORE,
    EditionBefore,
    Files,
    MadePage,
    digest_shared,
    digest_values,
)
from reports.site.rendering import Site
from reports.site.sections import reconcile_rates
from reports.site.unit_sheets import make_unit_sheet
from reports.site.units import UnitPage
from reports.workbook.ods import write_ods
from reports.workbook.xlsx import write_xlsx

MOST_UNITS = 100
_FIGURE = re.compile(r"<figure>(.*?)<figcaption>(.*?)</figcaption>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_IMAGE = re.compile(r"<img [^>]*>")
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


@dataclass(frozen=True)
class Download:
    """A file to download: its place in the edition, and what it is in words."""

    place: str
    about: str


def list_downloads(site: Site) -> list[Download]:
    """The files of this language, as the front page lists them."""
    language, places = site.language, site.places
    return [
        Download(places.bulletin, language.text("paper.bulletin_file")),
        *(
            Download(
                places.unit_sheets(league.slug),
                language.text("paper.units_file", league=language.league(league)),
            )
            for league in _list_printed(site)
        ),
        Download(places.workbook("xlsx"), language.text("paper.xlsx_file")),
        Download(places.workbook("ods"), language.text("paper.ods_file")),
    ]


def list_printed_units(site: Site) -> frozenset[str]:
    """The codes of the units that have a page on paper."""
    return frozenset(code for league in _list_printed(site) for code in league.names)


def make_downloads(
    site: Site,
    number: int,
    units: Iterable[UnitPage],
    files: Mapping[str, bytes],
    before: EditionBefore = NOTHING_BEFORE,
) -> Iterator[tuple[str, MadePage | None, Files]]:
    """The files of edition `number`: place, what it was made from, and the file by place; no file
    where that of the edition before is kept. Those that say the number are made from it: None.

    `units` are the values of the pages of units on paper, `files` has the pages and charts of the
    edition: the charts on paper are those on the pages.
    """
    edition = Edition(number, site.content, site.leagues, site.language)
    places = site.places
    # Typst works beside Python: paper is typeset while workbooks are written.
    with ThreadPoolExecutor(1) as beside:
        on_paper = beside.submit(_typeset, site, edition, units, files, before)
        book = workbook.make_workbook(edition)
        for suffix, write in (("xlsx", write_xlsx), ("ods", write_ods)):
            yield places.workbook(suffix), None, {places.workbook(suffix): write(book)}
        yield from on_paper.result()


def _typeset(
    site: Site,
    edition: Edition,
    units: Iterable[UnitPage],
    files: Mapping[str, bytes],
    before: EditionBefore,
) -> list[tuple[str, MadePage | None, Files]]:
    """The bulletin, and the unit pages of leagues that have them, as `make_downloads`."""
    places, featured = site.places, site.leagues.featured
    charts = {each.slug: find_pictures(files, places.league(each.slug)) for each in featured}
    counts = {each.slug: reconcile_rates(each, site.leagues) or {} for each in featured}
    bulletin = {places.bulletin: paper.make_bulletin(edition, charts, counts)}
    made: list[tuple[str, MadePage | None, Files]] = [(places.bulletin, None, bulletin)]
    by_code = {page.code: page for page in units}
    shared = digest_shared(site)
    for league in _list_printed(site):
        place = places.unit_sheets(league.slug)
        lead = find_lead(site.content.method, league)
        codes = [each.code for each in league.standings(lead.name) if each.code in by_code]
        sheets = [
            make_unit_sheet(site, by_code[code], find_pictures(files, places.unit(code) or ""))
            for code in codes
        ]
        digest = digest_values(shared, site.language.league(league), league.kind, sheets)
        kept = before.find(place, digest)
        if kept:
            made.append((place, kept, {}))
        elif sheets:
            written = {place: paper.make_unit_pages(edition, league, sheets)}
            made.append((place, MadePage(digest, (place,)), written))
    return made


def find_pictures(files: Mapping[str, bytes], place: str) -> list[SvgPicture]:
    """The charts on a page, in its order: its SVG files, with what the page says in their place and
    below them.
    """
    found = []
    for figure, caption in _FIGURE.findall(files.get(place, b"").decode()):
        for tag in _IMAGE.findall(figure):
            values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(tag)}
            svg = files[normpath(PurePosixPath(place).parent / values["src"])].decode()
            size = float(values["width"]), float(values["height"])
            below = unescape(_TAG.sub("", caption)).strip()
            found.append(SvgPicture(svg, values["alt"], below, *size))
    return found


def _list_printed(site: Site) -> list[League]:
    """The featured leagues that have a PDF of unit pages."""
    return [league for league in site.leagues.featured if 0 < league.size <= MOST_UNITS]
