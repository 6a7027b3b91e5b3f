"""Standard errors of points: how far chance alone may move them.

The delta method, with p~ = (x + 1) / (n + 2) for every share, as for the limits of shares. The
variance of capped points, min(cap, X), is that of a censored normal variable (Tobin 1958). Two
indicators whose cases are the same, the counted of one among the counted of the other, move
together: cov = (p_min - p1 p2) / (n + 2), and past a cap only as often as the cap is not reached
(Stein's lemma). All other indicators are taken as independent. Here belong these formulas. Not
here: limits, which the official methods do not define.
"""

from fractions import Fraction

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.indices.scorecards.counts import KEYS
from pipeline.indices.scorecards.formulas import to_last_decimal
from pipeline.methods import ScoringMethod
from pipeline.methods.parts import Part

_Numbers = NDArray[np.float64]


def standard_errors(scored: pl.DataFrame, method: ScoringMethod) -> pl.DataFrame:
    """Standard errors of every indicator, group and total: unit_code, indicator, standard_error.

    `scored` are rows of sums.score_indicators. Null where there is no value; 0 where points are
    given by the rule for no cases. Of a mean score per case only the sum is known, so its error is
    the largest that the scores allow; the error of steps is that of the steps reached. A mean of
    indicators of the same respondents has the mean of their errors, which holds however the
    indicators depend on each other.
    """
    units = scored["unit_code"].unique(maintain_order=True)
    moments = {part.name: _Moments(scored, part, method) for part in method.parts}
    frames = [
        _error_rows(units, part.name, np.sqrt(moments[part.name].variance)) for part in method.parts
    ]
    for group in method.groups:
        names = [part.name for part in method.parts if part.group == group.name]
        frames.append(
            _error_rows(units, group.name, np.sqrt(_variance_of_sum(names, moments, method)))
        )
    names = [part.name for part in method.parts]
    if method.total.combined == "mean":
        error = sum(np.sqrt(moments[name].variance) for name in names) / len(names)
    else:
        error = np.sqrt(_variance_of_sum(names, moments, method))
    return pl.concat([*frames, _error_rows(units, method.total.name, np.asarray(error))])


def _error_rows(units: pl.Series, indicator: str, errors: _Numbers) -> pl.DataFrame:
    series = pl.Series("standard_error", errors, pl.Float64).fill_nan(None)
    return (
        pl.DataFrame([units, series])
        .with_columns(indicator=pl.lit(indicator))
        .select(*KEYS, "standard_error")
    )


def _variance_of_sum(
    names: list[str], moments: dict[str, "_Moments"], method: ScoringMethod
) -> _Numbers:
    """Variance of a sum of indicators, with the covariances of those of the same cases."""
    variance = np.zeros_like(moments[names[0]].variance)
    for name in names:
        variance = variance + moments[name].variance
    for part in method.parts:
        if part.name in names and part.same_cases_as in names:
            one, other = moments[part.name], moments[part.same_cases_as]
            variance = variance + 2 * one.covariance(other)
    return variance


class _Moments:
    """Variance of an indicator's points, unit by unit, and its covariance with another's.

    NaN where the indicator is missing, 0 where there were no cases.
    """

    def __init__(self, scored: pl.DataFrame, part: Part, method: ScoringMethod) -> None:
        rows = scored.filter(pl.col("indicator") == part.name).sort("unit_code")
        top = (rows["top"].cast(pl.Float64) / rows["top_divisor"].cast(pl.Float64)).to_numpy()
        cases = rows["effective_n"].fill_null(rows["denominator"].cast(pl.Float64)).to_numpy()
        successes = rows["numerator"].cast(pl.Float64) / rows["denominator"].cast(pl.Float64)
        share = successes.fill_nan(0).fill_null(0).to_numpy()
        if part.formula == "score":
            share = share * method.scale / to_last_decimal(part.points, method.scale)
        self.has_cases = rows["has_cases"].to_numpy()
        self.is_missing = rows["score"].is_null().to_numpy()
        self.size = np.where(self.has_cases, cases, 0.0) + 2
        self.share = np.clip((share * (self.size - 2) + 1) / self.size, 0, 1)
        self.top = top / method.scale
        self.slope = self.top / float(Fraction(part.full_at))
        self.not_capped = np.ones_like(self.top)
        deviation = self.slope * np.sqrt(self.share * (1 - self.share) / self.size)
        if part.formula == "steps":
            variance = self._steps_variance(part)
        elif part.full_at < 1:
            variance = self._capped_variance(deviation)
        else:
            variance = deviation**2
        self.variance = np.where(self.has_cases, variance, 0.0)
        self.variance[self.is_missing] = np.nan

    def _capped_variance(self, deviation: _Numbers) -> _Numbers:
        """Variance of min(top, X) of a normal X."""
        from scipy.stats import norm  # noqa: PLC0415 - scipy is slow to import

        scaled = np.where(deviation > 0, deviation, 1.0)
        beyond = (self.slope * self.share - self.top) / scaled
        below: _Numbers = norm.cdf(-beyond)
        self.not_capped = below
        first = beyond * below - norm.pdf(beyond)
        second = (beyond**2 + 1) * below - beyond * norm.pdf(beyond)
        return np.where(deviation > 0, scaled**2 * np.maximum(second - first**2, 0.0), 0.0)

    def _steps_variance(self, part: Part) -> _Numbers:
        """Variance of the step that a normal share reaches."""
        from scipy.stats import norm  # noqa: PLC0415 - scipy is slow to import

        deviation = np.sqrt(self.share * (1 - self.share) / self.size)
        first = second = never = np.zeros_like(self.share)
        for step in sorted(part.steps, key=lambda each: each.from_share, reverse=True):
            reached: _Numbers = norm.sf((float(step.from_share) - self.share) / deviation)
            points = float(step.points / part.points) * self.top
            first = first + points * (reached - never)
            second = second + points**2 * (reached - never)
            never = reached
        variance: _Numbers = np.maximum(second - first**2, 0.0)
        return variance

    def covariance(self, other: "_Moments") -> _Numbers:
        """Covariance with an indicator of the same cases."""
        both = np.minimum(self.share, other.share)
        size = np.sqrt(self.size * other.size)
        of_shares = (both - self.share * other.share) / size
        together = self.slope * other.slope * of_shares * self.not_capped * other.not_capped
        return np.where(self.has_cases & other.has_cases, together, 0.0)
