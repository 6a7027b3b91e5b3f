"""The pages of all months: the newest one, finding a unit, every edition, a feed.

They lie beside the folders of the months and are made anew whenever the editions change:

    index.html, en/           the months, what the newest one tells, the units
    editions.html, en/        every edition of every month, what it changed and whose export did it
    editions/<YYYY-MM>/, en/  the same of one month: where an edition's link to all months leads
                              when it is opened by its number
    feed.xml, en/             the same as news (feed)

Here belongs which pages there are. Not here: what an edition changed (pipeline.edition_history),
the words for it (wording), the pages of an edition (reports.site).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any

from pipeline import letters
from pipeline.agencies import Register
from pipeline.edition_history import EditionRecord
from reports.all_months import feed, units
from reports.all_months.values import MonthEditions, describe_place
from reports.all_months.wording import Wording
from reports.language import LANGUAGES, Language
from reports.site.places import FOLDERS, STYLE, link
from reports.site.rendering import make_environment
from reports.site.summary import Summary, Told, UnitEntry

FINDER = "find.js"
MOST_MOVERS = 20
"""So many units that improved or fell are named of a league; the others are counted."""


def make_pages(months: Sequence[MonthEditions], register: Register) -> dict[str, bytes]:
    """All pages by their path below `published`. Same arguments, same bytes.

    `months` are those with an edition in force, the earliest first; there is at least one.
    """
    newest_first = sorted(months, key=lambda each: each.month, reverse=True)
    templates = resources.files("reports") / "templates"
    files = {name: (templates / name).read_bytes() for name in (STYLE, FINDER)}
    for code in LANGUAGES:
        pages = _Pages(newest_first, Wording(Language(code), register))
        files[describe_place(code, "index.html")] = pages.render_index()
        files[describe_place(code, "editions.html")] = pages.render_editions()
        for month in newest_first:
            place = f"editions/{month.month}/{FOLDERS[code]}index.html"
            files[place] = pages.render_editions_of(month, place)
        files[describe_place(code, "feed.xml")] = feed.make_feed(newest_first, pages.wording)
    return dict(sorted(files.items()))


@dataclass(frozen=True)
class _Pages:
    """The pages of all months in one language, the newest month first."""

    months: Sequence[MonthEditions]
    wording: Wording

    @property
    def language(self) -> Language:
        return self.wording.language

    def render_index(self) -> bytes:
        newest = self.months[0]
        summary = newest.summary or Summary()
        pages_of_units = {unit.code: unit for unit in summary.units}
        before = next((each for each in self.months if each.month == newest.month_before), None)
        return self._render(
            "all_months.html.j2",
            describe_place(self.language.code, "index.html"),
            heading=self.language.text("all_months.heading"),
            newest=newest,
            told=summary.told.get(self.language.code, Told()),
            pages_of_units=pages_of_units,
            page_of=partial(self._link_unit, newest.month, pages_of_units),
            missing=self._compare_missing(newest, before),
            most_movers=MOST_MOVERS,
            groups=units.group_units(self.months, self.language),
        )

    def render_editions(self) -> bytes:
        return self._render(
            "editions.html.j2",
            describe_place(self.language.code, "editions.html"),
            heading=self.language.text("editions.heading"),
            shown=self.months,
        )

    def render_editions_of(self, month: MonthEditions, place: str) -> bytes:
        """The editions of one month; their page in the other language lies beside this one."""
        other = FOLDERS[next(code for code in LANGUAGES if code != self.language.code)]
        return self._render(
            "editions.html.j2",
            place,
            other_page=f"editions/{month.month}/{other}index.html",
            heading=self.language.text(
                "editions.heading_of_month", month=self.language.month(month.month)
            ),
            shown=[month],
        )

    def _render(self, template: str, place: str, **values: Any) -> bytes:  # noqa: ANN401
        code = self.language.code
        other = next(each for each in LANGUAGES if each != code)
        values.setdefault("other_page", describe_place(other, place.removeprefix(FOLDERS[code])))
        page = (
            make_environment()
            .get_template(template)
            .render(
                language=self.language,
                wording=self.wording,
                months=self.months,
                here=place,
                to=partial(link, place),
                up="../" * place.count("/"),
                folder=FOLDERS[code],
                all_months=describe_place(code, "index.html"),
                archive=describe_place(code, "editions.html"),
                feed=describe_place(code, "feed.xml"),
                is_simulated=any(month.in_force.is_simulated for month in self.months),
                edition_place=self._find_edition,
                **values,
            )
        )
        return letters.without_steering(page).encode()

    def _find_edition(self, record: EditionRecord) -> str | None:
        """The front page of an edition by its number; None where nobody knows that it is there."""
        if record.fault not in {"", "altered"}:
            return None
        folder = FOLDERS[self.language.code]
        return f"editions/{record.month}/{record.number}/{folder}index.html"

    def _link_unit(self, month: str, pages_of_units: dict[str, UnitEntry], code: str) -> str | None:
        """The link from the index to the page of a unit in a month; None where it has no page."""
        if code not in pages_of_units:
            return None
        folder = FOLDERS[self.language.code]
        place = f"{month}/{folder}units/{pages_of_units[code].stem}.html"
        return link(describe_place(self.language.code, "index.html"), place)

    def _compare_missing(
        self, newest: MonthEditions, before: MonthEditions | None
    ) -> tuple[list[str], list[str]]:
        """The names of senders that are missing since this month, and of those that are back."""
        if before is None or before.summary is None or newest.summary is None:
            return [], []
        now, then = set(newest.summary.missing), set(before.summary.missing)
        name = partial(self.wording.name, month=newest.month)
        return [name(code) for code in sorted(now - then)], [
            name(code) for code in sorted(then - now)
        ]
