"""The ranking of each featured league as a sheet: a row a unit, its ranks and values side by side.

Here belongs which columns such a sheet has. Not here: the published table of all rankings (tables).
"""

from collections.abc import Iterator

from pipeline.methods import Indicator
from reports.edition import Edition
from reports.language import Language
from reports.leagues import League, Standing, list_ranked_indicators
from reports.workbook.sheets import Cell, Column, Sheet, publish


def make_rankings(edition: Edition) -> Iterator[Sheet]:
    """A sheet for each featured league with a unit, in the order of its leading indicator."""
    for league in edition.leagues.featured:
        if league.size:
            yield _make_ranking(edition, league)


def _make_ranking(edition: Edition, league: League) -> Sheet:
    language, content = edition.language, edition.content
    lead, *others = list_ranked_indicators(content.method, league)
    apart = [each for each in content.method.indicators if not each.is_ranked]
    about = language.text(
        "workbook.league_about", league=language.league(league), indicator=language.phrase(lead)
    )
    return Sheet(
        name=language.league(league),
        lines=(
            f"{language.league(league)}, {language.month(content.month)}",
            *([edition.banner] if edition.banner else []),
            language.text("workbook.table_explained", about=about),
        ),
        columns=(*_head_lead(lead, language), *_head_others(others, apart, language)),
        rows=tuple(
            (
                *_write_lead(standing, language),
                *(cell for each in others for cell in _write_other(league, each, standing.code)),
                *(_find_value(edition, each, standing.code) for each in apart),
            )
            for standing in league.standings(lead.name)
        ),
        about=about,
    )


def title_value(indicator: Indicator, language: Language) -> str:
    """The name of an indicator with its unit of measure in words."""
    title = language.short_title(indicator)
    unit = language.text(f"workbook.{indicator.unit}")
    return title if unit in title else f"{title} ({unit})"


def _head_lead(lead: Indicator, language: Language) -> tuple[Column, ...]:
    value = title_value(lead, language)

    def head(name: str) -> str:
        return language.text(f"column.{name}")

    return (
        Column(head("rank"), "count"),
        Column(head("unit_code")),
        Column(head("unit_name")),
        Column(value, lead.unit),
        Column(head("rank_lower"), "count"),
        Column(head("rank_upper"), "count"),
        Column(head("tier"), "count"),
        Column(head("lower"), lead.unit),
        Column(head("upper"), lead.unit),
        Column(head("previous_value"), lead.unit),
        Column(head("previous_rank"), "count"),
        Column(head("change")),
        Column(head("note")),
    )


def _head_others(
    ranked: list[Indicator], apart: list[Indicator], language: Language
) -> Iterator[Column]:
    for indicator in ranked:
        yield Column(title_value(indicator, language), indicator.unit)
        title = language.short_title(indicator)
        yield Column(language.text("workbook.rank_by", indicator=title), "count")
    for indicator in apart:
        yield Column(title_value(indicator, language), indicator.unit)


def _write_lead(standing: Standing, language: Language) -> tuple[Cell, ...]:
    change = ""
    if standing.has_changed:
        change = language.text("workbook.changed")
    elif standing.change is not None:
        change = language.text("workbook.not_changed")
    return (
        standing.rank,
        standing.code,
        standing.name,
        publish(standing.value),
        standing.rank_lower,
        standing.rank_upper,
        standing.tier,
        publish(standing.lower),
        publish(standing.upper),
        publish(standing.previous_value),
        standing.previous_rank,
        change or None,
        language.note(standing.note) or None,
    )


def _write_other(league: League, indicator: Indicator, code: str) -> tuple[Cell, Cell]:
    standing = league.find(indicator.name, code)
    return (publish(standing.value), standing.rank) if standing else (None, None)


def _find_value(edition: Edition, indicator: Indicator, code: str) -> Cell:
    standing = edition.leagues.values.get((code, indicator.name))
    return publish(standing.value) if standing else None
