"""What a unit's place means, in sentences that claim no more than its rank set and limits.

Here belong its place by the leading indicator, and what an inspector asks first: is it on time,
what is overdue, how long does it take, does it reach the target? Not here: the texts
(texts/unit.toml), the sentences of a whole month (highlights).
"""

from collections.abc import Iterator
from statistics import median

from pipeline.methods import Indicator
from reports.change_marks import is_better
from reports.language import Language
from reports.leagues import RATES, League, Standing, find_lead
from reports.site.rendering import Site
from reports.site.waiting import Waiting
from reports.targets import Target, Verdict, find_targets

_ON_TIME, _OPEN, _TIME = RATES[-1], "open_not_overdue", "median_time_days"
_SATISFIED = "satisfied_share"
_TARGET_TEXTS: dict[Verdict, str] = {
    "met": "unit.target_reached",
    "missed": "unit.target_missed",
    "unsure": "unit.target_open",
}


def write(site: Site, league: League | None, code: str, waiting: Waiting | None) -> Iterator[str]:
    """The sentences on a unit in its league by the leading indicator.

    They say its place and rank set, from how many units it cannot be told apart, and whether its
    value changed beyond chance; or why it has no place. Then its main on-time rate, the open
    dossiers that are overdue, its median time beside the league's middle unit, and its targets.
    `waiting` says which days are counted.
    """
    yield from _write_place(site, league, code)
    yield from _write_facts(site, league, code, waiting)


def _write_place(site: Site, league: League | None, code: str) -> Iterator[str]:
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
        key = "unit.improved" if is_better(standing, indicator) else "unit.fell"
        return language.text(key, difference=difference)
    return language.text("unit.same", difference=difference)


def _write_facts(
    site: Site, league: League | None, code: str, waiting: Waiting | None
) -> Iterator[str]:
    """What is asked first of any unit, each where there is a value."""
    language = site.language
    by_name = {each.name: each for each in site.content.method.indicators}
    found = {
        name: standing
        for name in (_ON_TIME, _OPEN, _TIME, _SATISFIED)
        if name in by_name and (standing := _find(site, league, code, name)) is not None
    }
    if (on_time := found.get(_ON_TIME)) and on_time.value is not None:
        yield _describe_on_time(league, on_time, by_name[_ON_TIME], language)
    if (not_overdue := found.get(_OPEN)) and not_overdue.value is not None:
        due, timely = not_overdue.denominator, not_overdue.numerator
        if due is not None and timely is not None:
            overdue = language.count(int(due - timely))
            yield language.text("unit.overdue", overdue=overdue, open=language.count(int(due)))
    if waiting and (time := found.get(_TIME)) and time.value is not None:
        yield _describe_time(league, time, by_name[_TIME], language, waiting)
    if (satisfied := found.get(_SATISFIED)) and satisfied.value is not None:
        for target in find_targets(by_name[_SATISFIED]):
            yield _describe_target(satisfied, target, by_name[_SATISFIED], language)


def _find(site: Site, league: League | None, code: str, name: str) -> Standing | None:
    standing = league.find(name, code) if league else None
    return standing or site.leagues.values.get((code, name))


def _describe_on_time(
    league: League | None, standing: Standing, indicator: Indicator, language: Language
) -> str:
    values = {
        "indicator": language.phrase(indicator),
        "value": language.value(standing.value, indicator),
        "limits": language.limits(standing, indicator),
    }
    if league is None or not standing.is_ranked or standing.rank_lower is None:
        return language.text("unit.on_time", **values)
    return language.text(
        "unit.on_time_ranked",
        rank=standing.rank,
        ranked=len(league.ranked(indicator.name)),
        rank_set=language.rank_set(standing),
        **values,
    )


def _describe_time(
    league: League | None,
    standing: Standing,
    indicator: Indicator,
    language: Language,
    waiting: Waiting,
) -> str:
    own = language.value(standing.value, indicator)
    ranked = league.ranked(indicator.name) if league else []
    values = [each.value for each in ranked if each.value is not None]
    if not standing.is_ranked or len(values) < 2:  # noqa: PLR2004 - a unit has no middle
        alone = "unit.time_working" if waiting.is_working else "unit.time_elapsed"
        return language.text(alone, value=own)
    middle = language.value(median(values), indicator)
    key = "unit.time_in_league_working" if waiting.is_working else "unit.time_in_league_elapsed"
    return language.text(key, value=own, middle=middle)


def _describe_target(
    standing: Standing, target: Target, indicator: Indicator, language: Language
) -> str:
    """Whether the limits lie above the target, below it, or on both sides."""
    key = "unit.target_unknown"
    if standing.lower is not None and standing.upper is not None:
        key = _TARGET_TEXTS[target.judge(standing.lower, standing.upper)]
    return language.text(
        key,
        indicator=language.phrase(indicator),
        value=language.value(standing.value, indicator),
        limits=language.limits(standing, indicator),
        year=str(target.year),
        target=language.value(target.at_least, indicator),
    )
