"""The bulletin on paper: what stands out, the featured leagues, what is missing, how to read it.

Here belong the values of bulletin.typ and what is left out so that it has eight pages at most. Not
here: how they become a PDF (typesetting), one page for each unit (unit_pages).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.methods import Indicator
from pipeline.rankings.rank_sets import LARGEST_PAIRWISE_LEAGUE
from reports import data_quality, highlights
from reports.edition import Edition
from reports.findings import summarize_findings
from reports.leagues import League, Standing, find_lead
from reports.markers import RATES
from reports.paper.typesetting import SvgPicture, place_pictures, shorten, typeset

RateCounts = Mapping[str, Mapping[str, int]]
Charts = Mapping[str, Sequence[SvgPicture]]

MOST_PAGES = 8
_MOST_CHARTS = 2
"""The charts of a league: its ranking, and what stands after it on the league's page."""


@dataclass(frozen=True)
class _Extent:
    """How much of an edition a bulletin shows: leagues, leagues with charts, rows of a league's
    table, entries of a list of what is missing.
    """

    leagues: int
    charted: int
    rows: int
    entries: int


_EXTENTS = (
    _Extent(leagues=4, charted=2, rows=45, entries=40),
    _Extent(leagues=4, charted=1, rows=30, entries=20),
    _Extent(leagues=3, charted=1, rows=15, entries=10),
    _Extent(leagues=2, charted=0, rows=10, entries=5),
)
"""From the fullest to the shortest, which has eight pages at most whatever the names are."""


def make_bulletin(edition: Edition, charts: Charts, rate_counts: RateCounts) -> bytes:
    """The bulletin of an edition as PDF, with MOST_PAGES at most.

    `charts` has the charts of the featured leagues by slug, the most important first;
    `rate_counts` the counts that reconcile the on-time rates, where a league has them.
    """
    language = edition.language
    title = language.text("page.heading", month=edition.month)
    paper = None
    for extent in _EXTENTS:
        paper = typeset(
            edition, "bulletin.typ", title, _collect(edition, charts, rate_counts, extent)
        )
        if paper.pages <= MOST_PAGES:
            break
    assert paper is not None  # noqa: S101 - there are extents
    return paper.pdf


def _collect(
    edition: Edition, charts: Charts, rate_counts: RateCounts, extent: _Extent
) -> dict[str, object]:
    language, content = edition.language, edition.content
    method = content.method
    title = method.title_vi if language.is_vietnamese else method.title_en
    issue = language.text("page.edition", number=edition.number)
    named = language.text("page.method", title=title, version=method.version)
    found = highlights.write_highlights(content, edition.leagues, language)
    findings = summarize_findings(content, edition.leagues, language).sentence
    sentences = [sentence for each in found for sentence in each.sentences]
    sentences += [findings] if findings else []
    return {
        "issue": f"{issue} · {named}",
        "standouts": {
            "title": language.text("highlights.title"),
            "sentences": [shorten(each, 900) for each in sentences],
        },
        "leagues": [
            _describe_league(
                edition,
                league,
                charts.get(league.slug, ()) if place < extent.charted else (),
                rate_counts.get(league.slug, {}),
                extent,
            )
            for place, league in enumerate(edition.leagues.featured[: extent.leagues])
        ],
        "gaps": _describe_gaps(edition, extent),
        "reading": _explain(edition),
    }


def _describe_league(
    edition: Edition,
    league: League,
    charts: Sequence[SvgPicture],
    counts: Mapping[str, int],
    extent: _Extent,
) -> dict[str, object]:
    language = edition.language
    lead = find_lead(edition.content.method, league)
    standings = league.standings(lead.name)
    ranked_count = len(league.ranked(lead.name))
    rest = max(len(standings) - extent.rows, 0)
    return {
        "name": shorten(language.league(league)),
        "lines": [
            " ".join(
                (
                    language.text("league.ranked_of", ranked=ranked_count, size=league.size),
                    language.text("league.legend"),
                    _name_sources(league, lead, edition),
                )
            ).strip(),
            *(
                [language.text("rates.reconcile", **counts), _explain_marks(edition)]
                if counts
                else []
            ),
        ],
        "pictures": place_pictures(charts[:_MOST_CHARTS]),
        "table": language.text("league.ranking", indicator=language.phrase(lead)),
        "heads": [
            language.text(f"league.{name}")
            for name in ("rank", "unit", "value", "rank_set", "tier", "limits", "change")
        ],
        "widths": (0, 1, 0, 0, 0, 0, 0),
        "right": (0, 2, 3, 4, 5, 6),
        "rows": [_write_row(each, lead, edition) for each in standings[: extent.rows]],
        "rest": language.text("paper.rest_of_units", count=rest) if rest else "",
    }


