"""The site of an edition: front page, leagues, units, procedures, method, glossary, data; in both
languages.

Here belongs which pages there are. Not here: what stands on a page (front, sections, units), where
it lies (places), the texts (texts), the data files that the pages link to (pipeline.bulletin),
the pages of all months (reports.all_months).
"""

import os
from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from itertools import chain

from pipeline.bulletin import Changes, Content, data_files
from pipeline.processes import start_processes
from reports import official
from reports.language import LANGUAGES, Language
from reports.leagues import read_leagues
from reports.site import data_page, downloads, front, glossary, method, procedures
from reports.site.league_pages import make_league_pages
from reports.site.made_pages import (
    NOTHING_BEFORE,
    EditionBefore,
    FilesOfEdition,
    MadePage,
    list_kept,
)
from reports.site.packing import PackedContent, pack
from reports.site.places import SCRIPT, STYLE, Places, name_unit_files
from reports.site.rendering import Site, render
from reports.site.stored_files import StoredFiles
from reports.site.summary import SUMMARY, SummaryPart, make_summary, read_part
from reports.site.unit_data import make_changed_unit_data
from reports.site.unit_pages import FEW, make_unit_pages
from reports.site.units import UnitPage, collect_unit_pages


@dataclass(frozen=True)
class MadeSite:
    """The files of a site by path, the pages that need not be made again, and the paths of the
    files that the edition keeps from the one before.
    """

    files: MutableMapping[str, bytes]
    made: dict[str, MadePage]
    kept: frozenset[str]


def pages(
    content: Content,
    number: int,
    changes: Changes,
    stale_months: list[str],
    data: Mapping[str, bytes] | None = None,
) -> dict[str, bytes]:
    """The files of the site of an edition by path: as `make_site`."""
    return dict(make_site(content, number, changes, stale_months, data=data).files)


def make_site(  # noqa: PLR0913, PLR0917 -- each is of the edition or was made with it before
    content: Content,
    number: int,
    changes: Changes,
    stale_months: list[str],
    before: EditionBefore = NOTHING_BEFORE,
    data: Mapping[str, bytes] | None = None,
) -> MadeSite:
    """The edition's pages, charts, style sheet, script and downloads: see Places for their paths.

    They refer to each other, to data/ and manifest.json of the edition, to the page of all months
    beside it, and to nothing else. The same arguments give the same bytes. `stale_months` are the
    months of later editions that rest on the edition that this one replaces. Only the front page
    and the downloads say the number of the edition, so the other pages stay the same as long as
    their numbers do; those of the edition `before` are kept. `data` are the edition's data files,
    whose sizes a page names (None: they are made here).
    """
    data = data_files(content) if data is None else data
    stems = name_unit_files(content.indices["unit_code"])
    templates = resources.files("reports") / "templates"
    has_many_units = len(stems) > FEW
    files = _begin_files(has_many_units=has_many_units)
    files.update({name: (templates / name).read_bytes() for name in (STYLE, SCRIPT)})
    made: dict[str, MadePage] = {}
    for place, made_from, written in make_changed_unit_data(content, Places("vi", stems), before):
        made[place] = made_from
        files.update(written)
    make = partial(
        _make_in_language,
        stems,
        number,
        changes,
        stale_months,
        {path: len(written) for path, written in data.items()},
        before,
    )
    parts = _make_in_languages(make, content, has_many_units=has_many_units)
    for part in parts.values():
        made |= part.made
    summaries = {code: part.summary for code, part in parts.items()}
    files[SUMMARY] = make_summary(content, stems, summaries)
    all_files = ChainMap(files, *(part.files for part in parts.values()))
    return MadeSite(all_files, dict(sorted(made.items())), frozenset(list_kept(made, all_files)))


def _begin_files(*, has_many_units: bool) -> MutableMapping[str, bytes]:
    return StoredFiles() if has_many_units else {}


@dataclass(frozen=True)
class _Part:
    """A site in one language: its files by path, its pages, its part of the summary."""

    files: MutableMapping[str, bytes]
    made: dict[str, MadePage]
    summary: SummaryPart


def _make_in_languages(
    make: Callable[[str, int, Content | PackedContent], _Part],
    content: Content,
    *,
    has_many_units: bool,
) -> dict[str, _Part]:
    """The site in every language: all at the same time, each in its own process, where it has many
    units.
    """
    if not has_many_units:
        return {code: make(code, 1, content) for code in LANGUAGES}
    each = max(1, (os.cpu_count() or 1) // len(LANGUAGES))
    here, *others = LANGUAGES
    with start_processes(len(others)) as processes:
        elsewhere = {code: processes.submit(make, code, each, pack(content)) for code in others}
        return {here: make(here, each, content)} | {
            code: part.result() for code, part in elsewhere.items()
        }


def _make_in_language(  # noqa: PLR0913, PLR0917 -- as make_site
    stems: Mapping[str, str],
    number: int,
    changes: Changes,
    stale_months: list[str],
    sizes: Mapping[str, int],
    before: EditionBefore,
    code: str,
    processes: int,
    contents: Content | PackedContent,
) -> _Part:
    content = contents.unpack() if isinstance(contents, PackedContent) else contents
    leagues = read_leagues(content, code)
    site = Site(content, leagues, Language(code), Places(code, stems))
    files = _begin_files(has_many_units=len(stems) > FEW)
    files.update(
        {
            site.places.front: front.render(site, number, changes, stale_months),
            site.places.method: method.render(site),
            site.places.procedures: procedures.render(site),
            site.places.glossary: glossary.render(site),
            site.places.data: data_page.render(site, sizes),
        }
    )
    if content.scorecards:
        read = official.read_official(content, leagues)
        heading = site.language.text("official.heading", month=site.language.month(content.month))
        files[site.places.official] = render(
            site, "methods.html.j2", site.places.official, heading=heading, official=read
        )
    made: dict[str, MadePage] = {}
    printed = downloads.list_printed_units(site)
    on_paper: list[UnitPage] = []

    def list_units() -> Iterator[UnitPage]:
        for unit in collect_unit_pages(site):
            if unit.code in printed:
                on_paper.append(unit)
            yield unit

    for place, made_from, written in chain(
        make_league_pages(site, before), make_unit_pages(site, list_units(), before, processes)
    ):
        made[place] = made_from
        files.update(written)
    readable = FilesOfEdition(files, list_kept(made, files), before)
    found = list(downloads.make_downloads(site, number, on_paper, readable, before))
    made |= {place: made_from for place, made_from, _ in found if made_from is not None}
    files.update({path: content for *_, written in found for path, content in written.items()})
    return _Part(files, made, read_part(site))
