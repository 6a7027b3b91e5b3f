"""The highlights of an edition: a few sentences made from its data.

Here belongs the choice of sentences and of their numbers. A sentence never claims more than the
rank sets allow: a unit is called first only where its rank set is the rank 1 alone, and what holds
for one unit alone is not said of all units at once. Not here: the texts (texts).
"""

from collections import Counter

from pipeline.bulletin import Content
from reports.language import Language
from reports.leagues import League, Leagues, Standing, find_lead

_MOST = 5


def write_highlights(content: Content, leagues: Leagues, language: Language) -> list[str]:
    """At most _MOST sentences: the leaders, provisional ranks, deliveries, the largest difference
    of on-time rates, changes since last month.
    """
    found: list[str | None] = [
        _describe_leaders(content, league, language) for league in leagues.featured[:2]
    ]
    found.append(_describe_provisional(content, leagues, language))
    found.append(_describe_deliveries(content, language))
    found.append(_describe_rate_difference(leagues, language, content))
    found.append(_describe_changes(content, leagues, language))
    return [sentence for sentence in found if sentence][:_MOST]


def _describe_leaders(content: Content, league: League, language: Language) -> str:
    indicator = find_lead(content.method, league)
    standings = league.ranked(indicator.name)
    values: dict[str, object] = {
        "league": language.league(league),
        "indicator": language.phrase(indicator),
        "ranked": len(standings),
    }
    if not standings:
        return language.text("highlights.none_ranked", **values)
    leaders = [s for s in standings if s.tier == 1] or [s for s in standings if s.rank == 1]
    is_one_first = any(s.rank_upper == 1 for s in leaders)
    if len(leaders) == len(standings) > 1 and not is_one_first:
        return language.text("highlights.one_tier", **values)
    if len(leaders) > 1:
        return _describe_first_tier(leaders, values, language)
    leader = leaders[0]
    if leader.rank_upper == 1:
        return language.text("highlights.alone_first", name=leader.name, **values)
    worst = language.rank_set(leader).split("–")[-1]
    return language.text("highlights.alone_in_tier", name=leader.name, worst=worst, **values)


def _describe_first_tier(
    leaders: list[Standing], values: dict[str, object], language: Language
) -> str:
    """The sentence on a first tier of several units. It names the first unit where exactly one of
    them has a rank set with the rank 1 alone.

    A tier holds for all units at once, a printed rank set mostly for its own unit alone: so a rank
    set may show a first unit where the tier shows none.
    """
    values |= {"count": len(leaders), "names": language.join_names([s.name for s in leaders])}
    first = [standing for standing in leaders if standing.rank_upper == 1]
    if len(first) != 1:
        return language.text("highlights.tier_one", **values)
    worst = first[0].simultaneous_upper or len(leaders)
    return language.text("highlights.tier_one_first", first=first[0].name, worst=worst, **values)


def _describe_provisional(content: Content, leagues: Leagues, language: Language) -> str | None:
    count = sum(
        standing.is_provisional
        for league in leagues.featured
        for standing in league.ranked(find_lead(content.method, league).name)
    )
    return language.text("highlights.provisional", count=count) if count else None


def _describe_deliveries(content: Content, language: Language) -> str:
    by_status = Counter(
        status for _, status in content.deliveries.select("sender_code", "status").unique().rows()
    )
    senders = content.deliveries["sender_code"].n_unique()
    if by_status["accepted"] == senders and not by_status["refused"] and not by_status["missing"]:
        return language.text("highlights.deliveries_whole", count=senders)
    return language.text(
        "highlights.deliveries",
        count=senders,
        **{status: by_status[status] for status in ("accepted", "refused", "missing")},
    )


def _describe_rate_difference(leagues: Leagues, language: Language, content: Content) -> str | None:
    """The sentence on the unit whose on-time rates of finished and of due dossiers differ most."""
    differences = []
    for league in leagues.featured:
        for due in league.standings("due_on_time"):
            finished = leagues.values.get((due.code, "on_time_of_finished"))
            if due.is_ranked and due.value is not None and finished and finished.value is not None:
                differences.append((abs(finished.value - due.value), due, finished))
    if not differences:
        return None
    difference, due, finished = max(differences, key=lambda found: (found[0], found[1].code))
    indicator = content.method.indicator("due_on_time")
    return language.text(
        "highlights.rate_difference",
        name=due.name,
        finished=language.value(finished.value, indicator),
        due=language.value(due.value, indicator),
        apart=language.number(100 * difference, 1),
    )


def _describe_changes(content: Content, leagues: Leagues, language: Language) -> str | None:
    """The sentence on units of the first league whose leading index changed by more than chance.

    None where no unit can be tested: without a value last month, or without a standard error.
    """
    if not leagues.featured:
        return None
    indicator = find_lead(content.method, leagues.featured[0])
    known = [
        s
        for s in leagues.featured[0].ranked(indicator.name)
        if s.change is not None and s.standard_error
    ]
    if not known:
        return None
    phrase = language.phrase(indicator)
    names = [
        f"{s.name} ({language.difference(s.change, indicator)})"
        for s in known
        if s.has_changed and s.change is not None
    ]
    if not names:
        return language.text("highlights.unchanged", indicator=phrase)
    return language.text(
        "highlights.changed", indicator=phrase, count=len(names), names=language.join_names(names)
    )
