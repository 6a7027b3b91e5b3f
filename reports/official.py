"""The methods of points in force in an edition: who has how many points, and what is missing.

Here belongs reading their published rows, league by league, into values that a page shows. Not
here: how points are made (pipeline.indices.scorecards), our own indices and leagues (leagues).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline import months
from pipeline.bulletin import Content
from pipeline.methods import Indicator, Part, ScoringMethod, Switch
from reports.leagues import RATES, League, Places, Standing, lead

_MOST_CELLS = 3000
"""Cells of a league's table; with more it has no columns of groups, so that a page stays light."""
_OF_GIVEN = ("not_sent", "missing_indicators")
"""Notes that a page tells once of a method, not again beside every unit."""


@dataclass(frozen=True)
class Column:
    """A column of points: a group, or an indicator where the method has no groups.

    `parts` are the indicators that a group is made of; none for an indicator.
    """

    indicator: Indicator
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Score:
    """A unit's points in a column; without a value, its known indicators stand in `known`."""

    standing: Standing | None
    known: tuple[tuple[Part, Standing], ...]


@dataclass(frozen=True)
class Line:
    """A unit by one method: total or sum of the known, points by column, notes by indicator.

    `total` has rank and band where there are any. `notes`: a note, and what it stands beside.
    """

    code: str
    name: str
    total: Standing
    partial: Standing | None
    scores: tuple[Score, ...]
    notes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Apart:
    """The unit for which two published numbers differ most."""

    name: str
    official: Standing
    ours: Standing


@dataclass(frozen=True)
class Board:
    """The units of a league by one method, in order of rank, those without one by code: sums of
    what is known of each are no order.

    `columns` are those in which some unit has points; none where the table would be too large
    (`is_large`). `ranks_apart`: where the method's rank and that of our leading indicator (`lead`)
    differ most. `rates_apart`: where its share on time and that of our dossiers due do, with its
    indicator.
    """

    league: League
    lead: Indicator
    columns: tuple[Column, ...]
    is_large: bool
    lines: tuple[Line, ...]
    ranks_apart: Apart | None
    rates_apart: tuple[Part, Apart] | None

    @property
    def ranked(self) -> int:
        """How many units have a rank."""
        return sum(line.total.is_ranked for line in self.lines)


@dataclass(frozen=True)
class Known:
    """An indicator of a method: how many of the units have points, and why the others have none.

    `reasons` are notes with the number of units.
    """

    part: Part
    units: int
    of: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def is_not_sent(self) -> bool:
        """Whether nobody sent any counts of it: then there is no other reason."""
        return [note for note, _ in self.reasons] == ["not_sent"]


@dataclass(frozen=True)
class Official:
    """A method of points in an edition, with the featured leagues that have any of its rows."""

    method: ScoringMethod
    boards: tuple[Board, ...]
    known: tuple[Known, ...]
    switches: tuple[tuple[Switch, int], ...]
    """Each switch, and the place of what is chosen among its choices, from 1."""
    boundaries: tuple[tuple[str, str, str], ...]
    """Changes of the law up to the month: title in Vietnamese, in English, confidence."""

    @property
    def total(self) -> Indicator:
        """What is published under the method's total."""
        return self.method.indicator(self.method.total.name)

    @property
    def missing(self) -> tuple[Known, ...]:
        """Indicators that no unit has points of."""
        return tuple(each for each in self.known if not each.units)


def read(content: Content, places: Places) -> tuple[Official, ...]:
    """The methods of points in force in the month, in the order of the content."""
    return tuple(_official(content, places, method) for method in content.scorecards)


def _official(content: Content, places: Places, method: ScoringMethod) -> Official:
    boards = [_board(content, places, league, method) for league in places.featured]
    last_day = months.end(content.month).date() - timedelta(days=1)
    return Official(
        method=method,
        boards=tuple(board for board in boards if board.lines),
        known=tuple(_known(places, method)),
        switches=tuple(
            (switch, switch.choices.index(switch.chosen) + 1) for switch in method.switches
        ),
        boundaries=tuple(
            (each.title_vi, each.title_en, each.confidence)
            for each in method.boundaries
            if each.day <= last_day
        ),
    )


def _known(places: Places, method: ScoringMethod) -> Iterable[Known]:
    units = [(code, name) for league in places.featured for code, name in _units(league)]
    counted = [code for code, _ in units if (code, method.total.name) in places.values]
    for part in method.parts:
        found = [places.values.get((code, part.name)) for code in counted]
        reasons = Counter(s.note or "not_sent" for s in found if s and s.value is None)
        have = sum(s is not None and s.value is not None for s in found)
        yield Known(part, have, len(counted), tuple(sorted(reasons.items())))


