"""Shrinkage: how reliable the shares of units are, and shares drawn towards their centre by it.

Here belong the reliability of the shares of one group of units, and the shrunken shares. Not here:
limits (funnel), which units form a group (rankings).

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

    `reliability` (0-1) of each unit's share is the variance between units, over the sum of that
    and of the variance of its own sampling: n r / (1 + (n - 1) r), with r the correlation.
    `shares` are centre + reliability x (share - centre).
    """

    centre: float
    correlation: float
    reliability: Numbers
    shares: Numbers


def shrink_shares(numerators: Numbers, denominators: Numbers) -> Shrinkage:
    """Empirical-Bayes shares of a group of units, beta-binomial by moments; denominators above 0.

    The correlation is the excess of Pearson's chi-square of equal shares over its degrees of
    freedom, as a part of the excess that it would have if all cases of a unit were the same: 0
    where chance explains all differences (every share becomes the centre), at most 1.
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
