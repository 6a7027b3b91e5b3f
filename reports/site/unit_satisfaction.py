"""What the respondents of a unit say, factor by factor, and how many respond: values of its page.

Here belongs reading them from the published indices. Not here: how they are computed
(pipeline.indices), the template (unit_satisfaction).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.bulletin import Content
from pipeline.methods import Indicator, ScoringMethod
from reports.language import Language
from reports.leagues import Leagues, Standing

RESPONSE = "response_rate"


@dataclass(frozen=True)
class FactorLine:
    """A factor that ratings ask about, and the points that a scorecard gives for it."""

    factor: str
    indicator: Indicator
    standing: Standing


@dataclass(frozen=True)
class AboutAnswers:
    """What a unit's page says of its answers: on how far those who answered stand for those who
    were served, and what its numbers are without the answers that findings mark.
    """

    represented: tuple[str, ...] = ()
    unmarked: str | None = None


@dataclass(frozen=True)
class Satisfaction:
    """A unit's response rate, None where it has none; and its factors with the title of the
    scorecard that has them, in the scorecard's order.

    `about` has the sentences on the answers.
    """

    response: Standing | None
    method_title: str
    factors: tuple[FactorLine, ...]
    about: AboutAnswers = AboutAnswers()

    @property
    def known(self) -> tuple[FactorLine, ...]:
        """The factors with a value."""
        return tuple(line for line in self.factors if line.standing.value is not None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the other factors have none: their notes, each once."""
        notes = (line.standing.note for line in self.factors if line.standing.value is None)
        return tuple(dict.fromkeys(note for note in notes if note))


def read_satisfaction(
    content: Content, leagues: Leagues, code: str, about: AboutAnswers, language: Language
) -> Satisfaction | None:
    """The satisfaction of a unit by the first scorecard that asks about factors; None where nothing
    is published of it.
    """
    response = leagues.values.get((code, RESPONSE))
    for method in content.scorecards:
        lines = tuple(_list_factors(method, leagues.values, code))
        if lines:
            title = language.method_title(method)
            return Satisfaction(response, title, lines, about)
    return Satisfaction(response, "", (), about) if response else None


def _list_factors(
    method: ScoringMethod, values: Mapping[tuple[str, str], Standing], code: str
) -> Iterator[FactorLine]:
    for part in method.parts:
        standing = values.get((code, part.name))
        if part.factor and standing:
            yield FactorLine(part.factor, method.indicator(part.name), standing)
