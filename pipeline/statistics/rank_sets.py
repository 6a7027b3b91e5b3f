"""Rank sets: the ranks that estimates with errors cannot exclude.

Here belong comparing all pairs of a league's units and counting who is surely better or worse, from
numbers alone. Not here: which numbers of a unit are compared, ranks and tiers of a league
(rankings).

Source: Mogstad, Romano, Shaikh and Wilhelm, Inference for Ranks with Applications to Mobility
across Neighbourhoods and Academic Achievement across Countries, Review of Economic Studies (2023);
for leagues too large for all pairs Klein, Wright and Wieczorek, A joint confidence region for an
overall ranking of populations, JRSS C (2020).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

FEWEST_DRAWS, MOST_DRAWS = 1_000, 10_000
_PAIRS_DRAWN = 10_000_000
_AT_ONCE = 1_000_000
"""Differences of draws in memory together: fewer cost calls, more do not fit next to a core."""

_ROUNDING = 1e-9
"""What 0.95 x 1000 may lie above 950."""

Floats = NDArray[np.floating[Any]]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class RankSets:
    """Rank sets of the units of one league, in the order given, or of many leagues, a row each.

    A marginal set holds its unit's rank at the level asked for; all simultaneous sets of a league
    hold at once. 1 is the best rank. `is_surely_better[j, k]`: unit j is shown to be better than k,
    at the level at which all such statements of the league hold at once.
    """

    marginal_lower: Counts
    marginal_upper: Counts
    simultaneous_lower: Counts
    simultaneous_upper: Counts
    is_surely_better: Flags

    def may_be_among_best(self, tau: int = 1) -> Flags:
        """Units that cannot be excluded from the tau best, for all of them at once."""
        may: Flags = self.simultaneous_lower <= tau
        return may

    def may_be_among_worst(self, tau: int = 1) -> Flags:
        """Units that cannot be excluded from the tau worst, for all of them at once."""
        may: Flags = self.simultaneous_upper > self.simultaneous_upper.shape[-1] - tau
        return may


def draws_for(units: int) -> int:
    """How many draws the critical values of a league of so many units rest on.

    With 1,000, stratified, the level reached differs from the one asked for by 0.5 percentage
    points (standard deviation), no more than the normal approximation itself is off. That is what
    leagues of 100 and more get; smaller ones get up to 10,000 (0.2 points) for the same work.
    """
    return min(MOST_DRAWS, max(FEWEST_DRAWS, _PAIRS_DRAWN // units**2))


def normals(keys: Sequence[str], draws: int) -> Floats:
    """Standard normal numbers: a row for each unit, a column for each draw.

    A unit's row is seeded with its key alone, so neither order nor other units matter. One number
    falls into each of so many equally likely strata (Latin hypercube: McKay, Beckman and Conover
    1979), which is worth twice the draws.
    """
    rows = np.empty((len(keys), draws), np.float32)
    for row, key in zip(rows, keys, strict=True):
        generator = np.random.default_rng(int.from_bytes(sha256(key.encode()).digest()))
        row[:] = ndtri((generator.permutation(draws) + generator.random(draws)) / draws)
    return rows


def pairwise(
    values: Floats,
    errors: Floats,
    normals: Floats,
    level: float = 0.95,
    *,
    has_steps: bool = True,
) -> RankSets:
    """Marginal and simultaneous rank sets of independent units, a higher value being better.

    `values` and their standard `errors` have an entry for each unit, `normals` a row. For each pair
    and direction, that a unit is no better than another is rejected where their difference over its
    standard error exceeds the critical value: the quantile, over the draws, of the largest such
    difference between units that are equal in truth. It is taken over the pairs of one unit for its
    marginal set and over all pairs for the simultaneous ones and, with steps, again over what is
    left until nothing more is rejected.

    A value with error 0 is certain; one whose error is not a number (NaN) is told apart from none.
    Units of the same value and error have the same sets. With leagues in rows of `values` and
    `errors`, and the same normals for all of them, the answer has them in rows too.
    """
    if values.ndim > 1:
        leagues = [
            pairwise(*league, normals, level, has_steps=has_steps)
            for league in zip(values, errors, strict=True)
        ]
        return RankSets(
            *(np.stack([vars(one)[name] for one in leagues]) for name in vars(leagues[0]))
        )
    pairs = _Pairs.of(values, errors, normals, level, has_steps=has_steps)
    told = np.empty(pairs.statistic.shape, np.bool_)
    never = np.zeros(normals.shape[1], np.float32)
    largest = np.zeros_like(never)
    for units, own in pairs.some_at_once(np.arange(values.size)):
        told[units], own_never, own_largest = _told_by_units(pairs, units, own)
        np.maximum(never, own_never.max(0), out=never)
        np.maximum(largest, own_largest.max(0), out=largest)
    looks_better = pairs.statistic > 0
    is_better = _told_by_all(pairs, never, largest) & looks_better
    marginal = _counted(told & looks_better.T, told & looks_better)
    return RankSets(
        *_alike(values, errors, *marginal), *_counted(is_better.T, is_better), is_better
    )


def marginal(
    values: Floats, errors: Floats, normals: Floats, level: float, asked: Flags
) -> tuple[Counts, Counts]:
    """Lower and upper of the marginal sets that `pairwise` gives, of the units asked for alone.

    The work grows with the number of units asked for, one of equal value and error counting too.
    """
    alike = _groups(values, errors)
    units = np.flatnonzero(np.isin(alike, alike[asked]))
    pairs = _Pairs.of(values, errors, normals, level, has_steps=True)
    told = np.empty(pairs.statistic.shape, np.bool_)
    for some, own in pairs.some_at_once(units):
        told[some], _, _ = _told_by_units(pairs, some, own)
    told = told[units]
    looks_better = pairs.statistic[units] > 0
    looks_worse = pairs.statistic[units] < 0
    found = _alike(values[units], errors[units], *_counted(told & looks_worse, told & looks_better))
    lower, upper = (ranks[asked[units]] for ranks in found)
    return lower, upper


def joint(best: Floats, worst: Floats) -> tuple[Counts, Counts]:
    """Best and worst rank of each unit, from limits that hold jointly; more is better.

    A unit is surely better than another where its worst limit lies above the other's best.
    """
    surely_better = best.size - np.searchsorted(np.sort(worst), best, side="right")
    surely_worse = np.searchsorted(np.sort(best), worst, side="left")
    return 1 + surely_better, best.size - surely_worse


def tiers(size: int, is_surely_better: Callable[[int, int], bool]) -> list[int]:
    """Tiers of units in order of rank, from 1.

    Walks down: a unit than which its tier's first is surely better opens the next tier, the others
    join. `is_surely_better(first, unit)` is asked with places in that order.
    """
    tiers: list[int] = []
    first = 0
    for unit in range(size):
        if tiers and is_surely_better(first, unit):
            first = unit
            tiers.append(tiers[-1] + 1)
        else:
            tiers.append(tiers[-1] if tiers else 1)
    return tiers


@dataclass(frozen=True)
class _Pairs:
    """All pairs of a league's units.

    `statistic[j, k]` is the difference of j and k over its standard error. `scaled` are the draws
    of each unit's error. The difference of the draws of j and k times `weight[j, k]` is that of the
    one that looks better and the other, over its standard error. At most `beyond` draws may exceed
    a critical value.
    """

    statistic: Floats
    scaled: Floats
    weight: Floats
    beyond: int
    has_steps: bool

    @staticmethod
    def of(
        values: Floats, errors: Floats, normals: Floats, level: float, *, has_steps: bool
    ) -> "_Pairs":
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1 / np.hypot(errors[:, None], errors)
            statistic = (values[:, None] - values) * inverse
        # 0 / 0 and unknown errors tell nothing apart; no draw parts two certain values.
        statistic[np.isnan(statistic)] = 0
        inverse[~np.isfinite(inverse)] = 0
        known = np.where(np.isfinite(errors), errors, 0).astype(np.float32)
        draws = normals.shape[1]
        return _Pairs(
            statistic,
            normals * known[:, None],
            np.where(statistic > 0, inverse, -inverse).astype(np.float32),
            draws - ceil(level * draws - _ROUNDING),
            has_steps,
        )

    def critical(self, largest: Floats) -> Floats:
        """The least value that no more than `beyond` of the draws in a row exceed, a column."""
        place = largest.shape[-1] - 1 - self.beyond
        return np.partition(largest, place)[..., place, None]

    def some_at_once(self, units: Counts) -> Iterator[tuple[Counts, Floats]]:
        """The units in turn, some together, with room for their differences of draws.

        The room is taken once: to ask for as much again and again costs more than the arithmetic.
        """
        count = max(1, _AT_ONCE // self.scaled.size)
        own = np.empty((min(count, units.size), *self.scaled.shape), np.float32)
        for first in range(0, units.size, count):
            some = units[first : first + count]
            yield some, own[: some.size]


def _told_by_units(pairs: _Pairs, units: Counts, own: Floats) -> tuple[Flags, Floats, Floats]:
    """The units that each of some is told apart from, by the critical value of its own pairs, and
    what that of all pairs needs: of each draw the largest difference of the hypotheses never
    rejected, and of all. A row for each of `units`; `own` is room for their differences.

    That the one that looks better is no worse is never rejected: no step brings the critical value
    below that of these hypotheses alone, and only the draws above it matter.
    """
    np.subtract(pairs.scaled[units, None], pairs.scaled, out=own)
    np.multiply(own, pairs.weight[units, :, None], out=own)
    never: Floats = -own.min(1)
    largest = np.maximum(own.max(1), never)
    size = np.abs(pairs.statistic[units])
    told: Flags = size > pairs.critical(largest)
    floor = pairs.critical(never)
    is_open = size > floor
    if pairs.has_steps and (is_open & ~told).any():
        most = (largest >= floor).sum(1).max()
        matters = np.argpartition(largest, -most, axis=1)[:, -most:]
        left = np.stack([one.take(those, axis=1) for one, those in zip(own, matters, strict=True)])
        never_left = np.take_along_axis(never, matters, axis=1)
    while pairs.has_steps and (is_open & ~told).any():
        now = size > pairs.critical(
            np.maximum(np.where(told[:, :, None], -np.inf, left).max(1), never_left)
        )
        if (now == told).all():
            break
        told = now
    return told, never, largest


def _told_by_all(pairs: _Pairs, never: Floats, largest: Floats) -> Flags:
    """The pairs that are told apart, by the critical value of all pairs; see `_told_by_units`."""
    size = np.abs(pairs.statistic)
    told: Flags = size > pairs.critical(largest)
    floor = pairs.critical(never)
    matters = largest >= floor
    scaled = pairs.scaled[:, matters]
    while pairs.has_steps and ((size > floor) & ~told).any():
        unit, other = np.nonzero(np.triu(~told))
        left = ((scaled[unit] - scaled[other]) * pairs.weight[unit, other, None]).max(0)
        now = size > pairs.critical(np.maximum(left, never[matters]))
        if (now == told).all():
            break
        told = now
    return told


def _counted(is_worse: Flags, is_better: Flags) -> tuple[Counts, Counts]:
    """Best and worst rank of each unit (row) from the units it is surely worse or better than."""
    return 1 + is_worse.sum(1), is_better.shape[1] - is_better.sum(1)


def _groups(values: Floats, errors: Floats) -> Counts:
    """A number for each unit, the same for those of the same value and error."""
    groups: Counts = np.unique(np.stack([values, errors]), axis=1, return_inverse=True)[1]
    return groups


def _alike(values: Floats, errors: Floats, lower: Counts, upper: Counts) -> tuple[Counts, Counts]:
    """The widest set of those of the same value and error, whose draws differ by chance alone."""
    group = _groups(values, errors)
    least, most = np.full(group.size, np.iinfo(np.int64).max), np.ones(group.size, np.int64)
    np.minimum.at(least, group, lower)
    np.maximum.at(most, group, upper)
    return least[group], most[group]
