"""The scoring methods in force in an edition: how many points each unit has, and what is missing.

Here belongs reading their published rows, league by league, into values that a page shows. Not
here: how points are computed (pipeline.indices), our own indices and their leagues (leagues).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline import months
from pipeline.bulletin import Content
from pipeline.methods import Indicator, Part, ScoringMethod, Switch
from reports.leagues import RATES, League, Leagues, Standing, find_lead

_MOST_CELLS = 3000
"""The most cells of a league's table; a larger table has no columns of groups."""
_NOTES_OF_METHOD = ("not_sent", "missing_indicators")
"""Notes that a page gives once for a method, and not again beside every unit."""


@dataclass(frozen=True)
class Column:
    """A column of points: a group, or an indicator where the method has no groups.

    `parts` are the indicators of a group; empty for an indicator.
    """

    indicator: Indicator
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Score:
    """A unit's points in a column. Without a value, `known` has those of its indicators that have
    points.
    """

    standing: Standing | None
    known: tuple[tuple[Part, Standing], ...]


@dataclass(frozen=True)
class Line:
    """A unit by one method: total or partial sum, points by column, notes.

    `total` has rank and band where there are any. `notes`: each note with the numbers of the
    indicators that have it.
    """

    code: str
    name: str
    total: Standing
    partial: Standing | None
    scores: tuple[Score, ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Difference:
    """The unit for which two published numbers differ most."""

    name: str
    official: Standing
    ours: Standing


@dataclass(frozen=True)
class Board:
    """The units of a league by one method, in order of rank; units without a rank by code, because
    partial sums give no order.

    `columns` are those in which a unit has points; empty where the table would be too large
    (`is_large`). `rank_difference`: the unit whose rank by the method differs most from its rank by
    our leading indicator (`lead`). `rate_difference`: the unit whose share on time by the method
    differs most from our rate of the dossiers due, with the method's indicator.
    """

    league: League
    lead: Indicator
    columns: tuple[Column, ...]
    is_large: bool
    lines: tuple[Line, ...]
    rank_difference: Difference | None
    rate_difference: tuple[Part, Difference] | None

    @property
    def ranked_count(self) -> int:
        """How many units have a rank."""
        return sum(line.total.is_ranked for line in self.lines)


@dataclass(frozen=True)
class Coverage:
    """An indicator of a method: how many of all units have points, and why the others have none.

    `reasons` are notes with the number of units that have them.
    """

    part: Part
    units: int
    all_units: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def is_not_sent(self) -> bool:
        """Whether no counts of the indicator were sent for any unit."""
        return [note for note, _ in self.reasons] == ["not_sent"]


@dataclass(frozen=True)
class OfficialMethod:
    """A scoring method in an edition, with the featured leagues that have rows of the method."""

    method: ScoringMethod
    boards: tuple[Board, ...]
    coverage: tuple[Coverage, ...]
    switches: tuple[tuple[Switch, int], ...]
    """Each switch, and the place of the chosen one among its choices, from 1."""
    boundaries: tuple[tuple[str, str, str], ...]
    """Changes of the law up to the month: title in Vietnamese, in English, confidence."""

    @property
    def total(self) -> Indicator:
        """The indicator under which the method's total is published."""
        return self.method.indicator(self.method.total.name)

    @property
    def missing(self) -> tuple[Coverage, ...]:
        """Indicators of which no unit has points."""
        return tuple(each for each in self.coverage if not each.units)


def read_official(content: Content, leagues: Leagues) -> tuple[OfficialMethod, ...]:
    """The scoring methods in force in the month, in the order of the content."""
    return tuple(_read_method(content, leagues, method) for method in content.scorecards)


def _read_method(content: Content, leagues: Leagues, method: ScoringMethod) -> OfficialMethod:
    boards = [_make_board(content, leagues, league, method) for league in leagues.featured]
    last_day = months.end(content.month).date() - timedelta(days=1)
    return OfficialMethod(
        method=method,
        boards=tuple(board for board in boards if board.lines),
        coverage=tuple(_count_known(leagues, method)),
        switches=tuple(
            (switch, switch.choices.index(switch.chosen) + 1) for switch in method.switches
        ),
        boundaries=tuple(
            (each.title_vi, each.title_en, each.confidence)
            for each in method.boundaries
            if each.day <= last_day
        ),
    )


def _count_known(leagues: Leagues, method: ScoringMethod) -> Iterable[Coverage]:
    units = [(code, name) for league in leagues.featured for code, name in _list_units(league)]
    counted = [code for code, _ in units if (code, method.total.name) in leagues.values]
    for part in method.parts:
        found = [leagues.values.get((code, part.name)) for code in counted]
        reasons = Counter(s.note or "not_sent" for s in found if s and s.value is None)
        have = sum(s is not None and s.value is not None for s in found)
        yield Coverage(part, have, len(counted), tuple(sorted(reasons.items())))


def _list_units(league: League) -> list[tuple[str, str]]:
    """Code and name of every unit of a league, by code."""
    return sorted(league.names.items())


def _make_board(content: Content, leagues: Leagues, league: League, method: ScoringMethod) -> Board:
    units = [
        (code, name)
        for code, name in _list_units(league)
        if (code, method.total.name) in leagues.values
    ]
    known = tuple(each for each in _list_columns(method) if _is_known(leagues, each, units))
    is_large = len(units) * len(known) > _MOST_CELLS
    columns = () if is_large else known
    lines = [_make_line(leagues, league, method, columns, code, name) for code, name in units]
    ours = find_lead(content.method, league)
    return Board(
        league=league,
        lead=ours,
        columns=columns,
        is_large=is_large,
        lines=tuple(sorted(lines, key=_sort_key)),
        rank_difference=_find_rank_difference(league, lines, ours),
        rate_difference=_find_rate_difference(leagues, method, units),
    )


def _list_columns(method: ScoringMethod) -> Iterable[Column]:
    parts = {part.name: part for part in method.parts}
    listed = method.parts_of(method.total.name)
    for name in listed:
        group_parts = tuple(parts[each] for each in method.parts_of(name))
        heading = parts[name].number if name in parts else ""
        yield Column(method.indicator(name), heading, group_parts)


def _is_known(leagues: Leagues, column: Column, units: Iterable[tuple[str, str]]) -> bool:
    names = [column.indicator.name, *(part.name for part in column.parts)]
    found = (leagues.values.get((code, name)) for code, _ in units for name in names)
    return any(standing and standing.value is not None for standing in found)


def _make_line(  # noqa: PLR0913, PLR0917
    leagues: Leagues,
    league: League,
    method: ScoringMethod,
    columns: tuple[Column, ...],
    code: str,
    name: str,
) -> Line:
    published = leagues.values[code, method.total.name]
    return Line(
        code=code,
        name=name,
        total=league.find(method.total.name, code) or published,
        partial=leagues.values.get((code, method.partial_name or "")),
        scores=tuple(_find_score(leagues, column, code) for column in columns),
        notes=tuple(_collect_notes(leagues, method, code)),
    )


def _find_score(leagues: Leagues, column: Column, code: str) -> Score:
    standing = leagues.values.get((code, column.indicator.name))
    if standing and standing.value is not None:
        return Score(standing, ())
    found = [(part, leagues.values.get((code, part.name))) for part in column.parts]
    return Score(standing, tuple((p, s) for p, s in found if s and s.value is not None))


def _collect_notes(
    leagues: Leagues, method: ScoringMethod, code: str
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The notes of a unit's rows with the numbers of their indicators; without the notes that are
    given once for the method.
    """
    numbers = {part.name: part.number for part in method.parts}
    numbers_by_note: dict[str, list[str]] = {}
    for name in method.names:
        standing = leagues.values.get((code, name))
        if standing and standing.note and standing.note not in _NOTES_OF_METHOD:
            named = numbers_by_note.setdefault(standing.note, [])
            if numbers.get(name):
                named.append(numbers[name])
    return ((note, tuple(named)) for note, named in numbers_by_note.items())


def _sort_key(line: Line) -> tuple[bool, int, str]:
    rank = line.total.rank
    return (rank is None, rank or 0, line.code)


def _find_rank_difference(
    league: League, lines: Iterable[Line], ours: Indicator
) -> Difference | None:
    """The unit whose rank by the method and rank by our indicator differ most; None where no ranks
    differ.
    """
    found = []
    for line in lines:
        own = league.find(ours.name, line.code)
        if own and own.rank is not None and line.total.rank is not None:
            found.append((abs(own.rank - line.total.rank), Difference(line.name, line.total, own)))
    return _pick_largest(found)


def _find_rate_difference(
    leagues: Leagues, method: ScoringMethod, units: Iterable[tuple[str, str]]
) -> tuple[Part, Difference] | None:
    """The unit whose share on time by the method differs most from our rate of the dossiers due."""
    part = next((part for part in method.parts if part.counts == "dossiers_on_time"), None)
    if part is None:
        return None
    found = []
    for code, name in units:
        official = leagues.values.get((code, part.name))
        own = leagues.values.get((code, RATES[-1]))
        if official and own and own.value is not None and official.denominator:
            share = (official.numerator or 0) / official.denominator
            found.append((abs(share - own.value), Difference(name, official, own)))
    most = _pick_largest(found)
    return (part, most) if most else None


def _pick_largest(found: Sequence[tuple[float, Difference]]) -> Difference | None:
    """The largest difference, of equal ones the first unit code; None where there is none."""
    if not found:
        return None
    difference, most = min(found, key=lambda each: (-each[0], each[1].official.code))
    return most if difference else None
