"""The page of the glossary: the words of the bulletin and what each means.

Here belong the order of the words and what fills their texts. Not here: the words themselves
(texts/glossary.toml), which are nowhere else.
"""

from reports.language import Language
from reports.site import rendering
from reports.site.rendering import Site

GROUPS = {
    "counted": (
        *("dossier", "procedure", "unit", "sender", "rating", "petition", "figures"),
        *("first_due_date", "left"),
    ),
    "measured": (
        *("indicator", "numerator", "on_time", "time_saved", "median_time", "clock"),
        *("response_rate", "limits", "source_of_variation"),
    ),
    "ranked": ("league", "rank", "rank_set", "tier", "change", "provisional", "not_ranked"),
    "compared": ("funnel", "case_mix", "control_chart", "signal", "sensitivity", "restated"),
    "published": (
        *("delivery", "rejected_row", "refused_file", "missing_sender", "edition", "hash"),
        "simulated",
    ),
    "official": ("official_method", "band", "decision_766", "circular_01", "sipas"),
}
"""The words in the order of the page."""


def render(site: Site) -> bytes:
    """The page of the glossary."""
    language, method = site.language, site.content.method
    other = Language("en" if language.is_vietnamese else "vi")
    values = {
        "level": language.number(100 * method.confidence_level, 0) + "%",
        "due": method.minimum_due,
        "respondents": method.minimum_respondents,
        "months": method.required_history_months,
    }
    groups = {
        group: [
            (
                name,
                language.text(f"term.{name}"),
                other.text(f"term.{name}"),
                language.text(f"word.{name}", **values),
            )
            for name in names
        ]
        for group, names in GROUPS.items()
    }
    return rendering.render(
        site,
        "glossary.html.j2",
        site.places.glossary,
        heading=language.text("glossary.title"),
        groups=groups,
        other_code=other.code,
    )
