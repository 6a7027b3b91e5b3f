"""Decomposition: what each category brings to the change of a share of all cases.

Here belong the formula of one category, and rounding parts so that they add up. Not here: which
cases are in which category (indices).
"""

from collections.abc import Sequence

import polars as pl

_NOISE_DECIMALS = 6
"""Decimals of a step of rounding that are kept: the rest is the error of floats."""


def split_change(
    numerators: tuple[pl.Expr, pl.Expr],
    denominators: tuple[pl.Expr, pl.Expr],
    totals: tuple[tuple[pl.Expr, pl.Expr], tuple[pl.Expr, pl.Expr]],
) -> tuple[pl.Expr, pl.Expr]:
    """Rate effect and mix effect of a category, whose sums over all categories are the change.

    Every pair is the month before and this month. `totals` are the numerators and the denominators
    of all categories together, more than 0. With w the category's part of all cases, r its own
    share and R the share of all, midpoints of both months as m():

        rate effect = m(w) x (r now - r before)
        mix effect  = (w now - w before) x (m(r) - m(R))

    A category with cases in one month only has no change of its own share: its r of the other
    month is taken to be the same, so that all of its part is the mix effect; both are 0 where it
    has none. Source: Kitagawa (1955). m(R) is subtracted so that a category that grows counts by
    how far it lies from the average, which changes no sum.
    """
    (all_n_then, all_n_now), (all_d_then, all_d_now) = totals
    weight_then, weight_now = denominators[0] / all_d_then, denominators[1] / all_d_now
    own_then, own_now = (
        pl.when(d > 0).then(n / d) for n, d in zip(numerators, denominators, strict=True)
    )
    share_then, share_now = pl.coalesce(own_then, own_now), pl.coalesce(own_now, own_then)
    average = (all_n_then / all_d_then + all_n_now / all_d_now) / 2
    by_rate = (weight_then + weight_now) / 2 * (share_now - share_then)
    by_mix = (weight_now - weight_then) * ((share_then + share_now) / 2 - average)
    return by_rate.fill_null(0.0), by_mix.fill_null(0.0)


def round_parts(
    parts: pl.DataFrame, of: Sequence[str], order: Sequence[str], decimals: int
) -> pl.DataFrame:
    """Parts rounded so that they add up to a rounded whole: the column `part` of `parts`.

    `parts` has `whole`, the same in all rows with the same `of`, already rounded to so many
    decimals and nearer than one step to the sum of its parts. Each part is rounded down; then those
    that lost most go up by one step until the sum is right, equal ones in the `order` of these
    columns. So no part is further than one step from what it was. In any order of rows.
    """
    steps = 10.0**decimals
    in_steps = (pl.col("part") * steps).round(_NOISE_DECIMALS)
    lost = in_steps - in_steps.floor()
    missing = (pl.col("whole") * steps).round().cast(pl.Int64) - pl.col("down").sum().over(of)
    return (
        parts.with_columns(in_steps.floor().cast(pl.Int64).alias("down"), lost.alias("lost"))
        .sort(*of, "lost", *order, descending=[*[False] * len(of), True, *[False] * len(order)])
        .with_columns(pl.int_range(pl.len()).over(of).alias("place"), missing.alias("missing"))
        .with_columns(
            ((pl.col("down") + (pl.col("place") < pl.col("missing")).cast(pl.Int64)) / steps)
            .round(decimals)
            .alias("part")
        )
        .drop("down", "lost", "place", "missing")
    )
