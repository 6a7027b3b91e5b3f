"""Between months: how much more something varies from one month to the next than chance explains.

Here belong Laney's sigma of z-scores and its critical values. Not here: which months are compared
(indices), charts of a series.
"""

import polars as pl

from pipeline.statistics import intervals

_RANGE_OF_TWO = 1.128
"""Mean range of two draws from a normal distribution, in standard deviations (d2)."""
_WHOLE_PARTS = 10**9
"""Numbers are added in whole parts of this size: sums of floats would depend on their order."""

_LARGEST_STEP = 1e6
"""Larger steps count as this many errors, so that their sum stays a whole number."""


def variation_of_shares(series: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """How much the monthly shares of each series vary: a row for each series.

    `series` has a row for each month of a series: the keys `by`, series_month (in the order of time
    as text), numerator and denominator. The result has months (those with a denominator) and
    sigma_z, the mean moving range of the z-scores / 1.128: 1 where months differ by chance alone,
    null where all shares are 0 or 1, or the series has one month. Source: Laney (2002), p' chart.
    """
    numerator, denominator = pl.col("numerator"), pl.col("denominator")
    known = series.filter(denominator > 0)
    mean = numerator.sum().over(by) / denominator.sum().over(by)
    error = (mean * (1 - mean) / denominator).sqrt()
    return _sigma_z(known.with_columns(z=(numerator / denominator - mean) / error), by)


def variation_of_means(series: pl.LazyFrame, *by: str) -> pl.LazyFrame:
    """As `variation_of_shares`, for means: series_month, total, total_of_squares and denominator.

    A month's z-score is the distance of its mean from the mean of all months, in standard errors of
    a mean of so many cases with the variance that cases have within months.
    """
    total, n = pl.col("total"), pl.col("denominator")
    known = series.filter(n > 0)
    mean = _exact_sum(total).over(by) / n.sum().over(by)
    within = _exact_sum(pl.col("total_of_squares") - total**2 / n).over(by) / (n - 1).sum().over(by)
    error = (within.clip(lower_bound=0) / n).sqrt()
    return _sigma_z(known.with_columns(z=(total / n - mean) / error), by)


def _exact_sum(numbers: pl.Expr) -> pl.Expr:
    return (numbers * _WHOLE_PARTS).round(0).cast(pl.Int64).sum() / _WHOLE_PARTS


def _sigma_z(scored: pl.LazyFrame, by: tuple[str, ...]) -> pl.LazyFrame:
    step = pl.col("z").diff().abs().clip(upper_bound=_LARGEST_STEP).over(by)
    is_finite = pl.col("step").is_finite()
    return (
        scored.sort(*by, "series_month")
        .with_columns(step=step)
        .group_by(by)
        .agg(
            pl.len().cast(pl.Int64).alias("months"),
            (_exact_sum(pl.col("step").filter(is_finite)) / is_finite.sum()).alias("mean_range"),
        )
        .with_columns((pl.col("mean_range") / _RANGE_OF_TWO).fill_nan(None).alias("sigma_z"))
        .drop("mean_range")
    )


def variance_factor(sigma_z: pl.Expr) -> pl.Expr:
    """What the variance by chance is multiplied by: max(1, sigma_z^2), and 1 where it is null."""
    return pl.max_horizontal(pl.lit(1.0), sigma_z**2)


def critical_value(months: pl.Expr, confidence_level: float, most_months: int) -> pl.Expr:
    """The two-sided critical value of Student's t with months - 1 degrees of freedom.

    Of the normal distribution where `months` is null; `most_months` is the largest number of months
    that a row may have.
    """
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is slow to import

    probability = (1 + confidence_level) / 2
    values = {
        number: float(stdtrit(number - 1, probability)) for number in range(2, most_months + 1)
    }
    of_months = months.replace_strict(values, default=None, return_dtype=pl.Float64)
    return of_months.fill_null(intervals.critical_value(confidence_level))
