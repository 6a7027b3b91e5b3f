"""Funnels: how far units lie from their common value, for units of their size.

Here belong shares and ratios of one group of units, their over-dispersion and their limits. Not
here: who is compared with whom (rankings), drawing a funnel (reports).

Source: Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in
Medicine 24, with the additive over-dispersion of DerSimonian and Laird.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Numbers = NDArray[np.float64]

_TENTHS = 10
_TRIM = 0.1
"""The tenth at either end, which must not decide how over-dispersed all units are."""
_RIGHT_ANGLE = math.pi / 2
_NOT_A_COUNT = 0.5
"""Stands for an observed count of 0, whose logarithm is none."""


@dataclass(frozen=True)
class Funnel:
    """A group's common value and over-dispersion, and where each unit lies.

    `centre` is the common value; `phi` the mean square of the units' plain z-scores (1 where
    chance alone moves them), `tau2` the variance between units on the transformed scale, 0 where
    chance explains them all; `z` each unit's distance from the centre in standard errors that
    include tau2, in the order of the units.
    """

    centre: float
    phi: float
    tau2: float
    z: Numbers


def of_shares(numerators: Numbers, denominators: Numbers, *, is_adjusted: bool = True) -> Funnel:
    """The funnel of shares; denominators above 0.

    On the arcsine-root scale, with standard errors of 1 / (2 sqrt(n)); z-scores beyond the 10th
    and 90th percentile (type 7) are set to these before the over-dispersion is measured. Not
    adjusted, phi and tau2 are 0: limits of chance alone.
    """
    centre = math.fsum(numerators) / math.fsum(denominators)
    errors = _share_errors(denominators)
    distances = np.arcsin(np.sqrt(np.clip(numerators / denominators, 0, 1))) - _angle(centre)
    z = distances / errors
    low, high = np.quantile(z, [_TRIM, 1 - _TRIM])
    phi, tau2 = _over_dispersion(np.clip(z, low, high), errors) if is_adjusted else (0.0, 0.0)
    return Funnel(centre, phi, tau2, distances / np.sqrt(errors**2 + tau2))


def share_limits(
    centre: float, tau2: float, denominators: Numbers, level: float
) -> tuple[Numbers, Numbers]:
    """Lower and upper limit of a share of each denominator, both 0-1: for units and for drawing.

    The limits never turn back at 0 or 1, as the sine of an angle beyond 90 degrees would.
    """
    reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(_share_errors(denominators) ** 2 + tau2)
    lower, upper = (
        np.sin(np.clip(_angle(centre) + side * reach, 0, _RIGHT_ANGLE)) ** 2 for side in (-1, 1)
    )
    return lower, upper


def of_ratios(observed: Numbers, expected: Numbers, *, is_adjusted: bool = True) -> Funnel:
    """The funnel of observed / expected around 1; expected above 0.

    On the log scale, with standard errors of 1 / sqrt(expected). Over-dispersion is measured
    without the units in the lowest and the highest tenth by z-score (those whose rank r of n gives
    10 r / (n + 1) below 1, or 9 and more), as England's hospital mortality indicator (SHMI) does.
    An observed 0 counts as a half.
    """
    errors = 1 / np.sqrt(expected)
    distances = np.log(np.where(observed > 0, observed, _NOT_A_COUNT) / expected)
    z = distances / errors
    tenth = np.floor(_TENTHS * stats.rankdata(z) / (len(z) + 1))
    is_kept = (tenth >= 1) & (tenth < _TENTHS - 1)
    phi, tau2 = _over_dispersion(z[is_kept], errors[is_kept]) if is_adjusted else (0.0, 0.0)
    return Funnel(1.0, phi, tau2, distances / np.sqrt(errors**2 + tau2))


def ratio_limits(tau2: float, expected: Numbers, level: float) -> tuple[Numbers, Numbers]:
    """Lower and upper limit of observed / expected around 1, with over-dispersion."""
    reach = stats.norm.ppf((1 + level) / 2) * np.sqrt(1 / expected + tau2)
    return np.exp(-reach), np.exp(reach)


def poisson_limits(expected: Numbers, level: float) -> tuple[Numbers, Numbers]:
    """Exact limits of observed / expected where counts are Poisson: chance alone."""
    tail = (1 - level) / 2
    lower = stats.chi2.ppf(tail, 2 * expected) / 2 / expected
    upper = stats.chi2.isf(tail, 2 * (expected + 1)) / 2 / expected
    return lower, upper


def _angle(share: float) -> float:
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0)))


def _share_errors(denominators: Numbers) -> Numbers:
    errors: Numbers = 1 / (2 * np.sqrt(denominators))
    return errors


def _over_dispersion(z: Numbers, errors: Numbers) -> tuple[float, float]:
    """The phi and tau2 of z-scores already winsorised or trimmed, and their standard errors.

    Sums are exact, so that the order of units does not matter.
    """
    size = len(z)
    if size == 0:
        return 0.0, 0.0
    weights = errors**-2
    total = math.fsum(weights)
    spread = total - math.fsum(weights**2) / total
    phi = math.fsum(z**2) / size
    excess = size * phi - (size - 1)
    return phi, excess / spread if excess > 0 and spread > 0 else 0.0
