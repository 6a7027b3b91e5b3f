"""Representation: how far those who answered are like those who were served.

Here belong the R-indicator with its limits, and the bounds that hold whatever the silent think. Not
here: weights (weighting), which cells are formed (indices).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.statistics.weighting import Floats


@dataclass(frozen=True)
class Representation:
    """The R-indicator: 1 where everybody answers as often, 0 where it could not differ more.

    `lower` and `upper` are its limits; they hold what the chance of who answers moves. `plain` is
    the indicator without the correction for small samples. Source: Schouten, Cobben and Bethlehem
    (2009); for the correction Shlomo, Skinner and Schouten (2012).
    """

    value: float
    lower: float
    upper: float
    plain: float


def measure_representation(
    served: Floats, answered: Floats, level: float = 0.95
) -> Representation | None:
    """The R-indicator of cells: how many were served in each, and how many of them answered.

    R = 1 - 2 S, where S is the standard deviation over the served of the chance to answer, which is
    the response rate of their cell. Rates of small cells differ by chance alone, so S² is taken
    less what chance adds to it: with n of N served answering in a cell, that is the variance
    p (1 - p) / (N - 1) of its rate, less that of the rate of all. A cell of one served shows no
    variation of its own and is given that of the rate of all. None without any served.
    """
    total = served.sum()
    if not total:
        return None
    served, answered = served[served > 0], answered[served > 0]
    share, rate = served / total, answered / served
    mean = float(answered.sum() / total)
    deviation = rate - mean
    between = float(np.sum(share * deviation**2))
    spread = np.where(served > 1, rate * (1 - rate), mean * (1 - mean))
    variance = spread / np.maximum(served - 1, 1)
    by_chance = float(np.sum(share * variance) - np.sum(share**2 * variance))
    corrected = between - by_chance
    # Of a sum of squares of rates: what their own distance adds, and what chance alone does.
    error = np.sqrt(
        np.sum((2 * share * deviation) ** 2 * variance) + 2 * np.sum((share * variance) ** 2)
    )
    reach = NormalDist().inv_cdf((1 + level) / 2) * float(error)
    return Representation(
        value=_indicator(corrected),
        lower=_indicator(corrected + reach),
        upper=_indicator(corrected - reach),
        plain=_indicator(between),
    )


def _indicator(variance: float) -> float:
    return max(0.0, 1 - 2 * float(np.sqrt(max(variance, 0))))


def bound_share(share: float, response_rate: float) -> tuple[float, float]:
    """The share of all served, if all who are silent say no, and if all of them say yes.

    Source: Manski (1989).
    """
    lower = response_rate * share
    return lower, lower + 1 - response_rate
