"""The highlights of an edition: a few questions, each answered in sentences made from its data.

Here belongs the choice of sentences and of their numbers. A sentence never claims more than the
rank sets allow: a unit is called first only where its rank set is the rank 1 alone, and what holds
for one unit alone is not said of all units at once. Not here: the texts (texts).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median_low

from pipeline.bulletin import Content
from reports import change_marks
from reports.change_marks import list_compared, list_marked
from reports.data_quality import summarize_rejected
from reports.language import Language
from reports.leagues import League, Leagues, Standing, find_lead

_MANY_UNDATED_SHARE = 0.1
"""From this share of finished dossiers without a due date on, the on-time rates are in doubt."""
_MOST_LEAGUES = 2
"""The most leagues that sentences are made of."""


@dataclass(frozen=True)
class Highlight:
    """A question that a reader brings, and the sentences that answer it.

    `topic` is its name in every language: ahead, improved, fell, missing or doubt.
    """

    topic: str
    question: str
    sentences: tuple[str, ...]


def write_highlights(content: Content, leagues: Leagues, language: Language) -> list[Highlight]:
    """Who is ahead, who improved, who fell, who is missing, and what to doubt.

    A question without an answer is left out: nobody's change can be told in a first month.
    """
    featured = leagues.featured[:_MOST_LEAGUES]
    answers = {
        "ahead": [_describe_leaders(content, league, language) for league in featured],
        "improved": _describe_changes(content, leagues, language, is_better=True),
        "fell": _describe_changes(content, leagues, language, is_better=False),
        "missing": _describe_missing(content, leagues, language),
        "doubt": _describe_doubts(content, leagues, language),
    }
    found = ((topic, tuple(sentences)) for topic, sentences in answers.items())
    return [
        Highlight(topic, language.text(f"standouts.{topic}"), sentences)
        for topic, sentences in found
        if sentences
    ]


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


def _describe_changes(
    content: Content, leagues: Leagues, language: Language, *, is_better: bool
) -> Iterator[str]:
    """Which units changed by more than chance, for the better or the worse: a sentence a league by
    its leading indicator, which says of how many units, and one on all other marks of change.

    None where no unit can be tested: without a value last month, or without a standard error.
    """
    side = "improved" if is_better else "fell"
    leads = []
    for league in leagues.featured[:_MOST_LEAGUES]:
        indicator = find_lead(content.method, league)
        compared = list_compared(league, indicator)
        if not compared:
            continue
        leads.append((league, indicator))
        changed = [
            (s.change or 0, s)
            for s in compared
            if s.has_changed and change_marks.is_better(s, indicator) == is_better
        ]
        changed.sort(key=lambda pair: (-abs(pair[0]), pair[1].code))
        values: dict[str, object] = {
            "league": language.league(league),
            "indicator": language.phrase(indicator),
            "compared": len(compared),
        }
        if changed:
            names = [f"{s.name} ({language.difference(by, indicator)})" for by, s in changed]
            joined = language.join_names(names)
            yield language.text(f"standouts.{side}_by", count=len(names), names=joined, **values)
        else:
            yield language.text(f"standouts.{side}_nobody", **values)
    others = [
        standing.code
        for league, indicator, standing in list_marked(content, leagues)
        if (league, indicator) not in leads
        and change_marks.is_better(standing, indicator) == is_better
    ]
    if others:
        key = f"standouts.{side}_elsewhere"
        yield language.text(key, count=len(others), units=len(set(others)))


def _describe_missing(content: Content, leagues: Leagues, language: Language) -> Iterator[str]:
    yield _describe_deliveries(content, language)
    for status in ("missing", "refused"):
        senders = content.deliveries.filter(status=status).select("sender_code", "sender_name")
        names = [
            leagues.name(code, name or content.register.name(code, content.month))
            for code, name in senders.unique().sort("sender_code").iter_rows()
        ]
        if names:
            yield language.text(f"standouts.{status}_named", names=language.join_names(names))
    for league in leagues.featured[:_MOST_LEAGUES]:
        indicator = find_lead(content.method, league)
        unranked = [s.name for s in league.standings(indicator.name) if not s.is_ranked]
        if unranked and league.ranked(indicator.name):
            yield language.text(
                "standouts.unranked",
                league=language.league(league),
                indicator=language.phrase(indicator),
                count=len(unranked),
                names=language.join_names(unranked),
            )


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


def _describe_doubts(content: Content, leagues: Leagues, language: Language) -> Iterator[str]:
    for league in leagues.featured[:_MOST_LEAGUES]:
        yield from _describe_rank_sets(content, league, language)
    provisional = sum(
        standing.is_provisional
        for league in leagues.featured
        for standing in league.ranked(find_lead(content.method, league).name)
    )
    if provisional:
        yield language.text("highlights.provisional", count=provisional)
    if difference := _describe_rate_difference(leagues, language, content):
        yield difference
    if undated := _describe_undated(leagues, language):
        yield undated
    yield from _describe_rejected(content, leagues, language)
    if content.exceeds_calendar:
        yield language.text("standouts.calendar")


def _describe_rank_sets(content: Content, league: League, language: Language) -> Iterator[str]:
    """How many ranks the rank sets have: of half of the units at least so many."""
    indicator = find_lead(content.method, league)
    sizes = [
        s.rank_upper - s.rank_lower + 1
        for s in league.ranked(indicator.name)
        if s.rank_lower is not None and s.rank_upper is not None
    ]
    # The lower median of sizes turned round: at least half of the units have so many or more.
    usual = -median_low([-size for size in sizes]) if sizes else 1
    if usual > 1:
        yield language.text("standouts.rank_sets", league=language.league(league), count=usual)


def _describe_rejected(content: Content, leagues: Leagues, language: Language) -> Iterator[str]:
    """The sender with the largest share of rejected rows."""
    known = [sender for sender in summarize_rejected(content) if sender.sent]
    if known:
        most = max(known, key=lambda sender: (sender.rows / sender.sent, sender.sender_code))
        yield language.text(
            "standouts.rejected",
            name=leagues.name(most.sender_code, most.sender_name),
            count=most.rows,
            sent=most.sent,
            share=language.share(most.rows, most.sent),
        )


def _describe_undated(leagues: Leagues, language: Language) -> str | None:
    """Of how many units the on-time rates say little, for many finished dossiers have no due date;
    and of which unit most.
    """
    found = []
    for league in leagues.featured:
        for standing in league.standings("on_time_of_finished"):
            if standing.left_out is None or standing.denominator is None:
                continue
            undated, finished = standing.left_out, standing.left_out + standing.denominator
            if undated >= _MANY_UNDATED_SHARE * finished > 0:
                found.append((undated / finished, standing.code, standing.name, undated, finished))
    if not found:
        return None
    _, _, name, undated, finished = max(found)
    return language.text(
        "highlights.undated",
        count=len(found),
        least=language.percent(_MANY_UNDATED_SHARE),
        name=name,
        undated=language.count(round(undated)),
        finished=language.count(round(finished)),
        share=language.percent(undated / finished),
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
