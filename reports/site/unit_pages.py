"""The pages of units: from their values to HTML and charts, on all processors for many units.

A page is made from its UnitPage alone, so a page whose values did not change need not be made
again. Here belongs making them. Not here: the values (units), the template (unit.html.j2).
"""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from itertools import chain, islice

from pipeline.processes import start_processes
from reports import control_charts
from reports.leagues import Leagues
from reports.site.compaction import compact
from reports.site.made_pages import (
    NOTHING_BEFORE,
    EditionBefore,
    Files,
    MadePage,
    digest_shared,
    digest_values,
)
from reports.site.packing import clear
from reports.site.places import CHARTS
from reports.site.rendering import Site, render
from reports.site.units import UnitPage
from reports.xy_sheet import Pad

FEW = 400
"""Up to so many pages are made in this process: another one takes seconds to start."""
_AT_ONCE = 50
"""Pages that a process is given at a time."""


def make_unit_pages(
    site: Site,
    pages: Iterable[UnitPage],
    before: EditionBefore = NOTHING_BEFORE,
    processes: int = 1,
) -> Iterator[tuple[str, MadePage, Files]]:
    """The pages of units: path, what each was made from, and it and its charts by path; no files
    where those of the edition before are kept. More than FEW are made by so many `processes`.
    """
    shared = digest_shared(site)
    digests: dict[str, str] = {}
    kept: dict[str, MadePage] = {}

    def list_changed() -> Iterator[UnitPage]:
        for page in pages:
            place = _find_place(site, page)
            digest = digest_values(shared, page)
            found = before.find(place, digest)
            if found:
                kept[place] = found
            else:
                digests[place] = digest
                yield page

    for place, files in _render_all(_without_tables(site), list_changed(), processes):
        yield place, MadePage(digests[place], tuple(files)), files
    for place, made in kept.items():
        yield place, made, {}


def _render_all(
    site: Site, pages: Iterator[UnitPage], processes: int
) -> Iterator[tuple[str, Files]]:
    first = list(islice(pages, FEW + 1))
    pages = chain(first, pages)
    if processes == 1 or len(first) <= FEW:
        pad = Pad()
        yield from (_render_page(site, page, pad) for page in pages)
        return
    with start_processes(processes) as workers:
        # A few parts at a time: the values of all pages together take much memory.
        under_way: deque[Future[list[tuple[str, Files]]]] = deque()
        while (part := list(islice(pages, _AT_ONCE))) or under_way:
            if part:
                under_way.append(workers.submit(_render_some, site, part))
            if not part or len(under_way) > 2 * processes:
                yield from under_way.popleft().result()


def _render_some(site: Site, pages: Iterable[UnitPage]) -> list[tuple[str, Files]]:
    pad = Pad()
    return [_render_page(site, page, pad) for page in pages]


def _render_page(site: Site, page: UnitPage, pad: Pad) -> tuple[str, Files]:
    place = _find_place(site, page)
    pictures = [
        control_charts.draw_control_chart(
            trend.series, site.language, site.banner, pad, f"unit-{site.places.stems[page.code]}"
        )
        for trend in page.trends
    ]
    heading = f"{page.name}, {site.language.month(site.content.month)}"
    shown = list(zip(page.trends, pictures, strict=True))
    html = render(site, "unit.html.j2", place, heading=heading, page=page, pictures=shown)
    return place, {place: compact(html)} | {
        f"{CHARTS}/{each.file_name}": each.svg for each in pictures
    }


def _find_place(site: Site, page: UnitPage) -> str:
    place = site.places.unit(page.code)
    if place is None:
        raise ValueError(page.code)
    return place


def _without_tables(site: Site) -> Site:
    """The edition without its tables and leagues: what a page needs beside its own values."""
    return replace(
        site, content=clear(site.content), leagues=Leagues((), (), {}, site.leagues.names_en)
    )
