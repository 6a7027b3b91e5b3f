"""Limits of shares and means, and rounding for publication; each an expression.

Here belong formulas of one row. Not here: which counts go into them (indices), at which confidence
level limits are compared (rankings), curves (survival).
"""

from statistics import NormalDist

import polars as pl

_HALF_TOLERANCE = 1e-9
"""How near to a half, in units of the last decimal, counts as a half. It is wider than the rounding
error of floats, and narrower than the distance from a half of any fraction of up to a hundred
million cases."""


def critical_value(confidence_level: float) -> float:
    """The two-sided critical value of the normal distribution: 1.96 for a level of 0.95."""
    return NormalDist().inv_cdf((1 + confidence_level) / 2)


def wilson_limits(
    successes: pl.Expr, n: pl.Expr, confidence_level: float
) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's limits of a share, both 0-1; null where n is null or 0.

    `successes` and `n` may be fractions (an effective sample size). Source: Wilson (1927); method 3
    of Newcombe (1998).
    """
    return wilson_limits_at(successes, n, pl.lit(critical_value(confidence_level)))


def wilson_limits_at(
    successes: pl.Expr, n: pl.Expr, critical_value: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    """Wilson's limits at a critical value that may differ from row to row."""
    size = pl.when(n > 0).then(n.cast(pl.Float64))
    share = (successes / size).clip(0, 1)
    square = critical_value**2
    centre = (share * size + square / 2) / (size + square)
    reach = critical_value * (share * (1 - share) * size + square / 4).sqrt() / (size + square)
    lower = pl.when(share == 0).then(0.0 * size).otherwise(centre - reach)
    upper = pl.when(share == 1).then(0.0 * size + 1.0).otherwise(centre + reach)
    return lower.clip(0, 1), upper.clip(0, 1)


def share_with_added_cases(successes: pl.Expr, n: pl.Expr) -> pl.Expr:
    """The share with one case of each kind added, (x + 1) / (n + 2): never 0 nor 1.

    Null where n is null or 0. Source: Agresti and Caffo (2000), for differences of shares.
    """
    return (successes + 1) / (pl.when(n > 0).then(n.cast(pl.Float64)) + 2)


def share_error(successes: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Standard error of a share with one case of each kind added, so that it is never 0.

    p~ = (x + 1) / (n + 2), sqrt(p~ (1 - p~) / (n + 2)); the plain formula says that 30 of 30 is
    certain. Null where n is null or 0.
    """
    share = share_with_added_cases(successes, n)
    return (share * (1 - share)).clip(0).sqrt() / (n.cast(pl.Float64) + 2).sqrt()


def mean_error(total: pl.Expr, total_of_squares: pl.Expr, n: pl.Expr) -> pl.Expr:
    """Standard error of a mean from the sum and the sum of squares; null under two cases."""
    size = pl.when(n > 1).then(n.cast(pl.Float64))
    deviations = (total_of_squares - total**2 / size).clip(0)
    return (deviations / (size - 1) / size).sqrt()


def round_half_up(value: pl.Expr, decimals: int) -> pl.Expr:
    """The value rounded to so many decimals, halves up by its decimal value: 0.285 to 0.29.

    By the binary value, 0.284999…, it would be 0.28. For values of 0 and more.
    """
    # Not floor(value * 10^d + 0.5) / 10^d: Polars divides by a constant as a multiplication by
    # its inverse, which turns 0.8 into 0.7999999999999999.
    return (value + _HALF_TOLERANCE / 10.0**decimals).round(decimals, mode="half_away_from_zero")
