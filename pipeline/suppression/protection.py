"""Which counts of a hierarchy to hide, so that nobody can subtract their way to a small one.

Here belongs choosing, from counts by unit and the unit above each. Not here: what is counted, which
columns of which table then become null (ratings, series).

The count of a unit is its own count and the counts of the units directly below it. So a hidden
count can be worked out where it is the only hidden one of its group: a published unit, and the
units below it. A group is safe where two or more counts in it are hidden, and where they are
together at least `limit - 1` more than the least that they can be, which is 1 each. Then each of
them can be anything from its least to `limit` and more: nobody can show that one of them is small.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property

_LEAST = 1
"""The least that a hidden count can be: a count of nobody tells of nobody, and is published."""
_ROUNDING_ERROR = 1e-6

Preference = Callable[[str, float], tuple[object, ...]]
"""The order in which a unit of a count is taken to protect others: the lowest first."""


@dataclass(frozen=True)
class Measure:
    """Counts that add up, by unit; `parents` is the unit above, whose count has those below it too.

    `small` are the units whose counts tell of a few. Where not `has_own`, what a unit counts beside
    the units below it is taken to be known, and hides nobody.
    """

    counts: Mapping[str, float]
    parents: Mapping[str, str]
    small: frozenset[str]
    has_own: bool = True

    @cached_property
    def children(self) -> dict[str, list[str]]:
        """The units directly below a unit, those with a count alone."""
        found: dict[str, list[str]] = {}
        for unit, count in self.counts.items():
            parent = self.parents.get(unit, "")
            if parent in self.counts and count > 0:
                found.setdefault(parent, []).append(unit)
        return found

    def own(self, unit: str) -> float:
        """What a unit counts beside the units below it. Never less than nothing: who rated several
        units counts once above them.
        """
        if not self.has_own and unit in self.children:
            return 0.0
        below = sum(self.counts[each] for each in self.children.get(unit, ()))
        return max(0.0, self.counts[unit] - below)

    @cached_property
    def upwards(self) -> list[str]:
        """The units with units below them, each after all below it."""
        order: dict[str, None] = {}

        def visit(unit: str) -> None:
            for each in self.children.get(unit, ()):
                visit(each)
            if unit in self.children:
                order[unit] = None

        for unit in sorted(self.counts):
            if self.parents.get(unit) not in self.counts:
                visit(unit)
        return list(order)


def is_small(count: float | None, limit: int) -> bool:
    """Whether a count tells of a few: more than nobody and fewer than the limit."""
    return count is not None and _ROUNDING_ERROR < count < limit - _ROUNDING_ERROR


def choose_hidden(
    measures: Sequence[Measure], limit: int, hidden: AbstractSet[str], prefer: Preference
) -> frozenset[str]:
    """The units to hide in all of the measures, those already `hidden` among them.

    Small counts are hidden first. To a group that is not safe one more unit is added at a time, the
    first by `prefer`; where none is left, the unit above is hidden, and its own group is looked at.
    The same arguments give the same units.
    """
    found = set(hidden).union(*(measure.small for measure in measures))
    before = -1
    while len(found) != before:
        before = len(found)
        for measure in measures:
            _Protection(measure, limit, found, prefer).complete()
    return frozenset(found)


@dataclass
class _Protection:
    """The units hidden in one measure; `complete` adds those that protect them."""

    measure: Measure
    limit: int
    hidden: set[str]
    prefer: Preference
    _counts: Mapping[str, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._counts = self.measure.counts

    def complete(self) -> None:
        for unit in self.measure.upwards:
            if unit not in self.hidden:
                self._complete_group(unit)
            if unit in self.hidden:
                self._hide_below(unit)

    def _complete_group(self, parent: str) -> None:
        """Adds to the group of a published unit until it is safe, or hides the unit itself."""
        while not self._is_safe(parent):
            added = self._first_visible(parent)
            if added is None:
                self.hidden.add(parent)
                return
            self._hide(added)

    def _is_safe(self, parent: str) -> bool:
        cells = list(self._hidden_cells(parent))
        is_own_small = is_small(self.measure.own(parent), self.limit)
        if not is_own_small and not self._has_hidden_child(parent):
            return True
        slack = sum(cells) - _LEAST * len(cells)
        return len(cells) > 1 and slack >= self.limit - 1 - _ROUNDING_ERROR

    def _has_hidden_child(self, parent: str) -> bool:
        return any(each in self.hidden for each in self.measure.children[parent])

    def _hidden_cells(self, unit: str) -> Iterator[float]:
        """The counts in a unit's count that nobody can see and that do not follow from others."""
        own = self.measure.own(unit)
        if own > _ROUNDING_ERROR:
            yield own
        for each in self.measure.children.get(unit, ()):
            if each in self.hidden:
                yield from self._hidden_cells(each)

    def _first_visible(self, parent: str) -> str | None:
        """The unit directly below that is taken next to protect others."""
        visible = [each for each in self.measure.children[parent] if each not in self.hidden]
        return min(visible, key=lambda each: self.prefer(each, self._counts[each]), default=None)

    def _hide(self, unit: str) -> None:
        self.hidden.add(unit)
        self._hide_below(unit)

    def _hide_below(self, unit: str) -> None:
        """Hides a unit below a hidden one that is the sum of published ones."""
        while not any(True for _ in self._hidden_cells(unit)):
            below = self._first_visible(unit) if unit in self.measure.children else None
            if below is None:
                return
            self._hide(below)
