"""The ranks of a league in the last months, and which units moved beyond their rank sets.

Here belong the values that the chart and the table of ranks show. Not here: reading them from an
edition (comparisons), drawing (ranks_chart), how they are computed (pipeline.rankings).
"""

from dataclasses import dataclass
from functools import cached_property

from pipeline.methods import Indicator
from reports.leagues import Standing

MOST_STRONG = 6
"""Units that are drawn in strong colour: the most moved of those that moved beyond their sets."""


@dataclass(frozen=True)
class UnitRanks:
    """A unit's ranks by month, oldest first; the rank of a month is None where it had none."""

    code: str
    name: str
    months: tuple[Standing, ...]


@dataclass(frozen=True)
class RanksOfLeague:
    """The ranks of the units of a league by one indicator, in the order of the league.

    `months` have no gap, oldest first; for each of them `ranked_units` counts the units with a
    rank, `versions` are those of the method (None: nobody had a value), and `breaks` say whether
    ranks are not comparable with those of the months before.
    """

    indicator: Indicator
    months: tuple[str, ...]
    ranked_units: tuple[int, ...]
    versions: tuple[str | None, ...]
    breaks: tuple[bool, ...]
    units: tuple[UnitRanks, ...]

    @property
    def start(self) -> int:
        """The place of the first month that is comparable with the last one."""
        return max((place for place, is_break in enumerate(self.breaks) if is_break), default=0)

    @cached_property
    def moved(self) -> tuple[UnitRanks, ...]:
        """The units whose rank sets of the first and the last month do not overlap, the most moved
        first.
        """
        found = [unit for unit in self.units if self._has_moved(unit)]
        return tuple(sorted(found, key=lambda unit: (-abs(self.measure_move(unit)), unit.code)))

    @property
    def strong(self) -> tuple[UnitRanks, ...]:
        """The units drawn in strong colour."""
        return self.moved[:MOST_STRONG]

    def find_first(self, unit: UnitRanks) -> int | None:
        """The place of the first month that is compared with the last: with a rank, comparable."""
        places = range(self.start, len(self.months) - 1)
        return next((place for place in places if unit.months[place].is_ranked), None)

    def measure_move(self, unit: UnitRanks) -> int:
        """Places won since the first month that is compared, lost where negative; 0 for none."""
        first, last = self.find_first(unit), unit.months[-1]
        if first is None or last.rank is None:
            return 0
        return (unit.months[first].rank or 0) - last.rank

    def _has_moved(self, unit: UnitRanks) -> bool:
        first, last = self.find_first(unit), unit.months[-1]
        if first is None:
            return False
        ends = (unit.months[first], last)
        (low, high), (low_now, high_now) = ((end.rank_lower, end.rank_upper) for end in ends)
        if low is None or high is None or low_now is None or high_now is None:
            return False
        return high < low_now or high_now < low
