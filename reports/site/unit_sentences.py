"""What a unit's place means, in sentences that claim no more than its rank set and limits.

Not here: the texts (texts/unit.toml), the sentences of a whole month (highlights).
"""

from collections.abc import Iterator

from pipeline.methods import Indicator
from reports.language import Language
from reports.leagues import League, Standing, find_lead
from reports.site.rendering import Site


def write(site: Site, league: League | None, code: str) -> Iterator[str]:
    """The sentences on a unit in its league by the leading indicator.

    They say its place and rank set, from how many units it cannot be told apart, and whether its
    value changed beyond chance; or why it has no place.
    """
    language = site.language
    if league is None:
        yield language.text("unit.no_league")
        return
    indicator = find_lead(site.content.method, league)
    standing = league.find(indicator.name, code)
    if standing is None:
        return
    if not standing.is_ranked:
        reason = language.note(standing.note) or language.text("league.not_ranked")
        yield language.text("unit.not_ranked", indicator=language.phrase(indicator), reason=reason)
        return
    yield _describe_place(league, standing, indicator, language)
    yield from _describe_neighbours(league, standing, indicator, language)
    if standing.change is not None:
        yield _describe_change(site, standing, indicator)
    if standing.is_provisional:
        yield language.note(standing.note) + "."


def _describe_place(
    league: League, standing: Standing, indicator: Indicator, language: Language
) -> str:
    values: dict[str, object] = {
        "league": language.league(league),
        "indicator": language.phrase(indicator),
        "value": language.value(standing.value, indicator),
        "rank": standing.rank,
        "ranked": len(league.ranked(indicator.name)),
    }
    if standing.rank_lower is None or standing.rank_upper is None:
        return language.text("unit.place", **values)
    if standing.rank_lower == standing.rank_upper:
        return language.text("unit.place_alone", **values)
    return language.text(
        "unit.place_in_set", best=standing.rank_lower, worst=standing.rank_upper, **values
    )


def _describe_neighbours(
    league: League, standing: Standing, indicator: Indicator, language: Language
) -> Iterator[str]:
    """How many units are in the same tier: by the data of all at once, none is above another."""
    if standing.tier is None:
        return
    same = [s for s in league.ranked(indicator.name) if s.tier == standing.tier]
    if len(same) > 1:
        yield language.text("unit.same_tier", tier=standing.tier, count=len(same) - 1)
    else:
        yield language.text("unit.alone_in_tier", tier=standing.tier)


def _describe_change(site: Site, standing: Standing, indicator: Indicator) -> str:
    language, change = site.language, standing.change or 0.0
    difference = language.difference(change, indicator)
    if standing.has_changed:
        is_better = (change > 0) == (indicator.better == "higher")
        return language.text("unit.improved" if is_better else "unit.fell", difference=difference)
    return language.text("unit.same", difference=difference)
