"""Marks of change: every value of an edition that differs from last month's beyond chance.

Here belong the list of these marks over all leagues and indicators, and the sentences that say what
was compared and how many marks chance alone could make. Not here: the test itself
(pipeline.rankings.changes), the sentences on the leading indicator (highlights).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.agencies.hierarchy import list_above
from pipeline.bulletin import Content
from pipeline.methods import Indicator
from reports.language import Language
from reports.leagues import League, Leagues, Standing, read_parents_and_kinds


@dataclass(frozen=True)
class ChangeMark:
    """A value that differs from last month's by more than chance explains, as a page says it.

    `change` has its sign and its unit of measure. `is_named_in_vietnamese`: on an English page,
    that the unit has no name in English.
    """

    code: str
    name: str
    league: str
    indicator: str
    change: str
    is_better: bool
    is_named_in_vietnamese: bool = False


@dataclass(frozen=True)
class MarkGroup:
    """The marks of an agency at the top and of all units below it, its own first."""

    code: str
    name: str
    marks: tuple[ChangeMark, ...]
    is_named_in_vietnamese: bool = False


@dataclass(frozen=True)
class ChangeMarks:
    """All marks of an edition in groups, and the sentences that say what they rest on.

    Without sentences nothing could be compared with last month.
    """

    sentences: tuple[str, ...] = ()
    groups: tuple[MarkGroup, ...] = ()

    @property
    def count(self) -> int:
        """How many marks there are."""
        return sum(len(group.marks) for group in self.groups)

    @property
    def unit_count(self) -> int:
        """How many units have a mark."""
        return len({mark.code for group in self.groups for mark in group.marks})


def is_compared(standing: Standing) -> bool:
    """Whether a value can be tested against last month's: both are known, and a standard error."""
    return standing.change is not None and standing.standard_error is not None


def list_compared(league: League, indicator: Indicator) -> tuple[Standing, ...]:
    """The units of a league whose values of an indicator can be tested, ranked or not."""
    return tuple(s for s in league.standings(indicator.name) if is_compared(s))


def is_better(standing: Standing, indicator: Indicator) -> bool:
    """Whether a value has moved to the better side since last month."""
    return ((standing.change or 0) > 0) == (indicator.better == "higher")


def list_marked(content: Content, leagues: Leagues) -> Iterator[tuple[League, Indicator, Standing]]:
    """Every mark with its league and indicator, in order of the leagues and of the methods."""
    for league in leagues.all:
        for indicator in content.methods.indicators:
            for standing in league.standings(indicator.name):
                if standing.has_changed and standing.change is not None:
                    yield league, indicator, standing


def write_marks(content: Content, leagues: Leagues, language: Language) -> ChangeMarks:
    """All marks of an edition in one language."""
    groups = _group_marks(content, leagues, language)
    marks = ChangeMarks(groups=groups)
    return replace(marks, sentences=tuple(_write_sentences(content, leagues, language, marks)))


def _write_sentences(
    content: Content, leagues: Leagues, language: Language, marks: ChangeMarks
) -> Iterator[str]:
    """How many marks there are, what was compared, and how many groups chance alone could mark.

    Holm's method keeps the probability of a false mark in a league by one indicator at most at
    `level`, however many of its units have truly changed. So of all such groups together at most
    `level` times their number have a false mark in the mean: means add up, whatever hangs together.
    """
    yield from _name_renewed(content, language)
    compared = {
        (league.name, indicator.name): len(list_compared(league, indicator))
        for league in leagues.all
        for indicator in content.methods.indicators
    }
    group_count = sum(count > 0 for count in compared.values())
    if not group_count:
        return
    marked = list(list_marked(content, leagues))
    better = sum(is_better(standing, indicator) for _, indicator, standing in marked)
    if marked:
        yield language.text(
            "marks.counted",
            count=len(marked),
            units=marks.unit_count,
            better=better,
            worse=len(marked) - better,
        )
    else:
        yield language.text("marks.none")
    level = 1 - content.method.confidence_level
    yield language.text(
        "marks.compared",
        count=sum(compared.values()),
        groups=group_count,
        level=language.percent(level),
    )
    yield language.text(
        "marks.by_chance",
        expected=language.number(level * group_count, 1),
        groups=group_count,
        marked=len({(league.name, indicator.name) for league, indicator, _ in marked}),
    )


def _name_renewed(content: Content, language: Language) -> Iterator[str]:
    """Which methods have a new version, and what they define in another way since."""
    for method in content.methods.all:
        renewed = [each for each in method.indicators if each.name in content.renewed]
        if renewed:
            yield language.text(
                "marks.renewed",
                method=language.method_title(method),
                version=method.version,
                indicators=language.join_names([language.short_title(each) for each in renewed]),
            )


def _group_marks(content: Content, leagues: Leagues, language: Language) -> tuple[MarkGroup, ...]:
    parents, _ = read_parents_and_kinds(content)
    grouped: dict[str, list[ChangeMark]] = {}
    for league, indicator, standing in list_marked(content, leagues):
        top = [standing.code, *list_above(standing.code, parents)][-1]
        grouped.setdefault(top, []).append(
            ChangeMark(
                standing.code,
                standing.name,
                language.league(league),
                language.short_title(indicator),
                _write_change(standing.change or 0, indicator, language),
                is_better(standing, indicator),
                not language.is_vietnamese and not leagues.is_english(standing.name),
            )
        )
    names = {code: name for league in leagues.all for code, name in league.names.items()}
    groups = []
    for top, marks in sorted(grouped.items()):
        name = names.get(top) or leagues.name(top, content.register.name(top, content.month))
        is_foreign = not language.is_vietnamese and not leagues.is_english(name)
        marks.sort(key=lambda mark: mark.code)
        own = [mark for mark in marks if mark.code == top]
        below = [mark for mark in marks if mark.code != top]
        groups.append(MarkGroup(top, name, (*own, *below), is_foreign))
    return tuple(groups)


def _write_change(change: float, indicator: Indicator, language: Language) -> str:
    """A difference with its sign and its unit of measure."""
    key = {"share": "marks.change_share", "points": "marks.change_points"}.get(
        indicator.unit, "marks.change_days"
    )
    return language.text(key, difference=language.difference(change, indicator))
