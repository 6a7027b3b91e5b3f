"""One page on paper for each unit of a league: where it stands, its numbers, its months.

Here belong the values of unit_pages.typ, and what is left out so that a unit has one page. Not
here: how they become a PDF (typesetting), what is read of a unit (reports.site).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.methods import Indicator
from reports.edition import Edition
from reports.leagues import League, Standing
from reports.paper.bulletin import write_change
from reports.paper.typesetting import SvgPicture, place_pictures, shorten, typeset

_MOST_CHARTS = 2


@dataclass(frozen=True)
class UnitSheet:
    """What the page of a unit says.

    `lines`: by each indicator its standing, and of how many ranked units. `parts`: further lists
    of sentences under a title each.
    """

    code: str
    name: str
    sentences: Sequence[str]
    lines: Sequence[tuple[Indicator, Standing, int]]
    charts: Sequence[SvgPicture]
    parts: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class _Extent:
    """How much a page shows: lines of each list, and the height of a chart in points (0: none)."""

    entries: int
    chart_height: int


_EXTENTS = (_Extent(6, 150), _Extent(3, 110), _Extent(2, 0))
"""From the fullest to the shortest, which has one page for each unit whatever the names are."""
_HEADS = (
    "corrections.indicator",
    "league.value",
    "league.limits",
    "league.rank",
    "league.rank_set",
    "league.change",
    "league.counts",
)


def make_unit_pages(edition: Edition, league: League, sheets: Sequence[UnitSheet]) -> bytes:
    """The PDF of a league: a page and a bookmark for each of `sheets`, in their order."""
    text = edition.language.text
    named = shorten(edition.language.league(league))
    title = text("paper.units_title", league=named, month=edition.month)
    words = {name: text(f"unit.{name}") for name in ("summary", "numbers", "trend")}
    heads = [text(key) for key in _HEADS]
    paper = None
    for extent in _EXTENTS:
        values = {
            "words": words,
            "heads": heads,
            "chart-height": extent.chart_height,
            "units": [_collect(edition, league, each, extent) for each in sheets],
        }
        paper = typeset(edition, "unit_pages.typ", title, values)
        if paper.pages <= len(sheets):
            break
    assert paper is not None  # noqa: S101 - there are extents
    return paper.pdf


def _collect(
    edition: Edition, league: League, sheet: UnitSheet, extent: _Extent
) -> dict[str, object]:
    kind = edition.language.kind(league.kind)
    charts = sheet.charts[:_MOST_CHARTS] if extent.chart_height else ()
    return {
        "name": shorten(sheet.name, 90),
        "issue": f"{kind} · {shorten(sheet.code, 30)} · {edition.month}",
        "sentences": [shorten(each, 400) for each in sheet.sentences[: extent.entries]],
        "rows": [_write_line(edition, *line) for line in sheet.lines],
        "pictures": place_pictures(charts),
        "parts": [
            {"title": title, "items": [shorten(each, 300) for each in items[: extent.entries]]}
            for title, items in sheet.parts
            if items
        ],
    }


def _write_line(
    edition: Edition, indicator: Indicator, standing: Standing, ranked_count: int
) -> list[str]:
    language = edition.language
    rank = "–"
    if standing.is_ranked:
        rank = language.text("unit.of_ranked", rank=standing.rank, ranked=ranked_count)
    return [
        language.short_title(indicator),
        language.value(standing.value, indicator),
        language.limits(standing, indicator),
        rank,
        language.rank_set(standing),
        write_change(standing, indicator, edition),
        _write_counts(standing, edition),
    ]


def _write_counts(standing: Standing, edition: Edition) -> str:
    if standing.denominator is None:
        return "–"
    counts = (standing.numerator, standing.denominator)
    return " / ".join(_write_amount(each, edition) for each in counts)


def _write_amount(value: float | None, edition: Edition) -> str:
    if value is None:
        return "–"
    return edition.language.number(value, 0 if value == round(value) else 2)
