"""Rendering: the values of an edition in one language go through a template and become a page.

Here belong the environment of the templates and what every template can use. Not here: the values
of a page (front, sections, units), the texts (texts).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline import letters
from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import Leagues
from reports.site.places import Places, link

_BREAK = re.compile(r"\s*\n\s*(?=</?(?:t[dhr]|thead|tbody|table|caption)\b)")


@dataclass(frozen=True)
class Site:
    """One edition in one language: what its pages are made from."""

    content: Content
    leagues: Leagues
    language: Language
    places: Places

    @property
    def banner(self) -> str:
        """The mark of simulated data; empty where the data are real."""
        return self.language.text("page.simulated") if self.content.is_simulated else ""


def render(site: Site, template: str, place: str, **values: Any) -> bytes:  # noqa: ANN401
    """A page at a place of the edition.

    Beside its own values a template has those of the Site, `here` (its place), `other_page` (the
    place of the same page in the other language, if the caller gives none), `to` (the link to a
    place) and `up` (the way to the top of the edition).
    """
    values.setdefault("other_page", _find_other(place))
    page = make_environment().get_template(template).render(_collect_shared(site, place), **values)
    return letters.without_steering(page).encode()


def _collect_shared(site: Site, place: str) -> Mapping[str, object]:
    method = site.content.method
    return {
        "content": site.content,
        "register": site.content.register,
        "method": method,
        "leagues": site.leagues,
        "language": site.language,
        "places": site.places,
        "here": place,
        "to": partial(link, place),
        "up": "../" * place.count("/"),
        "all_months": site.places.all_months,
        "is_simulated": site.content.is_simulated,
        "indicators_by_name": {each.name: each for each in site.content.methods.indicators},
    }


def _find_other(place: str) -> str:
    return place.removeprefix("en/") if place.startswith("en/") else f"en/{place}"


@cache
def make_environment() -> Environment:
    """The environment of all templates: text is escaped, and a name without a value is an error."""
    environment = Environment(
        loader=PackageLoader("reports"),
        auto_reload=False,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["without_breaks"] = _drop_breaks
    return environment


def _drop_breaks(table: Markup) -> Markup:
    """A table without the line breaks before rows and cells: they say nothing, and a page of a
    league has thousands of them.
    """
    return Markup(_BREAK.sub("", table))  # noqa: S704 -- the template has escaped it
