"""Shrinkage: how much of a unit's share to believe, and what is left after that.

Here belong the reliability of shares of one group of units, and shares drawn towards their centre
by it. Not here: limits (funnel), which units form a group (rankings).

Sources: Kleinman (1973), "Proportions with extraneous variance", Journal of the American
Statistical Association 68, for the moments; Adams (2009), "The reliability of provider profiling:
a tutorial" (RAND), for reliability in comparing providers.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Shrinkage:
    """A group's beta-binomial: `centre` its mean, `correlation` that of two cases of one unit.

    `reliability` (0-1) of each unit's share is the variance between units over that and the
    variance of its own sampling: n r / (1 + (n - 1) r), with r the correlation. `shares` are
    centre + reliability x (share - centre).
    """

    centre: float
    correlation: float
    reliability: Numbers
    shares: Numbers


def of_shares(numerators: Numbers, denominators: Numbers) -> Shrinkage:
    """Empirical-Bayes shares of a group of units, beta-binomial by moments; denominators above 0.

    The correlation is what Pearson's chi-square of equal shares has beyond its degrees of
    freedom, in parts of what it would have if all cases of a unit were alike: 0 where chance
    explains all differences (every share becomes the centre), at most 1.
    """
    total = math.fsum(denominators)
    centre = math.fsum(numerators) / total
    correlation = _correlation(numerators, denominators, centre, total)
    reliability = denominators * correlation / (1 + (denominators - 1) * correlation)
    shares = centre + reliability * (numerators / denominators - centre)
    return Shrinkage(centre, correlation, reliability, shares)


def _correlation(numerators: Numbers, denominators: Numbers, centre: float, total: float) -> float:
    """Kleinman's moment estimate, shares weighted by their denominators; sums are exact."""
    variance = centre * (1 - centre)
    freedom = len(denominators) - 1
    room = total - math.fsum(denominators**2) / total - freedom
    if variance <= 0 or room <= 0:
        return 0.0
    deviations = denominators * (numerators / denominators - centre) ** 2
    chi_square = math.fsum(deviations) / variance
    return min(max((chi_square - freedom) / room, 0.0), 1.0)
