"""Goals: how many units of a league reach the targets that a government document sets.

Here belong these sentences. Not here: which targets there are (targets), drawing them
(parts_chart).
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports.language import Language
from reports.leagues import RATES, League, Standing
from reports.targets import Target, find_targets


def describe(content: Content, league: League, language: Language) -> tuple[str, ...]:
    """A sentence for each target of an indicator that the league is ranked by, and one that says so
    where no on-time rate has a target.
    """
    known = {indicator.name: indicator for indicator in content.method.indicators}
    sentences = list(_describe_targets(known.values(), league, language))
    rates = [known[name] for name in RATES if name in known]
    if rates and not any(find_targets(rate) for rate in rates):
        sentences.append(language.text("goals.no_timeliness"))
    return tuple(sentences)


def count_reached(standings: tuple[Standing, ...], target: Target) -> tuple[int, int, int]:
    """Of the units with a value: how many clearly reach a target, clearly do not, and the rest.

    Clearly: all of the limits lie on one side (Target.judge).
    """
    found = Counter(target.judge(s.lower, s.upper) for s in standings if s.value is not None)
    return found["met"], found["missed"], found["unsure"]


def _describe_targets(
    indicators: Iterable[Indicator], league: League, language: Language
) -> Iterator[str]:
    for indicator in indicators:
        standings = league.standings(indicator.name)
        for target in find_targets(indicator):
            met, missed, unsure = count_reached(standings, target)
            if met + missed + unsure:
                document = target.document_vi if language.is_vietnamese else target.document_en
                wanted = language.text(
                    "goals.target",
                    indicator=language.short_title(indicator),
                    value=_write_goal(target, indicator, language),
                    year=str(target.year),
                    document=document,
                    confidence=language.text(f"confidence.{target.confidence}"),
                )
                counted = language.text(
                    "goals.reached",
                    count=met + missed + unsure,
                    met=met,
                    missed=missed,
                    unsure=unsure,
                )
                yield f"{wanted} {counted}"


def _write_goal(target: Target, indicator: Indicator, language: Language) -> str:
    """The value of a target as documents write it: 90% of a share, 90 points."""
    if indicator.unit == "share":
        return language.number(100 * target.at_least, 0) + "%"
    return language.number(target.at_least, 0)
