"""What stands out in an edition, in three to five sentences made from its data.

Here belongs what is said and with which numbers. Never more is claimed than rank sets allow: a
unit is called first only where its rank set is 1 alone, and what holds for it alone is not told as
if it held for all units at once. Not here: the texts (words.toml).
"""

from collections import Counter

from pipeline.bulletin import Content
from reports.leagues import League, Places, Standing, lead
from reports.words import Language

_MOST = 5


def sentences(content: Content, places: Places, language: Language) -> list[str]:
    """At most five: who leads, what is provisional, what came in, how far rates differ, what
    changed.
    """
    found: list[str | None] = [
        _leaders(content, league, language) for league in places.featured[:2]
    ]
    found.append(_provisional(content, places, language))
    found.append(_delivered(content, language))
    found.append(_rates_apart(places, language, content))
    found.append(_changed(content, places, language))
    return [sentence for sentence in found if sentence][:_MOST]


def _leaders(content: Content, league: League, language: Language) -> str:
    indicator = lead(content.method, league)
    standings = league.ranked(indicator.name)
    said: dict[str, object] = {
        "league": language.league(league),
        "indicator": language.phrase(indicator),
        "ranked": len(standings),
    }
    if not standings:
        return language.text("standouts.none_ranked", **said)
    leaders = [s for s in standings if s.tier == 1] or [s for s in standings if s.rank == 1]
    is_one_first = any(s.rank_upper == 1 for s in leaders)
    if len(leaders) == len(standings) > 1 and not is_one_first:
        return language.text("standouts.one_tier", **said)
    if len(leaders) > 1:
        return _several(leaders, said, language)
    leader = leaders[0]
    if leader.rank_upper == 1:
        return language.text("standouts.alone_first", name=leader.name, **said)
    worst = language.rank_set(leader).split("–")[-1]
    return language.text("standouts.alone_in_tier", name=leader.name, worst=worst, **said)


def _several(leaders: list[Standing], said: dict[str, object], language: Language) -> str:
    """A first tier of several units: which of them is first, where one has the rank set 1 alone.

    A tier is made of all units at once and a printed rank set mostly of one unit alone, so that
    the second may tell what the first does not.
    """
    said |= {"count": len(leaders), "names": language.listed([s.name for s in leaders])}
    first = [standing for standing in leaders if standing.rank_upper == 1]
    if len(first) != 1:
        return language.text("standouts.tier_one", **said)
    worst = first[0].simultaneous_upper or len(leaders)
    return language.text("standouts.tier_one_first", first=first[0].name, worst=worst, **said)


def _provisional(content: Content, places: Places, language: Language) -> str | None:
    count = sum(
        standing.is_provisional
        for league in places.featured
        for standing in league.ranked(lead(content.method, league).name)
    )
    return language.text("standouts.provisional", count=count) if count else None


def _delivered(content: Content, language: Language) -> str:
    by_status = Counter(
        status for _, status in content.deliveries.select("sender_code", "status").unique().rows()
    )
    senders = content.deliveries["sender_code"].n_unique()
    if by_status["accepted"] == senders and not by_status["refused"] and not by_status["missing"]:
        return language.text("standouts.deliveries_whole", count=senders)
    return language.text(
        "standouts.deliveries",
        count=senders,
        **{status: by_status[status] for status in ("accepted", "refused", "missing")},
    )


def _rates_apart(places: Places, language: Language, content: Content) -> str | None:
    """The unit in which the share of finished flatters or harms most against that of due."""
    apart = []
    for league in places.featured:
        for due in league.standings("due_on_time"):
            finished = places.values.get((due.code, "on_time_of_finished"))
            if due.is_ranked and due.value is not None and finished and finished.value is not None:
                apart.append((abs(finished.value - due.value), due, finished))
    if not apart:
        return None
    difference, due, finished = max(apart, key=lambda found: (found[0], found[1].code))
    indicator = content.method.indicator("due_on_time")
    return language.text(
        "standouts.rates_apart",
        name=due.name,
        finished=language.value(finished.value, indicator),
        due=language.value(due.value, indicator),
        apart=language.number(100 * difference, 1),
    )


def _changed(content: Content, places: Places, language: Language) -> str | None:
    """Of the first league: whose leading index differs from last month's by more than chance.

    None where none can be tested: not known last month, or without a standard error.
    """
    if not places.featured:
        return None
    indicator = lead(content.method, places.featured[0])
    known = [
        s
        for s in places.featured[0].ranked(indicator.name)
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
        return language.text("standouts.unchanged", indicator=phrase)
    return language.text(
        "standouts.changed", indicator=phrase, count=len(names), names=language.listed(names)
    )