def _write_row(standing: Standing, indicator: Indicator, edition: Edition) -> list[str]:
    language = edition.language
    return [
        language.count(standing.rank),
        f"{shorten(standing.name)} ({shorten(standing.code, 20)})",
        language.value(standing.value, indicator),
        language.rank_set(standing),
        language.count(standing.tier),
        language.limits(standing, indicator),
        write_change(standing, indicator, edition),
    ]


def write_change(standing: Standing, indicator: Indicator, edition: Edition) -> str:
    """The change since last month, with the mark of a change beyond chance."""
    if standing.change is None:
        return "–"
    written = edition.language.difference(standing.change, indicator)
    if not standing.has_changed:
        return written
    return f"{written} {'▲' if standing.change > 0 else '▼'}"


def _name_sources(league: League, indicator: Indicator, edition: Edition) -> str:
    language = edition.language
    sources = [
        language.text(f"interval.{each}") for each in league.interval_sources(indicator.name)
    ]
    return language.text("interval.of_limits", sources="; ".join(sources)) if sources else ""


def _explain_marks(edition: Edition) -> str:
    """The marks of the three on-time rates in their chart."""
    language, method = edition.language, edition.content.method
    titles = {each.name: language.short_title(each) for each in method.indicators}
    named = [f"{mark} {titles[name]}" for name, (_, _, mark) in RATES.items() if name in titles]
    return language.text("paper.marks", marks="; ".join(named))


def _describe_gaps(edition: Edition, extent: _Extent) -> dict[str, object]:
    """Units without a rank and deliveries that are missing or refused, each with what to do."""
    language, leagues = edition.language, edition.leagues
    unranked = [
        f"{shorten(each.name)}: {language.note(each.note) or language.text('league.not_ranked')}"
        for each in data_quality.list_unranked(leagues.featured)
        if each.is_all
    ]
    faults = [
        _describe_fault(row, edition)
        for row in data_quality.list_faulty_deliveries(edition.content)
    ]
    return {
        "title": language.text("data_quality.title"),
        "parts": [
            _list_part(
                edition,
                language.text("paper.ranked_by_nothing"),
                unranked or [language.text("paper.all_have_a_rank")],
                extent,
            ),
            _list_part(
                edition,
                language.text("data_quality.faults"),
                faults or [language.text("data_quality.no_faults")],
                extent,
            ),
        ],
    }


def _describe_fault(row: Mapping[str, object], edition: Edition) -> str:
    language = edition.language
    message = row["message_vi"] if language.is_vietnamese else row["message"]
    name = edition.leagues.name(str(row["sender_code"]), str(row["sender_name"] or ""))
    return (
        f"{shorten(name)} ({shorten(str(row['sender_code']), 20)}): "
        f"{language.text('data_quality.' + str(row['status']))}. {shorten(str(message or ''), 300)}"
    )


def _list_part(
    edition: Edition, title: str, items: Sequence[str], extent: _Extent
) -> dict[str, object]:
    rest = max(len(items) - extent.entries, 0)
    return {
        "title": title,
        "items": list(items[: extent.entries]),
        "rest": edition.language.text("paper.rest_of_entries", count=rest) if rest else "",
    }


def _explain(edition: Edition) -> dict[str, object]:
    language, method = edition.language, edition.content.method
    level = language.number(100 * method.confidence_level, 0) + "%"
    text = language.text
    return {
        "title": text("paper.reading"),
        "parts": [
            {"term": term, "meaning": meaning}
            for term, meaning in (
                (
                    text("league.rank_set"),
                    text("how_to_read.rank_set", level=level, largest=LARGEST_PAIRWISE_LEAGUE),
                ),
                (text("league.tier"), text("how_to_read.tier", level=level)),
                (text("league.limits"), text("how_to_read.interval")),
                (text("league.change"), text("how_to_read.change")),
                (text("rates.title"), text("rates.why")),
                (
                    text("paper.what_this_is_not"),
                    text("how_to_read.official") + " " + text("how_to_read.rounding"),
                ),
                (text("how_to_read.data"), text("paper.where_data")),
            )
        ],
    }
