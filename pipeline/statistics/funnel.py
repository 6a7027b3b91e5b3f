"""Funnels: how far units lie from their common value, for units of their size.

Here belong the shares of one group of units, their over-dispersion and their limits. Not here:
which units are compared (rankings), drawing a funnel (reports).

Source: Spiegelhalter (2005), "Funnel plots for comparing institutional performance", Statistics in
Medicine 24, with the additive over-dispersion of DerSimonian and Laird.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_TRIM = 0.1
"""The tenth at either end, which must not decide how over-dispersed all units are."""
_RIGHT_ANGLE = math.pi / 2


@dataclass(frozen=True)
class Funnel:
    """A group's common value and over-dispersion, and where each unit lies.

    `centre` is the common value; `phi` the mean square of the units' plain z-scores (1 where they
    differ by chance alone), `tau2` the variance between units on the transformed scale, 0 where
    chance explains all differences; `z` each unit's distance from the centre in standard errors
    that include tau2, in the order of the units.
    """

    centre: float
    phi: float
    tau2: float
    z: Numbers


def fit_shares(numerators: Numbers, denominators: Numbers) -> Funnel:
    """The funnel of shares; denominators above 0.

    On the arcsine-root scale, with standard errors of 1 / (2 sqrt(n)); z-scores beyond the 10th
    and 90th percentile (type 7) are set to these before the over-dispersion is measured.
    """
    centre = math.fsum(numerators) / math.fsum(denominators)
    errors = _share_errors(denominators)
    distances = np.arcsin(np.sqrt(np.clip(numerators / denominators, 0, 1))) - _angle(centre)
    z = distances / errors
    low, high = np.quantile(z, [_TRIM, 1 - _TRIM])
    phi, tau2 = _over_dispersion(np.clip(z, low, high), errors)
    return Funnel(centre, phi, tau2, distances / np.sqrt(errors**2 + tau2))


def share_limits(
    centre: float, tau2: float, denominators: Numbers, confidence_level: float
) -> tuple[Numbers, Numbers]:
    """Lower and upper limit of a share of each denominator, both 0-1; with tau2 = 0 by chance
    alone.

    The limits never turn back at 0 or 1, as the sine of an angle beyond 90 degrees would.
    """
    from scipy import stats  # noqa: PLC0415 - scipy is slow to import

    critical_value = stats.norm.ppf((1 + confidence_level) / 2)
    reach = critical_value * np.sqrt(_share_errors(denominators) ** 2 + tau2)
    lower, upper = (
        np.sin(np.clip(_angle(centre) + side * reach, 0, _RIGHT_ANGLE)) ** 2 for side in (-1, 1)
    )
    return lower, upper


def _angle(share: float) -> float:
    return math.asin(math.sqrt(min(max(share, 0.0), 1.0)))


def _share_errors(denominators: Numbers) -> Numbers:
    errors: Numbers = 1 / (2 * np.sqrt(denominators))
    return errors


def _over_dispersion(z: Numbers, errors: Numbers) -> tuple[float, float]:
    """The phi and tau2 of winsorised z-scores and the standard errors of the units.

    Sums are exact, so that the order of units does not matter.
    """
    size = len(z)
    weights = errors**-2
    total = math.fsum(weights)
    spread = total - math.fsum(weights**2) / total
    phi = math.fsum(z**2) / size
    excess = size * phi - (size - 1)
    return phi, excess / spread if excess > 0 and spread > 0 else 0.0
