"""The page of the method: every indicator, every choice, how to read ranks, what is not known.

Everything on it comes from the method that the numbers were computed by, so it cannot differ from
what was computed. Not here: scoring methods (reports.official), the words (glossary), the columns
of the data files (data_page).
"""

from collections.abc import Iterator

from pydantic import BaseModel

from pipeline.methods import NAMING, SMALLEST, Method
from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports.language import Language
from reports.site import rendering
from reports.site.rendering import Site


def render(site: Site) -> bytes:
    """The page of the method."""
    method, language = site.content.method, site.language
    return rendering.render(
        site,
        "method.html.j2",
        site.places.method,
        heading=language.text("method_page.heading"),
        largest_of_pairs=LARGEST_PAIRWISE_LEAGUE,
        smallest={i.name: _describe_smallest(i.name, method, language) for i in method.indicators},
        settings=[
            (language.text(f"setting.{name}"), _write_value(name, value, language))
            for name, value in list_settings(method)
        ],
    )


def list_settings(method: Method) -> Iterator[tuple[str, object]]:
    """Every choice of a method and its value; those of a table inside it as `table_choice`."""
    for name in type(method).model_fields:
        if name not in NAMING:
            yield from _flatten(name, getattr(method, name))


def _flatten(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, BaseModel):
        for inner in type(value).model_fields:
            yield from _flatten(f"{name}_{inner}", getattr(value, inner))
    else:
        yield name, value


def _describe_smallest(name: str, method: Method, language: Language) -> str:
    rule = SMALLEST.get(name)
    if rule is None:
        return language.text("method_page.under_parts_empty")
    is_of_people = rule == "under_respondents_empty"
    least = method.minimum_respondents if is_of_people else method.minimum_due
    return language.text(f"method_page.{rule}", count=least)


def _write_value(name: str, value: object, language: Language) -> str:
    """Weights and other shares are percentages, words have their text."""
    if isinstance(value, str):
        return language.text(f"setting_value.{value}")
    if isinstance(value, float):
        return f"{100 * value:g}%".replace(".", "," if language.is_vietnamese else ".")
    if isinstance(value, int):
        return language.number(value, 0)
    raise TypeError(f"{name} of a method has no form on the page: {value!r}")
