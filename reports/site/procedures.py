"""The page of the procedures: which are late most, over all units.

Here belong the values of that page. Not here: how procedures are counted (pipeline.indices), the
units of a procedure (procedure_units), a unit's own procedures (unit_breakdowns), the template
(procedures.html.j2).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.tables.comparisons import NOT_SENT
from reports.categories import name_category
from reports.language import Language
from reports.site import procedure_units, rendering
from reports.site.rendering import Site

MOST_ROWS = 50
"""The most procedures on the page; the data file has all."""

Row = Mapping[str, Any]


def render(site: Site) -> bytes:
    """The page of the procedures: those with `minimum_due` dossiers due, the latest first."""
    language, content = site.language, site.content
    known = content.comparisons["procedures"].to_dicts()
    enough = [row for row in known if row["due"] >= content.method.minimum_due]
    enough.sort(key=lambda row: (-row["late_share"], row["procedure_code"]))
    shown = enough[:MOST_ROWS]
    return rendering.render(
        site,
        "procedures.html.j2",
        site.places.procedures,
        heading=language.text("procedures.heading", month=language.month(content.month)),
        sentences=tuple(_write_sentences(known, enough, language)),
        rows=[(name_category(language, "procedure", row["procedure_code"]), row) for row in shown],
        units=procedure_units.list_units(site, shown),
        has_notes=any(row["note"] for row in shown),
        enough_count=len(enough),
        few_count=len(known) - len(enough),
    )


def _write_sentences(
    known: Sequence[Row], enough: Sequence[Row], language: Language
) -> Iterator[str]:
    if not known:
        yield language.text("procedures.none")
        return
    late = sum(row["late"] for row in known)
    if not late:
        yield language.text("procedures.nothing_late")
        return
    named = [row for row in enough if row["procedure_code"] != NOT_SENT and row["late"]]
    if named:
        first = named[0]
        yield language.text(
            "procedures.most_late",
            code=first["procedure_code"],
            share=language.percent(first["late_share"]),
            due=first["due"],
            count=first["units"],
        )
        alike = sum(row["upper"] >= first["lower"] for row in named[1:])
        if alike:
            yield language.text("procedures.alike", count=alike)
        most = min(named, key=lambda row: (-row["late"], row["procedure_code"]))
        yield language.text(
            "procedures.most_of_all_late",
            code=most["procedure_code"],
            late=most["late"],
            share=language.percent(most["late"] / late),
        )
