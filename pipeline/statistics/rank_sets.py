"""Rank sets: the ranks that estimates with errors cannot exclude.

Here belong comparing all pairs of a league's units and counting which units are surely better or
worse, from numbers alone. Not here: which numbers of a unit are compared, ranks and tiers of a
league (rankings).

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

FEWEST_DRAWS, MOST_DRAWS = 1_000, 10_000
_PAIRS_DRAWN = 10_000_000
_AT_ONCE = 1_000_000
"""Differences of draws in memory together: fewer need more calls, more do not fit into a cache."""

_ROUNDING = 1e-9
"""How far 0.95 x 1000 may lie above 950 by rounding."""

Floats = NDArray[np.floating[Any]]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class RankSets:
    """Rank sets of the units of one league, in the order of the units.

    A marginal set holds its unit's rank at the confidence level; all simultaneous sets of a league
    hold at once. 1 is the best rank. `is_surely_better[j, k]`: unit j is shown to be better than
    unit k, at the level at which all such statements of the league hold at once.
    """

    marginal_lower: Counts
    marginal_upper: Counts
    simultaneous_lower: Counts
    simultaneous_upper: Counts
    is_surely_better: Flags

    def may_be_among_best(self, tau: int = 1) -> Flags:
        """Units that cannot be excluded from the tau best, for all units at once."""
        may: Flags = self.simultaneous_lower <= tau
        return may


def number_of_draws(units: int) -> int:
    """How many draws the critical values of a league of so many units rest on.

    With 1,000 stratified draws the level reached differs from the confidence level by 0.5
    percentage points (standard deviation), no more than the error of the normal approximation
    itself. Leagues of 100 and more units get so many; smaller leagues get up to 10,000 (0.2 points)
    for the same work.
    """
    return min(MOST_DRAWS, max(FEWEST_DRAWS, _PAIRS_DRAWN // units**2))


def draw_normals(keys: Sequence[str], draws: int) -> Floats:
    """Standard normal numbers: a row for each unit, a column for each draw.

    A unit's row is seeded with its key alone, so neither the order nor other units matter. The
    numbers are stratified: one falls into each of so many equally likely strata (Latin hypercube:
    McKay, Beckman and Conover 1979), which has the effect of twice the draws.
    """
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is slow to import

    rows = np.empty((len(keys), draws), np.float32)
    for row, key in zip(rows, keys, strict=True):
        generator = np.random.default_rng(int.from_bytes(sha256(key.encode()).digest()))
        row[:] = ndtri((generator.permutation(draws) + generator.random(draws)) / draws)
    return rows


def pairwise_sets(
    values: Floats,
    errors: Floats,
    normals: Floats,
    confidence_level: float = 0.95,
    *,
    has_steps: bool = True,
) -> RankSets:
    """Marginal and simultaneous rank sets of independent units, a higher value being better.

    `values` and their standard `errors` have an entry for each unit, `normals` a row. For each pair
    and direction, the hypothesis that a unit is no better than another is rejected where their
    difference over its standard error exceeds the critical value: the quantile, over the draws, of
    the largest such difference between units that are equal in truth. It is taken over the pairs
    of one unit for its marginal set and over all pairs for the simultaneous sets and, with steps,
    again over the pairs not yet rejected until no more are rejected.

    A value with error 0 is certain; a value whose error is not a number (NaN) is compared with no
    other. Units of the same value and error have the same sets.
    """
    pairs = _Pairs.of(values, errors, normals, confidence_level, has_steps=has_steps)
    is_rejected = np.empty(pairs.statistic.shape, np.bool_)
    never = np.zeros(normals.shape[1], np.float32)
    largest = np.zeros_like(never)
    for units, own in pairs.batches(np.arange(values.size)):
        is_rejected[units], own_never, own_largest = _rejected_per_unit(pairs, units, own)
        np.maximum(never, own_never.max(0), out=never)
        np.maximum(largest, own_largest.max(0), out=largest)
    looks_better = pairs.statistic > 0
    is_better = _rejected_overall(pairs, never, largest) & looks_better
    marginal = _count_ranks(is_rejected & looks_better.T, is_rejected & looks_better)
    return RankSets(
        *_widen_ties(values, errors, *marginal), *_count_ranks(is_better.T, is_better), is_better
    )


def marginal_sets(
    values: Floats, errors: Floats, normals: Floats, confidence_level: float, requested: Flags
) -> tuple[Counts, Counts]:
    """Lower and upper of the marginal sets of `pairwise_sets`, of the requested units alone.

    The work grows with the number of requested units, and of units that tie with them.
    """
    ties = _number_ties(values, errors)
    units = np.flatnonzero(np.isin(ties, ties[requested]))
    pairs = _Pairs.of(values, errors, normals, confidence_level, has_steps=True)
    is_rejected = np.empty(pairs.statistic.shape, np.bool_)
    for some, own in pairs.batches(units):
        is_rejected[some], _, _ = _rejected_per_unit(pairs, some, own)
    is_rejected = is_rejected[units]
    looks_better = pairs.statistic[units] > 0
    looks_worse = pairs.statistic[units] < 0
    own_ranks = _count_ranks(is_rejected & looks_worse, is_rejected & looks_better)
    ranks = _widen_ties(values[units], errors[units], *own_ranks)
    lower, upper = (limit[requested[units]] for limit in ranks)
    return lower, upper


def joint_sets(best: Floats, worst: Floats) -> tuple[Counts, Counts]:
    """Best and worst rank of each unit, from limits that hold jointly; more is better.

    A unit is surely better than another where its worst limit is above the other's best limit.
    """
    surely_better = best.size - np.searchsorted(np.sort(worst), best, side="right")
    surely_worse = np.searchsorted(np.sort(best), worst, side="left")
    return 1 + surely_better, best.size - surely_worse


def assign_tiers(size: int, is_surely_better: Callable[[int, int], bool]) -> list[int]:
    """Tiers of units in order of rank, from 1.

    Where the first unit of a tier is surely better than the next unit, that unit opens the next
    tier; else it joins. `is_surely_better(first, unit)` takes places in that order.
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
    of each unit's error. The difference of the draws of j and k times `weight[j, k]` is the
    difference between the unit with the better value and the other, over its standard error. At
    most `beyond` draws may exceed a critical value.
    """

    statistic: Floats
    scaled: Floats
    weight: Floats
    beyond: int
    has_steps: bool

    @staticmethod
    def of(
        values: Floats, errors: Floats, normals: Floats, confidence_level: float, *, has_steps: bool
    ) -> "_Pairs":
        """The pairs of units with these values and errors."""
        with np.errstate(divide="ignore", invalid="ignore"):
            inverse = 1 / np.hypot(errors[:, None], errors)
            statistic = (values[:, None] - values) * inverse
        # 0 / 0 and unknown errors reject nothing; draws never separate two certain values.
        statistic[np.isnan(statistic)] = 0
        inverse[~np.isfinite(inverse)] = 0
        known = np.where(np.isfinite(errors), errors, 0).astype(np.float32)
        draws = normals.shape[1]
        return _Pairs(
            statistic,
            normals * known[:, None],
            np.where(statistic > 0, inverse, -inverse).astype(np.float32),
            draws - ceil(confidence_level * draws - _ROUNDING),
            has_steps,
        )

    def critical(self, largest: Floats) -> Floats:
        """For each row, the least value that at most `beyond` of its draws exceed; as a column."""
        place = largest.shape[-1] - 1 - self.beyond
        return np.partition(largest, place)[..., place, None]

    def batches(self, units: Counts) -> Iterator[tuple[Counts, Floats]]:
        """Batches of the units, each with an array for their differences of draws.

        The array is allocated once: allocating it for each batch costs more than the arithmetic.
        """
        count = max(1, _AT_ONCE // self.scaled.size)
        own = np.empty((min(count, units.size), *self.scaled.shape), np.float32)
        for first in range(0, units.size, count):
            some = units[first : first + count]
            yield some, own[: some.size]


def _rejected_per_unit(pairs: _Pairs, units: Counts, own: Floats) -> tuple[Flags, Floats, Floats]:
    """Which pairs of each unit are rejected by the critical value of its own pairs.

    Also, for each draw, the largest difference of the hypotheses that are never rejected, and of
    all hypotheses: from these comes the critical value of all pairs. A row for each of `units`;
    `own` is an array for their differences.

    We never reject that the unit with the better value is at least as good. So no step brings the
    critical value below that of these hypotheses alone, and only the draws above it matter.
    """
    np.subtract(pairs.scaled[units, None], pairs.scaled, out=own)
    np.multiply(own, pairs.weight[units, :, None], out=own)
    never: Floats = -own.min(1)
    largest = np.maximum(own.max(1), never)
    size = np.abs(pairs.statistic[units])
    is_rejected: Flags = size > pairs.critical(largest)
    floor = pairs.critical(never)
    is_open = size > floor
    if pairs.has_steps and (is_open & ~is_rejected).any():
        most = (largest >= floor).sum(1).max()
        draws = np.argpartition(largest, -most, axis=1)[:, -most:]
        left = np.stack([one.take(some, axis=1) for one, some in zip(own, draws, strict=True)])
        never_left = np.take_along_axis(never, draws, axis=1)
    while pairs.has_steps and (is_open & ~is_rejected).any():
        remaining = np.where(is_rejected[:, :, None], -np.inf, left).max(1)
        is_rejected_next = size > pairs.critical(np.maximum(remaining, never_left))
        if (is_rejected_next == is_rejected).all():
            break
        is_rejected = is_rejected_next
    return is_rejected, never, largest


def _rejected_overall(pairs: _Pairs, never: Floats, largest: Floats) -> Flags:
    """The pairs rejected by the critical value of all pairs; see `_rejected_per_unit`."""
    size = np.abs(pairs.statistic)
    is_rejected: Flags = size > pairs.critical(largest)
    floor = pairs.critical(never)
    is_above_floor = largest >= floor
    scaled = pairs.scaled[:, is_above_floor]
    while pairs.has_steps and ((size > floor) & ~is_rejected).any():
        unit, other = np.nonzero(np.triu(~is_rejected))
        left = ((scaled[unit] - scaled[other]) * pairs.weight[unit, other, None]).max(0)
        is_rejected_next = size > pairs.critical(np.maximum(left, never[is_above_floor]))
        if (is_rejected_next == is_rejected).all():
            break
        is_rejected = is_rejected_next
    return is_rejected


def _count_ranks(is_worse: Flags, is_better: Flags) -> tuple[Counts, Counts]:
    """Best and worst rank of each unit (row) by the units it is surely worse or better than."""
    return 1 + is_worse.sum(1), is_better.shape[1] - is_better.sum(1)


def _number_ties(values: Floats, errors: Floats) -> Counts:
    """A number for each unit, the same for units of the same value and error."""
    ties: Counts = np.unique(np.stack([values, errors]), axis=1, return_inverse=True)[1]
    return ties


def _widen_ties(
    values: Floats, errors: Floats, lower: Counts, upper: Counts
) -> tuple[Counts, Counts]:
    """The widest set of the units of the same value and error: their draws differ by chance."""
    tie = _number_ties(values, errors)
    least, most = np.full(tie.size, np.iinfo(np.int64).max), np.ones(tie.size, np.int64)
    np.minimum.at(least, tie, lower)
    np.maximum.at(most, tie, upper)
    return least[tie], most[tie]