def _units(league: League) -> list[tuple[str, str]]:
    """Code and name of every unit of a league, by code."""
    return sorted({(s.code, s.name) for found in league.by_indicator.values() for s in found})


def _board(content: Content, places: Places, league: League, method: ScoringMethod) -> Board:
    units = [
        (code, name) for code, name in _units(league) if (code, method.total.name) in places.values
    ]
    known = tuple(each for each in _columns(method) if _is_known(places, each, units))
    is_large = len(units) * len(known) > _MOST_CELLS
    columns = () if is_large else known
    lines = [_line(places, league, method, columns, code, name) for code, name in units]
    ours = lead(content.method, league)
    return Board(
        league=league,
        lead=ours,
        columns=columns,
        is_large=is_large,
        lines=tuple(sorted(lines, key=_order)),
        ranks_apart=_ranks_apart(league, lines, ours),
        rates_apart=_rates_apart(places, method, units),
    )


def _columns(method: ScoringMethod) -> Iterable[Column]:
    parts = {part.name: part for part in method.parts}
    listed = method.parts_of(method.total.name)
    for name in listed:
        of_group = tuple(parts[each] for each in method.parts_of(name))
        heading = parts[name].number if name in parts else ""
        yield Column(method.indicator(name), heading, of_group)


def _is_known(places: Places, column: Column, units: Iterable[tuple[str, str]]) -> bool:
    names = [column.indicator.name, *(part.name for part in column.parts)]
    found = (places.values.get((code, name)) for code, _ in units for name in names)
    return any(standing and standing.value is not None for standing in found)


def _line(  # noqa: PLR0913, PLR0917
    places: Places,
    league: League,
    method: ScoringMethod,
    columns: tuple[Column, ...],
    code: str,
    name: str,
) -> Line:
    published = places.values[code, method.total.name]
    return Line(
        code=code,
        name=name,
        total=league.find(method.total.name, code) or published,
        partial=places.values.get((code, method.partial_name or "")),
        scores=tuple(_score(places, column, code) for column in columns),
        notes=tuple(_notes(places, method, code)),
    )


def _score(places: Places, column: Column, code: str) -> Score:
    standing = places.values.get((code, column.indicator.name))
    if standing and standing.value is not None:
        return Score(standing, ())
    found = [(part, places.values.get((code, part.name))) for part in column.parts]
    return Score(standing, tuple((p, s) for p, s in found if s and s.value is not None))


def _notes(
    places: Places, method: ScoringMethod, code: str
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The notes of a unit's rows but those told of the method, each with its parts' numbers."""
    numbers = {part.name: part.number for part in method.parts}
    beside: dict[str, list[str]] = {}
    for name in method.names:
        standing = places.values.get((code, name))
        if standing and standing.note and standing.note not in _OF_GIVEN:
            named = beside.setdefault(standing.note, [])
            if numbers.get(name):
                named.append(numbers[name])
    return ((note, tuple(named)) for note, named in beside.items())


def _order(line: Line) -> tuple[bool, int, str]:
    rank = line.total.rank
    return (rank is None, rank or 0, line.code)


def _ranks_apart(league: League, lines: Iterable[Line], ours: Indicator) -> Apart | None:
    """The unit whose ranks by method and by our indicator differ most; None where none do."""
    found = []
    for line in lines:
        own = league.find(ours.name, line.code)
        if own and own.rank is not None and line.total.rank is not None:
            found.append((abs(own.rank - line.total.rank), Apart(line.name, line.total, own)))
    return _most(found)


def _rates_apart(
    places: Places, method: ScoringMethod, units: Iterable[tuple[str, str]]
) -> tuple[Part, Apart] | None:
    """Where the share on time that the method scores differs most from that of the dossiers due."""
    part = next((part for part in method.parts if part.counts == "dossiers_on_time"), None)
    if part is None:
        return None
    found = []
    for code, name in units:
        official = places.values.get((code, part.name))
        own = places.values.get((code, RATES[-1]))
        if official and own and own.value is not None and official.denominator:
            share = (official.numerator or 0) / official.denominator
            found.append((abs(share - own.value), Apart(name, official, own)))
    most = _most(found)
    return (part, most) if most else None


def _most(found: Sequence[tuple[float, Apart]]) -> Apart | None:
    """The one that lies furthest apart, of equals the first code; None where none differ."""
    if not found:
        return None
    difference, most = min(found, key=lambda each: (-each[0], each[1].official.code))
    return most if difference else None
