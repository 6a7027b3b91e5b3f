"""Weights: those who answered stand for those who were served, margin by margin.

Here belong weights that reproduce counts that are known (one margin: post-stratification; several:
raking), bounding them, and the error of a weighted mean by linearisation. Not here: which margins
are used and which levels are joined (indices), how far answers represent the served
(representation).

All functions take arrays with one element an answer, or a group of equal answers of one respondent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.errors import PlainError
from pipeline.statistics import intervals

Floats: TypeAlias = npt.NDArray[np.float64]
Integers: TypeAlias = npt.NDArray[np.int64]

_MOST_ROUNDS = 1000
_NEAR = 1e-10
"""Margins are met when no total is further off than this share of it."""
_ROUNDS_OF_RESIDUALS = 10
"""So often each margin is taken out of what the others left, as in R's survey."""


def add_up(level: Integers, values: Floats, levels: int = 0) -> Floats:
    """The sum of the values in each level; of so many levels at least."""
    return np.bincount(level, values, minlength=levels).astype(np.float64)


@dataclass(frozen=True)
class Margin:
    """What is known of the served in one respect.

    `level` is the level of each answer, from 0; `totals` how many were served in each level. Every
    level has an answer: levels without any are joined with others before.
    """

    level: Integers
    totals: Floats

    def add_up(self, values: Floats) -> Floats:
        """The sum of the values in each level."""
        return add_up(self.level, values, len(self.totals))

    def scale(self, weights: Floats) -> Floats:
        """The weights, of which those in each level add up to its total."""
        scaled: Floats = weights * (self.totals / self.add_up(weights))[self.level]
        return scaled

    def find_gap(self, weights: Floats) -> float:
        """The largest share by which a level's weights miss its total."""
        return float(np.max(np.abs(self.add_up(weights) / self.totals - 1), initial=0))


class NotRakedError(PlainError):
    """The margins contradict each other, or some cells without answers are needed to meet them."""


@dataclass(frozen=True)
class Raked:
    """Weights that meet some margins, and the weights right after each of these was met last.

    These are the same where all margins are met to the end.
    """

    weights: Floats
    met: tuple[Floats, ...] = ()


def rake(
    weights: Floats,
    margins: Sequence[Margin],
    most_rounds: int = _MOST_ROUNDS,
    near: float = _NEAR,
) -> Raked:
    """Weights that reproduce the totals of every margin, as near to those given as can be.

    One margin after the other is met, until all are (iterative proportional fitting). One margin
    alone is post-stratification, and met at once. A margin is met when no total is further off than
    the share `near` of it. Raises NotRakedError when one is not met after `most_rounds`. Source:
    Deming and Stephan (1940).
    """
    for _ in range(most_rounds):
        met = []
        for margin in margins:
            weights = margin.scale(weights)
            met.append(weights)
        if all(margin.find_gap(weights) <= near for margin in margins):
            return Raked(weights, tuple(met))
    raise NotRakedError(f"margins are not met after {most_rounds} rounds")


@dataclass(frozen=True)
class Bounded:
    """Weights of which none is above a bound, and what that changed.

    `is_cut` says which ones were above it. Margins are met as far as the bound lets them:
    `gap` is the most by which one of their totals is missed, as a share of all.
    """

    weights: Floats
    is_cut: npt.NDArray[np.bool_]
    gap: float


def bound_weights(
    weights: Floats,
    margins: Sequence[Margin],
    most: float,
    rounds: int,
    counts: Floats | None = None,
) -> Bounded:
    """Weights of at most `most` times the mean weight of an answer, raked again so often.

    Their sum stays. An element may stand for several answers: `counts` says how many.
    """
    answers = np.ones(len(weights)) if counts is None else counts
    total = weights.sum()
    limit = most * total / answers.sum() * answers
    is_cut = weights > limit * (1 + _NEAR)
    if is_cut.any():
        for _ in range(rounds):
            for margin in margins:
                weights = margin.scale(np.minimum(weights, limit))
        # What is cut in the end goes to those below the bound, in proportion.
        weights = np.minimum(weights, limit)
        for _ in range(rounds):
            is_free = weights < limit
            missing = total - weights.sum()
            if missing <= _NEAR * total or not is_free.any():
                break
            weights[is_free] *= 1 + missing / weights[is_free].sum()
            weights = np.minimum(weights, limit)
    missed = (np.abs(margin.add_up(weights) - margin.totals).max() for margin in margins)
    return Bounded(weights, is_cut, float(max(missed, default=0.0) / total))


def weighted_mean(values: Floats, weights: Floats) -> float:
    """The mean of the values, each as often as its weight says."""
    return float(np.average(values, weights=weights))


def take_out_margins(
    values: Floats, raked: Raked, margins: Sequence[Margin], counts: Floats | None = None
) -> Floats:
    """What each element moves the weighted mean by, without what the margins explain.

    The weights reproduce the totals of the margins in every sample, so the values' means by level
    vary with none. An element may stand for several answers of one weight: `counts` says how many.
    """
    share = raked.weights / raked.weights.sum()
    influence: Floats = share * (values - weighted_mean(values, raked.weights))
    answers = np.ones(len(values)) if counts is None else counts
    sizes = [margin.add_up(answers) for margin in margins]
    for _ in range(_ROUNDS_OF_RESIDUALS if len(margins) > 1 else 1):
        for margin, size, met in zip(margins, sizes, raked.met, strict=True):
            mean = margin.add_up(answers * influence / met) / size
            influence = influence - met * mean[margin.level]
    return influence


def linearised_error(
    values: Floats, raked: Raked, clusters: Integers, margins: Sequence[Margin] = ()
) -> float:
    """The standard error of the weighted mean, with answers of one cluster taken together.

    `clusters` has the number of each answer's respondent. NaN with less than two clusters. Source:
    Särndal, Swensson and Wretman (1992), sections 5.5 and 7.10; for raking Deville and Särndal
    (1992).
    """
    _, number = np.unique(clusters, return_inverse=True)
    sums = np.bincount(number, take_out_margins(values, raked, margins))
    count = len(sums)
    if count < 2:  # noqa: PLR2004 -- one cluster shows no variation
        return float("nan")
    return float(np.sqrt(np.sum((sums - sums.mean()) ** 2) * count / (count - 1)))


def find_widening(
    shares: Floats,
    raked: Raked,
    margins: Sequence[Margin],
    counts: Floats,
    confidence_level: float,
) -> float:
    """How much wider limits are than 1.96 errors, since few answers tell of the spread in a level.

    An element stands for `counts` answers, of which `shares` say yes. The factor is that of n / (n
    - 1) in each level and of Student's t, with as many degrees of freedom as the levels' parts of
    the variance leave; of the margin that asks for most. Source: Satterthwaite (1946).
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is slow to import

    weight = raked.weights / raked.weights.sum()
    influence = take_out_margins(shares, raked, margins, counts)
    squares = (influence**2 + weight**2 * shares * (1 - shares)) / counts
    normal = intervals.critical_value(confidence_level)
    widest = 1.0
    for margin in margins:
        parts, count = margin.add_up(squares), margin.add_up(counts)
        if parts.sum() == 0 or (count < 2).any():  # noqa: PLR2004 -- one answer has no spread
            continue
        freedom = parts.sum() ** 2 / np.sum(parts**2 / (count - 1))
        larger = np.sum(parts * count / (count - 1)) / parts.sum()
        student = float(stdtrit(freedom, (1 + confidence_level) / 2))
        widest = max(widest, student / normal * float(larger) ** 0.5)
    return widest
